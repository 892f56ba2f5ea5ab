"""Values for a stranger's rows: they fit simple rules, differ from row to row, and nothing makes them run away."""

from __future__ import annotations

import re

import pytest

from grader.collectors.schema.patterns import LONGEST, MOST, example
from grader.collectors.schema.probes import COMMON_PRICE, LONG_ADDRESS, LONGEST_ADDRESS
from grader.collectors.schema.values import candidates
from grader.evidence.catalog import CheckRule, Column, Table
from grader.sql.schema.recipes import Value, literal


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}$",
        r"^[A-Z]{2,}?$",
        r"^([A-Z]{2}){2,3}$",
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        r"^\w{3,}$",
        r"^\S+@\S+$",
        r"^.{8,}$",
        r"^[A-Z]{3}(?:-[A-Z]{3}){1,2}$",
        r"^[^x]{3}$",
    ],
)
def test_two_rows_get_two_texts_and_both_fit(pattern: str) -> None:
    first, second = example(pattern, 7), example(pattern, 8)
    assert first != second
    assert re.search(pattern, first)
    assert re.search(pattern, second)


@pytest.mark.parametrize(
    "pattern",
    [
        "[^",
        r"[^\w\W]",
        "(" * 3_000,
        "((((a{200}){200}){200}){200}){200}",
        "(a+)+$" * 200,
        f"[a-{chr(0x10FFFF)}]" * 100,
        "a{999999999}",
        "x" * (LONGEST * 10),
    ],
)
def test_a_hostile_pattern_is_bounded(pattern: str) -> None:
    assert len(example(pattern, 7)) <= MOST


def test_words_that_mean_the_time_it_is_are_tried_last() -> None:
    column = Column(name="since", type="text", family="text")
    rule = CheckRule(text="CHECK (since IN ('now', 'Today', 'later'))", columns=("since",))
    tried = candidates(column, Table(name="t", columns=(column,), checks=(rule,)), 1)
    assert tried[:3] == ["'later'", "'now'", "'Today'"]


def test_a_document_gets_the_keys_that_its_rules_name() -> None:
    column = Column(name="address", type="jsonb", family="json")
    rule = CheckRule(text="CHECK ((address ? 'city') AND (address ? 'zip''s'))", columns=("address",))
    tried = candidates(column, Table(name="t", columns=(column,), checks=(rule,)), 1)
    assert tried[:2] == ["""'{"city": "sample", "zip\'\'s": "sample"}'""".replace("\\", ""), "'{}'"]


def test_the_addresses_that_are_tried_are_as_long_as_they_say() -> None:
    assert (len(LONG_ADDRESS), len(LONGEST_ADDRESS)) == (64, 254)
    assert len(LONGEST_ADDRESS.partition("@")[0]) <= 64
    assert float(COMMON_PRICE) < 10_000


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column(name="supplier_name", type="text", family="text"), ("'Acme'", "'Acme Ltd'")),
        (Column(name="price", type="numeric(10,2)", family="numeric", args=(10, 2)), ("10.00", "12.00")),
        (Column(name="price_cents", type="integer", family="int"), ("1000", "1200")),
        (Column(name="quantity", type="integer", family="int"), ("1", "2")),
        (Column(name="category", type="varchar(4)", family="varchar", args=(4,)), ("'firs'", "'seco'")),
        (Column(name="kind", type="kind", family="enum", enum=("a", "b")), ("'a'", "'b'")),
        (Column(name="ids", type="int[]", family="int", array=True), ("'{1,2}'", "'{2,1}'")),
        (Column(name="items", type="jsonb", family="json"), ("'[1, 2]'", "'[2, 1]'")),
    ],
)
def test_a_plausible_value_fits_its_column(column: Column, expected: tuple[str, str]) -> None:
    table = Table(name="t", columns=(column,))
    assert (literal(Value(column), table), literal(Value(column, 1), table)) == expected


def test_a_list_of_allowed_values_is_kept_to() -> None:
    column = Column(name="category", type="text", family="text")
    rule = CheckRule(text="CHECK (category IN ('it''s', 'toys'))", columns=("category",))
    table = Table(name="t", columns=(column,), checks=(rule,))
    assert literal(Value(column), table) == "'it''s'"
