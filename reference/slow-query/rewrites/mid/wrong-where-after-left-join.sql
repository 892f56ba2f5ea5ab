-- The condition on the orders in WHERE takes back what the LEFT JOIN kept.
WITH worth AS (SELECT order_id, sum(quantity * unit_price) AS worth FROM order_items GROUP BY order_id),
s AS (
  SELECT c.customer_id, c.email, count(o.order_id) AS n, coalesce(sum(w.worth), 0) AS rev
    FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id LEFT JOIN worth w ON w.order_id = o.order_id
   WHERE c.company_id = 42 AND o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
   GROUP BY c.customer_id
)
SELECT s.customer_id, s.email, s.n AS orders_2024, s.rev AS revenue_2024,
       round(s.rev / nullif(sum(s.rev) OVER (), 0), 4) AS share_2024,
       (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = s.customer_id) AS last_order_at
  FROM s ORDER BY share_2024 DESC NULLS LAST, s.customer_id LIMIT 5 OFFSET 5;
