select c.customer_id, c.email, s.n as orders_2024, s.rev as revenue_2024,
       round(s.rev / nullif(sum(s.rev) over (), 0), 4) as share_2024, l.placed_at as last_order_at
from customers as c
cross join lateral (
    select count(*) as n, coalesce(sum(w.worth), 0) as rev
    from orders as o
    left join lateral (select sum(i.quantity * i.unit_price) as worth from order_items as i where i.order_id = o.order_id) as w on true
    where o.customer_id = c.customer_id
      and o.status <> 'cancelled'
      and o.placed_at >= date '2024-01-01'
      and o.placed_at < date '2024-01-01' + interval '1 year'
) as s
left join lateral (
    select o.placed_at from orders as o where o.customer_id = c.customer_id order by o.placed_at desc limit 1
) as l on true
where c.company_id = 42
order by share_2024 desc nulls last, c.customer_id
limit 5 offset 5
