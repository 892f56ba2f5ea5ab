"""What grows only as far as its written arguments say, and what nobody should write: judged by numbers, not names.

`generate_series(1, 12)` is a calendar, `generate_series(1, 10000000000)` is a bomb. Only what is written as a value
can be judged before it is run; everything else is refused.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

MOST_ROWS_MADE = 1_000
LONGEST_PADDED = 1_000
MOST_NESTED = 6  # PostgreSQL's arrays have six dimensions at most
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 28.0, "mon": 28.0, "quarter": 90.0, "year": 365.0}
_STEP = re.compile(r"\s*(\d{1,6})\s*(hour|day|week|month|mon|quarter|year)s?\s*", re.IGNORECASE)
# sqlglot tries such a form twice, as a type and as a call: every level of nesting doubles its time.
_TRIED_TWICE = {word for word, kind in Postgres.Tokenizer.KEYWORDS.items() if kind in Postgres.Parser.TYPE_TOKENS}
_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[A-Za-z_][\w$]*|\S")
_WORDS_OF_CLOCKS = ("now", "today", "tomorrow", "yesterday")
_MOMENTS = {exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIME, exp.DType.TIMETZ}
_NAMED_FORMATS = (exp.ToChar, exp.TimeToStr, exp.StrToDate, exp.StrToTime, exp.DateTrunc, exp.TimestampTrunc)


def too_nested(statement: str) -> int | None:
    """The offset of the bracket with which types and arrays are nested deeper than anybody needs, or `None`."""
    levels: list[bool] = []
    deep, word = 0, ""
    for found in _TOKENS.finditer(statement):
        piece = found[0]
        if piece in ("(", "[", "{"):
            levels.append(piece != "(" or word in _TRIED_TWICE)
            deep += levels[-1]
            if deep > MOST_NESTED:
                return found.start()
        elif piece in (")", "]", "}") and levels:
            deep -= levels.pop()
        word = piece.upper()
    return None


def bounded(node: exp.Expr) -> bool:
    """True for a call that is bounded by the values written in it."""
    if isinstance(node, (exp.GenerateSeries, exp.ExplodingGenerateSeries)):
        return _few_rows(node)
    if isinstance(node, exp.Unnest):
        return all(_written_array(argument) for argument in node.expressions)
    if isinstance(node, exp.Explode):
        return _written_array(node.this)
    if isinstance(node, exp.Pad):
        return _small(node.expression)
    return isinstance(node, exp.Repeat) and _small(node.args.get("times"))


def spells_a_clock_word(node: exp.Expr) -> bool:
    """A moment made of pieces of text that spell such as `now`: `('no' || 'w')::timestamp` reads a clock."""
    if not isinstance(node, exp.Cast) or node.to.this not in _MOMENTS or isinstance(node.this, exp.Literal):
        return False
    formats = {id(literal) for call in node.find_all(*_NAMED_FORMATS) for literal in _direct(call)}
    literals = (one for one in node.this.find_all(exp.Literal) if one.is_string and id(one) not in formats)
    letters = set("".join(one.name for one in literals).lower())
    made = node.this.find(exp.Chr) is not None
    return made or any(letters.issuperset(word) for word in _WORDS_OF_CLOCKS)


def _direct(call: exp.Expr) -> list[exp.Expr]:
    return [part for part in call.iter_expressions() if isinstance(part, exp.Literal)]


def _small(node: object) -> bool:
    written = isinstance(node, exp.Literal) and not node.is_string and node.name.isdecimal()
    return written and int(node.name) <= LONGEST_PADDED  # type: ignore[attr-defined] # a literal, just asked


def _written_array(node: exp.Expr) -> bool:
    """An array whose every element stands in the query."""
    if isinstance(node, exp.Cast):
        return _written_array(node.this) or (isinstance(node.this, exp.Literal) and bool(node.this.is_string))
    values = (exp.Array, exp.Literal, exp.Cast, exp.Neg, exp.Null, exp.Boolean, exp.DataType, exp.DataTypeParam)
    return isinstance(node, exp.Array) and all(isinstance(part, values) for part in node.walk())


def _few_rows(node: exp.Expr) -> bool:
    start, end, step = (node.args.get(name) for name in ("start", "end", "step"))
    first, last = _number(start), _number(end)
    if first is not None and last is not None:
        width = Decimal(1) if step is None else _number(step)
        return width is not None and width != 0 and abs((last - first) / width) < MOST_ROWS_MADE
    since, until, days = _moment(start), _moment(end), _step_days(step)
    if since is None or until is None or days is None:
        return False
    return abs(until - since) / timedelta(days=days) < MOST_ROWS_MADE


def _number(node: object) -> Decimal | None:
    if isinstance(node, exp.Neg):
        number = _number(node.this)
        return -number if number is not None else None
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    try:
        number = Decimal(node.name)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(node: object) -> datetime | None:
    written = node.this if isinstance(node, exp.Cast) else node
    if not isinstance(written, exp.Literal) or not written.is_string:
        return None
    try:
        return datetime.fromisoformat(written.name.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _step_days(node: object) -> float | None:
    """The fewest days of a written step: `interval '1 month'`, `'1 month'::interval`, `'1 day'`."""
    if isinstance(node, exp.Cast):
        node = node.this
    if isinstance(node, exp.Interval):
        text = f"{node.this.name if node.this is not None else ''} {node.text('unit')}"
    elif isinstance(node, exp.Literal):
        text = node.name
    else:
        return None
    found = _STEP.fullmatch(text.rstrip())
    return (int(found[1]) * _DAYS[found[2].lower()] or None) if found is not None else None
