create index idx_customers_company on customers (company_id);
create index idx_orders_customer_date on orders (customer_id, placed_at);
analyze customers;
analyze orders;
