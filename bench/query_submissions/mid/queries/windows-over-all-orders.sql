-- A clumsy one: every order of the shop gets a number, to find the last one of 45 people.
WITH numbered AS (
  SELECT o.customer_id, o.placed_at, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at DESC) AS n
    FROM orders o
), revenue AS (
  SELECT o.customer_id, count(DISTINCT o.order_id) AS orders_2024, sum(i.quantity * i.unit_price) AS revenue_2024
    FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
   WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
     AND o.customer_id IN (SELECT customer_id FROM customers WHERE company_id = 42)
   GROUP BY o.customer_id
)
SELECT c.customer_id, c.email, coalesce(r.orders_2024, 0) AS orders_2024, coalesce(r.revenue_2024, 0) AS revenue_2024,
       round(coalesce(r.revenue_2024, 0) / nullif(sum(r.revenue_2024) OVER (), 0), 4) AS share_2024,
       n.placed_at AS last_order_at
  FROM customers c LEFT JOIN revenue r ON r.customer_id = c.customer_id
  LEFT JOIN numbered n ON n.customer_id = c.customer_id AND n.n = 1
 WHERE c.company_id = 42 ORDER BY share_2024 DESC NULLS LAST, c.customer_id LIMIT 5 OFFSET 5
