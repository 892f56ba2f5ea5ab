create index orders_livraison on orders (ship_country, placed_at);
create index orders_facturation on orders (bill_country, placed_at);
create index blocages_actifs on blocked_customers (customer_id) where active;
