-- Rows 5 to 10 instead of 6 to 10.
WITH people AS (SELECT customer_id, email FROM customers WHERE company_id = 42),
o AS (
  SELECT o.order_id, o.customer_id, o.placed_at,
         o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01' AS counts
    FROM orders o WHERE o.customer_id IN (SELECT customer_id FROM people)
),
a AS (SELECT customer_id, count(*) FILTER (WHERE counts) AS n, max(placed_at) AS last_at FROM o GROUP BY 1),
r AS (SELECT o.customer_id, sum(i.quantity * i.unit_price) AS rev FROM o JOIN order_items i USING (order_id) WHERE counts GROUP BY 1),
s AS (
  SELECT p.customer_id, p.email, coalesce(a.n, 0) AS orders_2024, coalesce(r.rev, 0) AS revenue_2024,
         round(coalesce(r.rev, 0) / nullif(sum(r.rev) OVER (), 0), 4) AS share_2024, a.last_at AS last_order_at
    FROM people p LEFT JOIN a USING (customer_id) LEFT JOIN r USING (customer_id)
), n AS (SELECT s.*, row_number() OVER (ORDER BY share_2024 DESC NULLS LAST, customer_id) AS place FROM s)
SELECT customer_id, email, orders_2024, revenue_2024, share_2024, last_order_at
  FROM n WHERE place BETWEEN 5 AND 10 ORDER BY place;
