select c.customer_id,
       c.email,
       (select count(*)
        from orders o
         where o.customer_id = c.customer_id
           AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01'
           AND o.placed_at < '2025-01-01') AS orders_2024,
       (select coalesce(sum(i.quantity * i.unit_price), 0)
        from orders o
          JOIN order_items i ON i.order_id = o.order_id
         where o.customer_id = c.customer_id
           AND o.status <> 'cancelled'
           AND o.placed_at >= '2024-01-01'
           AND o.placed_at < '2025-01-01') AS revenue_2024,
       round((select coalesce(sum(i.quantity * i.unit_price), 0)
              from orders o
                JOIN order_items i ON i.order_id = o.order_id
               where o.customer_id = c.customer_id
                 AND o.status <> 'cancelled'
                 AND o.placed_at >= '2024-01-01'
                 AND o.placed_at < '2025-01-01')
             / nullif((select coalesce(sum(i.quantity * i.unit_price), 0)
                       from customers k
                         JOIN orders o ON o.customer_id = k.customer_id
                         JOIN order_items i ON i.order_id = o.order_id
                        where k.company_id = c.company_id
                          AND o.status <> 'cancelled'
                          AND o.placed_at >= '2024-01-01'
                          AND o.placed_at < '2025-01-01'), 0), 4) AS share_2024,
       (select max(o.placed_at)
        from orders o
         where o.customer_id = c.customer_id) AS last_order_at
from customers c
 WHERE c.company_id = 42
 ORDER BY share_2024 DESC NULLS LAST, c.customer_id
 LIMIT 5 OFFSET 5;
