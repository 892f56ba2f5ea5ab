with cancelled as (
    select order_id, customer_id, placed_at, coalesce(ship_country, bill_country) as country
    from orders
    where lower(status) = 'cancelled'
      and placed_at >= timestamp '2024-03-15 00:00:00'
      and placed_at <  timestamp '2024-03-18 00:00:00'
)
select c.order_id, c.customer_id, c.placed_at, c.country, l.lines, l.value
from cancelled as c
cross join lateral (
    select count(*) as lines, coalesce(sum(quantity * unit_price), 0) as value
    from order_items
    where order_id = c.order_id
) as l
order by c.placed_at desc, c.order_id;
