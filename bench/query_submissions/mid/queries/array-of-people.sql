-- The people as an array: with an index a few look-ups, without one a long list searched for every order.
WITH people AS MATERIALIZED (SELECT customer_id, email FROM customers WHERE company_id = 42),
orders_of AS (
  SELECT o.customer_id, o.order_id, o.placed_at,
         o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01' AS counts
    FROM orders o WHERE o.customer_id = ANY (ARRAY(SELECT customer_id FROM people))
), per_person AS (
  SELECT o.customer_id, count(*) FILTER (WHERE o.counts) AS orders_2024, max(o.placed_at) AS last_order_at,
         coalesce(sum((SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.order_id))
                  FILTER (WHERE o.counts), 0) AS revenue_2024
    FROM orders_of o GROUP BY o.customer_id
)
SELECT p.customer_id, p.email, coalesce(r.orders_2024, 0) AS orders_2024, coalesce(r.revenue_2024, 0) AS revenue_2024,
       round(coalesce(r.revenue_2024, 0) / nullif(sum(r.revenue_2024) OVER (), 0), 4) AS share_2024, r.last_order_at
  FROM people p LEFT JOIN per_person r ON r.customer_id = p.customer_id
 ORDER BY share_2024 DESC NULLS LAST, p.customer_id LIMIT 5 OFFSET 5
