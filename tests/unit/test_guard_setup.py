from __future__ import annotations

import pytest
from query_samples import REFERENCE, TABLES

from grader.evidence.query import Setting
from grader.sql.query.guard_setup import Bound, GuardedSetup, check_setup

SETTINGS = {"work_mem": Bound(min=64, max=262_144), "random_page_cost": Bound(min=1, max=10)}


def guarded(sql: str) -> GuardedSetup:
    return check_setup(sql, TABLES, SETTINGS)


ALLOWED = [
    "CREATE INDEX ON orders (customer_id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS i ON public.orders (lower(status) DESC NULLS LAST) INCLUDE (placed_at)",
    "CREATE INDEX i ON orders (placed_at) WHERE status <> 'cancelled' AND placed_at >= '2024-01-01'",
    "CREATE INDEX i ON orders ((placed_at::date), date_trunc('year', placed_at)) WITH (fillfactor = 90)",
    "CREATE INDEX i ON orders USING hash (customer_id)",
    "CREATE INDEX i ON orders USING brin (placed_at)",
    "CREATE INDEX i ON orders (status text_pattern_ops)",
    'CREATE INDEX i ON orders (status COLLATE "C")',
    "CREATE STATISTICS s (dependencies, mcv) ON status, placed_at FROM orders",
    "CREATE STATISTICS ON status, customer_id FROM public.orders",
    "CREATE STATISTICS s ON (date_trunc('year', placed_at)) FROM orders",
    "CREATE STATISTICS s (mcv) ON (status <> 'cancelled'), lower(status), customer_id FROM orders",
    "CREATE INDEX i ON orders (customer_id) WHERE status = ANY (ARRAY['shipped', 'delivered'])",
    "ANALYZE (VERBOSE, SKIP_LOCKED) orders",
    "ANALYZE",
    "ANALYZE VERBOSE orders (status), customers",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_indexes_statistics_and_analyze_pass(sql: str) -> None:
    found = guarded(sql)
    assert found.refusals == ()
    assert len(found.steps) == 1
    assert set(found.steps[0].tables) <= set(TABLES)


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SET work_mem = '64MB'", "64MB"),
        ("SET LOCAL work_mem TO 65536", "65536"),
        ("set session work_mem='1 GB'", ""),
        ("SET work_mem = '100GB'", ""),
        ("SET work_mem = -1", ""),
        ("SET work_mem = DEFAULT", ""),
    ],
)
def test_settings_are_held_to_their_bounds(sql: str, value: str) -> None:
    found = guarded(sql)
    assert found.settings == ((Setting(name="work_mem", value=value),) if value else ())
    assert bool(found.refusals) is not bool(value)


REFUSED = [
    ("CREATE INDEX i ON orders (customer_id) WHERE placed_at > 'today'", "clock"),
    ("CREATE INDEX i ON orders (age(placed_at))", "clock"),
    ("CREATE INDEX CONCURRENTLY i ON orders (status)", "CONCURRENTLY"),
    ("CREATE INDEX i ON orders (status) TABLESPACE fast", "TABLESPACE"),
    ("CREATE INDEX i ON orders (evil(order_id))", "evil"),
    ("CREATE INDEX i ON orders (random())", "chance"),
    ("CREATE INDEX i ON orders ((SELECT 1))", "not allowed in an index"),
    ("CREATE INDEX i ON orders USING bloom (status)", "bloom"),
    ("CREATE INDEX i ON pg_class (relname)", "not a table"),
    ("CREATE INDEX i ON other.orders (status)", "not a table"),
    ("CREATE STATISTICS s ON (evil(status)), status FROM orders", "evil"),
    ("CREATE STATISTICS s ON (pg_sleep(1)::text), status FROM orders", "pg_sleep"),
    ("CREATE STATISTICS s ON (SELECT 1), status FROM orders", "not allowed in an index"),
    ("CREATE STATISTICS s ON a, b FROM pg_class", "not a table"),
    ("ANALYZE pg_class", "not a table"),
    ("SET statement_timeout = 0", "statement_timeout"),
    ("SET session_replication_role = replica", "session_replication_role"),
    ("SET ROLE postgres", "SET name = value"),
    ("SET SESSION AUTHORIZATION postgres", "SET name = value"),
    ("RESET ALL", "RESET ALL"),
    ("CREATE TABLE cached AS SELECT 1", "CREATE TABLE"),
    ("CREATE MATERIALIZED VIEW m AS SELECT 1", "CREATE MATERIALIZED"),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION"),
    ("CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f()", "CREATE TRIGGER"),
    ("CREATE RULE r AS ON SELECT TO orders DO INSTEAD SELECT 1", "CREATE RULE"),
    ("CREATE EXTENSION dblink", "CREATE EXTENSION"),
    ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM"),
    ("ALTER TABLE orders ALTER status SET STATISTICS 1000", "ALTER TABLE"),
    ("DROP INDEX orders_pkey", "DROP INDEX"),
    ("UPDATE orders SET status = NULL", "UPDATE"),
    ("DELETE FROM orders", "DELETE"),
    ("COPY orders FROM PROGRAM 'id'", "COPY"),
    ("CLUSTER orders USING orders_pkey", "CLUSTER"),
    ("VACUUM orders", "VACUUM"),
    ("DO $$ BEGIN RAISE NOTICE 'score 100'; END $$", "dollar-quoted"),
    ("BEGIN", "BEGIN"),
    ("\\i other.sql", "psql"),
]


@pytest.mark.parametrize(("sql", "word"), REFUSED)
def test_everything_else_is_refused_with_its_reason(sql: str, word: str) -> None:
    found = guarded(sql)
    assert any(word in refusal.what for refusal in found.refusals), found.refusals
    assert found.steps == ()


def test_what_is_refused_is_left_out_and_the_rest_stays() -> None:
    found = guarded("-- tuned\nCREATE INDEX ON orders (status);\n  DROP TABLE orders;\nANALYZE orders;")
    assert [step.kind for step in found.steps] == ["index", "analyze"]
    assert [(r.line, r.column) for r in found.refusals] == [(3, 3)]


def test_a_step_keeps_its_place_in_the_file() -> None:
    step = guarded("ANALYZE orders;\n\n CREATE INDEX ON orders (status)").steps[1]
    assert step.text.splitlines()[2] == " CREATE INDEX ON orders (status)"


def test_too_many_statements_are_refused_whole() -> None:
    assert guarded("ANALYZE orders;" * 17).steps == ()


def test_the_setups_of_good_answers_pass() -> None:
    files = list(REFERENCE.glob("good-*/setup.sql"))
    assert len(files) >= 3
    for file in files:
        assert guarded(file.read_text()).refusals == (), file
