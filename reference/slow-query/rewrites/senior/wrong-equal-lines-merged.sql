-- UNION takes equal lines of an order for one.
WITH lines AS (
  SELECT o.order_id, o.customer_id, o.placed_at, p.category_id, i.quantity * i.unit_price AS value
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
   WHERE o.ship_country = 'PT' AND o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01' AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND o.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
  UNION
  SELECT o.order_id, o.customer_id, o.placed_at, p.category_id, i.quantity * i.unit_price
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
   WHERE o.bill_country = 'PT' AND o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01' AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND o.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
), per_customer AS (
  SELECT date_trunc('month', placed_at) AS month, category_id, customer_id, count(DISTINCT order_id) AS orders, sum(value) AS value FROM lines GROUP BY 1, 2, 3
), ranked AS (
  SELECT c.*, rank() OVER w AS place, sum(value) OVER (PARTITION BY month, category_id) AS category_value
    FROM per_customer c WINDOW w AS (PARTITION BY month, category_id ORDER BY value DESC)
)
SELECT r.month::date AS month, k.name AS category, r.place, r.customer_id, r.orders, r.value, round(r.value / nullif(r.category_value, 0), 4) AS share
  FROM ranked r JOIN categories k USING (category_id) WHERE r.place <= 3 ORDER BY r.month, r.category_id, r.place, r.customer_id;
