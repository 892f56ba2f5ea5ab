-- A clumsy one: the year of every customer of the shop is added up first.
WITH everybody AS MATERIALIZED (
  SELECT c.company_id, c.customer_id, c.email, count(DISTINCT o.order_id) AS orders_2024,
         coalesce(sum(i.quantity * i.unit_price), 0) AS revenue_2024
    FROM customers c
    LEFT JOIN orders o ON o.customer_id = c.customer_id AND o.status <> 'cancelled'
                      AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
    LEFT JOIN order_items i ON i.order_id = o.order_id
   GROUP BY c.customer_id
), latest AS (
  SELECT customer_id, max(placed_at) AS last_order_at FROM orders GROUP BY customer_id
)
SELECT e.customer_id, e.email, e.orders_2024, e.revenue_2024,
       round(e.revenue_2024 / nullif(sum(e.revenue_2024) OVER (), 0), 4) AS share_2024, l.last_order_at
  FROM everybody e LEFT JOIN latest l ON l.customer_id = e.customer_id
 WHERE e.company_id = 42 ORDER BY share_2024 DESC NULLS LAST, e.customer_id LIMIT 5 OFFSET 5
