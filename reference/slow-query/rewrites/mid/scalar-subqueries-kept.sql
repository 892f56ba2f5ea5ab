-- The subqueries stay, the total is computed once.
WITH total AS MATERIALIZED (
  SELECT nullif(sum(i.quantity * i.unit_price), 0) AS revenue
    FROM customers k
    JOIN orders o ON o.customer_id = k.customer_id
    JOIN order_items i ON i.order_id = o.order_id
   WHERE k.company_id = 42 AND o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
),
people AS (
  SELECT c.customer_id, c.email,
         (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
                                          AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS orders_2024,
         coalesce((SELECT sum(i.quantity * i.unit_price) FROM orders o JOIN order_items i ON i.order_id = o.order_id
                    WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
                      AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'), 0) AS revenue_2024,
         (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.customer_id) AS last_order_at
    FROM customers c WHERE c.company_id = 42
)
SELECT p.customer_id, p.email, p.orders_2024, p.revenue_2024, round(p.revenue_2024 / t.revenue, 4) AS share_2024, p.last_order_at
  FROM people p, total t
 ORDER BY share_2024 DESC NULLS LAST, p.customer_id LIMIT 5 OFFSET 5;
