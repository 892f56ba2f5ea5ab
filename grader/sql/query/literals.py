"""The values that queries compare columns with, and the values around them where mistakes show."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal, InvalidOperation

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.sql.query.fitting import fits
from grader.sql.query.moments import around, moments, of_parts, of_unit, on_the_edge, parts_named

_COMPARING = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like, exp.ILike),
    *(exp.NullSafeEQ, exp.NullSafeNEQ),
)
_INTEGERS = ("integer", "bigint", "smallint")
MOST_ON_A_PAGE = 60
LARGEST_PLACE = 20
EDGES_COUNT = 8
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
    """What queries name: a pool for every column name, the tables they read, and how far OFFSET and LIMIT reach.

    `asked` are tables of which queries only ask whether they hold something, in IN or EXISTS; `either` are columns
    of which one or another may pass, as in `a = 1 OR b = 1`; `mentioned` are the names of columns anywhere.
    """

    columns: dict[str, Pool]
    read: frozenset[str]
    page: int
    asked: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


def named(queries: Sequence[str], types: Mapping[str, Mapping[str, str]]) -> Named:
    """What the queries name; `types` holds the columns' types by table."""
    found = _Found()
    for query in queries:
        for tree in _parsed(query):
            found.read(tree)
    found.share()
    columns = {name: found.pool(name, kind) for table in types.values() for name, kind in table.items()}
    return Named(
        columns=columns,
        read=frozenset(found.tables & set(types)),
        page=found.page,
        asked=frozenset((found.tables - found.joined) & set(types)),
        either=frozenset(found.either),
        mentioned=frozenset(found.mentioned),
    )


class _Found:
    """What was read out of the queries, by the names of columns."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self.joined: set[str] = set()
        self.mentioned: set[str] = set()
        self.either: set[str] = set()
        self.page = 0
        self._values: dict[str, set[str]] = defaultdict(set)
        self._forms: dict[str, set[str]] = defaultdict(set)
        self._comparisons: dict[str, list[exp.Expr]] = defaultdict(list)
        self._parts: dict[str, dict[str, set[int]]] = defaultdict(dict)
        self._units: dict[str, set[str]] = defaultdict(set)
        self._alike: set[tuple[str, str]] = set()

    def read(self, tree: exp.Expr) -> None:
        """Take in a query."""
        tables = list(tree.find_all(exp.Table))
        self.tables |= {table.name.lower() for table in tables}
        self.joined |= {table.name.lower() for table in tables if table.find_ancestor(exp.In, exp.Exists) is None}
        self.mentioned |= {column.name.lower() for column in tree.find_all(exp.Column)}
        self.page = max(self.page, _page(tree))
        for node in tree.find_all(*_COMPARING):
            self._compare(node)
        for node in tree.find_all(exp.Or):
            sides = [{c.name.lower() for c in side.find_all(exp.Column)} for side in (node.this, node.expression)]
            self.either |= sides[0] ^ sides[1]
        for node in tree.find_all(exp.TimestampTrunc, exp.DateTrunc):
            for column in node.find_all(exp.Column):
                self._units[column.name.lower()].add(node.args["unit"].name.lower())

    def _compare(self, node: exp.Expr) -> None:
        values = {literal.this for literal in node.find_all(exp.Literal)}
        lettered = node.find(exp.Lower, exp.Upper) is not None or isinstance(node, exp.ILike)
        forms = {form for value in values for form in _cases(value)} if lettered else set()
        names = sorted({column.name.lower() for column in node.find_all(exp.Column)})
        for name in names:
            self._values[name] |= values
            self._forms[name] |= forms
            for field, numbers in parts_named(node).items():
                self._parts[name].setdefault(field, set()).update(numbers)
            if len(names) == 1 and node.find(exp.Subquery, exp.Select) is None:
                self._comparisons[name].append(node)
        if len(names) == 2 and not values:  # noqa: PLR2004 - one column compared with another
            self._alike.add((names[0], names[1]))

    def share(self) -> None:
        """Columns that are compared with each other take each other's values."""
        for one, other in sorted(self._alike):
            both = self._values[one] | self._values[other]
            self._values[one], self._values[other] = set(both), set(both)

    def pool(self, name: str, kind: str) -> Pool:
        """The values for a column: `exact` are those that pass most of the comparisons with it."""
        key, sort = name.lower(), family(kind)
        values = set(self._values[key])
        if sort in ("time", "date"):
            values |= of_parts(self._parts[key]) if self._parts[key] else set()
            for unit in sorted(self._units[key]):
                values |= of_unit(unit, moments(values))
        around_them = _distinct([*sorted(self._forms[key]), *_READERS[sort](sorted(values))])
        asked = self._comparisons[key]
        if not asked or all(_negative(node) for node in asked):
            # everything but the value passes, so what is near fails: mostly the value itself
            return Pool(near=(*around_them, *sorted(values & set(around_them)) * EDGES_COUNT), other=_OTHER[sort])
        passed = {value: tuple(fits(node, value) != _negated(node) for node in asked) for value in around_them}
        best = max((sum(one) for one in passed.values()), default=0)
        ends = set(on_the_edge(moments(values))) if sort in ("time", "date") else set()
        exact = {value: one for value, one in passed.items() if best and sum(one) == best}
        near = [value for value in around_them if value not in exact]
        close = [value for value in near if best > 1 and sum(passed[value]) == best - 1]
        edges = [value for value in near if value in ends] * EDGES_COUNT
        return Pool(exact=_evenly(exact, ends), near=(*near, *close, *close, *close, *edges), other=_OTHER[sort])


def _evenly(passing: Mapping[str, tuple[bool, ...]], edges: AbstractSet[str]) -> tuple[str, ...]:
    """The values, repeated so that each way of passing (each branch of an OR) comes as often as the others.

    Values on an edge come more often than those well inside.
    """
    groups: dict[tuple[bool, ...], list[str]] = defaultdict(list)
    for value, way in passing.items():
        groups[way] += [value] * (EDGES_COUNT if value in edges else 1)
    most = max((len(group) for group in groups.values()), default=0)
    return tuple(group[place % len(group)] for group in groups.values() for place in range(most))


def _cases(text: str) -> set[str]:
    """A word in other letter cases."""
    return {text, text.lower(), text.upper(), text.capitalize(), text.lower()[:-1] + text.upper()[-1:]}


def _negated(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Not)


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
            found += min(int(size.this), MOST_ON_A_PAGE)
    return max(found, max((_place(node) for node in tree.find_all(*_COMPARING)), default=0))


def _place(node: exp.Expr) -> int:
    """A small number that something computed, such as a rank, is compared with: so many rows must be able to differ."""
    numbers = [int(one.this) for one in node.find_all(exp.Literal) if one.this.isdigit()]
    dated = node.find(exp.Extract) is not None
    return 0 if dated else max((number for number in numbers if number <= LARGEST_PLACE), default=0)


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _numbers(literals: list[str], step: Decimal) -> list[str]:
    out = []
    for text in literals:
        try:
            value = Decimal(text)
        except InvalidOperation:
            continue
        if value.is_finite() and abs(value) < 2**31 - 2:
            out += [str(value), str(value - step), str(value + step)]
    return out


def _ints(literals: list[str]) -> list[str]:
    return _numbers([text for text in literals if re.fullmatch(r"-?\d{1,9}", text)], Decimal(1))


def _decimals(literals: list[str]) -> list[str]:
    return _numbers(literals, Decimal("0.01"))


def _texts(literals: list[str]) -> list[str]:
    """The text, the texts next to it in any order of letters, in another case, longer at both ends."""
    out = []
    for text in literals:
        plain = text.replace("%", "").replace("_", "")
        out += [plain, text.replace("%", "zz").replace("_", "q"), text.upper(), text.capitalize()]
        out += [f"{plain} x", f"y{plain}", *(plain[:-1] + chr(ord(plain[-1]) + step) for step in (-1, 1) if plain)]
    return [text for text in out if text.isprintable()]


def _booleans(literals: list[str]) -> list[str]:  # noqa: ARG001 - one shape for all kinds
    return []


def _times(literals: list[str]) -> list[str]:
    return [str(moment) for moment in around(moments(literals))]


def _dates(literals: list[str]) -> list[str]:
    return [text[:10] for text in _times(literals)]


_READERS = {
    "int": _ints,
    "number": _decimals,
    "text": _texts,
    "boolean": _booleans,
    "time": _times,
    "date": _dates,
}
