-- LIMIT 3 cuts through a shared third place.
WITH per_customer AS (
  SELECT date_trunc('month', o.placed_at) AS month, p.category_id, o.customer_id, count(DISTINCT o.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
   WHERE o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01' AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND o.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
   GROUP BY 1, 2, 3
), groups AS (SELECT month, category_id, sum(value) AS category_value FROM per_customer GROUP BY 1, 2)
SELECT g.month::date AS month, k.name AS category, b.place, b.customer_id, b.orders, b.value, round(b.value / nullif(g.category_value, 0), 4) AS share
  FROM groups g JOIN categories k USING (category_id)
 CROSS JOIN LATERAL (
   SELECT c.*, rank() OVER (ORDER BY c.value DESC) AS place FROM per_customer c
    WHERE c.month = g.month AND c.category_id = g.category_id ORDER BY c.value DESC, c.customer_id LIMIT 3) b
 ORDER BY g.month, g.category_id, b.place, b.customer_id;
