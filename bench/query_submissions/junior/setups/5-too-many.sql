CREATE INDEX ON orders (placed_at);
CREATE INDEX ON orders (placed_at, status);
CREATE INDEX ON orders (status);
CREATE INDEX ON orders (status, placed_at);
CREATE INDEX ON orders (lower(status), placed_at);
CREATE INDEX ON order_items (order_id);
