CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email varchar(40) NOT NULL UNIQUE,
    name text NOT NULL,
    phone bigint,
    zip integer,
    created_at timestamp NOT NULL DEFAULT now()
);
CREATE TABLE categories (
    id serial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE products (
    id serial PRIMARY KEY,
    category_id int NOT NULL REFERENCES categories (id),
    name text NOT NULL,
    price float NOT NULL CHECK (price >= 0),
    stock real NOT NULL CHECK (stock >= 0)
);
CREATE INDEX ON products (category_id);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users (id),
    status varchar(30) NOT NULL DEFAULT 'new',
    order_date varchar(20) NOT NULL,
    total real NOT NULL
);
CREATE INDEX ON orders (user_id);
CREATE TABLE order_items (
    id serial PRIMARY KEY,
    order_id int NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id int NOT NULL REFERENCES products (id),
    quantity float NOT NULL CHECK (quantity > 0),
    price float NOT NULL CHECK (price >= 0)
);
CREATE INDEX ON order_items (order_id);
CREATE INDEX ON order_items (product_id);
