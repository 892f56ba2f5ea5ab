-- only the few cancelled orders are in this index, and all that the query needs of them
create index cancelled_orders_by_date on orders (placed_at desc, order_id)
    include (customer_id, ship_country, bill_country)
    where lower(status) = 'cancelled';
analyze orders;
