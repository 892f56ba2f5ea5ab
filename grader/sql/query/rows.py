"""Whether two results are the same: values by what they mean, rows in order where one order is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from grader.evidence.query import Answer, ResultColumn, Row
from grader.sql.query.literals import family

FLOAT_DIGITS = 9
_MIDNIGHT = " 00:00:00"  # a date as a timestamp


def same_rows(given: Answer, submitted: Answer, *, ordered: bool) -> bool:
    """True when both hold the same values. Names and types of columns are another question."""
    if given.more or submitted.more or len(given.rows) != len(submitted.rows):
        return False
    if len(given.columns) != len(submitted.columns):
        return False
    left, right = _values(given, submitted.columns), _values(submitted, given.columns)
    return left == right if ordered else Counter(left) == Counter(right)


def first_difference(given: Answer, submitted: Answer) -> int:
    """Number (from 0) of the first row that is not the same in both, in the order they came."""
    left, right = _values(given, submitted.columns), _values(submitted, given.columns)
    pairs = enumerate(zip(left, right, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(left), len(right)))


def differing_columns(given: Answer, submitted: Answer, number: int) -> list[ResultColumn]:
    """The columns of the given answer whose values differ in row `number`, which both have."""
    left, right = _values(given, submitted.columns)[number], _values(submitted, given.columns)[number]
    triples = zip(given.columns, left, right, strict=False)
    return [column for column, mine, other in triples if mine != other]


def type_family(kind: str) -> str:
    """Types that a reader of the result cannot tell apart: all integers, all texts, all floats."""
    if kind.startswith(("double", "real")):
        return "float"
    known = family(kind)
    if known == "text":
        return "text" if kind.startswith(("text", "character", "name")) else kind
    if known == "time":
        return "timestamp with time zone" if "with time zone" in kind or kind == "timestamptz" else "timestamp"
    return known


def _values(answer: Answer, others: Sequence[ResultColumn]) -> list[tuple[object, ...]]:
    """Rows as values that compare equal when they mean the same."""
    rounded = [
        "float" in (type_family(mine.type), type_family(other.type))
        for mine, other in zip(answer.columns, others, strict=False)
    ]
    kinds = [
        _common(type_family(mine.type), type_family(other.type))
        for mine, other in zip(answer.columns, others, strict=False)
    ]
    return [_row(row, kinds, rounded) for row in answer.rows]


def _common(mine: str, other: str) -> str:
    """The family by which values of two columns are compared: that a type is wrong is told and costs elsewhere."""
    return next((kind for kind in ("float", "number", "int", "date") if kind in (mine, other)), mine)


def _row(row: Row, kinds: list[str], rounded: list[bool]) -> tuple[object, ...]:
    return tuple(
        None if value is None else _value(value, kind, rounded=near)
        for value, kind, near in zip(row, kinds, rounded, strict=False)
    )


def _value(value: str, kind: str, *, rounded: bool) -> object:
    if kind == "date":
        return value.removesuffix(_MIDNIGHT)
    if kind not in ("int", "number", "float"):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    return Decimal(f"{number:.{FLOAT_DIGITS}g}") if rounded else number
