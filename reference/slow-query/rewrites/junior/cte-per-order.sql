WITH weekend AS (
  SELECT order_id, customer_id, placed_at, coalesce(ship_country, bill_country) AS country
    FROM orders
   WHERE placed_at >= DATE '2024-03-15' AND placed_at < DATE '2024-03-18' AND lower(status) LIKE 'cancelled'
), per_order AS (
  SELECT i.order_id, count(*) AS lines, sum(i.quantity * i.unit_price) AS value
    FROM order_items i WHERE i.order_id IN (SELECT order_id FROM weekend) GROUP BY i.order_id
)
SELECT d.*, coalesce(p.lines, 0) AS lines, coalesce(p.value, 0) AS value
  FROM weekend d LEFT JOIN per_order p ON p.order_id = d.order_id
 ORDER BY d.placed_at DESC, d.order_id;
