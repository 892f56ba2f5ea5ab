CREATE INDEX idx_orders_placed_at ON orders (placed_at);
CREATE INDEX idx_orders_status ON orders (status);
