CREATE INDEX ON customers (company_id);
CREATE INDEX ON orders (customer_id, placed_at);
CREATE INDEX ON orders (placed_at);
CREATE INDEX ON orders (status, placed_at);
CREATE INDEX ON orders (customer_id, status, placed_at);
CREATE INDEX ON order_items (order_id);
