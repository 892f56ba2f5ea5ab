from __future__ import annotations

import pytest
from query_samples import PACK, REFERENCE, TABLES

from grader.sql.query.guard import check_query


def reasons(sql: str) -> list[str]:
    return [refusal.what for refusal in check_query(sql, TABLES).refusals]


CORRECT = [
    "SELECT count(*) FILTER (WHERE status IS NOT NULL), sum(quantity * unit_price) FROM order_items, orders",
    "WITH a AS MATERIALIZED (SELECT * FROM orders), b AS NOT MATERIALIZED (SELECT * FROM a) SELECT * FROM b",
    "SELECT * FROM orders o LEFT JOIN LATERAL (SELECT 1 FROM order_items WHERE order_id = o.order_id) AS x ON true",
    "SELECT DISTINCT ON (customer_id) customer_id FROM orders ORDER BY customer_id, placed_at DESC NULLS LAST",
    "SELECT customer_id FROM orders GROUP BY GROUPING SETS ((customer_id), ()) HAVING count(*) > 1",
    "SELECT customer_id FROM orders UNION ALL SELECT 1 FROM orders EXCEPT SELECT 2 FROM customers",
    "SELECT rank() OVER w, lag(placed_at, 1) OVER w FROM orders WINDOW w AS (PARTITION BY status ORDER BY order_id)",
    "SELECT sum(quantity) OVER (ORDER BY line_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM order_items",
    "SELECT placed_at::date, date_trunc('year', placed_at), extract(year FROM placed_at), to_char(a, 'Y') FROM orders",
    "SELECT * FROM orders WHERE placed_at >= DATE '2024-01-01' AND placed_at < DATE '2024-01-01' + interval '1 year'",
    "SELECT * FROM orders WHERE (order_id, customer_id) IN (SELECT 1, 2 FROM customers) AND status = ANY (ARRAY['a'])",
    "SELECT * FROM orders WHERE status IS DISTINCT FROM 'x' AND NOT EXISTS (SELECT 1 FROM customers) OR status ~ '^c'",
    "SELECT (array_agg(order_id ORDER BY placed_at DESC))[1] FROM orders FETCH FIRST 5 ROWS ONLY",
    "SELECT coalesce(nullif(status, ''), 'none'), greatest(1, 2), CASE WHEN true THEN 1 ELSE 2 END FROM orders",
    "SELECT make_date(2024, 1, 1), age(placed_at, placed_at) FROM orders",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY 1) FROM orders",
    "SELECT v.a FROM (VALUES (1), (2)) AS v (a) JOIN orders ON order_id = v.a",
    "(SELECT order_id FROM public.orders) ORDER BY 1 LIMIT 1;",
    "SELECT * FROM orders WHERE order_id = SOME (ARRAY(SELECT order_id FROM order_items))",
    "SELECT * FROM orders WHERE placed_at <@ tsrange('2024-01-01', '2025-01-01') OR '[1,2)'::int4range @> order_id",
    "SELECT * FROM orders WHERE (placed_at, placed_at) OVERLAPS (DATE '2024-01-01', DATE '2025-01-01')",
    "SELECT date_bin('1 day', placed_at, TIMESTAMP '2024-01-01'), isfinite(placed_at) FROM orders",
    "SELECT placed_at + make_interval(years => 1), justify_days(interval '40 days') FROM orders",
    "SELECT any_value(status), bit_or(order_id), corr(order_id, customer_id), regr_slope(1, 2) FROM orders",
    "SELECT array_length(a, 1), cardinality(a), a[1:2], a && a FROM (SELECT ARRAY[1] AS a FROM orders) AS x",
    "SELECT ln(2), exp(1), log(10), width_bucket(5, 0, 10, 5), gcd(4, 6), div(7, 2), 5 & 3, 1 << 2, ~1 FROM orders",
    "SELECT md5(status), reverse(status), translate(status, 'a', 'b'), regexp_replace(status, 'a', 'b') FROM orders",
    "SELECT num_nulls(status, customer_id), starts_with(status, 'a'), octet_length(status), ascii(status) FROM orders",
    "SELECT 'nowhere', 'todays' FROM orders",
    "SELECT 1_000, 1_0.5 FROM orders WHERE order_id > 1_000_000",
    "SELECT j.customer_id FROM orders JOIN customers USING (customer_id) AS j WHERE j.customer_id = 4_2",
    "SELECT 'USING (a) AS b, 1_000' FROM orders",
    'SELECT "order_id" FROM "orders" AS "Bestellungen" -- a comment; with a semicolon',
]


@pytest.mark.parametrize("sql", CORRECT)
def test_ordinary_queries_pass(sql: str) -> None:
    found = check_query(sql, TABLES)
    assert (found.refusals, found.unread) == ((), "")


HOSTILE = [
    ("SELECT age(placed_at) FROM orders", "clock"),
    ("SELECT 'today'::date FROM orders", "clock"),
    ("SELECT cast(' NOW ' AS timestamp) FROM orders", "clock"),
    ("SELECT timestamptz 'tomorrow', date('yesterday') FROM orders", "clock"),
    ("SELECT 1 FROM orders WHERE placed_at < 'now'", "clock"),
    ("SELECT 'today 12:00'::timestamp FROM orders", "clock"),
    ("SELECT '[2024-01-01, now)'::tsrange, '{now}'::timestamp[] FROM orders", "clock"),
    ("SELECT xmlparse(document '<a/>') FROM orders", "xmlparse"),
    ("SELECT pg_sleep(9) FROM orders ORDER BY order_id USING >", "pg_sleep"),
    ("SELECT pg_sleep(9) FROM orders", "pg_sleep"),
    ('SELECT "pg_sleep"(9) FROM orders', "pg_sleep"),
    ("SELECT pg_catalog.pg_sleep(9) FROM orders", "another schema"),
    ("SELECT pg_read_file('/etc/passwd'), o.* FROM orders o", "pg_read_file"),
    ("SELECT set_config('statement_timeout', '0', false) FROM orders", "set_config"),
    ("SELECT current_setting('data_directory') FROM orders", "current_setting"),
    ("SELECT pg_advisory_lock(1) FROM orders", "pg_advisory_lock"),
    ("SELECT lo_import('/etc/passwd') FROM orders", "lo_import"),
    ("SELECT query_to_xml('SELECT 1', true, true, '') FROM orders", "query_to_xml"),
    ("SELECT * FROM dblink('x', 'y') AS t (a int), orders", "dblink"),
    ("SELECT random() FROM orders", "chance"),
    ("SELECT now() FROM orders", "clock"),
    ("SELECT current_date, localtimestamp FROM orders", "clock"),
    ("SELECT count(*) FROM generate_series(1, 10000000000) g, orders", "makes rows"),
    ("SELECT unnest(array_agg(order_id)) FROM orders", "makes rows"),
    ("SELECT repeat('x', 1000000000) FROM orders", "repeat"),
    ("SELECT lpad('x', 1000000000) FROM orders", "lpad"),
    ("SELECT string_agg(status, '') FROM orders", "string_agg"),
    ("WITH RECURSIVE r AS (SELECT 1 AS n FROM orders UNION ALL SELECT n + 1 FROM r) SELECT * FROM r", "RECURSIVE"),
    ("WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d", "DELETE"),
    ("WITH d AS (UPDATE orders SET status = '' RETURNING *) SELECT * FROM d", "UPDATE"),
    ("WITH d AS (INSERT INTO orders SELECT * FROM orders RETURNING *) SELECT * FROM d", "INSERT"),
    ("SELECT * INTO cached FROM orders", "SELECT INTO"),
    ("SELECT * FROM orders FOR UPDATE", "FOR UPDATE"),
    ("SELECT rolpassword FROM pg_authid, orders", "pg_authid"),
    ("SELECT * FROM information_schema.tables, orders", "no catalog"),
    ("SELECT * FROM (WITH pg_authid AS (SELECT 1) SELECT 1) x, pg_authid, orders", "look like a catalog"),
    ("SELECT * FROM cached_result", "cached_result"),
    ("SELECT ctid FROM orders", "where a row is stored"),
    ("SELECT 'orders'::regclass FROM orders", "a type that"),
    ("SELECT * FROM orders TABLESAMPLE system (1)", "part of the rows"),
    ("SELECT * FROM orders WHERE order_id = $1", "no parameters"),
    ("SELECT 'PASS' AS verdict, 100 AS score", "none of the exercise's tables"),
    ("SELECT * FROM (VALUES (1, 2)) AS v (a, b)", "none of the exercise's tables"),
    ("SELECT 1 FROM orders; DROP TABLE orders", "2 statements"),
    ("SELECT 1 FROM orders /* */; -- ;\nDROP TABLE orders", "2 statements"),
    ("COPY orders TO PROGRAM 'id'", "no SELECT"),
    ("DO 'BEGIN LOOP END LOOP; END'", "no SELECT"),
    ("SET statement_timeout = 0", "no SELECT"),
    ("EXPLAIN ANALYZE SELECT 1 FROM orders", "no SELECT"),
    ("EXECUTE cached", "no SELECT"),
    ("LISTEN jobs", "no SELECT"),
    ("\\! id", "psql"),
    ("\\copy orders to 'x'", "psql"),
    ("SELECT $$a$$ FROM orders", "dollar-quoted"),
    ("-- only a comment", "no query"),
    ("", "no query"),
]


@pytest.mark.parametrize(("sql", "word"), HOSTILE)
def test_everything_else_is_refused_with_its_reason(sql: str, word: str) -> None:
    found = reasons(sql)
    assert any(word in what for what in found), found


def test_a_refusal_points_at_the_place() -> None:
    refusal = check_query("SELECT order_id\n  FROM orders\n WHERE pg_sleep(9) IS NULL", TABLES).refusals[0]
    assert (refusal.file, refusal.line, refusal.column, refusal.length) == ("query.sql", 3, 8, 8)


def test_what_is_run_is_the_file_with_comments_blanked() -> None:
    sql = "-- head\nSELECT 1 /* x */ FROM orders;\n"
    assert check_query(sql, TABLES).text == "       \nSELECT 1         FROM orders"


def test_forms_read_in_plainer_words_keep_their_places_and_are_run_as_they_are() -> None:
    sql = "SELECT 1_000\n  FROM orders JOIN customers USING (customer_id) AS j\n WHERE pg_sleep(1_0) IS NULL"
    found = check_query(sql, TABLES)
    assert found.text == sql
    assert [(refusal.line, refusal.column) for refusal in found.refusals] == [(3, 8)]


def test_what_only_postgresql_can_read_is_said_to_be_unread() -> None:
    found = check_query("SELECT a b c FROM orders", TABLES)
    assert not found.refusals
    assert found.unread
    assert "001B" not in found.unread


def test_a_very_long_query_is_refused() -> None:
    assert "longer than" in reasons("SELECT " + "1," * 60_000 + "1 FROM orders")[0]
    assert "parts" in reasons("SELECT " + "1," * 6_000 + "1 FROM orders")[0]


def test_deep_nesting_does_not_break_the_reader() -> None:
    found = reasons("SELECT " + "(" * 4_000 + "1" + ")" * 4_000 + " FROM orders")
    assert ["deep" in what for what in found] == [True]


def test_the_packs_own_queries_and_every_good_answer_pass() -> None:
    files = [*PACK.glob("exercises/*/*.sql"), *REFERENCE.glob("good-*/query.sql")]
    queries = [file for file in files if not file.name.endswith("setup.sql")]
    assert len(queries) >= 5
    for file in queries:
        assert check_query(file.read_text(), TABLES).refusals == (), file


def test_a_file_that_is_not_utf_8_is_told_so() -> None:
    sql = "SELECT gr\xf6\xdfe FROM orders".encode("cp1252").decode("utf-8", "replace")
    assert reasons(sql)[0] == "bytes that are not text in UTF-8: save the file as UTF-8"
