-- Windows over the company's orders, then one row of each person.
WITH o AS (
  SELECT c.customer_id, c.email, o.order_id, o.placed_at,
         o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01' AS counts,
         (SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.order_id) AS worth
    FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id WHERE c.company_id = 42
), w AS (
  SELECT customer_id, email,
         count(*) FILTER (WHERE counts) OVER person AS n, coalesce(sum(worth) FILTER (WHERE counts) OVER person, 0) AS rev,
         sum(worth) FILTER (WHERE counts) OVER () AS total, max(placed_at) OVER person AS last_at,
         row_number() OVER (PARTITION BY customer_id) AS nth
    FROM o WINDOW person AS (PARTITION BY customer_id)
)
SELECT customer_id, email, n AS orders_2024, rev AS revenue_2024, round(rev / nullif(total, 0), 4) AS share_2024, last_at AS last_order_at
  FROM w WHERE nth = 1
 ORDER BY share_2024 DESC NULLS LAST, customer_id LIMIT 5 OFFSET 5;
