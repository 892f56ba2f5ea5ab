-- A shop for garden tools. The tables are sound; the diagram beside them was drawn for an earlier draft.
CREATE EXTENSION IF NOT EXISTS citext;

CREATE TABLE gardener (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email citext NOT NULL UNIQUE CHECK (email <> ''),
    display_name text NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE category (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE product (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    stock integer NOT NULL DEFAULT 0 CHECK (stock >= 0)
);
CREATE INDEX product_low_stock ON product (stock);

CREATE TABLE product_category (
    product_id bigint NOT NULL REFERENCES product ON DELETE CASCADE,
    category_id bigint NOT NULL REFERENCES category ON DELETE RESTRICT,
    PRIMARY KEY (category_id, product_id)
);
CREATE INDEX product_category_product ON product_category (product_id);

CREATE TABLE customer_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gardener_id bigint NOT NULL REFERENCES gardener ON DELETE RESTRICT,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'shipped', 'cancelled')),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customer_order_latest ON customer_order (gardener_id, placed_at DESC);
CREATE INDEX customer_order_open ON customer_order (status, placed_at);

CREATE TABLE order_line (
    order_id bigint NOT NULL REFERENCES customer_order ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES product ON DELETE RESTRICT,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(10, 2) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_line_product ON order_line (product_id) INCLUDE (quantity, unit_price);
