-- Orders are counted through their lines: an order without one is not counted.
WITH s AS (
  SELECT o.customer_id, count(DISTINCT o.order_id) AS n, sum(i.quantity * i.unit_price) AS rev
    FROM orders o JOIN order_items i ON i.order_id = o.order_id
   WHERE o.status <> 'cancelled' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
   GROUP BY o.customer_id
), l AS (SELECT customer_id, max(placed_at) AS last_at FROM orders GROUP BY customer_id)
SELECT c.customer_id, c.email, coalesce(s.n, 0) AS orders_2024, coalesce(s.rev, 0) AS revenue_2024,
       round(coalesce(s.rev, 0) / nullif(sum(s.rev) OVER (), 0), 4) AS share_2024, l.last_at AS last_order_at
  FROM customers c LEFT JOIN s USING (customer_id) LEFT JOIN l USING (customer_id)
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, customer_id LIMIT 5 OFFSET 5;
