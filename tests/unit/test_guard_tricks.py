from __future__ import annotations

import pytest
from query_samples import TABLES
from query_tricks import FAIR, HARMLESS, REFUSED

from grader.sql.query.guard import check_query
from grader.sql.query.guard_setup import check_setup
from grader.sql.query.literals import named


def test_there_are_as_many_tricks_and_fair_constructs_as_promised() -> None:
    assert len({sql for sql, _ in REFUSED}) >= 120
    assert len(set(FAIR)) >= 120


@pytest.mark.parametrize(("sql", "word"), REFUSED)
def test_a_trick_is_refused_with_its_reason(sql: str, word: str) -> None:
    found = check_query(sql, TABLES)
    assert any(word in refusal.what for refusal in found.refusals), found
    assert all(refusal.line >= 1 and refusal.column >= 1 for refusal in found.refusals)


@pytest.mark.parametrize("sql", [*FAIR, *HARMLESS])
def test_what_only_reads_and_computes_is_taken(sql: str) -> None:
    found = check_query(sql, TABLES)
    assert (found.refusals, found.unread) == ((), "")


BOMBS_FOR_READERS = [
    "SELECT " + "ARRAY[" * 40 + "1" + "]" * 40 + " FROM orders",
    "SELECT " + "timestamp(" * 40 + "1" + ")" * 40 + " FROM orders",
    "SELECT 1 FROM orders WHERE " + "date(" * 40 + "placed_at" + ")" * 40 + " IS NULL",
    "SELECT 1" + "::int[" * 40 + "]" * 40 + " FROM orders",
    "SELECT " + "struct(" * 40 + " FROM orders",
    "SELECT a" + "[1" * 40 + "]" * 40 + " FROM orders",
]


@pytest.mark.parametrize("sql", BOMBS_FOR_READERS)
def test_nesting_that_would_keep_a_reader_for_hours_is_not_read(sql: str) -> None:
    assert "nested" in check_query(sql, TABLES).refusals[0].what


def test_the_same_nesting_in_a_setup_is_not_read() -> None:
    sql = "CREATE INDEX ON orders ((" + "date(" * 40 + "placed_at" + ")" * 40 + "))"
    assert "cannot be read" in check_setup(sql, TABLES, {}).refusals[0].what


def test_long_comments_and_many_brackets_are_read_as_fast_as_they_are_long() -> None:
    assert check_query("SELECT 1 /*" + "x" * 90_000 + "*/ FROM orders", TABLES).refusals == ()
    assert check_query("SELECT " + "f (" * 30_000 + " FROM orders", TABLES).refusals
    assert check_query("SELECT " + ".".join("a" * 1000) + " FROM orders", TABLES).refusals


def test_brackets_in_texts_and_names_do_not_nest() -> None:
    assert check_query("SELECT '" + "date(" * 40 + "' FROM orders", TABLES).refusals == ()
    assert check_query('SELECT 1 AS "' + "ARRAY[" * 8 + '" FROM orders', TABLES).refusals == ()


def test_whatever_the_guard_takes_the_next_reader_takes_too() -> None:
    for levels in (50, 100, 200, 400):
        sql = "SELECT " + "(" * levels + "1" + ")" * levels + " FROM orders"
        found = check_query(sql, TABLES)
        if not found.refusals:
            assert named([found.text], {}) is not None


@pytest.mark.parametrize(
    ("call", "fits"),
    [
        ("generate_series(1, 1000)", True),
        ("generate_series(1, 1001)", False),
        ("generate_series(0, 10, 0)", False),
        ("generate_series(1, 1e3)", True),
        ("generate_series(1, order_id)", False),
        ("generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31', INTERVAL '1 day')", True),
        ("generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31', INTERVAL '1 minute')", False),
        ("generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31', INTERVAL '0 days')", False),
        ("generate_series(DATE '2024-01-01', 'infinity', INTERVAL '1 day')", False),
        ("generate_series(TIMESTAMP 'now', TIMESTAMP '2024-12-31', INTERVAL '1 day')", False),
        ("unnest(ARRAY[1, 2, 3])", True),
        ("unnest(ARRAY[order_id])", False),
        ("lpad(status, 1000)", True),
        ("lpad(status, 1001)", False),
        ("lpad(status, order_id)", False),
        ("repeat(status, -1)", False),
    ],
)
def test_what_grows_may_be_used_where_its_bound_is_written(call: str, fits: bool) -> None:  # noqa: FBT001 - an example
    assert (check_query(f"SELECT {call} FROM orders", TABLES).refusals == ()) is fits


@pytest.mark.parametrize(
    ("sql", "fits"),
    [
        ("CREATE UNIQUE INDEX ON orders (order_id)", True),
        ("CREATE UNIQUE INDEX ON orders (placed_at DESC, order_id) INCLUDE (status)", True),
        ("CREATE UNIQUE INDEX ON orders (customer_id, placed_at)", False),
        ("CREATE UNIQUE INDEX ON order_items (order_id, product_id)", False),
        ("CREATE UNIQUE INDEX ON order_items (line_no, order_id)", True),
        ("CREATE UNIQUE INDEX ON orders (lower(status)) WHERE status IS NOT NULL", False),
    ],
)
def test_a_unique_index_must_not_forbid_rows_that_the_tables_allow(sql: str, fits: bool) -> None:  # noqa: FBT001 - an example
    keys = {"orders": ("order_id",), "order_items": ("order_id", "line_no")}
    found = check_setup(sql, TABLES, {}, keys=keys)
    assert (found.refusals == ()) is fits
    assert fits or "forbids rows" in found.refusals[0].what
