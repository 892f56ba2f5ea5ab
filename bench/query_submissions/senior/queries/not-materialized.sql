-- Half of the way: the planner may look into the first CTE, the conditions stay as they are.
WITH sales AS NOT MATERIALIZED (
  SELECT o.order_id, o.customer_id, o.status, o.placed_at, o.ship_country, o.bill_country,
         i.product_id, i.quantity * i.unit_price AS value
    FROM orders o
    JOIN order_items i ON i.order_id = o.order_id
),
troubled AS (
  SELECT s.order_id, s.customer_id, date_trunc('month', s.placed_at) AS month, p.category_id, s.value
    FROM sales s
    JOIN products p ON p.product_id = s.product_id
   WHERE extract(year FROM s.placed_at) = 2024
     AND extract(month FROM s.placed_at) > 6
     AND (s.ship_country = 'PT' OR s.bill_country = 'PT')
     AND (s.status = 'disputed' OR lower(s.status) = 'cancelled')
     AND s.customer_id NOT IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active)
),
per_customer AS (
  SELECT t.month, t.category_id, t.customer_id, count(DISTINCT t.order_id) AS orders, sum(t.value) AS value
    FROM troubled t
   GROUP BY t.month, t.category_id, t.customer_id
),
ranked AS (
  SELECT c.month, c.category_id, c.customer_id, c.orders, c.value,
         rank() OVER (PARTITION BY c.month, c.category_id ORDER BY c.value DESC) AS place,
         sum(c.value) OVER (PARTITION BY c.month, c.category_id) AS category_value
    FROM per_customer c
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
