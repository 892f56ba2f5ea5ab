select c.customer_id,
       c.email,
       s.orders_2024,
       s.revenue_2024,
       round(s.revenue_2024 / nullif(sum(s.revenue_2024) over (), 0), 4) as share_2024,
       s.last_order_at
from customers as c
cross join lateral (
  select count(*) filter (where x.in_year) as orders_2024,
         coalesce(sum(x.worth) filter (where x.in_year), 0) as revenue_2024,
         max(x.placed_at) as last_order_at
  from (
    select o.placed_at,
           v.worth,
           (o.status <> 'cancelled' and o.placed_at >= timestamp '2024-01-01' and o.placed_at < timestamp '2025-01-01') as in_year
    from orders as o
    left join lateral (
      select sum(i.quantity * i.unit_price) as worth
      from order_items as i
      where i.order_id = o.order_id
        and o.status <> 'cancelled'
        and o.placed_at >= timestamp '2024-01-01'
        and o.placed_at < timestamp '2025-01-01'
    ) as v on true
    where o.customer_id = c.customer_id
  ) as x
) as s
where c.company_id = 42
order by share_2024 desc nulls last, c.customer_id
limit 5 offset 5
