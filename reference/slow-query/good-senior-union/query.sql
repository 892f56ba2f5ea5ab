with portugal as (
    -- UNION enlève les commandes qui sont livrées ET facturées au Portugal : order_id est la clé
    select order_id, customer_id, placed_at, status
    from orders
    where ship_country = 'PT' and placed_at >= date '2024-07-01' and placed_at < date '2025-01-01'
    union
    select order_id, customer_id, placed_at, status
    from orders
    where bill_country = 'PT' and placed_at >= date '2024-07-01' and placed_at < date '2025-01-01'
),
litiges as (
    select p.order_id, p.customer_id, date_trunc('month', p.placed_at) as month
    from portugal p
    where (p.status = 'disputed' or lower(p.status) = 'cancelled')
      and case
            when p.customer_id is null
              then not exists (select from blocked_customers b where b.active)
            else not exists (select from blocked_customers b where b.active and b.customer_id = p.customer_id)
             and not exists (select from blocked_customers b where b.active and b.customer_id is null)
          end
),
lignes as (
    select l.month, a.category_id, l.customer_id, l.order_id, i.quantity * i.unit_price as value
    from litiges l
    join order_items i using (order_id)
    join products a using (product_id)
),
totaux as (
    select month, category_id, customer_id,
           count(distinct order_id) as orders,
           sum(value) as value,
           rank() over (partition by month, category_id order by sum(value) desc) as place,
           sum(sum(value)) over (partition by month, category_id) as total
    from lignes
    group by month, category_id, customer_id
)
select t.month::date as month, c.name as category, t.place, t.customer_id, t.orders, t.value,
       round(t.value / nullif(t.total, 0), 4) as share
from totaux t
join categories c using (category_id)
where t.place < 4
order by t.month, category_id, t.place, t.customer_id;
