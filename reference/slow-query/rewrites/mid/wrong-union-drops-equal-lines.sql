-- UNION instead of UNION ALL: two equal lines become one.
WITH lines AS (
  SELECT o.customer_id, i.quantity * i.unit_price AS worth
    FROM orders o JOIN order_items i USING (order_id)
   WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
     AND o.customer_id IN (SELECT customer_id FROM customers WHERE company_id = 42)
  UNION
  SELECT customer_id, 0 FROM customers WHERE company_id = 42
), r AS (SELECT customer_id, sum(worth) AS rev FROM lines GROUP BY customer_id)
SELECT c.customer_id, c.email,
       (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') AS orders_2024,
       r.rev AS revenue_2024, round(r.rev / nullif(sum(r.rev) OVER (), 0), 4) AS share_2024,
       (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.customer_id) AS last_order_at
  FROM customers c JOIN r USING (customer_id)
 ORDER BY share_2024 DESC NULLS LAST, customer_id LIMIT 5 OFFSET 5;
