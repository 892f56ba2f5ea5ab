-- Cancelled orders of the weekend of 15 to 17 March 2024, the latest first.
-- The days are a half-open range of the bare column, so that the index on placed_at can find them.
SELECT o.order_id,
       o.customer_id,
       o.placed_at,
       coalesce(o.ship_country, o.bill_country) AS country,
       count(i.line_no) AS lines,
       coalesce(sum(i.quantity * i.unit_price), 0) AS value
  FROM orders o
  LEFT JOIN order_items i ON i.order_id = o.order_id
 WHERE o.placed_at >= '2024-03-15'
   AND o.placed_at < '2024-03-18'
   AND lower(o.status) = 'cancelled'
 GROUP BY o.order_id
 ORDER BY o.placed_at DESC, o.order_id;
