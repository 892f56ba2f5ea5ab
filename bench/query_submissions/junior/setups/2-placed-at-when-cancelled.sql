CREATE INDEX orders_cancelled_idx ON orders (placed_at) WHERE lower(status) = 'cancelled';
