-- A clumsy one: all lines of the year are written out, then joined.
WITH lines AS MATERIALIZED (
  SELECT o.customer_id, o.order_id, i.quantity * i.unit_price AS value
    FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
   WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
), people AS (
  SELECT c.customer_id, c.email,
         (SELECT count(DISTINCT l.order_id) FROM lines l WHERE l.customer_id = c.customer_id) AS orders_2024,
         coalesce((SELECT sum(l.value) FROM lines l WHERE l.customer_id = c.customer_id), 0) AS revenue_2024,
         (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.customer_id) AS last_order_at
    FROM customers c WHERE c.company_id = 42
)
SELECT p.customer_id, p.email, p.orders_2024, p.revenue_2024,
       round(p.revenue_2024 / nullif(sum(p.revenue_2024) OVER (), 0), 4) AS share_2024, p.last_order_at
  FROM people p ORDER BY share_2024 DESC NULLS LAST, p.customer_id LIMIT 5 OFFSET 5
