CREATE INDEX ON orders (ship_country);
CREATE INDEX ON orders (bill_country);
CREATE INDEX ON orders (placed_at);
CREATE INDEX ON orders (status);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON order_items (product_id);
CREATE INDEX ON blocked_customers (customer_id);
