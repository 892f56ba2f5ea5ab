CREATE INDEX orders_placed_at_brin ON orders USING brin (placed_at);
