SELECT month::date AS month,
       (SELECT c.name FROM categories c WHERE c.category_id = ranked.category_id) AS category,
       place,
       customer_id,
       orders,
       value,
       round(value / nullif(category_value, 0), 4) AS share
  FROM (
    SELECT v.month, v.category_id, v.customer_id, v.value, v.orders,
           rank() OVER (PARTITION BY v.month, v.category_id ORDER BY v.value DESC) AS place,
           sum(v.value) OVER (PARTITION BY v.month, v.category_id) AS category_value
      FROM (
        -- one row per order and category first, so that orders can simply be counted
        SELECT per_order.month, per_order.category_id, per_order.customer_id,
               count(*) AS orders, sum(per_order.value) AS value
          FROM (
            SELECT o.order_id, o.customer_id, date_trunc('month', o.placed_at) AS month, p.category_id,
                   sum(i.quantity * i.unit_price) AS value
              FROM orders o
              JOIN order_items i ON i.order_id = o.order_id
              JOIN products p ON p.product_id = i.product_id
              LEFT JOIN LATERAL (
                SELECT true AS blocked
                  FROM blocked_customers b
                 WHERE b.active AND b.customer_id = o.customer_id
                 LIMIT 1
              ) AS b ON true
             WHERE (o.ship_country = 'PT' OR o.bill_country = 'PT')
               AND (o.status = 'disputed' OR lower(o.status) = 'cancelled')
               AND o.placed_at >= timestamp '2024-07-01'
               AND o.placed_at < timestamp '2025-01-01'
               AND b.blocked IS NULL
               AND 0 = (SELECT count(*) FROM blocked_customers x WHERE x.active AND x.customer_id IS NULL)
               AND (o.customer_id IS NOT NULL OR NOT EXISTS (SELECT FROM blocked_customers x WHERE x.active))
             GROUP BY o.order_id, p.category_id
          ) AS per_order
         GROUP BY per_order.month, per_order.category_id, per_order.customer_id
      ) AS v
  ) AS ranked
 WHERE place <= 3
 ORDER BY month, category_id, place, customer_id;
