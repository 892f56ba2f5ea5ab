SELECT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       sum(CASE WHEN i.order_id IS NULL THEN 0 ELSE 1 END) AS lines,
       sum(coalesce(i.quantity * i.unit_price, 0)) AS value
  FROM orders o LEFT OUTER JOIN order_items i ON o.order_id = i.order_id
 WHERE extract(year FROM o.placed_at) = 2024 AND extract(month FROM o.placed_at) = 3 AND extract(day FROM o.placed_at) BETWEEN 15 AND 17
   AND lower(o.status) = 'cancelled'
 GROUP BY 1, 2, 3, 4 ORDER BY 3 DESC, 1;
