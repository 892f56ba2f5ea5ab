WITH sold AS (
  SELECT o.customer_id, o.order_id, o.placed_at,
         CASE WHEN o.placed_at BETWEEN '2024-01-01' AND '2024-12-31 23:59:59.999999' AND NOT o.status = 'cancelled'
              THEN 1 ELSE 0 END AS counts
    FROM orders o
   WHERE EXISTS (SELECT 1 FROM customers c WHERE c.customer_id = o.customer_id AND c.company_id = 42)
),
lines AS (
  SELECT s.customer_id, sum(i.quantity * i.unit_price) AS revenue
    FROM sold s, order_items i
   WHERE s.counts = 1 AND i.order_id = s.order_id
   GROUP BY s.customer_id
),
total AS (
  SELECT sum(revenue) AS revenue FROM lines
),
orders_per AS (
  SELECT customer_id, sum(counts) AS n, max(placed_at) AS last_at FROM sold GROUP BY customer_id
)
SELECT c.customer_id, c.email,
       coalesce(p.n, 0) AS orders_2024,
       coalesce(l.revenue, 0) AS revenue_2024,
       round(coalesce(l.revenue, 0) / nullif(t.revenue, 0), 4) AS share_2024,
       p.last_at AS last_order_at
  FROM customers c
  CROSS JOIN total t
  LEFT JOIN orders_per p ON p.customer_id = c.customer_id
  LEFT JOIN lines l ON l.customer_id = c.customer_id
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, customer_id
OFFSET 5 FETCH FIRST 5 ROWS ONLY;
