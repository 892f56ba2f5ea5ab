-- The tables are there, what ties them is not.
CREATE TABLE users (
    id serial PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL
);
CREATE TABLE categories (
    id serial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE products (
    id serial PRIMARY KEY,
    name text NOT NULL,
    sku text NOT NULL UNIQUE
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    total numeric(10, 2) NOT NULL,
    discount numeric(10, 2) NOT NULL
);
CREATE TABLE order_items (
    id serial PRIMARY KEY,
    item_name text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL CHECK (price >= 0)
);
