from __future__ import annotations

from pathlib import Path

import pytest
from lint_samples import index, shop
from query_samples import PACK, REFERENCE

from grader.sql.query.lint.names import Catalog
from grader.sql.query.lint.run import RULES, Remark, lint

Samples = dict[str, list[str]]


def samples() -> tuple[Samples, Samples]:
    """For each rule the queries in which it speaks, and those in which it must not."""
    speaks: Samples = {}
    silent: Samples = {}
    rule = ""
    for line in (Path(__file__).parent.parent / "lint_queries.txt").read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition(" ")
        if kind == "#":
            rule = text
        elif kind in ("+", "-") and rule:
            (speaks if kind == "+" else silent).setdefault(rule, []).append(text)
    return speaks, silent


SPEAKS, SILENT = samples()


def remarks(sql: str, catalog: Catalog | None = None) -> list[Remark]:
    found = lint(sql, catalog or shop())
    assert found.unread == ""
    return list(found.remarks)


def marked(sql: str, remark: Remark) -> str:
    line = sql.splitlines()[remark.line - 1]
    return line[remark.column - 1 : remark.column - 1 + remark.length]


@pytest.mark.parametrize(("rule", "sql"), [(rule, sql) for rule, queries in SPEAKS.items() for sql in queries])
def test_a_rule_speaks_and_the_caret_stands_under_it(rule: str, sql: str) -> None:
    query, meant = sql.replace("«", "").replace("»", ""), sql.partition("«")[2].partition("»")[0]
    found = [remark for remark in remarks(query) if remark.rule == rule]
    assert [marked(query, remark) for remark in found] == [meant]
    assert found[0].column == sql.index("«") + 1


@pytest.mark.parametrize(("rule", "sql"), [(rule, sql) for rule, queries in SILENT.items() for sql in queries])
def test_a_rule_is_silent_about_what_only_looks_alike(rule: str, sql: str) -> None:
    assert [marked(sql, remark) for remark in remarks(sql) if remark.rule == rule] == []


def test_every_rule_is_tried_both_ways() -> None:
    assert set(SPEAKS) == set(SILENT) == set(RULES)
    assert all(len(queries) >= 2 for queries in SILENT.values())


@pytest.mark.parametrize(
    ("sql", "added"),
    [
        ("SELECT 1 FROM orders WHERE lower(status) = 'x'", index("orders", "lower(status)")),
        ("SELECT 1 FROM orders o WHERE o.placed_at::date = '2024-01-01'", index("orders", "((placed_at)::date)")),
        (
            "SELECT 1 FROM orders WHERE date_trunc('month', placed_at) = '2024-01-01'",
            index("orders", "date_trunc('month'::text, placed_at)"),
        ),
        ("SELECT 1 FROM customers WHERE email LIKE '%x'", index("customers", "email gin_trgm_ops", using="gin")),
        (
            "SELECT 1 FROM orders WHERE placed_at::date = '2024-01-01' AND lower(status) = 'x'",
            index("orders", "((placed_at)::date)"),
        ),
    ],
)
def test_an_index_made_for_it_takes_a_remark_back(sql: str, added: object) -> None:
    assert [remark.rule for remark in remarks(sql)] != []
    assert remarks(sql, shop(added)) == []  # type: ignore[arg-type] # an index


def test_an_index_that_only_holds_the_rows_of_a_condition_serves_it() -> None:
    partial = index("orders", "placed_at")
    where = type(partial)(
        table="orders", definition=f"{partial.definition} WHERE (lower(status) = 'x'::text)", columns=("placed_at",)
    )
    assert remarks("SELECT 1 FROM orders WHERE lower(status) = 'x'", shop(where)) == []


def test_places_are_those_of_the_file_as_it_was_handed_in() -> None:
    sql = (
        "-- größer\n/* two\nlines */ SELECT 'ä – ß' AS x, order_id\nFROM orders WHERE /* why */ lower(status) = 'x';\n"
    )
    (remark,) = remarks(sql)
    assert (remark.line, marked(sql, remark)) == (4, "lower(status)")


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "",
            "SELECT FROM WHERE",
            "SELECT 1; SELECT 2",
            "DROP TABLE orders",
            "SELECT ((((",
            "SELECT $$x$$",
            "-- only a comment",
        ),
        "SELECT 1 FROM orders WHERE " + "(" * 400 + "1=1" + ")" * 400,
        "SELECT " + ", ".join(["1"] * 9_000),
        "SELECT 'x" + "y" * 70_000 + "'",
    ],
)
def test_what_cannot_be_read_gets_no_remarks_and_no_error(sql: str) -> None:
    found = lint(sql, shop())
    assert found.remarks == ()
    assert found.unread


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM orders WHERE " + " OR ".join(f"lower(status) = '{n}'" for n in range(400)),
        "WITH c0 AS (SELECT * FROM orders), "
        + ", ".join(f"c{n} AS (SELECT * FROM c{n - 1} a, c{n - 1} b)" for n in range(1, 60))
        + " SELECT * FROM c59 WHERE x = 1",
        "SELECT 1 FROM " + ", ".join(f"orders o{n}" for n in range(150)),
        "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT x FROM a WHERE lower(x) = 'y'",
        "SELECT x.*, (VALUES (1)) FROM (VALUES (1, 2)) AS x (a, b) WHERE x.a = 1.5",
        "SELECT * FROM (orders o JOIN order_items i USING (order_id)) WHERE o.status = 'x'",
        "TABLE orders",
        "SELECT order_id FROM orders GROUP BY ROLLUP (order_id) HAVING order_id IS NULL",
    ],
)  # fmt: skip
def test_strange_and_large_queries_are_bounded(sql: str) -> None:
    found = lint(sql, shop())
    assert len(found.remarks) <= 8 * len(RULES)


@pytest.mark.parametrize("level", ["junior", "mid", "senior"])
def test_the_packs_own_reference_gets_no_remark_but_the_paging_it_is_asked_for(level: str) -> None:
    sql = (PACK / "exercises" / level / "reference.sql").read_text(encoding="utf-8")
    assert {remark.rule for remark in remarks(sql)} <= {"offset-paging"}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("junior", {"function-on-column": 2}),
        ("mid", {"correlated-subquery": 5, "offset-paging": 1}),
    ],
)
def test_the_given_queries_show_what_they_were_made_to_show(level: str, expected: dict[str, int]) -> None:
    found = remarks((PACK / "exercises" / level / "original.sql").read_text(encoding="utf-8"))
    assert {rule: sum(remark.rule == rule for remark in found) for rule in expected} == expected
    assert {remark.rule for remark in found} == set(expected)


def test_the_senior_query_shows_its_traps() -> None:
    found = {remark.rule for remark in remarks((PACK / "exercises/senior/original.sql").read_text(encoding="utf-8"))}
    assert {"function-on-column", "or-across-columns", "not-in-nullable"} <= found


def test_good_answers_get_few_remarks() -> None:
    queries = sorted(REFERENCE.glob("good-*/query.sql"))
    counts = [sum(r.rule != "offset-paging" for r in remarks(file.read_text(encoding="utf-8"))) for file in queries]
    assert queries
    assert max(counts) <= 2
    assert sum(count == 0 for count in counts) >= len(counts) / 2


def test_many_tables_and_conditions_are_read_in_no_more_steps_than_there_are_of_them() -> None:
    tables = ", ".join(f"orders o{n}" for n in range(300))
    joins = " AND ".join(f"o{n}.order_id = o{n - 1}.order_id" for n in range(1, 300))
    assert remarks(f"SELECT 1 FROM {tables} WHERE {joins} AND o0.order_id = 1") == []
