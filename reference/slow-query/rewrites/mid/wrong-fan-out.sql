-- One join for everything: an order with three lines counts three times.
SELECT c.customer_id, c.email, count(o.order_id) FILTER (WHERE o.counts) AS orders_2024,
       coalesce(sum(i.quantity * i.unit_price) FILTER (WHERE o.counts), 0) AS revenue_2024,
       round(coalesce(sum(i.quantity * i.unit_price) FILTER (WHERE o.counts), 0)
             / nullif(sum(sum(i.quantity * i.unit_price) FILTER (WHERE o.counts)) OVER (), 0), 4) AS share_2024,
       max(o.placed_at) AS last_order_at
  FROM customers c
  LEFT JOIN (SELECT *, status <> 'cancelled' AND placed_at >= '2024-01-01' AND placed_at < '2025-01-01' AS counts FROM orders) o
         ON o.customer_id = c.customer_id
  LEFT JOIN order_items i ON i.order_id = o.order_id
 WHERE c.company_id = 42
 GROUP BY c.customer_id
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id LIMIT 5 OFFSET 5;
