CREATE INDEX customers_company_idx ON customers (company_id) INCLUDE (customer_id, email);
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at) INCLUDE (order_id, status);
CREATE INDEX order_items_order_idx ON order_items (order_id) INCLUDE (quantity, unit_price);
