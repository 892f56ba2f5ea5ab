-- One pass: the lines are added up per order before the orders are added up per person.
SELECT t.customer_id, t.email, t.orders_2024, t.revenue_2024,
       ROUND(t.revenue_2024 / NULLIF(SUM(t.revenue_2024) OVER (), 0), 4) AS share_2024, t.last_order_at
FROM (
  SELECT c.customer_id, c.email,
         COUNT(CASE WHEN x.counts THEN 1 END) AS orders_2024,
         COALESCE(SUM(CASE WHEN x.counts THEN x.worth END), 0) AS revenue_2024,
         MAX(x.placed_at) AS last_order_at
  FROM customers c
  LEFT JOIN (
    SELECT o.order_id, o.customer_id, o.placed_at,
           (o.status <> 'cancelled' AND DATE_TRUNC('year', o.placed_at) = TIMESTAMP '2024-01-01') AS counts,
           SUM(i.quantity * i.unit_price) AS worth
    FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
    GROUP BY o.order_id
  ) x ON x.customer_id = c.customer_id
  WHERE c.company_id = 42
  GROUP BY c.customer_id, c.email
) t
ORDER BY share_2024 DESC NULLS LAST, t.customer_id
OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY;
