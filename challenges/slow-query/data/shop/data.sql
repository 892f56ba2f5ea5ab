-- Fills the tables. A pure function of data.seed and data.size (the number of customers): no random(), no clock.
-- Set both before, for example PGOPTIONS='-c data.seed=1 -c data.size=55000'.
DO $make$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION pg_temp.pick(i bigint, stream bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS %L',
    format('SELECT (hashint8extended(i, %s * 1000 + stream) & 4294967295)::float8 / 4294967296.0',
           current_setting('data.seed')::bigint));
END
$make$;

INSERT INTO products
SELECT i, 'Product ' || i, (100 + floor(19900 * pg_temp.pick(i, 1) * pg_temp.pick(i, 2))) / 100.0
  FROM generate_series(1, 2000) AS i;

INSERT INTO customers
SELECT i,
       1 + floor(greatest(n / 45, 1) * pg_temp.pick(i, 10)),
       'user' || i || '@example.com',
       pg_temp.pick(i, 11) < 0.3,
       timestamp '2019-01-01' + floor(1500 * pg_temp.pick(i, 12)) * interval '1 day'
  FROM (SELECT current_setting('data.size')::integer AS n) AS size, generate_series(1, n) AS i;

INSERT INTO orders
SELECT i,
       CASE WHEN pg_temp.pick(i, 20) >= 0.04 THEN 1 + floor(n * pg_temp.pick(i, 21)) END,
       CASE WHEN s < 0.03 THEN NULL
            WHEN s < 0.88 THEN 'delivered'
            WHEN s < 0.93 THEN 'shipped'
            WHEN s < 0.96 THEN 'pending'
            ELSE 'cancelled' END,
       timestamp '2022-01-01' + floor(1339 * sqrt(pg_temp.pick(i, 23))) * interval '1 day'
         + floor(86400 * pg_temp.pick(i, 24)) * interval '1 second'
  FROM (SELECT n, i, pg_temp.pick(i, 22) AS s
          FROM (SELECT current_setting('data.size')::integer AS n) AS size, generate_series(1, 6 * n) AS i) AS rows;

INSERT INTO order_items
SELECT o, line,
       1 + floor(2000 * pg_temp.pick(8 * o + line, 30)),
       1 + floor(5 * pg_temp.pick(8 * o + line, 31) * pg_temp.pick(8 * o + line, 32)),
       (100 + floor(9900 * pg_temp.pick(8 * o + line, 33))) / 100.0
  FROM (SELECT current_setting('data.size')::integer AS n) AS size,
       generate_series(1, 6 * n) AS o,
       generate_series(1, 3) AS line
 WHERE line <= 1 + floor(3 * pg_temp.pick(o, 34));
