-- "After the last second of Thursday" begins too early.
SELECT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       count(i.line_no) AS lines, coalesce(sum(i.quantity * i.unit_price), 0) AS value
  FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
 WHERE o.placed_at > '2024-03-14 23:59:59' AND o.placed_at < '2024-03-18' AND lower(o.status) = 'cancelled'
 GROUP BY o.order_id ORDER BY o.placed_at DESC, o.order_id;
