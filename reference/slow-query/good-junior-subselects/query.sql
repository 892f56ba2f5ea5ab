SELECT order_id, customer_id, placed_at,
       COALESCE(ship_country, bill_country) AS country,
       (SELECT COUNT(*) FROM order_items oi WHERE oi.order_id = orders.order_id) AS lines,
       (SELECT COALESCE(SUM(oi.quantity * oi.unit_price), 0) FROM order_items oi WHERE oi.order_id = orders.order_id) AS value
FROM orders
WHERE LOWER(status) = 'cancelled'
  AND placed_at BETWEEN '2024-03-15' AND '2024-03-17 23:59:59.999999'
ORDER BY placed_at DESC, order_id;
