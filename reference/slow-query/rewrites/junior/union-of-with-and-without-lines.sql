-- Orders with lines, and below them those without.
WITH wanted AS MATERIALIZED (
  SELECT o.* FROM orders o WHERE date_trunc('day', o.placed_at) BETWEEN '2024-03-15'::date AND '2024-03-17'::date AND lower(o.status) = 'cancelled'
)
SELECT w.order_id, w.customer_id, w.placed_at, coalesce(w.ship_country, w.bill_country) AS country,
       count(*) AS lines, sum(i.quantity * i.unit_price) AS value
  FROM wanted w JOIN order_items i ON i.order_id = w.order_id
 GROUP BY w.order_id, w.customer_id, w.placed_at, coalesce(w.ship_country, w.bill_country)
UNION ALL
SELECT w.order_id, w.customer_id, w.placed_at, coalesce(w.ship_country, w.bill_country), 0, 0
  FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = w.order_id)
ORDER BY placed_at DESC, order_id;
