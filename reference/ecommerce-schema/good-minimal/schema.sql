-- Small shop: one category per product, guests may order, money in cents.
CREATE TABLE category (
    category_id serial PRIMARY KEY,
    name varchar(80) NOT NULL UNIQUE
);

CREATE TABLE customer (
    customer_id serial PRIMARY KEY,
    email varchar(254) NOT NULL,
    name varchar(120) NOT NULL
);
CREATE UNIQUE INDEX customer_email ON customer (lower(email));

CREATE TABLE product (
    product_id serial PRIMARY KEY,
    category_id int NOT NULL REFERENCES category,
    title varchar(200) NOT NULL,
    price_cents int NOT NULL CHECK (price_cents >= 0),
    in_stock int NOT NULL CHECK (in_stock >= 0)
);
CREATE INDEX ON product (category_id, price_cents);
CREATE INDEX ON product (in_stock);

CREATE TABLE purchase (
    purchase_id bigserial PRIMARY KEY,
    customer_id int REFERENCES customer,
    guest_email varchar(254),
    status varchar(10) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'sent', 'returned')),
    placed timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(customer_id, guest_email) = 1)
);
CREATE INDEX ON purchase (customer_id, placed);
CREATE INDEX ON purchase (status) WHERE status = 'open';

CREATE TABLE purchase_line (
    purchase_id bigint NOT NULL REFERENCES purchase ON DELETE CASCADE,
    line_no smallint NOT NULL,
    product_id int NOT NULL REFERENCES product,
    qty int NOT NULL CHECK (qty > 0),
    price_cents int NOT NULL CHECK (price_cents >= 0),
    PRIMARY KEY (purchase_id, line_no)
);
CREATE INDEX ON purchase_line (product_id);
