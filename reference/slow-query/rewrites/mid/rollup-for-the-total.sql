-- The total comes out of the same grouping.
WITH lines AS (
  SELECT o.customer_id, o.order_id, i.quantity * i.unit_price AS worth
    FROM customers c JOIN orders o ON o.customer_id = c.customer_id LEFT JOIN order_items i ON i.order_id = o.order_id
   WHERE c.company_id = 42 AND o.status NOT IN ('cancelled')
     AND o.placed_at >= '2024-01-01'::date AND o.placed_at < '2025-01-01'::date
),
g AS (SELECT customer_id, count(DISTINCT order_id) AS n, sum(worth) AS rev, grouping(customer_id) AS whole FROM lines GROUP BY ROLLUP (customer_id))
SELECT c.customer_id, c.email, coalesce(g.n, 0) AS orders_2024, coalesce(g.rev, 0) AS revenue_2024,
       round(coalesce(g.rev, 0) / nullif((SELECT rev FROM g WHERE whole = 1), 0), 4) AS share_2024,
       l.last_at AS last_order_at
  FROM customers c
  LEFT JOIN g ON g.customer_id = c.customer_id AND g.whole = 0
  LEFT JOIN (SELECT customer_id, max(placed_at) AS last_at FROM orders GROUP BY customer_id) l ON l.customer_id = c.customer_id
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id
 LIMIT 5 OFFSET 5;
