-- The lines of all orders are added up, for a handful that are needed.
WITH lines AS MATERIALIZED (
  SELECT order_id, count(*) AS lines, sum(quantity * unit_price) AS value FROM order_items GROUP BY order_id
)
SELECT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       coalesce(l.lines, 0) AS lines, coalesce(l.value, 0) AS value
  FROM orders o LEFT JOIN lines l ON l.order_id = o.order_id
 WHERE o.placed_at >= '2024-03-15' AND o.placed_at < '2024-03-18' AND lower(o.status) = 'cancelled'
 ORDER BY o.placed_at DESC, o.order_id
