CREATE TABLE users (
    user_id serial PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE products (
    product_id serial PRIMARY KEY,
    name text NOT NULL,
    category text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    stock int NOT NULL CHECK (stock >= 0)
);
CREATE TABLE orders (
    order_id serial PRIMARY KEY,
    user_id int NOT NULL REFERENCES users,
    product_id int NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'done')),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (user_id);
CREATE INDEX ON orders (product_id);
