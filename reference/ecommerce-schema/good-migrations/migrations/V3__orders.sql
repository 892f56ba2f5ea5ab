-- V3: orders. Their states are rows, so that the office can describe them.
CREATE TABLE order_state (
    code varchar(12) PRIMARY KEY,
    description text NOT NULL,
    is_final boolean NOT NULL DEFAULT false
);

INSERT INTO order_state (code, description, is_final) VALUES
    ('new', 'placed, not paid', false),
    ('paid', 'paid, to be packed', false),
    ('shipped', 'handed to the carrier', false),
    ('closed', 'arrived', true),
    ('cancelled', 'called off before shipping', true);

CREATE TABLE "order" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL,
    state varchar(12) NOT NULL DEFAULT 'new',
    placed timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE order_line (
    order_id bigint NOT NULL,
    sku varchar(16) NOT NULL,
    quantity smallint NOT NULL,
    unit_price numeric(8, 2) NOT NULL,
    CONSTRAINT order_line_pkey PRIMARY KEY (order_id, sku),
    CONSTRAINT order_line_quantity_check CHECK (quantity >= 1),
    CONSTRAINT order_line_price_check CHECK (unit_price >= 0.00)
);

ALTER TABLE "order"
    ADD CONSTRAINT order_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    ADD CONSTRAINT order_state_fkey FOREIGN KEY (state) REFERENCES order_state (code);

ALTER TABLE order_line
    ADD CONSTRAINT order_line_order_fkey FOREIGN KEY (order_id) REFERENCES "order" (id) ON DELETE CASCADE,
    ADD CONSTRAINT order_line_product_fkey FOREIGN KEY (sku) REFERENCES product (sku) ON UPDATE CASCADE;
