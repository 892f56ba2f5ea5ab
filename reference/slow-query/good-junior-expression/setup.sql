CREATE INDEX orders_tag_idx ON orders ((placed_at::date));
