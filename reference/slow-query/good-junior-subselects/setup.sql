CREATE INDEX idx_orders_status_date ON orders (LOWER(status), placed_at);
