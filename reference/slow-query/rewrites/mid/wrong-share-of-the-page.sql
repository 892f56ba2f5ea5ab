-- The page is cut first, so the share is one of the page.
WITH r AS (
  SELECT c.customer_id, c.email,
         (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
             AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS n,
         coalesce((SELECT sum(i.quantity * i.unit_price) FROM orders o JOIN order_items i USING (order_id)
           WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
             AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'), 0) AS rev,
         (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.customer_id) AS last_at
    FROM customers c WHERE c.company_id = 42
), page AS (SELECT * FROM r ORDER BY rev DESC, customer_id LIMIT 5 OFFSET 5)
SELECT customer_id, email, n AS orders_2024, rev AS revenue_2024,
       round(rev / nullif(sum(rev) OVER (), 0), 4) AS share_2024, last_at AS last_order_at
  FROM page ORDER BY share_2024 DESC NULLS LAST, customer_id;
