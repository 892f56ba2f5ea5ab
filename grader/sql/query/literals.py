"""The values that queries compare columns with, and the values around them where mistakes show."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_COMPARING = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like, exp.ILike),
    *(exp.NullSafeEQ, exp.NullSafeNEQ),
)
_INTEGERS = ("integer", "bigint", "smallint")
MICRO = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)
_OTHER = {
    "int": ("0", "1", "2", "3"),
    "number": ("0.00", "1.50", "2.00", "10.25"),
    "text": ("a", "b", ""),
    "boolean": ("t", "f"),
    "time": ("2020-01-01 00:00:00", "2020-02-29 23:59:59", "2031-06-15 12:00:00"),
    "date": ("2020-01-01", "2020-02-29", "2031-06-15"),
}


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Values for a column: such that a comparison of the queries holds, such that one only just fails, and others."""

    exact: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What queries name: a pool for every column name, the tables they read, and how far OFFSET and LIMIT reach."""

    columns: dict[str, Pool]
    read: frozenset[str]
    page: int


def named(queries: Sequence[str], types: Mapping[str, Mapping[str, str]]) -> Named:
    """What the queries name; `types` holds the columns' types by table."""
    trees = [tree for query in queries for tree in _parsed(query)]
    wanted: dict[str, set[str]] = defaultdict(set)
    unwanted: dict[str, set[str]] = defaultdict(set)
    read: set[str] = set()
    for tree in trees:
        read |= {table.name.lower() for table in tree.find_all(exp.Table)}
        for node in tree.find_all(*_COMPARING):
            target = unwanted if _negative(node) else wanted
            values = {literal.this for literal in node.find_all(exp.Literal)}
            for column in node.find_all(exp.Column):
                target[column.name.lower()] |= values
    columns = {
        name: _pool(family(kind), sorted(wanted[name.lower()]), sorted(unwanted[name.lower()]))
        for table in types.values()
        for name, kind in table.items()
    }
    return Named(
        columns=columns, read=frozenset(read & set(types)), page=max((_page(tree) for tree in trees), default=0)
    )


def _negative(node: exp.Expr) -> bool:
    """True for comparisons that hold for everything but the value."""
    return isinstance(node, exp.NEQ | exp.NullSafeNEQ) or isinstance(node.parent, exp.Not)


def family(kind: str) -> str:
    """`int`, `number`, `time`, `date`, `boolean` or `text` for a type as PostgreSQL names it."""
    if kind in _INTEGERS:
        return "int"
    if kind.startswith(("numeric", "double", "real")):
        return "number"
    if kind.startswith("timestamp"):
        return "time"
    return kind if kind in ("date", "boolean") else "text"


def _parsed(query: str) -> list[exp.Expr]:
    try:
        return [tree for tree in sqlglot.parse(query, read="postgres") if tree is not None]
    except (SqlglotError, RecursionError):
        return []  # PostgreSQL reads it, we do not: the other query still names values


def _page(tree: exp.Expr) -> int:
    """OFFSET plus LIMIT of a query."""
    found = 0
    for node in tree.find_all(exp.Limit, exp.Offset, exp.Fetch):
        size = node.args.get("count") if isinstance(node, exp.Fetch) else node.expression
        if isinstance(size, exp.Literal) and size.this.isdigit():
            found += min(int(size.this), 60)
    return found


def _pool(kind: str, wanted: list[str], unwanted: list[str]) -> Pool:
    exact, near = _READERS[kind](wanted)
    beside, further = _READERS[kind](unwanted)
    return Pool(exact=_distinct(exact), near=_distinct([*near, *beside, *further]), other=_OTHER[kind])


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _numbers(literals: list[str], step: Decimal) -> tuple[list[str], list[str]]:
    exact, near = [], []
    for text in literals:
        try:
            value = Decimal(text)
        except InvalidOperation:
            continue
        if abs(value) < 2**31 - 2:
            exact.append(str(value))
            near += [str(value - step), str(value + step)]
    return exact, near


def _ints(literals: list[str]) -> tuple[list[str], list[str]]:
    return _numbers([text for text in literals if re.fullmatch(r"-?\d+", text)], Decimal(1))


def _decimals(literals: list[str]) -> tuple[list[str], list[str]]:
    return _numbers(literals, Decimal("0.01"))


def _texts(literals: list[str]) -> tuple[list[str], list[str]]:
    exact, near = [], []
    for text in literals:
        plain = text.replace("%", "").replace("_", "")
        exact.append(plain)
        near += [text.replace("%", "zz").replace("_", "q"), text.upper(), text.capitalize(), f"{plain} x", f"y{plain}"]
    return exact, near


def _booleans(literals: list[str]) -> tuple[list[str], list[str]]:  # noqa: ARG001 - one shape for all kinds
    return [], []


def _moments(literals: list[str]) -> list[dt.datetime]:
    """Moments that literals name; a bare year names both its ends."""
    found: set[dt.datetime] = set()
    for text in literals:
        try:
            if re.fullmatch(r"(19|20)\d\d", text):
                found |= {dt.datetime(int(text) + more, 1, 1) for more in (0, 1)}  # noqa: DTZ001 - like the column
            elif re.match(r"\d{4}-\d\d-\d\d", text):
                found.add(dt.datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            continue
    return sorted(found)


def _times(literals: list[str]) -> tuple[list[str], list[str]]:
    """Exact means on the boundary or well between two; near means a microsecond or a day beside it."""
    moments = _moments(literals)
    inside = [
        (low + (high - low) * part / 4).replace(microsecond=0)
        for low, high in itertools.pairwise(moments)
        for part in (1, 2, 3)
    ]
    near = [moment + step for moment in moments for step in (-MICRO, MICRO, -DAY, DAY, DAY / 3)]
    return [str(m) for m in [*moments, *inside]], [str(m) for m in near]


def _dates(literals: list[str]) -> tuple[list[str], list[str]]:
    exact, near = _times(literals)
    return [text[:10] for text in exact], [text[:10] for text in near]


_READERS = {
    "int": _ints,
    "number": _decimals,
    "text": _texts,
    "boolean": _booleans,
    "time": _times,
    "date": _dates,
}
