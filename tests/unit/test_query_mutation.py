from __future__ import annotations

from functools import cache

import pytest
import sqlglot

from grader.sql.query.mutation.made import Mutant, mutants, unchanged
from grader.sql.query.smalldata import ColumnRules, TableRules

CUSTOMERS = TableRules(
    name="customers",
    columns=(ColumnRules(name="customer_id", type="integer"), ColumnRules(name="company_id", type="integer")),
    key=("customer_id",),
)
ORDERS = TableRules(
    name="orders",
    columns=(
        ColumnRules(name="order_id", type="integer"),
        ColumnRules(name="customer_id", type="integer", nullable=True),
        ColumnRules(name="status", type="text", nullable=True),
        ColumnRules(name="placed_at", type="timestamp without time zone"),
    ),
    key=("order_id",),
    parents={"customer_id": ("customers", "customer_id")},
)
LINES = TableRules(
    name="lines",
    columns=(
        ColumnRules(name="order_id", type="integer"),
        ColumnRules(name="line_no", type="integer"),
        ColumnRules(name="price", type="numeric(10,2)"),
    ),
    key=("order_id", "line_no"),
    parents={"order_id": ("orders", "order_id")},
)
TABLES = (CUSTOMERS, ORDERS, LINES)
REPORT = """
WITH sold AS (
  SELECT DISTINCT o.order_id, o.customer_id, sum(l.price) OVER (PARTITION BY o.order_id) AS value
    FROM orders o JOIN lines l ON l.order_id = o.order_id
   WHERE o.placed_at >= '2024-01-01' AND lower(o.status) IN ('sold', 'sent')
     AND o.customer_id NOT IN (SELECT c.customer_id FROM customers c WHERE c.company_id = 42)
)
SELECT s.customer_id, count(*) AS orders, round(coalesce(sum(s.value), 0) / 3, 2) AS third,
       rank() OVER (ORDER BY sum(s.value) DESC) AS place, CASE WHEN count(*) > 1 THEN 'many' ELSE 'one' END AS kind
  FROM sold s LEFT JOIN customers c ON c.customer_id = s.customer_id
 GROUP BY s.customer_id, c.company_id
 ORDER BY third DESC, s.customer_id
 LIMIT 5 OFFSET 5
"""


@cache
def made(query: str) -> dict[str, Mutant]:
    return {mutant.name: mutant for mutant in mutants(query, TABLES)}


def kinds(query: str) -> set[str]:
    return {name.rpartition("-")[0] for name in made(query)}


def test_every_mutant_is_another_query_that_can_be_read_and_has_its_own_name() -> None:
    found = mutants(REPORT, TABLES)
    assert len(found) > 100
    assert len({mutant.name for mutant in found}) == len({mutant.query for mutant in found}) == len(found)
    assert unchanged(REPORT) not in {mutant.query for mutant in found}
    for mutant in found:
        assert sqlglot.parse_one(mutant.query, read="postgres") is not None
        assert mutant.fault
        assert 1 <= mutant.line <= REPORT.count("\n") + 1


def test_the_same_query_always_has_the_same_mutants() -> None:
    assert mutants(REPORT, TABLES) == mutants(REPORT, TABLES)


@pytest.mark.parametrize(
    "kind",
    [
        *("ge-to-gt", "eq-to-ne", "micro-earlier", "day-later", "plus-one", "minus-one", "other-text", "lost-member"),
        *("and-to-or", "lost-left", "lost-right", "lost-where", "lost-not", "lost-lower", "lost-round"),
        *("inner-to-left", "left-to-inner", "lost-join-condition", "not-in-to-not-exists", "lost-coalesce"),
        *("eq-with-null", "null-passes", "nulls-moved", "sum-to-max", "count-of-column", "lost-distinct"),
        *("made-distinct", "lost-group-key", "lost-partition", "rank-to-row_number", "rank-to-dense_rank"),
        *("other-direction", "lost-order-key", "lost-order", "lost-limit", "lost-offset", "lost-else", "rounded-early"),
        *("div-to-mul", "wrong-column", "lost-window-order"),
    ],
)
def test_every_kind_of_fault_is_made(kind: str) -> None:
    assert kind in kinds(REPORT)


def test_a_mutant_says_what_it_changes_and_where() -> None:
    mutant = made("SELECT order_id\n  FROM orders\n WHERE placed_at >= '2024-01-01'\n ORDER BY order_id")["ge-to-gt-1"]
    assert mutant.line == 3
    assert mutant.edit == "WHERE placed_at >= '2024-01-01'  →  WHERE placed_at > '2024-01-01'"


@pytest.mark.parametrize(
    ("query", "mutant", "equal"),
    [
        ("SELECT order_id FROM orders ORDER BY placed_at", "nulls-moved-1", True),
        ("SELECT order_id FROM orders ORDER BY status", "nulls-moved-1", False),
        ("SELECT order_id FROM orders WHERE status = 'a'", "eq-with-null-1", True),
        ("SELECT order_id FROM orders WHERE NOT status = 'a'", "eq-with-null-1", False),
        ("SELECT order_id FROM orders WHERE customer_id = order_id", "null-passes-1", False),
        ("SELECT order_id FROM orders WHERE order_id <> 3", "ne-with-null-1", True),
        ("SELECT order_id FROM orders WHERE status <> 'a'", "ne-with-null-1", False),
        ("SELECT count(*) FROM orders WHERE status > 'a'", "count-of-column-1", True),
        ("SELECT count(*) FROM orders WHERE status > 'a' OR order_id = 1", "count-of-column-2", False),
        ("SELECT order_id, status FROM orders", "made-distinct-1", True),
        ("SELECT customer_id, status FROM orders", "made-distinct-1", False),
        ("SELECT o.order_id FROM orders o JOIN lines l ON l.order_id = o.order_id", "made-distinct-1", False),
        ("SELECT l.order_id, l.line_no FROM lines l JOIN orders o ON o.order_id = l.order_id", "made-distinct-1", True),
        ("SELECT l.line_no FROM lines l JOIN orders o ON o.order_id = l.order_id", "inner-to-left-1", True),
        ("SELECT o.order_id FROM orders o JOIN customers c ON c.customer_id = o.customer_id", "inner-to-left-1", False),
        ("SELECT o.order_id FROM orders o JOIN lines l ON l.order_id = o.order_id", "inner-to-right-1", True),
        ("SELECT o.order_id FROM orders o JOIN lines l ON l.order_id = o.order_id", "inner-to-left-1", False),
        ("SELECT sum(l.price) FROM orders o JOIN lines l ON l.order_id = o.order_id", "inner-to-left-1", True),
        ("SELECT count(*) FROM orders o JOIN lines l ON l.order_id = o.order_id", "inner-to-left-1", False),
        ("SELECT coalesce(count(*), 0) FROM orders", "lost-coalesce-1", True),
        ("SELECT coalesce(sum(order_id), 0) FROM orders", "lost-coalesce-1", False),
        ("SELECT count(order_id) FROM orders", "count-distinct-1", True),
        ("SELECT count(order_id) FROM lines", "count-distinct-1", False),
    ],
)
def test_only_what_is_certain_is_called_equal(query: str, mutant: str, equal: bool) -> None:  # noqa: FBT001 - an example
    assert bool(made(query)[mutant].equal) is equal


def test_a_column_of_a_query_inside_is_followed_to_its_table() -> None:
    inside = "WITH x AS (SELECT order_id, status, line_no FROM orders JOIN lines USING (order_id)) "
    assert not made(inside + "SELECT x.status FROM x ORDER BY x.status")["nulls-moved-1"].equal
    grouped = "WITH x AS (SELECT o.order_id, count(*) AS n FROM orders o GROUP BY o.order_id) "
    assert made(grouped + "SELECT x.n FROM x ORDER BY x.n")["nulls-moved-1"].equal
    padded = "FROM customers c LEFT JOIN x ON x.order_id = c.customer_id ORDER BY x.n"
    assert not made(grouped + f"SELECT x.n {padded}")["nulls-moved-1"].equal


def test_a_name_of_an_outer_query_is_no_key_of_the_inner_one() -> None:
    query = "SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id) AS n FROM customers c"
    counts = [m for m in mutants(query, TABLES) if "DISTINCT c.customer_id" in m.fault]
    assert [m.equal for m in counts] == [""]
