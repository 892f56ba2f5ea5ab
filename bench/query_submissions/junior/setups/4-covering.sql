CREATE INDEX orders_covering_idx ON orders (lower(status), placed_at)
  INCLUDE (order_id, status, customer_id, ship_country, bill_country);
CREATE INDEX order_items_covering_idx ON order_items (order_id) INCLUDE (line_no, quantity, unit_price);
