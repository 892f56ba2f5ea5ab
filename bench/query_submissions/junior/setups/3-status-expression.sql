CREATE INDEX orders_lower_status_idx ON orders (lower(status));
