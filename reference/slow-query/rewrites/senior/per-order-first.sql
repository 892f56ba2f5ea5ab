-- Lines are summed per order and category before orders are summed per customer.
WITH o AS (
  SELECT order_id, customer_id, placed_at FROM orders
   WHERE (placed_at, placed_at) >= ('2024-07-01'::timestamp, '2024-07-01'::timestamp) AND placed_at < '2025-01-01'
     AND (ship_country = 'PT' OR bill_country = 'PT')
     AND CASE WHEN status = 'disputed' THEN true ELSE lower(status) = 'cancelled' END
), kept AS (
  SELECT * FROM o WHERE (customer_id IN (SELECT customer_id FROM blocked_customers WHERE active)) IS FALSE
), per_order AS (
  SELECT o.order_id, o.customer_id, o.placed_at, p.category_id, sum(i.quantity * i.unit_price) AS value
    FROM kept o JOIN order_items i ON i.order_id = o.order_id JOIN products p ON p.product_id = i.product_id
   GROUP BY o.order_id, o.customer_id, o.placed_at, p.category_id
), per_customer AS (
  SELECT date_trunc('month', placed_at) AS month, category_id, customer_id, count(*) AS orders, sum(value) AS value,
         sum(sum(value)) OVER g AS total, rank() OVER (PARTITION BY date_trunc('month', placed_at), category_id ORDER BY sum(value) DESC) AS place
    FROM per_order GROUP BY date_trunc('month', placed_at), category_id, customer_id
  WINDOW g AS (PARTITION BY date_trunc('month', placed_at), category_id)
)
SELECT p.month::date AS month, k.name AS category, p.place, p.customer_id, p.orders, p.value, round(p.value / nullif(p.total, 0), 4) AS share
  FROM per_customer p LEFT JOIN categories k USING (category_id)
 WHERE p.place <= 3 ORDER BY p.month, p.category_id, p.place, p.customer_id;
