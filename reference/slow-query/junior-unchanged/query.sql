-- The orders of a weekend that were cancelled, the latest first: support calls these customers on Monday.
select o.order_id,
       o.customer_id,
       o.placed_at,
       coalesce(o.ship_country, o.bill_country) AS country,
       count(i.line_no) AS lines,
       coalesce(sum(i.quantity * i.unit_price), 0) AS value
  from orders o
  left join order_items i ON i.order_id = o.order_id
 WHERE to_char(o.placed_at, 'YYYY-MM-DD') BETWEEN '2024-03-15' AND '2024-03-17'
   AND lower(o.status) = 'cancelled'
 GROUP BY o.order_id
 ORDER BY o.placed_at DESC, o.order_id;
