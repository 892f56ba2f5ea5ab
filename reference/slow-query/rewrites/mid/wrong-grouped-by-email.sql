-- Two people may share an address.
WITH s AS (
  SELECT min(c.customer_id) AS customer_id, c.email, count(o.order_id) AS n, coalesce(sum(w.worth), 0) AS rev
    FROM customers c
    LEFT JOIN orders o ON o.customer_id = c.customer_id AND o.status <> 'cancelled'
                      AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'
    LEFT JOIN LATERAL (SELECT sum(quantity * unit_price) AS worth FROM order_items WHERE order_id = o.order_id) w ON true
   WHERE c.company_id = 42 GROUP BY c.email
)
SELECT s.customer_id, s.email, s.n AS orders_2024, s.rev AS revenue_2024,
       round(s.rev / nullif(sum(s.rev) OVER (), 0), 4) AS share_2024,
       (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = s.customer_id) AS last_order_at
  FROM s ORDER BY share_2024 DESC NULLS LAST, s.customer_id LIMIT 5 OFFSET 5;
