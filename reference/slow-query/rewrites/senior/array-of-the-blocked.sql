-- The list as an array; comparing with its elements knows NULL as NOT IN does.
WITH b AS MATERIALIZED (SELECT array_agg(customer_id) AS ids, count(*) AS n FROM blocked_customers WHERE active),
per_customer AS (
  SELECT date_trunc('month', o.placed_at) AS month, p.category_id, o.customer_id, count(DISTINCT o.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM b, orders o JOIN order_items i ON i.order_id = o.order_id JOIN products p ON p.product_id = i.product_id
   WHERE o.placed_at >= '2024-07-01' AND o.placed_at < '2025-01-01' AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed') AND (b.n = 0 OR o.customer_id <> ALL (b.ids))
   GROUP BY 1, 2, 3
), top AS (
  SELECT c.*, (SELECT count(*) FROM per_customer x WHERE x.month = c.month AND x.category_id = c.category_id AND x.value > c.value) + 1 AS place,
         (SELECT sum(x.value) FROM per_customer x WHERE x.month = c.month AND x.category_id = c.category_id) AS total
    FROM per_customer c
)
SELECT t.month::date AS month, (SELECT name FROM categories k WHERE k.category_id = t.category_id) AS category,
       t.place, t.customer_id, t.orders, t.value, round(t.value / nullif(t.total, 0), 4) AS share
  FROM top t WHERE t.place IN (1, 2, 3) ORDER BY t.month, t.category_id, t.place, t.customer_id;
