from __future__ import annotations

from typing import Any

from query_samples import GIVEN, answer

from grader.checks.query.lint import ask_lint
from grader.evidence.query import Index, QueryAnswer, Refusal, TableColumn
from grader.exhibits import CodeExhibit, RowsExhibit
from grader.model import Outcome

COLUMNS = {
    "customers": (TableColumn(name="id", type="integer"), TableColumn(name="name", type="text")),
    "orders": (
        TableColumn(name="id", type="integer"),
        TableColumn(name="customer_id", type="integer", nullable=True),
        TableColumn(name="total", type="numeric(10,2)"),
    ),
}


def linted(query: str, **more: Any) -> QueryAnswer:
    return answer(query=query, columns=COLUMNS, **more)


def table(evidence: QueryAnswer) -> list[tuple[str, ...]]:
    shown = [exhibit for exhibit in ask_lint(evidence).exhibits if isinstance(exhibit, RowsExhibit)]
    return [row[:4] for row in shown[0].rows] if shown else []


def test_a_good_rewrite_is_told_what_it_got_rid_of_with_the_place_in_the_given_query() -> None:
    evidence = answer(columns=COLUMNS, given_line=2)
    finding = ask_lint(evidence)
    assert finding.outcome is Outcome.PASS
    assert "A correlated subquery (1)" in finding.message
    assert table(evidence) == [("gone", "A correlated subquery", "line 2", "–")]
    code = finding.exhibits[1]
    assert isinstance(code, CodeExhibit)
    assert (code.file, code.line, code.column) == ("original.sql", 2, GIVEN.index("(SELECT") + 2)


def test_what_stays_and_what_is_new_is_told_with_carets() -> None:
    query = GIVEN.replace("FROM customers c", "\nFROM customers c\nWHERE upper(c.name) = 'X'")
    finding = ask_lint(linted(query))
    assert finding.outcome is Outcome.FAIL
    assert finding.message.startswith(
        "Forms that often cost: a function hides a column (line 3), a correlated subquery"
    )
    assert table(linted(query)) == [
        ("new", "A function hides a column", "–", "line 3"),
        ("stays", "A correlated subquery", "line 1", "line 1"),
    ]
    carets = [(e.file, e.line, e.column, e.length) for e in finding.exhibits if isinstance(e, CodeExhibit)]
    assert carets[0] == ("query.sql", 3, 7, len("upper(c.name)"))
    assert finding.where == "query.sql:3:7"


def test_paging_that_the_task_asks_for_is_no_fault() -> None:
    paged = linted("SELECT id FROM customers ORDER BY id LIMIT 5 OFFSET 5", given=f"{GIVEN} LIMIT 5 OFFSET 5")
    assert ask_lint(paged).outcome is Outcome.PASS
    assert table(paged)[-1][0] == "the task asks for it"
    assert ask_lint(linted("SELECT id FROM customers ORDER BY id LIMIT 5 OFFSET 5")).outcome is Outcome.FAIL


def test_an_added_index_is_known_to_the_lint() -> None:
    query = "SELECT id FROM customers WHERE lower(name) = 'x' ORDER BY id"
    made = Index(
        name="i",
        table="customers",
        definition="CREATE INDEX i ON public.customers USING btree (lower(name))",
        columns=("lower(name)",),
    )
    assert ask_lint(linted(query)).outcome is Outcome.FAIL
    assert ask_lint(linted(query, added=(made,))).outcome is Outcome.PASS


def test_what_cannot_be_looked_at_is_not_applicable_or_told_elsewhere() -> None:
    refusal = Refusal(file="query.sql", what="`DROP TABLE` is not allowed")
    assert ask_lint(linted("DROP TABLE orders", refusals=(refusal,))).outcome is Outcome.BLOCKED
    assert ask_lint(linted("SELECT 1 FROM (((")).outcome is Outcome.NOT_APPLICABLE
    assert ask_lint(answer()).outcome is Outcome.NOT_APPLICABLE  # evidence of before columns were kept
    assert ask_lint(linted("SELECT id FROM customers ORDER BY id", given="SELECT (((")).outcome is Outcome.PASS
