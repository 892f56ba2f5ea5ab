-- EXCEPT takes the blocked away; what NULL means is asked beside it.
WITH candidates AS (
  SELECT o.order_id, o.customer_id, o.placed_at FROM orders o
   WHERE to_char(o.placed_at, 'YYYY-MM') BETWEEN '2024-07' AND '2024-12' AND (o.ship_country = 'PT' OR o.bill_country = 'PT')
     AND (lower(o.status) = 'cancelled' OR o.status = 'disputed')
), fair AS (
  SELECT customer_id FROM candidates EXCEPT SELECT customer_id FROM blocked_customers WHERE active
), kept AS (
  SELECT c.* FROM candidates c JOIN fair f ON f.customer_id IS NOT DISTINCT FROM c.customer_id
   WHERE (SELECT bool_and(customer_id IS NOT NULL) FROM blocked_customers WHERE active) IS NOT FALSE
     AND (c.customer_id IS NOT NULL OR (SELECT count(*) FROM blocked_customers WHERE active) = 0)
), per_customer AS (
  SELECT date_trunc('month', t.placed_at) AS month, p.category_id, t.customer_id, count(DISTINCT t.order_id) AS orders, sum(i.quantity * i.unit_price) AS value
    FROM kept t JOIN order_items i USING (order_id) JOIN products p USING (product_id) GROUP BY 1, 2, 3
), ranked AS (
  SELECT c.*, rank() OVER (PARTITION BY month, category_id ORDER BY value DESC) AS place,
         sum(value) OVER (PARTITION BY month, category_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS total
    FROM per_customer c
)
SELECT r.month::date AS month, k.name AS category, r.place, r.customer_id, r.orders, r.value, round(r.value / nullif(r.total, 0), 4) AS share
  FROM ranked r JOIN categories k USING (category_id) WHERE NOT r.place > 3 ORDER BY r.month, category_id, r.place, r.customer_id;
