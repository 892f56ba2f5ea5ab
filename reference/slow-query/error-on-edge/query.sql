-- The people of the company, what they ordered, and what the orders were worth: each read once.
WITH people AS (
    SELECT customer_id, email FROM customers WHERE company_id = 42
),
per AS (
    SELECT p.customer_id, p.email,
           count(*) FILTER (WHERE o.status <> 'cancelled'
                              AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS orders_2024,
           max(o.placed_at) AS last_order_at
      FROM people p
      LEFT JOIN orders o USING (customer_id)
     GROUP BY p.customer_id, p.email
),
rev AS (
    SELECT o.customer_id, sum(i.quantity * i.unit_price) AS revenue
      FROM people p
      JOIN orders o USING (customer_id)
      JOIN order_items i USING (order_id)
     WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
     GROUP BY o.customer_id
)
SELECT per.customer_id,
       per.email,
       per.orders_2024,
       coalesce(rev.revenue, 0) AS revenue_2024,
       round(coalesce(rev.revenue, 0) / sum(rev.revenue) OVER (), 4) AS share_2024,
       per.last_order_at
  FROM per
  LEFT JOIN rev USING (customer_id)
 ORDER BY share_2024 DESC NULLS LAST, per.customer_id
 LIMIT 5 OFFSET 5;
