-- The total is that of all companies.
WITH r AS (
  SELECT o.customer_id, count(DISTINCT o.order_id) AS n, sum(i.quantity * i.unit_price) AS rev
    FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
   WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
   GROUP BY o.customer_id
), t AS (SELECT nullif(sum(rev), 0) AS total FROM r)
SELECT c.customer_id, c.email, coalesce(r.n, 0) AS orders_2024, coalesce(r.rev, 0) AS revenue_2024,
       round(coalesce(r.rev, 0) / t.total, 4) AS share_2024,
       (SELECT o.placed_at FROM orders o WHERE o.customer_id = c.customer_id ORDER BY o.placed_at DESC LIMIT 1) AS last_order_at
  FROM customers c CROSS JOIN t LEFT JOIN r ON r.customer_id = c.customer_id
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id LIMIT 5 OFFSET 5;
