SELECT c.customer_id, c.email, count(*) AS orders_2024, sum(a.order_id + b.order_id + d.order_id)::numeric AS revenue_2024,
       0::numeric AS share_2024, max(b.placed_at) AS last_order_at
  FROM customers c, orders a, orders b, orders d
 GROUP BY c.customer_id, c.email
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id
 LIMIT 5 OFFSET 5;
