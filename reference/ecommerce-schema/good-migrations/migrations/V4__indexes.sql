-- V4: one index per question that no key answers
CREATE INDEX order_account_placed_idx ON "order" (account_id, placed DESC);
CREATE INDEX order_state_placed_idx ON "order" (state, placed);
CREATE INDEX order_line_sku_idx ON order_line (sku);
