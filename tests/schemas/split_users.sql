-- Log-in and buyer are two tables; orders are partitioned; carts beside orders; a price history in place of a price column.
CREATE TABLE app_user (
    app_user_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL
);
CREATE TABLE customer (
    customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    app_user_id bigint NOT NULL UNIQUE REFERENCES app_user,
    full_name text NOT NULL
);
CREATE TABLE category (category_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE product (
    product_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    primary_category_id bigint NOT NULL REFERENCES category
);
CREATE INDEX ON product (primary_category_id);
CREATE TABLE product_category (
    product_id bigint REFERENCES product,
    category_id bigint REFERENCES category,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_category (category_id);
CREATE TABLE product_price (
    product_id bigint NOT NULL REFERENCES product,
    valid_from timestamptz NOT NULL,
    price numeric(12, 2) NOT NULL CHECK (price >= 0),
    PRIMARY KEY (product_id, valid_from)
);
CREATE TABLE warehouse_stock (
    product_id bigint PRIMARY KEY REFERENCES product,
    quantity int NOT NULL CHECK (quantity >= 0)
);
CREATE TABLE shopping_cart (
    cart_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customer ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE cart_item (
    cart_id bigint NOT NULL REFERENCES shopping_cart ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES product ON DELETE CASCADE,
    quantity float NOT NULL,
    PRIMARY KEY (cart_id, product_id)
);
CREATE TABLE sales_order (
    order_id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id bigint NOT NULL REFERENCES customer,
    ordered_at timestamptz NOT NULL,
    order_status text NOT NULL CHECK (order_status IN ('new', 'paid')),
    PRIMARY KEY (order_id, ordered_at)
) PARTITION BY RANGE (ordered_at);
CREATE TABLE sales_order_2024 PARTITION OF sales_order FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales_order_rest PARTITION OF sales_order DEFAULT;
CREATE INDEX ON sales_order (customer_id);
CREATE TABLE sales_order_line (
    order_id bigint NOT NULL,
    ordered_at timestamptz NOT NULL,
    line_number smallint NOT NULL,
    product_id bigint NOT NULL REFERENCES product,
    amount int NOT NULL CHECK (amount > 0),
    unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (order_id, ordered_at, line_number),
    FOREIGN KEY (order_id, ordered_at) REFERENCES sales_order (order_id, ordered_at) ON DELETE CASCADE
);
CREATE INDEX ON sales_order_line (product_id);
