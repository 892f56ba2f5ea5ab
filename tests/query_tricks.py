"""Texts that were tried against the grade of a slow query, and constructs that a good answer may use."""

from __future__ import annotations

# Refused by the guard before anything is run: the text, and a word of the reason given.
REFUSED: tuple[tuple[str, str], ...] = (
    ("SELECT 1 FROM orders; -- a carriage return ends a comment \r DROP TABLE orders", "2 statements"),
    ("SELECT 1 FROM orders WHERE status = 'a\0b'", "U+0000"),
    ("SELECT 1 FROM\u200b orders", "U+200B"),
    ("SELECT 1 FROM orders \u2028; DROP TABLE orders", "U+2028"),
    ("SELECT current_user FROM orders", "current_user"),
    ("SELECT session_user FROM orders", "session_user"),
    ("SELECT user FROM orders", "who is connected"),
    ("SELECT current_role FROM orders", "who is connected"),
    ("SELECT current_catalog FROM orders", "current_catalog"),
    ("SELECT current_schema FROM orders", "current_schema"),
    ("SELECT system_user FROM orders", "who is connected"),
    ("SELECT current_database() FROM orders", "current_database"),
    ("SELECT current_schemas(true) FROM orders", "current_schemas"),
    ("SELECT version() FROM orders", "current_version"),
    ("SELECT inet_server_addr() FROM orders", "inet_server_addr"),
    ("SELECT pg_backend_pid() FROM orders", "pg_backend_pid"),
    ("SELECT o.pg_typeof FROM orders o", "called like a column"),
    ("SELECT (o).pg_column_size FROM orders o", "called like a column"),
    ("SELECT o.ctid FROM orders o", "where a row is stored"),
    ('SELECT o."ctid" FROM orders o', "where a row is stored"),
    ("SELECT o.tableoid::regclass FROM orders o", "where a row is stored"),
    ("SELECT to_regclass('pg_class') FROM orders", "to_regclass"),
    ("SELECT 'now'::text::timestamp FROM orders", "pieces of text"),
    ("SELECT ('no' || 'w')::timestamp FROM orders", "pieces of text"),
    ("SELECT concat('to','day')::date FROM orders", "pieces of text"),
    ("SELECT * FROM orders WHERE placed_at < replace('nxw','x','o')::timestamp", "pieces of text"),
    ("SELECT 1 OPERATOR(pg_catalog.+) 1 FROM orders", "OPERATOR"),
    ("SELECT 'x'::xml FROM orders", "a type that"),
    ("SELECT '{}'::json FROM orders", "a type that"),
    ("SELECT '{}'::jsonb -> 'a' FROM orders", "JSON or XML"),
    ("SELECT 'pg_class'::regclass::oid FROM orders", "a type that"),
    ("SELECT 'now()'::regprocedure FROM orders", "stands for a clock"),
    ("SELECT CAST('pg_sleep' AS regproc) FROM orders", "a type that"),
    ("SELECT regclass 'pg_class' FROM orders", "a type that"),
    ("SELECT xml '<a/>' FROM orders", "a type that"),
    ("SELECT o::text::xml FROM orders o", "a type that"),
    ("SELECT * FROM pg_catalog.pg_settings, orders", "no catalog or other schema"),
    ('SELECT * FROM orders, "pg_settings"', "is not a table"),
    ("SELECT * FROM orders, pg_temp.x", "no catalog or other schema"),
    ("SELECT * FROM other.orders", "no catalog or other schema"),
    ("SELECT * FROM big.public.orders", "no catalog or other schema"),
    ("SELECT * FROM orders FOR NO KEY UPDATE", "FOR UPDATE"),
    ("SELECT * FROM orders FOR KEY SHARE NOWAIT", "FOR UPDATE"),
    ("SELECT * FROM orders FOR SHARE SKIP LOCKED", "FOR UPDATE"),
    ("SELECT * INTO TEMP x FROM orders", "SELECT INTO"),
    ("SELECT * INTO x FROM orders", "SELECT INTO"),
    ("CREATE TABLE x AS SELECT * FROM orders", "this is no SELECT"),
    ("PREPARE x AS SELECT * FROM orders", "this is no SELECT"),
    ("EXECUTE x", "this is no SELECT"),
    ("DEALLOCATE ALL", "this is no SELECT"),
    ("DECLARE c CURSOR WITH HOLD FOR SELECT * FROM orders", "this is no SELECT"),
    ("FETCH ALL FROM c", "this is no SELECT"),
    ("MOVE 5 FROM c", "this is no SELECT"),
    ("CLOSE ALL", "this is no SELECT"),
    ("LISTEN x", "this is no SELECT"),
    ("NOTIFY x", "this is no SELECT"),
    ("UNLISTEN *", "this is no SELECT"),
    ("LOCK TABLE orders", "this is no SELECT"),
    ("LOAD 'auto_explain'", "this is no SELECT"),
    ("SHOW ALL", "this is no SELECT"),
    ("RESET ALL", "this is no SELECT"),
    ("DISCARD ALL", "this is no SELECT"),
    ("CHECKPOINT", "this is no SELECT"),
    ("REINDEX TABLE orders", "this is no SELECT"),
    ("VACUUM", "this is no SELECT"),
    ("CALL p()", "this is no SELECT"),
    ("VALUES (1,2),(3,4)", "this is no SELECT"),
    ("MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE", "this is no SELECT"),
    (
        (
            "WITH m AS (MERGE INTO orders o USING customers c ON true WHEN MATCHED THEN DELETE RETURNING *) "
            "SELECT * FROM m"
        ),
        "MERGE changes",
    ),
    ("TRUNCATE orders", "this is no SELECT"),
    ("GRANT ALL ON orders TO PUBLIC", "this is no SELECT"),
    ("COMMENT ON TABLE orders IS 'x'", "this is no SELECT"),
    ("SECURITY LABEL ON TABLE orders IS 'x'", "this is no SELECT"),
    ("IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z", "this is no SELECT"),
    ("BEGIN", "this is no SELECT"),
    ("COMMIT", "this is no SELECT"),
    ("ROLLBACK", "this is no SELECT"),
    ("SAVEPOINT a", "this is no SELECT"),
    ("START TRANSACTION READ WRITE", "this is no SELECT"),
    ("SET TRANSACTION READ WRITE", "this is no SELECT"),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "this is no SELECT"),
    ("EXPLAIN SELECT * FROM orders", "this is no SELECT"),
    ("EXPLAIN (ANALYZE) SELECT * FROM orders", "this is no SELECT"),
    ("SELECT * FROM orders TABLESAMPLE bernoulli (1) REPEATABLE (3)", "TABLESAMPLE"),
    ("SELECT * FROM ROWS FROM (generate_series(1,1000000000)) AS t, orders", "makes rows"),
    ("SELECT * FROM generate_series(1, 1000000000) g, orders", "makes rows"),
    ("SELECT generate_series(1, 1000000000) FROM orders", "makes rows"),
    ("SELECT * FROM generate_series(1, (SELECT count(*) FROM orders)) g, orders", "makes rows"),
    ("SELECT * FROM generate_series(1, 10, 0) g, orders", "makes rows"),
    (
        "SELECT * FROM generate_series('2000-01-01'::timestamp, '2100-01-01', '1 microsecond') g, orders",
        "makes rows",
    ),
    ("SELECT * FROM generate_series('-infinity'::timestamp, 'infinity', '1 day') g, orders", "makes rows"),
    ("SELECT * FROM generate_series(1.0, 2.0, 0.0000001) g, orders", "makes rows"),
    ("SELECT * FROM unnest(array_fill(1, ARRAY[100000000])) u, orders", "makes rows"),
    ("SELECT * FROM regexp_split_to_table('a', '') r, orders", "regexp_split_to_table"),
    ("SELECT * FROM string_to_table('a', '') r, orders", "string_to_table"),
    ("SELECT * FROM json_table('{}', '$' COLUMNS (a int)) r, orders", "JSON or XML"),
    ("SELECT * FROM xmltable('/a' PASSING '<a/>' COLUMNS x int) r, orders", "JSON or XML"),
    ("SELECT * FROM jsonb_each('{}') r, orders", "jsonb_each"),
    ("SELECT * FROM pg_ls_dir('.') d, orders", "pg_ls_dir"),
    ("SELECT * FROM pg_stat_activity, orders", "is not a table"),
    ("SELECT * FROM pg_get_keywords(), orders", "pg_get_keywords"),
    ("SELECT array_fill(0, ARRAY[1000, 1000, 100]) FROM orders", "array_fill"),
    ("SELECT rpad('', 1000000000, 'x') FROM orders", "written length"),
    ("SELECT lpad(status, (SELECT 1000000000)) FROM orders", "written length"),
    ("SELECT repeat(status, 100000) FROM orders", "written length"),
    ("SELECT format('%1000000000s', 'x') FROM orders", "format"),
    ("SELECT string_agg(status, ',' ORDER BY status) FROM orders", "string_agg"),
    ("SELECT json_agg(o), xmlagg(xmlelement(name a)) FROM orders o", "JSON or XML"),
    ("SELECT factorial(50000) FROM orders", "factorial"),
    ("SELECT pg_catalog.set_config('work_mem', '1GB', false) FROM orders", "another schema"),
    ("SELECT \"set_config\"('a.b', 'x', false) FROM orders", "set_config"),
    ("SELECT Set_Config('a.b', 'x', false) FROM orders", "set_config"),
    ("SELECT current_setting('a.b', true) FROM orders", "current_setting"),
    ("SELECT /* pg_sleep */ pg_sleep /* */ (1) FROM orders", "pg_sleep"),
    ("SELECT pg_sleep(1), E'\\'; DROP TABLE orders; --' FROM orders", "prefix"),
    ("SELECT E'it\\'s' FROM orders", "prefix"),
    ("SELECT U&'d\\0061t' FROM orders", "prefix"),
    ('SELECT U&"d\\0061t" FROM orders', "prefix"),
    ('SELECT * FROM U&"pg\\005Fauthid", orders', "prefix"),
    ("SELECT B'101', X'1F', N'x' FROM orders", "prefix"),
    ("SELECT $a$ ; DROP TABLE orders; $a$ FROM orders", "dollar-quoted"),
    ("SELECT $1::int FROM orders", "no parameters"),
    ("SELECT :var FROM orders", "no parameters"),
    ("SELECT {{ x }} FROM orders", "struct"),
    ("SELECT 1 FROM orders;; SELECT 2", "2 statements"),
    ("SELECT 'a' -- '", "reads none"),
    ('SELECT "a FROM orders', "never ends"),
    ("SELECT 'a FROM orders", "never ends"),
    ("SELECT 1 FROM orders \\gexec", "psql"),
    ("SELECT 1 FROM orders \\; SELECT 2", "psql"),
    ("\\copy orders TO 'x'", "psql"),
    ("\\i /etc/passwd", "psql"),
    ("SELECT 1 FROM orders \\watch", "psql"),
    ("SELECT nextval('s') FROM orders", "nextval"),
    ("SELECT currval('s'), lastval() FROM orders", "currval"),
    ("SELECT txid_current(), pg_current_xact_id() FROM orders", "txid_current"),
    ("SELECT pg_advisory_xact_lock(1), pg_try_advisory_lock(1) FROM orders", "pg_advisory_xact_lock"),
    ("SELECT lo_create(0), lo_get(1), loread(1, 1), lowrite(1, 'x') FROM orders", "lo_create"),
    ("SELECT dblink_exec('x') FROM orders", "dblink_exec"),
    ("SELECT dblink('', '') FROM orders", "dblink"),
    ("SELECT pg_read_binary_file('x'), pg_stat_file('x') FROM orders", "pg_read_binary_file"),
    (
        "SELECT query_to_xml('SELECT 1', true, true, ''), database_to_xml(true, true, '') FROM orders",
        "query_to_xml",
    ),
    ("SELECT ts_stat('SELECT 1') FROM orders", "ts_stat"),
    ("SELECT to_tsvector('a') @@ to_tsquery('a') FROM orders", "match_against"),
    ("SELECT pg_notify('a', 'b') FROM orders", "pg_notify"),
    (
        ("SELECT pg_cancel_backend(1), pg_terminate_backend(1), pg_reload_conf(), pg_rotate_logfile() FROM orders"),
        "pg_cancel_backend",
    ),
    ("SELECT pg_export_snapshot() FROM orders", "pg_export_snapshot"),
    ("SELECT has_table_privilege('orders', 'SELECT') FROM orders", "has_table_privilege"),
    ("SELECT obj_description(1), col_description(1, 1), shobj_description(1, 'a') FROM orders", "obj_description"),
    ("SELECT pg_relation_size('orders'), pg_database_size('big') FROM orders", "pg_relation_size"),
    ("SELECT clock_timestamp(), statement_timestamp(), timeofday() FROM orders", "clock_timestamp"),
    ("SELECT setseed(0.5), random(), random(1, 2), gen_random_uuid(), uuidv7() FROM orders", "setseed"),
    ("SELECT row_security_active('orders') FROM orders", "row_security_active"),
    ("SELECT getdatabaseencoding(), pg_client_encoding() FROM orders", "getdatabaseencoding"),
    ("SELECT satisfies_hash_partition(1, 1, 1) FROM orders", "satisfies_hash_partition"),
    ("SELECT suppress_redundant_updates_trigger() FROM orders", "suppress_redundant_updates_trigger"),
    ("SELECT cursor_to_xml('c', 1, true, true, '') FROM orders", "cursor_to_xml"),
    ("SELECT array_in('{1}', 23, -1) FROM orders", "array_in"),
    ("SELECT int4in('1'), textin('x'), record_out(o) FROM orders o", "int4in"),
    ("SELECT binary_upgrade_set_record_init_privs(true) FROM orders", "binary_upgrade_set_record_init_privs"),
    (
        ("SELECT WITH_X FROM (WITH RECURSIVE a AS (SELECT 1 FROM orders UNION ALL SELECT * FROM a) SELECT * FROM a) q"),
        "RECURSIVE",
    ),
    (
        (
            "WITH RECURSIVE a (n) AS (SELECT 1 FROM orders UNION SELECT n + 1 FROM a) CYCLE n SET c USING p "
            "SELECT * FROM a"
        ),
        "RECURSIVE",
    ),
    ("SELECT * FROM orders UNION SELECT * FROM pg_shadow", "is not a table"),
    ("SELECT (SELECT rolpassword FROM pg_authid LIMIT 1) FROM orders", "is not a table"),
    ("SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM pg_settings)", "is not a table"),
    ("SELECT * FROM orders WHERE order_id IN (TABLE pg_class)", "is not a table"),
    ("TABLE pg_authid", "is not a table"),
    ("(TABLE pg_authid) UNION ALL TABLE orders", "is not a table"),
    ("SELECT CAST(ROW(1,2) AS orders) FROM orders", "a type that"),
    ("SELECT NULL::orders FROM orders", "a type that"),
    ("SELECT (NULL::pg_authid).rolname FROM orders", "a type that"),
    ("SELECT status::mydomain FROM orders", "a type that"),
    ("SELECT CAST(1 AS information_schema.cardinal_number) FROM orders", "a type that"),
    ("SELECT 1::pg_catalog.int4 FROM orders", "a type that"),
    ("SELECT 'a'::\"char\" FROM orders", "a type that"),
    ("SELECT '1'::money, '1.1.1.1'::inet, 'a'::ltree FROM orders", "a type that"),
    ("SELECT IFNULL(1, 2), NVL(1, 2), DECODE(1, 2, 3) FROM orders", "decode_case"),
    ("SELECT * FROM orders PIVOT (count(*) FOR status IN ('a'))", "not a form"),
    ("SELECT * FROM orders FOR SYSTEM_TIME AS OF '2020-01-01'", "not a form"),
    ("SELECT * FROM 'file.csv', orders", "is not a table"),
    ("SELECT * FROM READ_CSV('x'), orders", "read_csv"),
    ("SELECT * FROM orders VERSION AS OF 1", "not a form"),
    ("SELECT x -> x + 1 FROM orders", "JSON or XML"),
)

# Taken by the guard, because nothing in the text tells them from a fair query: the server's walls hold them.
HARMLESS: tuple[str, ...] = (
    "SELECT o.row_to_json FROM orders o",
    "SELECT o.count FROM orders o",
    "SELECT o.text FROM orders o",
    "SELECT int4 '1' FROM orders",
    "SELECT information_schema.x FROM orders",
    "WITH orders AS (SELECT 1 AS order_id) SELECT * FROM orders",
    "SELECT * FROM (VALUES (1, 'a')) v (a, b) WHERE EXISTS (SELECT 1 FROM orders)",
    "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT count(*) FROM orders WHERE false",
    "SELECT * FROM orders WHERE order_id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
    "SELECT CASE order_id WHEN 1 THEN 'a' WHEN 2 THEN 'b' END FROM orders",
    "SELECT * FROM generate_series(10, 1, -1) g, orders",
    "SELECT 1 FROM orders /* /* */ ; DROP TABLE orders */",
    "SELECT 1 FROM orders; ; ;",
    'SELECT status COLLATE pg_catalog."C" FROM orders',
    "SELECT IF(true, 1, 2) FROM orders",
    "SELECT TRY_CAST(1 AS int) FROM orders",
    "SELECT * EXCLUDE (status) FROM orders",
    "SELECT * REPLACE (1 AS status) FROM orders",
    "FROM orders SELECT *",
    "FROM orders",
    "SELECT * FROM orders LIMIT 10 PERCENT",
    "SELECT [1, 2] FROM orders",
    "SELECT count(*) FROM orders WHERE status ~ '((((((((((x{0,255}){0,255}){0,255})*)*)*)*)*)*)*'",
    "SELECT power(9.9::numeric, 99999), exp(5000::numeric) FROM orders LIMIT 3",
    "SELECT * FROM orders a, orders b, orders c",
)

# What a good answer may be written with: each line is valid PostgreSQL.
FAIR: tuple[str, ...] = (
    "SELECT @ (order_id - 5), @ -5, @order_id FROM orders WHERE ARRAY[1] @> ARRAY[order_id]",
    "SELECT TABLE_X FROM (SELECT order_id AS TABLE_X FROM orders) q",
    "TABLE orders",
    "(TABLE orders) UNION ALL TABLE orders",
    "SELECT * FROM orders ORDER BY placed_at FETCH FIRST 5 ROWS WITH TIES",
    "SELECT * FROM orders ORDER BY placed_at OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY",
    "SELECT * FROM orders ORDER BY placed_at LIMIT ALL OFFSET 3",
    "SELECT * FROM orders NATURAL JOIN customers",
    "SELECT * FROM orders FULL JOIN customers USING (customer_id)",
    "SELECT * FROM orders CROSS JOIN products",
    "SELECT * FROM orders RIGHT OUTER JOIN customers ON orders.customer_id = customers.customer_id",
    'SELECT "O"."order_id" AS "Order No." FROM orders AS "O"',
    "WITH a AS NOT MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM a",
    "WITH a (x, y) AS (VALUES (1, 'a'), (2, 'b')) SELECT * FROM a JOIN orders ON order_id = x",
    "SELECT order_id FROM orders INTERSECT ALL SELECT order_id FROM order_items",
    (
        "(SELECT order_id FROM orders EXCEPT ALL SELECT order_id FROM order_items) UNION (SELECT 1 FROM "
        "orders ORDER BY 1 LIMIT 2)"
    ),
    "SELECT customer_id, status, count(*) FROM orders GROUP BY ROLLUP (customer_id, status)",
    (
        "SELECT customer_id, status, count(*), grouping(customer_id, status) FROM orders GROUP BY CUBE "
        "(customer_id, status)"
    ),
    ("SELECT customer_id, count(*) FROM orders GROUP BY DISTINCT ROLLUP (customer_id, status), ROLLUP (customer_id)"),
    "SELECT customer_id, count(*) FROM orders GROUP BY ALL customer_id",
    "SELECT DISTINCT customer_id FROM orders",
    "SELECT ALL customer_id FROM orders",
    "SELECT count(DISTINCT status), count(DISTINCT (status, customer_id)) FROM orders",
    "SELECT sum(DISTINCT order_id) FILTER (WHERE status = 'x') FROM orders",
    (
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY order_id DESC), mode() WITHIN GROUP (ORDER BY "
        "status) FROM orders"
    ),
    "SELECT percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (ORDER BY order_id) FROM orders",
    (
        "SELECT rank(5) WITHIN GROUP (ORDER BY order_id), percent_rank(5) WITHIN GROUP (ORDER BY "
        "order_id), cume_dist(5) WITHIN GROUP (ORDER BY order_id), dense_rank(5) WITHIN GROUP (ORDER BY "
        "order_id) FROM orders"
    ),
    (
        "SELECT row_number() OVER (), rank() OVER (ORDER BY order_id), dense_rank() OVER (ORDER BY "
        "order_id), percent_rank() OVER (ORDER BY order_id), cume_dist() OVER (ORDER BY order_id), "
        "ntile(4) OVER (ORDER BY order_id) FROM orders"
    ),
    (
        "SELECT lag(order_id) OVER w, lead(order_id, 2, 0) OVER w, first_value(order_id) OVER w, "
        "last_value(order_id) OVER w, nth_value(order_id, 2) OVER w FROM orders WINDOW w AS (ORDER BY "
        "order_id)"
    ),
    (
        "SELECT sum(order_id) OVER (ORDER BY order_id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE "
        "CURRENT ROW) FROM orders"
    ),
    (
        "SELECT sum(order_id) OVER (ORDER BY placed_at RANGE BETWEEN INTERVAL '1 day' PRECEDING AND "
        "INTERVAL '1 day' FOLLOWING) FROM orders"
    ),
    (
        "SELECT sum(order_id) OVER (ORDER BY placed_at RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW "
        "EXCLUDE TIES) FROM orders"
    ),
    (
        "SELECT sum(order_id) OVER (w ROWS UNBOUNDED PRECEDING) FROM orders WINDOW w AS (PARTITION BY "
        "status ORDER BY order_id)"
    ),
    "SELECT sum(order_id) OVER (w2) FROM orders WINDOW w AS (PARTITION BY status), w2 AS (w ORDER BY order_id)",
    "SELECT count(*) FILTER (WHERE status = 'a') OVER (PARTITION BY customer_id) FROM orders",
    (
        "SELECT * FROM customers c, LATERAL (SELECT * FROM orders o WHERE o.customer_id = c.customer_id "
        "ORDER BY o.placed_at DESC LIMIT 1) AS l"
    ),
    "SELECT * FROM customers c CROSS JOIN LATERAL (VALUES (c.customer_id), (c.company_id)) AS v (x)",
    "SELECT * FROM orders WHERE order_id = ANY (ARRAY[1, 2, 3])",
    "SELECT * FROM orders WHERE order_id = ANY ('{1,2,3}'::int[])",
    "SELECT * FROM orders WHERE order_id <> ALL (ARRAY[1, 2, 3])",
    "SELECT * FROM orders WHERE order_id = ANY (SELECT order_id FROM order_items)",
    "SELECT * FROM orders WHERE order_id > ALL (SELECT order_id FROM order_items)",
    "SELECT * FROM orders WHERE (customer_id, order_id) > (1, 2)",
    "SELECT * FROM orders WHERE ROW(customer_id, order_id) = ROW(1, 2)",
    "SELECT * FROM orders WHERE (customer_id, order_id) IN ((1, 2), (3, 4))",
    "SELECT * FROM orders WHERE (customer_id, order_id) IS DISTINCT FROM (1, 2)",
    "SELECT * FROM orders WHERE status IS NOT DISTINCT FROM NULL",
    ("SELECT * FROM orders WHERE (status = 'a') IS TRUE OR (status = 'b') IS NOT FALSE OR (status = 'c') IS UNKNOWN"),
    "SELECT * FROM orders WHERE (status = 'a') IS NOT UNKNOWN",
    "SELECT * FROM orders WHERE status ISNULL OR status NOTNULL",
    "SELECT * FROM orders WHERE order_id BETWEEN SYMMETRIC 5 AND 1",
    "SELECT * FROM orders WHERE order_id NOT BETWEEN 1 AND 5",
    "SELECT * FROM orders WHERE status LIKE 'a!%%' ESCAPE '!'",
    (
        "SELECT * FROM orders WHERE status NOT ILIKE '%x%' AND status SIMILAR TO '(a|b)%' AND status !~~ "
        "'a' AND status ~~* 'b'"
    ),
    "SELECT * FROM orders WHERE status ~* 'a' OR status !~ 'b' OR status !~* 'c'",
    "SELECT * FROM orders WHERE status LIKE ANY (ARRAY['a%', 'b%'])",
    "SELECT * FROM orders WHERE status ^@ 'a'",
    "SELECT date_part('year', placed_at), date_part('month', age(placed_at, placed_at)) FROM orders",
    (
        "SELECT date_trunc('month', placed_at), date_trunc('day', placed_at AT TIME ZONE 'UTC', "
        "'Europe/Berlin') FROM orders"
    ),
    (
        "SELECT make_date(2024, 1, 1), make_timestamp(2024, 1, 1, 0, 0, 0), make_interval(months => 1), "
        "make_time(1, 2, 3), make_timestamptz(2024, 1, 1, 0, 0, 0, 'UTC') FROM orders"
    ),
    (
        "SELECT age(placed_at, TIMESTAMP '2024-01-01'), placed_at - TIMESTAMP '2024-01-01', placed_at + "
        "INTERVAL '1' DAY, placed_at + INTERVAL '1 year 2 months' FROM orders"
    ),
    ("SELECT placed_at + 3 * INTERVAL '1 day', placed_at::date + 3, placed_at::date - DATE '2024-01-01' FROM orders"),
    "SELECT placed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin', timezone('UTC', placed_at) FROM orders",
    (
        "SELECT to_char(placed_at, 'YYYY-MM'), to_date('2024-01-01', 'YYYY-MM-DD'), to_timestamp('2024', "
        "'YYYY'), to_timestamp(0), to_number('12', '99') FROM orders"
    ),
    (
        "SELECT justify_days(INTERVAL '40 days'), justify_hours(INTERVAL '40 hours'), "
        "justify_interval(INTERVAL '40 days') FROM orders"
    ),
    (
        "SELECT CAST(order_id AS numeric(10, 2)), order_id::float8, order_id::text, order_id::bigint, "
        "'1'::smallint, order_id::double precision, 'a'::varchar(3), 'a'::char(3), 'a'::bpchar, "
        "order_id::real, 'x'::name FROM orders"
    ),
    (
        "SELECT numeric '1.5', integer '1', timestamp without time zone '2024-01-01', timestamp with time "
        "zone '2024-01-01', double precision '1', bool 't' FROM orders"
    ),
    'SELECT status COLLATE "C" FROM orders ORDER BY status COLLATE "C" DESC NULLS LAST',
    'SELECT * FROM orders ORDER BY status COLLATE "C.utf8"',
    "SELECT * FROM orders ORDER BY order_id USING >",
    "SELECT bit_count('1'::bytea) FROM orders",
    "SELECT string_to_array(status, ','), array_to_string(ARRAY[1, 2], ',') FROM orders",
    (
        "SELECT array_agg(order_id ORDER BY order_id), array_agg(DISTINCT status), "
        "(array_agg(order_id))[1], (array_agg(order_id))[1:3] FROM orders"
    ),
    "SELECT ARRAY(SELECT order_id FROM order_items ORDER BY 1) FROM orders",
    "SELECT ARRAY[[1, 2], [3, 4]], ARRAY[]::int[] FROM orders",
    ("SELECT max(placed_at), min(status), avg(order_id), sum(order_id)::numeric / nullif(count(*), 0) FROM orders"),
    "SELECT max((placed_at, order_id)) FROM orders",
    (
        "SELECT coalesce(status, 'x'), nullif(status, ''), CASE status WHEN 'a' THEN 1 WHEN 'b' THEN 2 "
        "ELSE 3 END, CASE WHEN status IS NULL THEN 0 END, num_nulls(status), num_nonnulls(status) FROM "
        "orders"
    ),
    "SELECT o FROM orders o",
    "SELECT o.* FROM orders o",
    "SELECT (o).order_id FROM orders o",
    "SELECT (o.r).order_id FROM (SELECT x AS r FROM orders x) o",
    "SELECT (l.best).order_id FROM (SELECT (array_agg(o ORDER BY placed_at DESC))[1] AS best FROM orders o) l",
    "SELECT count(o) FROM orders o",
    "SELECT count(o.*) FROM orders o",
    "SELECT EXISTS (SELECT FROM orders WHERE order_id = 1), NOT EXISTS (TABLE orders) FROM orders",
    "SELECT FROM orders",
    "SELECT order_id AS id, order_id num, 'x' AS name, 'y' type FROM orders",
    "SELECT 1e3, 1.5e-3, .5, 5., 0x1F, 0b101, 0o17, 1_000 FROM orders",
    (
        "SELECT * FROM (VALUES (1, DATE '2024-01-01'), (2, DATE '2024-02-01')) AS m (n, month) LEFT JOIN "
        "orders ON placed_at >= month"
    ),
    "SELECT * FROM orders o JOIN (customers c JOIN products p ON true) ON o.customer_id = c.customer_id",
    "SELECT * FROM ((SELECT * FROM orders) UNION (SELECT * FROM orders)) AS q",
    "SELECT * FROM ONLY orders",
    "SELECT * FROM orders *",
    (
        "SELECT range_agg(int4range(1, 2)), range_intersect_agg(int4range(1, 2)), "
        "int4multirange(int4range(1, 2)) FROM orders"
    ),
    (
        "SELECT date_bin('15 minutes', placed_at, TIMESTAMP '2001-01-01'), date_add(placed_at, INTERVAL '1 "
        "day'), date_subtract(placed_at, INTERVAL '1 day'), isfinite(placed_at) FROM orders"
    ),
    (
        "SELECT placed_at::time, placed_at::timestamptz, 'infinity'::timestamp, '-infinity'::date, "
        "'epoch'::timestamp FROM orders"
    ),
    (
        "SELECT * FROM orders WHERE placed_at >= '2024-01-01'::timestamp - INTERVAL '1 month' AND "
        "placed_at < '2024-01-01'::date + '1 month'::interval"
    ),
    (
        "SELECT sum(quantity * unit_price) FILTER (WHERE quantity > 1) OVER w FROM order_items WINDOW w AS "
        "(PARTITION BY order_id)"
    ),
    (
        "SELECT order_id, sum(quantity) FROM order_items GROUP BY order_id HAVING sum(quantity) > (SELECT "
        "avg(quantity) FROM order_items)"
    ),
    "SELECT (SELECT max(placed_at) FROM orders o WHERE o.customer_id = c.customer_id) FROM customers c",
    "SELECT * FROM orders WHERE customer_id IN (SELECT customer_id FROM customers WHERE company_id = 42)",
    (
        "SELECT sum(1) OVER (PARTITION BY date_trunc('month', placed_at) ORDER BY placed_at ROWS BETWEEN 2 "
        "PRECEDING AND CURRENT ROW) FROM orders"
    ),
    "WITH a AS (WITH b AS (SELECT * FROM orders) SELECT * FROM b) SELECT * FROM a",
    "SELECT * FROM (WITH b AS (SELECT * FROM orders) SELECT * FROM b) AS a",
    "SELECT public.orders.order_id FROM public.orders",
    'SELECT orders.order_id, "orders".* FROM orders',
    "SELECT 5 # 3, 5 | 3, 5 & 3, ~5, 1 << 3, 8 >> 1 FROM orders",
    "SELECT true AND NOT false OR NULL, true <> false, 1 != 2 FROM orders",
    "SELECT 'a' < 'b' COLLATE \"C\", 'abc' >= 'abd' FROM orders",
    "SELECT concat(VARIADIC ARRAY['a', 'b']) FROM orders",
    "SELECT make_date(2024, m, 1) FROM (VALUES (1), (2), (3)) AS t (m), orders",
    "SELECT m FROM generate_series(1, 12) AS m LEFT JOIN orders ON extract(month FROM placed_at) = m",
    (
        "SELECT m::date FROM generate_series(DATE '2024-01-01', DATE '2024-12-01', INTERVAL '1 month') AS "
        "m LEFT JOIN orders ON placed_at >= m"
    ),
    ("SELECT m FROM generate_series('2024-01-01'::timestamp, '2024-12-01'::timestamp, '1 month') AS g (m), orders"),
    "SELECT generate_series(1, 3), order_id FROM orders",
    "SELECT * FROM unnest(ARRAY[1, 2, 3]) AS u (x) JOIN orders ON order_id = x",
    "SELECT * FROM unnest('{1,2,3}'::int[]) WITH ORDINALITY AS u (x, n) JOIN orders ON order_id = x",
    ("SELECT DISTINCT ON (status, customer_id) * FROM orders ORDER BY status, customer_id, placed_at DESC, order_id"),
    "SELECT count(*) AS c FROM orders GROUP BY () HAVING true",
    "SELECT status, count(*) c FROM orders GROUP BY 1 ORDER BY 2 DESC, 1",
    "SELECT status, count(*) FROM orders GROUP BY status ORDER BY count(*) DESC NULLS FIRST LIMIT (SELECT 5)",
    "SELECT order_id FROM orders LIMIT 5 + 5 OFFSET 2 * 3",
    "SELECT row_number() OVER w AS rn FROM orders WINDOW w AS (ORDER BY placed_at DESC, order_id)",
    "SELECT q.a FROM orders AS q (a, b, c, d)",
    "SELECT j.* FROM (orders JOIN customers USING (customer_id)) AS j",
    (
        "SELECT * FROM orders o LEFT JOIN customers c ON c.customer_id = o.customer_id AND c.newsletter "
        "WHERE c.customer_id IS NULL"
    ),
    "SELECT * FROM orders o WHERE NOT (o.status = ANY (ARRAY['a', NULL])) IS TRUE",
    "SELECT * FROM orders WHERE status IN ('a', 'b') AND NOT status IN ('c')",
    "SELECT (1, 2) = (SELECT 1, 2), ROW(1, NULL) IS NULL, ROW(1, 2) IS NOT NULL FROM orders",
    "SELECT -order_id, +order_id, - - 1 FROM orders",
    "SELECT interval '1 day' * 2, interval '1 day' / 2, '1 day'::interval FROM orders",
    ("SELECT order_id FROM orders WHERE placed_at > '2024-01-01' AND (status, 1) IN (SELECT status, 1 FROM orders)"),
    "SELECT sum(i.quantity * i.unit_price)::numeric(12, 2) AS revenue FROM order_items i",
    "SELECT count(*) FROM orders WHERE date(placed_at) = date '2024-03-15'",
    "SELECT cast('2024-01-01' AS date), cast(1 AS boolean), 'yes'::boolean FROM orders",
    'SELECT avg(x) FROM (SELECT 1 AS x FROM orders) AS "sub query"',
    "SELECT CASE WHEN order_id = 1 THEN 'a' ELSE NULL END IS NULL FROM orders",
    "SELECT placed_at::date AS day, count(*) FROM orders GROUP BY day ORDER BY day",
    "SELECT to_char(1234.5, 'FM9,999.00'), to_char(order_id, '0000') FROM orders",
    "SELECT date '2024-01-31' + interval '1 month', timestamp '2024-01-31' - interval '1' month FROM orders",
    "SELECT array_agg(o.order_id) FILTER (WHERE o.status = 'x') FROM orders o",
    "SELECT extract(day FROM placed_at - lag(placed_at) OVER (ORDER BY placed_at)) FROM orders",
    "SELECT lpad(order_id::text, 8, '0'), rpad(status, 10), repeat('x', 3) FROM orders",
    "SELECT nullif(count(*) OVER (), 0), ratio_to_report FROM (SELECT 1 AS ratio_to_report FROM orders) q",
    "SELECT cume_dist() OVER (ORDER BY order_id)::numeric(4, 3) FROM orders",
    "SELECT lower(status) IS NOT NULL AND status IS NORMALIZED FROM orders",
    "SELECT * FROM orders WHERE order_id = ANY (VALUES (1), (2))",
    "SELECT * FROM orders WHERE order_id IN (VALUES (1), (2))",
    "SELECT placed_at::timestamp(0), 1.5::numeric(10), placed_at::date::text FROM orders",
    "SELECT (ARRAY[1, 2, 3])[2:], (ARRAY[1, 2, 3])[:2] FROM orders",
    "SELECT * FROM orders o WHERE o.placed_at >= (SELECT max(placed_at) - INTERVAL '30 days' FROM orders)",
    "SELECT (extract(year FROM placed_at)::text || '-01-01')::date FROM orders",
    "SELECT (to_char(placed_at, 'YYYY-MM') || '-01')::date FROM orders",
    "SELECT make_date(extract(year FROM placed_at)::int, 1, 1) FROM orders",
    "SELECT lpad(order_id::text, 8, '0'), rpad(status, 10), repeat('x', 3) FROM orders",
    (
        "SELECT o.order_id FROM orders o JOIN LATERAL (SELECT sum(quantity) AS q FROM order_items i WHERE "
        "i.order_id = o.order_id) s ON s.q > 1"
    ),
    "SELECT CASE WHEN count(*) = 0 THEN NULL ELSE sum(order_id) / count(*)::numeric END FROM orders",
    ("SELECT max(placed_at) FILTER (WHERE status <> 'cancelled') AS last_order_at FROM orders GROUP BY customer_id"),
    "SELECT customer_id, max(placed_at) OVER (PARTITION BY customer_id) AS m FROM orders",
    (
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY placed_at DESC) AS "
        "rn FROM orders) r WHERE rn = 1"
    ),
    "SELECT coalesce(sum(quantity * unit_price), 0)::numeric(12, 2) FROM order_items",
    "SELECT * FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.customer_id)",
    (
        "SELECT * FROM customers c LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY "
        "customer_id) o USING (customer_id)"
    ),
    "SELECT order_id FROM orders ORDER BY order_id USING >",
    "SELECT order_id FROM orders ORDER BY order_id USING <, status DESC",
    "SELECT greatest(placed_at, TIMESTAMP '2024-01-01'), least(order_id, customer_id, 5) FROM orders",
    "SELECT (o).order_id, ((o)).status FROM (SELECT orders AS o FROM orders) x",
    "SELECT ((array_agg(o ORDER BY o.placed_at DESC))[1]).order_id FROM orders o GROUP BY o.customer_id",
    (
        "SELECT m.month, count(o.order_id) FROM generate_series(DATE '2024-01-01', DATE '2024-12-01', "
        "INTERVAL '1 month') AS m (month) LEFT JOIN orders o ON date_trunc('month', o.placed_at) = m.month "
        "GROUP BY m.month ORDER BY m.month"
    ),
    "SELECT n FROM generate_series(-5, 5, 2) AS n, orders",
    ("SELECT d FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', '1 hour'::interval) AS d, orders"),
    (
        "SELECT make_timestamp(2024, 1, 1, 0, 0, 0), make_time(1, 2, 3), make_timestamptz(2024, 1, 1, 0, "
        "0, 0, 'UTC'), make_interval(days => 3) FROM orders"
    ),
    ("SELECT acos(1), asin(0), atan(1), atan2(1, 1), cot(1), sind(30), sinh(1), degrees(1), radians(1) FROM orders"),
    (
        "SELECT concat_ws(', ', status, order_id), quote_literal(status), quote_nullable(status), "
        "to_hex(order_id), normalize(status), bit_length(status) FROM orders"
    ),
    "SELECT date '2024-01-31' - 30, timestamp '2024-01-31' - date '2024-01-01' FROM orders",
    "SELECT 0b101, 0x1F, 1e3, .5 FROM orders",
    "SELECT INTERVAL '1:30' HOUR TO MINUTE, INTERVAL '1-2' YEAR TO MONTH FROM orders",
)
