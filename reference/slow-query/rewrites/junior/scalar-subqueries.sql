-- The weekend first; the lines are asked for each of its orders.
SELECT o.order_id, o.customer_id, o.placed_at, CASE WHEN o.ship_country IS NULL THEN o.bill_country ELSE o.ship_country END AS country,
       (SELECT count(*) FROM order_items i WHERE i.order_id = o.order_id) AS lines,
       (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_items WHERE order_id = o.order_id) AS value
  FROM orders o
 WHERE o.placed_at BETWEEN '2024-03-15' AND '2024-03-17 23:59:59.999999' AND o.status ILIKE 'cancelled'
 ORDER BY placed_at DESC, order_id;
