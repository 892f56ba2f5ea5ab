-- People without an order are gone.
WITH a AS (
  SELECT c.customer_id, c.email, max(o.placed_at) AS last_at,
         count(*) FILTER (WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS n
    FROM customers c JOIN orders o ON o.customer_id = c.customer_id
   WHERE c.company_id = 42 GROUP BY c.customer_id
),
r AS (
  SELECT o.customer_id, sum(i.quantity * i.unit_price) AS rev
    FROM customers c JOIN orders o ON o.customer_id = c.customer_id JOIN order_items i ON i.order_id = o.order_id
   WHERE c.company_id = 42 AND o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
   GROUP BY o.customer_id
)
SELECT a.customer_id, a.email, a.n AS orders_2024, coalesce(r.rev, 0) AS revenue_2024,
       round(coalesce(r.rev, 0) / nullif(sum(r.rev) OVER (), 0), 4) AS share_2024, a.last_at AS last_order_at
  FROM a LEFT JOIN r ON r.customer_id = a.customer_id
 ORDER BY share_2024 DESC NULLS LAST, a.customer_id LIMIT 5 OFFSET 5;
