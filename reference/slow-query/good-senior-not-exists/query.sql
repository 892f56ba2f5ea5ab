-- The few orders in question first (two indexes, one per country column), then only their lines.
WITH suspects AS (
  SELECT o.order_id, o.customer_id, date_trunc('month', o.placed_at) AS month
    FROM orders o
   WHERE o.placed_at >= '2024-07-01'
     AND o.placed_at < '2025-01-01'
     AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (o.status = 'disputed' OR lower(o.status) = 'cancelled')
     -- what NOT IN (SELECT customer_id …) means once it is written out, NULLs included
     AND NOT EXISTS (SELECT 1 FROM blocked_customers b WHERE b.active AND b.customer_id = o.customer_id)
     AND NOT EXISTS (SELECT 1 FROM blocked_customers b WHERE b.active AND b.customer_id IS NULL)
     AND (o.customer_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM blocked_customers b WHERE b.active))
),
per_customer AS (
  SELECT s.month, p.category_id, s.customer_id,
         count(DISTINCT s.order_id) AS orders,
         sum(i.quantity * i.unit_price) AS value
    FROM suspects s
    JOIN order_items i ON i.order_id = s.order_id
    JOIN products p ON p.product_id = i.product_id
   GROUP BY s.month, p.category_id, s.customer_id
),
ranked AS (
  SELECT *,
         rank() OVER (PARTITION BY month, category_id ORDER BY value DESC) AS place,
         sum(value) OVER (PARTITION BY month, category_id) AS category_value
    FROM per_customer
)
SELECT r.month::date AS month,
       k.name AS category,
       r.place,
       r.customer_id,
       r.orders,
       r.value,
       round(r.value / nullif(r.category_value, 0), 4) AS share
  FROM ranked r
  JOIN categories k ON k.category_id = r.category_id
 WHERE r.place <= 3
 ORDER BY r.month, r.category_id, r.place, r.customer_id;
