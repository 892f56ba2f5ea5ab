-- The sum of no lines is NULL.
SELECT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       (SELECT count(*) FROM order_items i WHERE i.order_id = o.order_id) AS lines,
       (SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.order_id) AS value
  FROM orders o
 WHERE o.placed_at >= '2024-03-15' AND o.placed_at < '2024-03-18' AND lower(o.status) = 'cancelled'
 ORDER BY o.placed_at DESC, o.order_id;
