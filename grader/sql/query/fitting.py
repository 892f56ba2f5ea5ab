"""Whether a value passes a comparison of a query: for comparisons of one column with values, under common functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from sqlglot import exp

Value = str | Decimal | dt.datetime
_ORDER: dict[type[exp.Expr], Callable[[Value, Value], bool]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NullSafeEQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.NullSafeNEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,  # type: ignore[operator] # both were made alike
    exp.LTE: lambda a, b: a <= b,  # type: ignore[operator]
    exp.GT: lambda a, b: a > b,  # type: ignore[operator]
    exp.GTE: lambda a, b: a >= b,  # type: ignore[operator]
}


class _Unknown(Exception):
    """A form that is not understood here."""


def fits(node: exp.Expr, value: str) -> bool:
    """True when `value`, as PostgreSQL writes it, in the place of every column makes the comparison true."""
    try:
        return _holds(node, value)
    except (_Unknown, ValueError, InvalidOperation, TypeError):
        return False


def _holds(node: exp.Expr, value: str) -> bool:
    if isinstance(node, exp.Between):
        at = _computed(node.this, value)
        low, high = (_like(_computed(node.args[end], value), at) for end in ("low", "high"))
        return bool(low <= at <= high)  # type: ignore[operator] # made alike
    if isinstance(node, exp.In) and node.expressions:
        at = _computed(node.this, value)
        return any(_like(_computed(one, value), at) == at for one in node.expressions)
    if isinstance(node, exp.ILike):
        return str(_computed(node.this, value)).lower() == str(_computed(node.expression, value)).lower()
    compare = _ORDER.get(type(node))
    if compare is None:
        raise _Unknown
    left, right = _computed(node.this, value), _computed(node.expression, value)
    return compare(*_alike(left, right))


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    return (left, _like(right, left)) if not isinstance(left, str) else (_like(left, right), right)


def _like(value: Value, other: Value) -> Value:
    """A text read as what it is compared with."""
    if isinstance(other, dt.datetime) and isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    if isinstance(other, Decimal) and isinstance(value, str):
        return Decimal(value)
    return value


def _computed(node: exp.Expr, value: str) -> Value:
    """The value of an expression over one column."""
    if isinstance(node, exp.Column):
        return _read(value)
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else Decimal(node.this)
    compute = _FUNCTIONS.get(type(node))
    if compute is None:
        raise _Unknown
    return compute(node, value)


def _extracted(node: exp.Expr, value: str) -> Value:
    return Decimal(_part(_moment(_computed(node.expression, value)), node.this.name.lower()))


def _formatted(node: exp.Expr, value: str) -> Value:
    return _moment(_computed(node.this, value)).strftime(node.args["format"].this)


def _day(node: exp.Expr, value: str) -> Value:
    return _moment(_computed(node.this, value)).replace(hour=0, minute=0, second=0, microsecond=0)


def _cast(node: exp.Expr, value: str) -> Value:
    return _day(node, value) if node.args["to"].this == exp.DType.DATE else _computed(node.this, value)


_FUNCTIONS: dict[type[exp.Expr], Callable[[exp.Expr, str], Value]] = {
    exp.Paren: lambda node, value: _computed(node.this, value),
    exp.Lower: lambda node, value: str(_computed(node.this, value)).lower(),
    exp.Upper: lambda node, value: str(_computed(node.this, value)).upper(),
    exp.Extract: _extracted,
    exp.TimeToStr: _formatted,
    exp.Date: _day,
    exp.Cast: _cast,
}


def _read(value: str) -> Value:
    if len(value) >= len("2024-01-01") and value[4:5] == "-":
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def _moment(value: Value) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    raise _Unknown


def _part(moment: dt.datetime, name: str) -> int:
    parts = {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "quarter": (moment.month + 2) // 3,
        "hour": moment.hour,
        "isoyear": moment.isocalendar().year,
        "dow": moment.isoweekday() % 7,
    }
    if name not in parts:
        raise _Unknown
    return parts[name]
