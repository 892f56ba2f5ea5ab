-- What matters about the list is counted once.
with list as materialized (
    select count(*) as entries, count(customer_id) as known from blocked_customers where active
),
per_order as (
    select o.order_id, o.customer_id, make_date(2024, extract(month from o.placed_at)::int, 1) as month
    from orders as o
    cross join list as l
    left join (select distinct customer_id from blocked_customers where active) as b on b.customer_id = o.customer_id
    where o.placed_at >= '2024-07-01' and o.placed_at < date '2024-07-01' + interval '6 months'
      and (o.bill_country = 'PT' or o.ship_country in ('PT'))
      and (o.status = 'disputed' or lower(o.status) = 'cancelled')
      and (l.entries = 0 or (l.entries = l.known and o.customer_id is not null and b.customer_id is null))
),
sums as (
    select t.month, p.category_id, t.customer_id, count(distinct t.order_id) as orders, sum(i.quantity * i.unit_price) as value
    from per_order as t
    inner join order_items as i on i.order_id = t.order_id
    inner join products as p on p.product_id = i.product_id
    group by t.month, p.category_id, t.customer_id
),
placed as (
    select s.*, rank() over w as place, sum(s.value) over (partition by s.month, s.category_id) as total
    from sums as s
    window w as (partition by s.month, s.category_id order by s.value desc)
)
select x.month, k.name as category, x.place, x.customer_id, x.orders, x.value, round(x.value / nullif(x.total, 0), 4) as share
from placed as x
inner join categories as k on k.category_id = x.category_id
where x.place < 4
order by x.month, x.category_id, x.place, x.customer_id
