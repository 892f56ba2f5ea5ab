"""Which table a name of a query means, and what the catalog knows of its columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MOST_STEPS = 12


class ColumnFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table: `type` as PostgreSQL names it."""

    type: str = ""
    nullable: bool = False


class IndexFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An index: `definition` is PostgreSQL's own statement, `columns` its key columns or expressions."""

    table: str
    definition: str
    columns: tuple[str, ...] = ()

    @property
    def unique(self) -> bool:
        """Whether two rows cannot share its keys."""
        return self.definition.upper().startswith("CREATE UNIQUE") and " WHERE " not in self.definition.upper()

    def expressions(self) -> frozenset[str]:
        """Everything that its keys and its WHERE compute, in a plain form."""
        return _expressions((*self.columns, self.definition.partition(" WHERE ")[2]))


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """The tables and indexes a query can meet, names in lower case."""

    tables: Mapping[str, Mapping[str, ColumnFacts]] = {}
    indexes: tuple[IndexFacts, ...] = ()

    def keys(self, table: str) -> list[set[str]]:
        """Sets of columns that name one row of a table."""
        return [set(index.columns) for index in self.indexes if index.table == table and index.unique]

    def has_expression(self, table: str, expression: exp.Expr) -> bool:
        """Whether an index of a table is on an expression, or only on the rows that it chooses."""
        wanted = _plain(expression)
        return any(wanted in index.expressions() for index in self.indexes if index.table == table)

    def has_trigrams(self, table: str, column: str) -> bool:
        """Whether an index finds any part of a text column."""
        return any(
            index.table == table and column in index.definition and "trgm" in index.definition for index in self.indexes
        )


class Place(msgspec.Struct, frozen=True):
    """Where a name comes from. `table` is empty when it is no table of the exercise but a query in FROM or WITH."""

    select: exp.Select
    alias: str
    node: exp.Expr
    table: str
    column: str
    outer: bool  # it belongs to a query around the one that it stands in


def _sources(select: exp.Expr) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {}
    from_ = select.args.get("from_")
    heads = [from_.this] if from_ is not None else []
    heads += [join.this for join in select.args.get("joins") or ()]
    heads += select.args.get("laterals") or []
    for head in heads:
        for one in _unwrapped(head):
            found.setdefault(one.alias_or_name.lower(), one)
    return found


def _unwrapped(node: exp.Expr) -> Iterator[exp.Expr]:
    """A source, and those that are joined inside of its brackets."""
    yield node
    for join in node.args.get("joins") or ():
        yield from _unwrapped(join.this)


class Names:
    """Finds out what columns mean."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._queries: dict[int, exp.Expr | None] = {}
        self._columns: dict[int, set[str]] = {}
        self._sources: dict[int, dict[str, exp.Expr]] = {}
        self._places: dict[int, Place | None] = {}

    def sources(self, select: exp.Expr) -> dict[str, exp.Expr]:
        """What a query reads from, by alias: tables, queries in FROM, laterals."""
        if id(select) not in self._sources:
            self._sources[id(select)] = _sources(select)
        return self._sources[id(select)]

    def table(self, node: exp.Expr) -> str:
        """The exercise's table that a source is, empty when it is a query."""
        if not isinstance(node, exp.Table) or self.query(node) is not None:
            return ""
        name = node.name.lower()
        return name if name in self.catalog.tables else ""

    def query(self, node: exp.Expr) -> exp.Expr | None:
        """The query that a source stands for: of WITH, or in brackets."""
        if id(node) not in self._queries:
            self._queries[id(node)] = _query(node)
        return self._queries[id(node)]

    def place(self, column: exp.Expr) -> Place | None:
        """Where a column comes from, `None` when that is not clear."""
        if id(column) not in self._places:
            self._places[id(column)] = self._place(column)
        return self._places[id(column)]

    def _place(self, column: exp.Expr) -> Place | None:
        name, qualifier = column.name.lower(), getattr(column, "table", "").lower()
        start = select = column.find_ancestor(exp.Select)
        while select is not None:
            for alias, node in self.sources(select).items():
                if qualifier == alias or (not qualifier and name in self.columns(node)):
                    return Place(select, alias, node, self.table(node), name, select is not start)
            select = select.find_ancestor(exp.Select)
        return None

    def columns(self, node: exp.Expr) -> Collection[str]:
        """Names of the columns that a source gives."""
        table = self.table(node)
        if table:
            return self.catalog.tables[table]
        query = self.query(node)
        named = _renamed(node)
        if named or query is None:
            return set(named)
        if id(query) not in self._columns:
            self._columns[id(query)] = set()  # a query that reads itself
            self._columns[id(query)] = self._given(query)
        return self._columns[id(query)]

    def _given(self, query: exp.Expr) -> set[str]:
        found: set[str] = set()
        for item in _projections(query):
            if not item.is_star:
                found.add(item.alias_or_name.lower())
                continue
            select, of = item.parent, getattr(item, "table", "").lower()
            for alias, inner in self.sources(select).items() if select is not None else ():
                found.update(self.columns(inner) if of in ("", alias) else ())
        return found

    def origin(self, column: exp.Expr) -> Place | None:
        """The table's column that a column is, also when queries in FROM or WITH only hand it on."""
        place = self.place(column)
        for _ in range(MOST_STEPS):
            if place is None or place.table:
                return place
            query = self.query(place.node)
            if query is None or _renamed(place.node) or isinstance(query, exp.SetOperation):
                return None
            given = next((i for i in _projections(query) if i.alias_or_name.lower() == place.column), None)
            plain = given.unalias() if given is not None else None
            place = self.place(plain) if isinstance(plain, exp.Column) else None
        return None

    def facts(self, column: exp.Expr) -> ColumnFacts | None:
        """What the catalog knows of a column."""
        origin = self.origin(column)
        return self.catalog.tables[origin.table].get(origin.column) if origin is not None else None


def _query(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.Subquery | exp.Lateral):
        inner = node.this
        return inner.unnest() if isinstance(inner, exp.Subquery) else inner
    if not isinstance(node, exp.Table) or node.args.get("db"):
        return None
    above = node.parent
    while above is not None:
        with_ = above.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            if cte.alias_or_name.lower() == node.name.lower() and not _inside(node, cte):
                return cte.this  # type: ignore[no-any-return] # sqlglot does not say what a CTE holds
        above = above.parent
    return None


def _projections(query: exp.Expr) -> list[exp.Expr]:
    return list(query.selects) if isinstance(query, exp.Query) else []


def _renamed(node: exp.Expr) -> list[str]:
    """Names of columns given behind an alias: `AS x (a, b)`."""
    alias = node.args.get("alias")
    given = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return [column.name.lower() for column in given or ()]


def _inside(node: exp.Expr, other: exp.Expr) -> bool:
    above: exp.Expr | None = node
    while above is not None:
        if above is other:
            return True
        above = above.parent
    return False


def conjuncts(node: exp.Expr | None) -> list[exp.Expr]:
    """The conditions that must all hold, in the order of the text, brackets taken off."""
    found: list[exp.Expr] = []
    left = [node] if node is not None else []
    while left:
        one = left.pop()
        plain = one.unnest() if isinstance(one, exp.Paren) else one
        if isinstance(plain, exp.And):
            left += [plain.right, plain.left]
        else:
            found.append(plain)
    return found


def conditions(select: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions by which a query chooses and joins rows."""
    where = select.args.get("where")
    yield from conjuncts(where.this if where is not None else None)
    for join in select.args.get("joins", ()):
        yield from conjuncts(join.args.get("on"))


def own_columns(node: exp.Expr) -> list[exp.Column]:
    """Columns in a node, those in queries inside of it left out."""
    inside = node.walk(prune=lambda n: isinstance(n, exp.Query) and n is not node)
    return [inner for inner in inside if isinstance(inner, exp.Column) and not inner.is_star]


def has_query(node: exp.Expr) -> bool:
    """Whether a node holds a query."""
    return node.find(exp.Query) is not None


@lru_cache(maxsize=256)
def _expressions(parts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_plain(node) for part in parts for node in _parsed(part) if not isinstance(node, exp.Column))


def _parsed(text: str) -> Iterator[exp.Expr]:
    """Every part of an expression as the catalog writes it; none when sqlglot cannot read it."""
    try:
        yield from sqlglot.parse_one(text, read="postgres").walk() if text.strip() else ()
    except (SqlglotError, RecursionError):
        return


def _plain(expression: exp.Expr) -> str:
    """An expression without the names of tables, brackets and casts of values: PostgreSQL writes them otherwise."""
    bare = expression.copy().transform(_barer)
    return re.sub(r"[\s()\"]+", "", bare.sql(dialect="postgres").lower())


def _barer(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Column):
        return exp.column(node.name.lower())
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):
        return node.this
    return node
