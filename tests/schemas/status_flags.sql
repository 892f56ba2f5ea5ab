-- Status as flags
CREATE TABLE customers (
  id BIGSERIAL PRIMARY KEY,
  email VARCHAR(254) NOT NULL,
  full_name TEXT NOT NULL
);
CREATE UNIQUE INDEX customers_email_key ON customers (LOWER(email));
CREATE TABLE categories (id SERIAL PRIMARY KEY, title TEXT NOT NULL UNIQUE);
CREATE TABLE products (
  id BIGSERIAL PRIMARY KEY,
  category_id INT NOT NULL REFERENCES categories(id) ON DELETE RESTRICT,
  title TEXT NOT NULL,
  price NUMERIC(12,2) NOT NULL CHECK (price >= 0),
  units_in_stock INT NOT NULL DEFAULT 0 CHECK (units_in_stock >= 0)
);
CREATE INDEX ON products (category_id, price);
CREATE TABLE orders (
  id BIGSERIAL PRIMARY KEY,
  customer_id BIGINT NOT NULL REFERENCES customers(id) ON DELETE RESTRICT,
  ordered_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  is_paid BOOLEAN NOT NULL DEFAULT false,
  is_shipped BOOLEAN NOT NULL DEFAULT false,
  is_cancelled BOOLEAN NOT NULL DEFAULT false,
  CHECK (NOT (is_shipped AND is_cancelled)),
  CHECK (is_paid OR NOT is_shipped)
);
CREATE INDEX ON orders (customer_id, ordered_at DESC);
CREATE INDEX ON orders (ordered_at) WHERE NOT is_shipped AND NOT is_cancelled;
CREATE TABLE order_lines (
  order_id BIGINT NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES products(id) ON DELETE RESTRICT,
  quantity INT NOT NULL CHECK (quantity >= 1),
  unit_price NUMERIC(12,2) NOT NULL CHECK (unit_price >= 0),
  PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_lines (product_id);
