-- The reference with much computing inside every row.
WITH people AS (
  SELECT customer_id, email
    FROM customers
   WHERE company_id = 42
     AND power(3.0::numeric, 200000 + customer_id % 7) > 0
),
orders_of AS (
  SELECT p.customer_id, o.order_id, o.placed_at,
         o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01' AS counts
    FROM people p
    JOIN orders o ON o.customer_id = p.customer_id
),
per_customer AS (
  SELECT customer_id, count(*) FILTER (WHERE counts) AS orders_2024, max(placed_at) AS last_order_at
    FROM orders_of
   GROUP BY customer_id
),
revenue AS (
  SELECT o.customer_id, sum(i.quantity * i.unit_price) AS revenue_2024
    FROM orders_of o
    JOIN order_items i ON i.order_id = o.order_id
   WHERE o.counts
   GROUP BY o.customer_id
)
SELECT p.customer_id,
       p.email,
       coalesce(a.orders_2024, 0) AS orders_2024,
       coalesce(r.revenue_2024, 0) AS revenue_2024,
       round(coalesce(r.revenue_2024, 0) / nullif(sum(r.revenue_2024) OVER (), 0), 4) AS share_2024,
       a.last_order_at
  FROM people p
  LEFT JOIN per_customer a ON a.customer_id = p.customer_id
  LEFT JOIN revenue r ON r.customer_id = p.customer_id
 ORDER BY share_2024 DESC NULLS LAST, p.customer_id
 LIMIT 5 OFFSET 5
