/* One branch for every country column; UNION takes an order that is in both once. */
WITH found AS (
  SELECT order_id, customer_id, placed_at, status FROM orders WHERE ship_country = 'PT' AND placed_at >= '2024-07-01' AND placed_at < '2025-01-01'
  UNION
  SELECT order_id, customer_id, placed_at, status FROM orders WHERE bill_country = 'PT' AND placed_at >= '2024-07-01' AND placed_at < '2025-01-01'
), bad AS (
  SELECT f.* FROM found f
   WHERE (f.status ILIKE 'cancelled' OR f.status = 'disputed')
     AND NOT EXISTS (SELECT FROM blocked_customers b WHERE b.active AND b.customer_id IS NULL)
     AND (f.customer_id IS NOT NULL OR NOT EXISTS (SELECT FROM blocked_customers b WHERE b.active))
     AND NOT EXISTS (SELECT FROM blocked_customers b WHERE b.active AND b.customer_id = f.customer_id)
), per_customer AS (
  SELECT date_trunc('month', b.placed_at)::date AS month, p.category_id, b.customer_id, count(DISTINCT b.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM bad b, order_items i, products p WHERE i.order_id = b.order_id AND p.product_id = i.product_id
   GROUP BY 1, 2, 3
), totals AS (SELECT month, category_id, sum(value) AS value FROM per_customer GROUP BY month, category_id)
SELECT c.month, k.name AS category, r.place, c.customer_id, c.orders, c.value, round(c.value / nullif(t.value, 0), 4) AS share
  FROM per_customer c
  JOIN totals t ON (t.month, t.category_id) = (c.month, c.category_id)
  JOIN categories k ON k.category_id = c.category_id
 CROSS JOIN LATERAL (SELECT 1 + count(*) AS place FROM per_customer x WHERE x.month = c.month AND x.category_id = c.category_id AND x.value > c.value) r
 WHERE r.place <= 3
 ORDER BY c.month, c.category_id, r.place, c.customer_id;
