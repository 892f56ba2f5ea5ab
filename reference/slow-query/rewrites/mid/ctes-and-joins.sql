-- Every table once: aggregates first, joined at the end.
WITH people AS (SELECT customer_id, email FROM customers WHERE company_id = 42),
orders_of AS (
  SELECT o.customer_id, count(*) FILTER (WHERE o.status <> 'cancelled' AND o.placed_at BETWEEN '2024-01-01' AND '2024-12-31 23:59:59.999999') AS n,
         max(o.placed_at) AS last_at
    FROM orders o JOIN people p ON p.customer_id = o.customer_id GROUP BY o.customer_id
),
revenue AS (
  SELECT o.customer_id, sum(i.quantity * i.unit_price) AS rev
    FROM people p JOIN orders o ON o.customer_id = p.customer_id JOIN order_items i ON i.order_id = o.order_id
   WHERE NOT o.status = 'cancelled' AND extract(year FROM o.placed_at) = 2024
   GROUP BY o.customer_id
)
SELECT p.customer_id, p.email, coalesce(n, 0) AS orders_2024, coalesce(rev, 0) AS revenue_2024,
       round(coalesce(rev, 0) / nullif(sum(rev) OVER (), 0), 4) AS share_2024, last_at AS last_order_at
  FROM people p LEFT JOIN orders_of o ON o.customer_id = p.customer_id LEFT JOIN revenue r ON r.customer_id = p.customer_id
 ORDER BY share_2024 DESC NULLS LAST, p.customer_id LIMIT 5 OFFSET 5;
