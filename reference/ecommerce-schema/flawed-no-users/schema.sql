CREATE TABLE products (
    id serial PRIMARY KEY,
    category_id int NOT NULL REFERENCES categories (id),
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    stock int NOT NULL CHECK (stock >= 0)
);
CREATE INDEX ON products (category_id);
CREATE TABLE categories (
    id serial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    buyer_name text NOT NULL,
    buyer_email text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'sent')),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_items (
    order_id int NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id int NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_items (product_id);
