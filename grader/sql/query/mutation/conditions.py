"""Faults in conditions: operators, boundaries, constants, AND and OR, conditions that are missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.mutation.change import Change, Make, Mutator, becomes, built, sets, written

_OPERATORS: dict[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.LT: (exp.LTE, exp.GT, exp.EQ),
    exp.LTE: (exp.LT, exp.GTE, exp.EQ),
    exp.GT: (exp.GTE, exp.LT, exp.NEQ),
    exp.GTE: (exp.GT, exp.LTE, exp.EQ),
    exp.EQ: (exp.NEQ, exp.LTE, exp.GTE),
    exp.NEQ: (exp.EQ, exp.LT, exp.GT),
}
_SIGNS: dict[type[exp.Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.EQ: "=", exp.NEQ: "<>"}
_LETTERS: dict[type[exp.Expr], str] = {
    exp.LT: "lt",
    exp.LTE: "le",
    exp.GT: "gt",
    exp.GTE: "ge",
    exp.EQ: "eq",
    exp.NEQ: "ne",
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FORMATTING = (exp.TimeToStr, exp.ToChar, exp.StrToTime, exp.StrToDate, exp.Interval, exp.DataType, exp.DataTypeParam)
_BY_DAY = (exp.TimeToStr, exp.ToChar, exp.Date, exp.TimestampTrunc)  # such values have no time of day
_UNITS = ("year", "quarter", "month", "week", "day")
_MICRO = dt.timedelta(microseconds=1)


def operators(node: exp.Expr) -> Iterator[Change]:
    """Another comparison."""
    for new in _OPERATORS.get(type(node), ()):
        kind = f"{_LETTERS[type(node)]}-to-{_LETTERS[new]}"
        fault = f"`{_SIGNS[type(node)]}` became `{_SIGNS[new]}`"
        yield Change(kind, fault, becomes(built(new, this=node.this, expression=node.expression)))
    if isinstance(node, exp.Between):
        low = built(exp.GT, this=node.this, expression=node.args["low"])
        high = built(exp.LT, this=node.this, expression=node.args["high"])
        from_low = built(exp.GTE, this=node.this, expression=node.args["low"])
        up_to_high = built(exp.LTE, this=node.this, expression=node.args["high"])
        yield Change("between-no-end", "BETWEEN without its upper end", becomes(from_low))
        yield Change("between-no-begin", "BETWEEN without its lower end", becomes(up_to_high))
        open_low, open_high = exp.paren(exp.and_(low, up_to_high)), exp.paren(exp.and_(from_low, high))
        yield Change("between-low-open", "BETWEEN that leaves its lower end out", becomes(open_low))
        yield Change("between-high-open", "BETWEEN that leaves its upper end out", becomes(open_high))


def sides_swapped(node: exp.Expr) -> Iterator[Change]:
    """The operands of `-` and `/` the other way round."""
    if isinstance(node, exp.Sub | exp.Div):
        new = built(type(node), this=node.expression, expression=node.this, **_flags(node))
        yield Change("sides-swapped", "the operands are swapped", becomes(new))


def _flags(node: exp.Expr) -> dict[str, object]:
    return {key: value for key, value in node.args.items() if key in ("typed", "safe")}


def numbers(node: exp.Expr) -> Iterator[Change]:
    """A number that is one too high or too low."""
    if not isinstance(node, exp.Literal) or node.is_string or _within(node, _FORMATTING) or _ordinal(node):
        return
    for step, kind in ((1, "plus-one"), (-1, "minus-one")):
        try:
            value = int(node.this) + step
        except ValueError:
            continue
        new = exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
        yield Change(kind, f"{node.this} became {value}", becomes(new))


def moments(node: exp.Expr) -> Iterator[Change]:
    """A date that is a day or a microsecond off."""
    if not isinstance(node, exp.Literal) or not node.is_string or not _DATE.match(node.this):
        return
    try:
        moment = dt.datetime.fromisoformat(node.this)
    except ValueError:
        return
    day = dt.timedelta(days=1)
    steps = [(day, "day-later"), (-day, "day-earlier"), (_MICRO, "micro-later"), (-_MICRO, "micro-earlier")]
    whole_days = node.parent is not None and node.parent.find(*_BY_DAY) is not None
    for step, kind in steps[: 2 if whole_days else 4]:
        value = moment + step
        text = str(value) if abs(step) < day or len(node.this) > len("2024-01-01") else str(value.date())
        yield Change(kind, f"'{node.this}' became '{text}'", becomes(exp.Literal.string(text)))


def texts(node: exp.Expr) -> Iterator[Change]:
    """Another text, or the same in another case."""
    if not isinstance(node, exp.Literal) or not node.is_string or _within(node, _FORMATTING):
        return
    text = node.this
    if _DATE.match(text) or not text:
        return
    other = text.upper() if text != text.upper() else text.lower()
    if other != text:
        yield Change("other-case", f"'{text}' became '{other}'", becomes(exp.Literal.string(other)))
    yield Change("other-text", f"'{text}' became '{text}x'", becomes(exp.Literal.string(text + "x")))
    for wrong in sorted({one.this for one in node.root().find_all(exp.Literal) if one.is_string} - {text}):
        if not _DATE.match(wrong) and len(wrong) == len(text):
            yield Change("swapped-text", f"'{text}' became '{wrong}'", becomes(exp.Literal.string(wrong)))


def units(node: exp.Expr) -> Iterator[Change]:
    """Another unit of date_trunc, extract or to_char."""
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        unit = node.args["unit"]
        for other in _UNITS:
            if other != unit.name.lower():
                new = exp.Literal.string(other) if isinstance(unit, exp.Literal) else exp.var(other.upper())
                yield Change("other-unit", f"{unit.name.lower()} became {other}", sets("unit", new))
    elif isinstance(node, exp.Extract):
        for other in ("year", "isoyear", "quarter", "month", "day"):
            if other != node.this.name.lower():
                yield Change("other-field", f"{written(node.this)} became {other}", sets("this", exp.var(other)))
    elif isinstance(node, exp.TimeToStr | exp.ToChar) and isinstance(node.args.get("format"), exp.Literal):
        yield from _formats(node)


def _formats(node: exp.Expr) -> Iterator[Change]:
    """Another format; sqlglot keeps formats in the letters of strftime."""
    text = node.args["format"].this
    for old, new in (("%Y", "%G"), ("%d", "%m"), ("%m", "%d"), ("%H", "%I"), ("%M", "%m"), ("%Y", "%y")):
        if old in text:
            yield Change(
                "other-format", f"{old} became {new}", sets("format", exp.Literal.string(text.replace(old, new)))
            )


def connectives(node: exp.Expr) -> Iterator[Change]:
    """AND and OR mixed up, NOT lost, a part of a condition lost."""
    if isinstance(node, exp.And | exp.Or):
        new = exp.Or if isinstance(node, exp.And) else exp.And
        name, wrong = ("AND", "OR") if isinstance(node, exp.And) else ("OR", "AND")
        both = [exp.paren(_bare(side).copy()) for side in (node.this, node.expression)]
        yield Change(
            f"{name}-to-{wrong}".lower(),
            f"{name} became {wrong}",
            becomes(exp.paren(new(this=both[0], expression=both[1]))),
        )
        yield Change("lost-left", f"`{written(node.this)}` is lost", becomes(node.expression))
        yield Change("lost-right", f"`{written(node.expression)}` is lost", becomes(node.this))
    if isinstance(node, exp.Not):
        yield Change("lost-not", "NOT is lost", becomes(node.this))
    if isinstance(node, exp.Where | exp.Having) and not isinstance(node.parent, exp.Filter):
        yield Change(
            f"lost-{node.key}", f"{node.key.upper()} {written(node.this)} is lost", lambda copy: (copy.pop(), None)[1]
        )


def members(node: exp.Expr) -> Iterator[Change]:
    """A member of an IN list that is missing."""
    listed = node.expressions if isinstance(node, exp.In) else []
    if len(listed) < 2:  # noqa: PLR2004 - IN () is no SQL
        return
    for place, one in enumerate(listed):
        yield Change("lost-member", f"{written(one)} is missing in the list", _without("expressions", place))


def _without(name: str, place: int) -> Make:
    def make(node: exp.Expr) -> None:
        kept = list(node.args[name])
        del kept[place]
        node.set(name, kept)

    return make


def _within(node: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> bool:
    return isinstance(node.parent, kinds)


def _ordinal(node: exp.Expr) -> bool:
    """True for the 1 of GROUP BY 1 and ORDER BY 1, and the 1 of EXISTS (SELECT 1 …)."""
    parent = node.parent
    if isinstance(parent, exp.Ordered):
        parent = parent.parent
    shown = isinstance(parent, exp.Select) and node.arg_key == "expressions"
    return shown or isinstance(parent, exp.Group | exp.Order)


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Paren) else node


MUTATORS: tuple[Mutator, ...] = (operators, sides_swapped, numbers, moments, texts, units, connectives, members)
