WITH o AS (
  SELECT o.* FROM orders o WHERE EXISTS (SELECT FROM customers c WHERE c.customer_id = o.customer_id AND c.company_id = 42)
),
last_order AS (SELECT DISTINCT ON (customer_id) customer_id, placed_at FROM o ORDER BY customer_id, placed_at DESC),
per_order AS (
  SELECT o.customer_id, o.order_id, coalesce(sum(i.quantity * i.unit_price), 0) AS worth
    FROM o LEFT JOIN order_items i ON i.order_id = o.order_id
   WHERE (o.status < 'cancelled' OR o.status > 'cancelled') AND to_char(o.placed_at, 'YYYY') = '2024'
   GROUP BY o.customer_id, o.order_id
),
totals AS (SELECT customer_id, count(*) AS n, sum(worth) AS rev FROM per_order GROUP BY customer_id)
SELECT c.customer_id, c.email, coalesce(t.n, 0) AS orders_2024, coalesce(t.rev, 0.00) AS revenue_2024,
       round(coalesce(t.rev, 0) / nullif((SELECT sum(rev) FROM totals), 0), 4) AS share_2024,
       l.placed_at AS last_order_at
  FROM customers c
  LEFT JOIN totals t ON t.customer_id = c.customer_id
  LEFT JOIN last_order l ON l.customer_id = c.customer_id
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id
 LIMIT 5 OFFSET 5;
