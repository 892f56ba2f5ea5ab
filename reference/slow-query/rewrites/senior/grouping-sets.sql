-- Customers and the total of their category out of one grouping.
WITH lines AS (
  SELECT date_trunc('month', o.placed_at) AS month, p.category_id, o.customer_id, o.order_id, i.quantity * i.unit_price AS value
    FROM orders o
    JOIN order_items i ON i.order_id = o.order_id
    JOIN products p ON p.product_id = i.product_id
   WHERE o.placed_at BETWEEN timestamp '2024-07-01' AND timestamp '2024-12-31 23:59:59.999999'
     AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
     AND NOT (o.customer_id IN (SELECT b.customer_id FROM blocked_customers b WHERE b.active IS TRUE))
), g AS (
  SELECT month, category_id, customer_id, grouping(customer_id) AS whole, count(DISTINCT order_id) AS orders, sum(value) AS value
    FROM lines GROUP BY GROUPING SETS ((month, category_id, customer_id), (month, category_id))
), ranked AS (
  SELECT g.*, rank() OVER (PARTITION BY month, category_id ORDER BY value DESC) AS place FROM g WHERE whole = 0
)
SELECT CAST(r.month AS date) AS month, k.name AS category, r.place, r.customer_id, r.orders, r.value,
       round(r.value / nullif(t.value, 0), 4) AS share
  FROM ranked r
  JOIN g t ON t.whole = 1 AND t.month = r.month AND t.category_id = r.category_id
  JOIN categories k ON k.category_id = r.category_id
 WHERE r.place <= 3
 ORDER BY r.month, r.category_id, r.place, r.customer_id;
