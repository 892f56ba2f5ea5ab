-- Half of the way: the company's total is computed once, the rest for every person again.
WITH total AS MATERIALIZED (
  SELECT coalesce(sum(i.quantity * i.unit_price), 0) AS value
    FROM customers k JOIN orders o ON o.customer_id = k.customer_id JOIN order_items i ON i.order_id = o.order_id
   WHERE k.company_id = 42 AND o.status <> 'cancelled'
     AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
)
SELECT c.customer_id, c.email,
       (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS orders_2024,
       (SELECT coalesce(sum(i.quantity * i.unit_price), 0) FROM orders o JOIN order_items i ON i.order_id = o.order_id
         WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS revenue_2024,
       round((SELECT coalesce(sum(i.quantity * i.unit_price), 0) FROM orders o JOIN order_items i ON i.order_id = o.order_id
         WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') / nullif(t.value, 0), 4) AS share_2024,
       (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.customer_id) AS last_order_at
  FROM customers c, total t
 WHERE c.company_id = 42 ORDER BY share_2024 DESC NULLS LAST, c.customer_id LIMIT 5 OFFSET 5
