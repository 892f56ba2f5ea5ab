CREATE INDEX customers_company_id_idx ON customers (company_id);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE INDEX ON orders (status, placed_at);
CREATE INDEX ON orders (placed_at) INCLUDE (order_id, customer_id, status);
CREATE INDEX ON order_items (product_id) INCLUDE (order_id, quantity, unit_price);
CREATE INDEX ON order_items (order_id) INCLUDE (quantity, unit_price);
CREATE INDEX ON customers (email);
