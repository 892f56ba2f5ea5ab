-- A web shop. Companies buy through their people: every customer belongs to one company.
-- What is declared here is the contract: data that break it never occur, and whatever it allows may occur.
CREATE TABLE categories (
  category_id integer PRIMARY KEY,
  name        text NOT NULL                 -- two categories may share a name
);

CREATE TABLE products (
  product_id  integer PRIMARY KEY,
  category_id integer NOT NULL REFERENCES categories,
  name        text NOT NULL,
  price       numeric(10, 2) NOT NULL
);

CREATE TABLE customers (
  customer_id integer PRIMARY KEY,
  company_id  integer NOT NULL,
  email       text NOT NULL,
  newsletter  boolean NOT NULL,
  created_at  timestamp NOT NULL
);

CREATE TABLE orders (
  order_id     integer PRIMARY KEY,
  customer_id  integer REFERENCES customers, -- guests have none
  status       text,                         -- in any letter case; some orders of the old shop have none
  placed_at    timestamp NOT NULL,
  ship_country text,                         -- none when the goods are fetched
  bill_country text NOT NULL
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);

CREATE TABLE order_items (
  order_id   integer NOT NULL REFERENCES orders,
  line_no    integer NOT NULL,
  product_id integer NOT NULL REFERENCES products,
  quantity   integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL CHECK (unit_price >= 0),
  PRIMARY KEY (order_id, line_no)
);

-- One row for every time somebody was blocked: a customer may have many.
CREATE TABLE blocked_customers (
  block_id    integer PRIMARY KEY,
  customer_id integer REFERENCES customers, -- none when nobody knows who it was
  reason      text NOT NULL,
  active      boolean NOT NULL
);

-- ANALYZE samples at random. A target this high on one column makes it read every row instead, so that two
-- loads of the same data give the same statistics and the same plans.
ALTER TABLE customers ALTER newsletter SET STATISTICS 10000;
ALTER TABLE orders ALTER status SET STATISTICS 10000;
ALTER TABLE order_items ALTER quantity SET STATISTICS 10000;
ALTER TABLE blocked_customers ALTER active SET STATISTICS 10000;
