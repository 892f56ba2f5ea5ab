CREATE INDEX customers_company_id_idx ON customers (company_id);
CREATE INDEX orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);
