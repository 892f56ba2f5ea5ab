-- A cart is an order that has not been placed yet.
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL UNIQUE,
  email text UNIQUE
);
CREATE UNIQUE INDEX ON users (lower(email));
CREATE TABLE categories (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);
CREATE TABLE products (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  price_cents bigint NOT NULL CHECK (price_cents >= 0),
  quantity_available int NOT NULL CHECK (quantity_available >= 0)
);
CREATE TABLE product_categories (
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  category_id uuid NOT NULL REFERENCES categories ON DELETE RESTRICT,
  PRIMARY KEY (category_id, product_id)
);
CREATE TABLE orders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
  status text NOT NULL DEFAULT 'cart' CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'cancelled')),
  placed_at timestamptz,
  CHECK ((status = 'cart') = (placed_at IS NULL))
);
CREATE UNIQUE INDEX one_cart ON orders (user_id) WHERE status = 'cart';
CREATE INDEX latest ON orders (user_id, placed_at DESC) WHERE status <> 'cart';
CREATE INDEX open_orders ON orders (status, placed_at) WHERE status IN ('placed', 'paid');
CREATE TABLE order_items (
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  product_id uuid NOT NULL REFERENCES products ON DELETE RESTRICT,
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  unit_price_cents bigint NOT NULL CHECK (unit_price_cents >= 0),
  PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_items (product_id, order_id);
