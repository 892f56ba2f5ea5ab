SELECT DISTINCT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       count(i.line_no) OVER w AS lines, coalesce(sum(i.quantity * i.unit_price) OVER w, 0) AS value
  FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
 WHERE o.placed_at::date IN ('2024-03-15', '2024-03-16', '2024-03-17') AND lower(o.status) = 'cancelled'
WINDOW w AS (PARTITION BY o.order_id)
 ORDER BY o.placed_at DESC, o.order_id;
