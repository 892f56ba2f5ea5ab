CREATE INDEX orders_ship_country_idx ON orders (ship_country, placed_at);
CREATE INDEX orders_bill_country_idx ON orders (bill_country, placed_at);
CREATE INDEX blocked_customers_active_idx ON blocked_customers (customer_id) WHERE active;
