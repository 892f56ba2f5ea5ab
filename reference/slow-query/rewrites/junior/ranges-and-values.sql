/* The weekend as a range, the states as a list of values. */
SELECT o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
       count(i.order_id) AS lines, coalesce(sum(i.unit_price * i.quantity), 0) AS value
  FROM order_items i RIGHT JOIN orders o ON o.order_id = i.order_id
 WHERE tsrange('2024-03-15', '2024-03-18') @> o.placed_at
   AND lower(o.status) IN (SELECT v.status FROM (VALUES ('cancelled')) AS v (status))
 GROUP BY o.order_id
 ORDER BY o.placed_at DESC NULLS FIRST, o.order_id ASC;
