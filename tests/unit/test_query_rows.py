from __future__ import annotations

import pytest

from grader.evidence.query import Answer, ResultColumn, Row
from grader.sql.query.rows import differing_columns, first_difference, same_rows, type_family


def result(*rows: Row, types: tuple[str, ...] = ("integer", "numeric")) -> Answer:
    return Answer(columns=tuple(ResultColumn(name=f"c{n}", type=kind) for n, kind in enumerate(types)), rows=rows)


def test_order_counts_only_where_one_order_is_right() -> None:
    one, other = result(("1", "2"), ("3", "4")), result(("3", "4"), ("1", "2"))
    assert not same_rows(one, other, ordered=True)
    assert same_rows(one, other, ordered=False)


def test_duplicates_count_even_without_an_order() -> None:
    assert not same_rows(result(("1", "2"), ("1", "2")), result(("1", "2")), ordered=False)
    assert not same_rows(
        result(("1", "2"), ("1", "2"), ("3", "4")), result(("1", "2"), ("3", "4"), ("3", "4")), ordered=False
    )


@pytest.mark.parametrize(
    ("given", "submitted", "types", "same"),
    [
        ("10.50", "10.5", ("numeric", "numeric"), True),
        ("0", "0.00", ("bigint", "numeric"), True),
        ("0.1", "0.10000000000000001", ("numeric", "double precision"), True),
        ("0.1", "0.10001", ("numeric", "double precision"), False),
        ("0.1", "0.10000000000000001", ("numeric", "numeric"), False),
        ("NaN", "NaN", ("numeric", "numeric"), True),
        (None, "0", ("numeric", "numeric"), False),
        (None, None, ("numeric", "numeric"), True),
        ("a", "a ", ("text", "text"), False),
        ("", None, ("text", "text"), False),
        ("2", "2.0", ("bigint", "text"), True),
        ("2", "two", ("bigint", "text"), False),
        ("2024-07-01", "2024-07-01 00:00:00", ("date", "timestamp without time zone"), True),
        ("2024-07-01", "2024-07-01 00:00:01", ("date", "timestamp without time zone"), False),
    ],
)
def test_values_are_compared_by_what_they_mean(
    given: str | None,
    submitted: str | None,
    types: tuple[str, str],
    same: bool,  # noqa: FBT001 - an example
) -> None:
    left = result((given,), types=types[:1])
    right = result((submitted,), types=types[1:])
    assert same_rows(left, right, ordered=True) is same


def test_a_result_that_was_cut_is_never_the_same() -> None:
    cut = Answer(columns=result().columns, rows=(("1", "2"),), more=True)
    assert not same_rows(result(("1", "2")), cut, ordered=True)


def test_another_number_of_columns_is_never_the_same() -> None:
    assert not same_rows(result(), result(types=("integer",)), ordered=True)


def test_the_first_row_that_differs_is_found() -> None:
    left, right = result(("1", "1"), ("2", "2"), ("3", "3")), result(("1", "1.0"), ("2", "9"))
    assert first_difference(left, right) == 1
    assert first_difference(left, result(("1", "1"), ("2", "2"))) == 2


def test_types_that_read_the_same_are_one_family() -> None:
    assert type_family("integer") == type_family("bigint")
    assert type_family("text") == type_family("character varying(20)")
    assert type_family("numeric(10,2)") == type_family("numeric")
    assert type_family("timestamp without time zone") != type_family("timestamp with time zone")
    assert type_family("numeric") != type_family("double precision") != type_family("bigint")
    assert type_family("date") != type_family("timestamp without time zone")


def test_the_columns_that_differ_in_a_row_are_found_by_value() -> None:
    left, right = result(("1", "1.50"), ("2", "2")), result(("1", "1.5"), ("2", "3"))
    assert differing_columns(left, right, 0) == []
    assert [column.name for column in differing_columns(left, right, 1)] == ["c1"]
