CREATE INDEX orders_trouble_idx ON orders (placed_at) WHERE status = 'disputed' OR lower(status) = 'cancelled';
SET work_mem = '64MB';
