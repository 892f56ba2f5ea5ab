"""[concepts] of submission.toml: tables named for what they are, however they are written."""

from __future__ import annotations

import pytest
from schema_answers import GOOD, ask, changed, facts

from grader.collectors.schema.naming import concepts, disbelieved
from grader.model import Outcome
from grader.sql.schema import ddl
from grader.sql.schema.matcher import match
from grader.sql.schema.splitter import split

TABLES = {"Order", "people", "shop.parts", "basket"}


@pytest.mark.parametrize(
    ("key", "written", "found"),
    [
        ("order", "Order", {"order": "Order"}),
        ("orders", '"Order"', {"order": "Order"}),
        ("order", "public.order", {"order": "Order"}),
        ("users", "PEOPLE", {"user": "people"}),
        ("customer", "people", {"user": "people"}),
        ("order_item", "parts", {"order_line": "shop.parts"}),
        ("Order-Line", "shop.parts", {"order_line": "shop.parts"}),
        ("cart", "basket", {"cart": "basket"}),
        ("addresses", "people", {"address": "people"}),
    ],
)
def test_tables_are_named_as_in_sql(key: str, written: str, found: dict[str, str]) -> None:
    notes: list[str] = []
    assert concepts({key: written}, TABLES, notes) == found
    assert not notes


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [
        ("nonsense", "people", "no such concept"),
        ("user", "persons", "no such table was loaded; there are `Order`, `basket`, `people`, `shop.parts`"),
    ],
)
def test_what_cannot_be_taken_is_noted(key: str, written: str, said: str) -> None:
    notes: list[str] = []
    assert concepts({key: written}, TABLES, notes) == {}
    assert said in notes[0]


def test_a_name_that_two_tables_may_have_is_nobodys() -> None:
    notes: list[str] = []
    assert concepts({"user": "people"}, {"a.people", "b.people"}, notes) == {}
    assert len(notes) == 1


def test_a_table_named_for_two_concepts_is_believed_for_neither() -> None:
    notes: list[str] = []
    assert concepts({"order": "Order", "order_line": "Order", "user": "people"}, TABLES, notes) == {"user": "people"}
    assert notes == [
        "submission.toml names `Order` as order and as order line: a table is one of them, so neither was believed"
    ]


def test_two_tables_for_one_concept_are_the_first_and_a_note() -> None:
    notes: list[str] = []
    assert concepts({"user": "people", "users": "basket"}, TABLES, notes) == {"user": "people"}
    assert "already `people`" in notes[0]


def test_a_table_that_cannot_be_it_is_noted_with_what_was_taken() -> None:
    schema = ddl.read(split(GOOD + "CREATE TABLE score (points int);", "s.sql")).schema
    named, notes = {"user": "score"}, list[str]()
    disbelieved(named, match(schema, named), notes)
    said = "submission.toml [concepts] user = 'score': its name, columns and references say otherwise"
    assert notes == [f"{said}; `users` was taken instead"]


def test_a_very_long_name_is_not_repeated_in_full() -> None:
    notes: list[str] = []
    concepts({"user": "x" * 10_000}, TABLES, notes)
    assert len(notes[0]) < 400


def test_a_certain_lack_beside_an_unclear_one_is_told_alone() -> None:
    sql = changed(
        ("    name text NOT NULL,\n    price", "    zork text NOT NULL,\n    price"),
        ("    quantity int NOT NULL CHECK (quantity > 0),\n", ""),
    )
    answer = ask("schema.attributes", facts(sql))
    assert answer.outcome is Outcome.FAIL
    assert answer.message == "`order_items` lacks a quantity"


def test_a_status_in_words_nobody_knows_waits_for_a_person() -> None:
    sql = changed(("    status text NOT NULL CHECK (status IN ('open', 'paid'))", "    zork text NOT NULL"))
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.FOR_REVIEW


def test_the_time_a_row_was_made_is_no_state() -> None:
    sql = changed(
        ("    status text NOT NULL CHECK (status IN ('open', 'paid')),\n", ""),
        ("placed_at timestamptz NOT NULL DEFAULT now()", "placed_at timestamptz DEFAULT now()"),
    )
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.FAIL
