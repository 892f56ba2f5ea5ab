-- Fills the tables. A pure function of data.seed and data.size (the number of customers): no random(), no clock.
-- Set both before, for example PGOPTIONS='-c data.seed=1 -c data.size=100000'.
DO $make$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION pg_temp.pick(i bigint, stream bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS %L',
    format('SELECT (hashint8extended(i, %s * 1000 + stream) & 4294967295)::float8 / 4294967296.0',
           current_setting('data.seed')::bigint));
END
$make$;

-- References are checked and the index is made once for all rows at the end, which is much faster than row by row.
DROP INDEX orders_customer_id_idx;
ALTER TABLE order_items DROP CONSTRAINT order_items_order_id_fkey, DROP CONSTRAINT order_items_product_id_fkey;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
ALTER TABLE blocked_customers DROP CONSTRAINT blocked_customers_customer_id_fkey;

INSERT INTO categories
SELECT i, name
  FROM unnest(ARRAY['Books', 'Garden', 'Kitchen', 'Lighting', 'Music', 'Office', 'Sports', 'Tools', 'Toys', 'Travel'])
       WITH ORDINALITY AS names (name, i);

-- Half of the products are in the first three categories.
INSERT INTO products
SELECT i,
       CASE WHEN pg_temp.pick(i, 3) < 0.5 THEN 1 + floor(3 * pg_temp.pick(i, 4)) ELSE 4 + floor(7 * pg_temp.pick(i, 4)) END,
       'Product ' || i,
       (100 + floor(19900 * pg_temp.pick(i, 1) * pg_temp.pick(i, 2))) / 100.0
  FROM generate_series(1, 2000) AS i;

-- A tenth of all people work for ten large companies (34 to 43), the others for companies of about twenty.
INSERT INTO customers
SELECT i,
       CASE WHEN pg_temp.pick(i, 13) < 0.1 THEN 34 + floor(10 * pg_temp.pick(i, 14) * pg_temp.pick(i, 15))
            ELSE 1 + floor(greatest(n / 22, 50) * pg_temp.pick(i, 10)) END,
       'user' || i || '@example.com',
       pg_temp.pick(i, 11) < 0.3,
       timestamp '2019-01-01' + floor(1090 * pg_temp.pick(i, 12)) * interval '1 day'
  FROM (SELECT current_setting('data.size')::integer AS n) AS size, generate_series(1, n) AS i;

-- Numbers grow with time, and later years have more orders. A tenth of the orders comes from few busy customers.
-- What is shipped abroad, disputed or cancelled depends on the country, which no column statistics tell.
INSERT INTO orders
SELECT i,
       CASE WHEN who < 0.04 THEN NULL
            WHEN who < 0.14 THEN 1 + floor(n * (w * w) * (w * w))
            ELSE 1 + floor(n * w) END,
       CASE WHEN s < 0.03 THEN NULL
            WHEN s < CASE country WHEN 'PT' THEN 0.15 WHEN 'FI' THEN 0.10 ELSE 0.032 END THEN 'disputed'
            WHEN s < 0.18 THEN 'shipped'
            WHEN s < 0.20 THEN 'pending'
            WHEN s < 0.232 THEN 'cancelled'
            WHEN s < 0.238 THEN 'Cancelled'
            WHEN s < 0.24 THEN 'CANCELLED'
            WHEN s < 0.26 THEN 'Delivered'
            ELSE 'delivered' END,
       timestamp '2022-01-01' + floor(1339 * 86400 * sqrt((i - pg_temp.pick(i, 23)) / (6 * n))) * interval '1 second',
       CASE WHEN pg_temp.pick(i, 25) < 0.05 THEN NULL
            WHEN pg_temp.pick(i, 25) < 0.09 THEN
              (ARRAY['DE', 'AT', 'CH', 'NL', 'FR', 'PT', 'IT', 'FI'])[1 + floor(8 * pg_temp.pick(i, 26))::integer]
            ELSE country END,
       country
  FROM (SELECT n, i, pg_temp.pick(i, 20) AS who, pg_temp.pick(i, 21) AS w, pg_temp.pick(i, 22) AS s,
               CASE WHEN c < 0.60 THEN 'DE' WHEN c < 0.72 THEN 'AT' WHEN c < 0.82 THEN 'CH' WHEN c < 0.89 THEN 'NL'
                    WHEN c < 0.94 THEN 'FR' WHEN c < 0.97 THEN 'IT' WHEN c < 0.985 THEN 'PT' ELSE 'FI' END AS country
          FROM (SELECT n, i, pg_temp.pick(i, 27) AS c
                  FROM (SELECT current_setting('data.size')::integer AS n) AS size, generate_series(1, 6 * n) AS i
               ) AS drawn
       ) AS rows;

INSERT INTO order_items
SELECT o, line,
       1 + floor(2000 * pg_temp.pick(8 * o + line, 30)),
       1 + floor(5 * pg_temp.pick(8 * o + line, 31) * pg_temp.pick(8 * o + line, 32)),
       (100 + floor(9900 * pg_temp.pick(8 * o + line, 33))) / 100.0
  FROM (SELECT current_setting('data.size')::integer AS n) AS size,
       generate_series(1, 6 * n) AS o,
       generate_series(1, 3) AS line
 WHERE line <= 1 + floor(3 * pg_temp.pick(o, 34));

-- Few customers were blocked again and again. Blocks of unknown people were all lifted.
INSERT INTO blocked_customers
SELECT i,
       CASE WHEN known THEN 1 + floor(n * 0.2 * pg_temp.pick(i, 41) * pg_temp.pick(i, 42)) END,
       (ARRAY['unpaid', 'returns', 'address', 'fraud'])[1 + floor(4 * pg_temp.pick(i, 43) * pg_temp.pick(i, 44))::integer],
       known AND pg_temp.pick(i, 45) < 0.9
  FROM (SELECT n, i, pg_temp.pick(i, 40) >= 0.03 AS known
          FROM (SELECT current_setting('data.size')::integer AS n) AS size, generate_series(1, n * 4 / 5) AS i) AS rows;

ALTER TABLE blocked_customers ADD CONSTRAINT blocked_customers_customer_id_fkey
  FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_items
  ADD CONSTRAINT order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders,
  ADD CONSTRAINT order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products;
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
