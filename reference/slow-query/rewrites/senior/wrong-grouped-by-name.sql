-- Categories that share a name become one.
WITH per_customer AS (
  SELECT date_trunc('month', o.placed_at) AS month, k.name, min(k.category_id) AS category_id, o.customer_id, count(DISTINCT o.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id) JOIN categories k USING (category_id)
   WHERE o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01' AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND o.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
   GROUP BY date_trunc('month', o.placed_at), k.name, o.customer_id
), ranked AS (
  SELECT c.*, rank() OVER w AS place, sum(value) OVER (PARTITION BY month, name) AS category_value
    FROM per_customer c WINDOW w AS (PARTITION BY month, name ORDER BY value DESC)
)
SELECT month::date AS month, name AS category, place, customer_id, orders, value, round(value / nullif(category_value, 0), 4) AS share
  FROM ranked r WHERE place <= 3 ORDER BY r.month, category_id, place, customer_id;
