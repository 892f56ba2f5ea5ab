select o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) as country,
       count(i.line_no) as lines, coalesce(sum(i.quantity * i.unit_price), 0) as value
from orders as o
left join order_items as i using (order_id)
where o.placed_at >= timestamp '2024-03-15 00:00:00'
  and o.placed_at < timestamp '2024-03-15 00:00:00' + interval '3 days'
  and upper(o.status) = 'CANCELLED'
group by o.order_id
order by o.placed_at desc, o.order_id
