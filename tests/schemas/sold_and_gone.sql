CREATE TABLE clients (client_id SERIAL PRIMARY KEY, login VARCHAR(60) NOT NULL UNIQUE, pass TEXT NOT NULL);
CREATE TABLE product_groups (group_id SERIAL PRIMARY KEY, group_name TEXT NOT NULL);
CREATE TABLE goods (good_id SERIAL PRIMARY KEY, group_id INT NOT NULL REFERENCES product_groups, good_name TEXT NOT NULL, price NUMERIC(10,2) NOT NULL CHECK (price >= 0), qty INT NOT NULL CHECK (qty >= 0), discontinued BOOLEAN NOT NULL DEFAULT FALSE);
CREATE INDEX ON goods (group_id, price) WHERE NOT discontinued;
CREATE INDEX ON goods (group_id);
CREATE TABLE orders (order_id BIGSERIAL PRIMARY KEY, client_id INT REFERENCES clients ON DELETE SET NULL, order_ts TIMESTAMPTZ NOT NULL DEFAULT now(), paid BOOLEAN NOT NULL DEFAULT FALSE, sent BOOLEAN NOT NULL DEFAULT FALSE);
CREATE INDEX ON orders (client_id, order_ts);
CREATE TABLE order_goods (
  order_id BIGINT NOT NULL REFERENCES orders ON DELETE CASCADE, pos SMALLINT NOT NULL,
  good_id INT REFERENCES goods ON DELETE SET NULL, good_name TEXT NOT NULL, price NUMERIC(10,2) NOT NULL CHECK (price >= 0), qty INT NOT NULL CHECK (qty > 0), PRIMARY KEY (order_id, pos));
CREATE INDEX ON order_goods (good_id) WHERE good_id IS NOT NULL;
