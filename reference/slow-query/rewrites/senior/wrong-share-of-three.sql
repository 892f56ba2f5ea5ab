-- The share of the best three, not of all.
WITH troubled AS (
  SELECT o.order_id, o.customer_id, date_trunc('month', o.placed_at) AS month
    FROM orders o
   WHERE o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01'
     AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND o.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
),
per_customer AS (
  SELECT t.month, p.category_id, t.customer_id, count(DISTINCT t.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM troubled t JOIN order_items i ON i.order_id = t.order_id JOIN products p ON p.product_id = i.product_id
   GROUP BY t.month, p.category_id, t.customer_id
),
ranked AS (
  SELECT c.*, rank() OVER (PARTITION BY c.month, c.category_id ORDER BY c.value DESC) AS place
    FROM per_customer c
)
SELECT r.month::date AS month, k.name AS category, r.place, r.customer_id, r.orders, r.value,
       round(r.value / nullif(sum(r.value) OVER (PARTITION BY r.month, r.category_id), 0), 4) AS share
  FROM ranked r JOIN categories k ON k.category_id = r.category_id
 WHERE r.place <= 3
 ORDER BY r.month, r.category_id, r.place, r.customer_id;
