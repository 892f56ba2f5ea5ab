"""How tables hang together: declared foreign keys, and columns that are named like one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from grader.evidence.catalog import TEXT, WHOLE, Column, Schema, Table
from grader.sql.schema.names import Words, column_words, shared_prefix, table_words, unmarked, words

DECLARED, IMPLIED = 1.0, 0.6
THROUGH = 0.5
JUNCTION = 0.9
WIDEST_JUNCTION = 8
SHORTEST_STEM, INFLECTED = 4, 2  # `zakazy` and `sostav_zakaza` share `zaka`
_KEY_WORDS = ("id", "no", "number", "code", "key", "fk", "ref", "uuid", "sku")
# What the keys of unlike tables are called, and what a row may say of itself: such a column refers to nothing.
_SAYS_NOTHING = frozenset(
    {
        *(*_KEY_WORDS, "name", "title", "label", "slug", "date", "time", "at", "type", "status", "state", "position"),
        *("email", "phone", "login", "version", "language", "locale", "value", "description", "price", "quantity"),
    }
) - {"sku"}
_KEY_NAME = re.compile(
    r"(?:^(?:id|fk|cod|codigo)_|id$|_(?:no|number|nr|code|cod|key|fk|ref|uuid|sku)$|key$)", re.IGNORECASE
)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A reference from one table to another; `strength` is 1 for a foreign key, less for one implied by its name."""

    table: str
    columns: tuple[str, ...]
    target: str
    strength: float

    @property
    def declared(self) -> bool:
        """The database knows it."""
        return self.strength == DECLARED


class Links:
    """All references of a schema, with the questions one asks about them."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.prefix = shared_prefix(schema)
        self._words = self._named_tables()
        self.all: tuple[Link, ...] = (*self._declared(), *self._implied())
        self._best: dict[tuple[str, str], Link] = {}
        for link in self.all:
            self._best.setdefault((link.table, link.target), link)
        self._targets = _grouped((link.table, link.target) for link in self.all)
        self._sources = _grouped((link.target, link.table) for link in self.all)

    def words(self, table: str) -> Words:
        """The English words of a table's name."""
        return self._words.get(table) or table_words(table, self.prefix)

    def _named_tables(self) -> dict[str, Words]:
        """Words of every table; a short mark such as `oms_` goes when nothing else is called what is left."""
        full = {table.name: table_words(table.name, self.prefix) for table in self.schema.tables}
        short = {name: unmarked(found) for name, found in full.items()}
        often = Counter([*full.values(), *(plain for name, plain in short.items() if plain != full[name])])
        return {name: short[name] if often[short[name]] == 1 else found for name, found in full.items()}

    def direct(self, table: str, target: str) -> Link | None:
        """The strongest reference from one table to another."""
        return self._best.get((table, target))

    def between(self, table: str, target: str) -> tuple[Link, ...]:
        """Every reference from one table to another."""
        return tuple(link for link in self.all if link.table == table and link.target == target)

    def targets(self, table: str) -> tuple[str, ...]:
        """Other tables that this one refers to."""
        return self._targets.get(table, ())

    def sources(self, table: str) -> tuple[str, ...]:
        """Other tables that refer to this one."""
        return self._sources.get(table, ())

    def path(self, table: str, target: str) -> tuple[str, ...]:
        """Tables on the way from one to another, at most one in between: `(via, target)`; empty when there is none."""
        if self.direct(table, target):
            return (target,)
        return next(((via, target) for via in self.targets(table) if via != target and self.direct(via, target)), ())

    def reach(self, table: str, target: str) -> float:
        """How strongly a table leads to another, directly or over one table."""
        if link := self.direct(table, target):
            return link.strength
        way = self.path(table, target)
        return THROUGH * min(self._strength(table, way[0]), self._strength(way[0], target)) if way else 0.0

    def junction(self, one: str, other: str) -> str:
        """The narrow table that refers to both, declared references first; empty when there is none."""
        found = [
            (min(self._strength(name, one), self._strength(name, other)), name)
            for name in self.sources(one)
            if name != other and self.direct(name, other) and self._narrow(name)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else ""

    def joined(self, one: str, other: str) -> float:
        """How strongly two tables are related, directly or over a junction."""
        if link := self.direct(one, other):
            return link.strength
        middle = self.junction(one, other)
        if middle:
            return JUNCTION * min(self._strength(middle, one), self._strength(middle, other))
        return self.reach(one, other)

    def named_after(self, table: str, target: str) -> bool:
        """`rendeles_tetel` and `TetelRendeles` are named after `rendeles`, whatever the words mean."""
        own, other = _letters(table), _letters(target)
        stem = other[: max(len(other) - INFLECTED, SHORTEST_STEM)]
        return len(stem) >= SHORTEST_STEM and own != other and stem in own

    def _strength(self, table: str, target: str) -> float:
        link = self.direct(table, target)
        return link.strength if link else 0.0

    def _narrow(self, name: str) -> bool:
        table = self.schema.table(name)
        return table is not None and len(table.columns) <= WIDEST_JUNCTION

    def _declared(self) -> list[Link]:
        return [
            Link(table=table.name, columns=key.columns, target=key.table, strength=DECLARED)
            for table in self.schema.tables
            for key in table.foreign_keys
            if self.schema.table(key.table) is not None
        ]

    def _implied(self) -> list[Link]:
        """Columns named like a key of another table (`user_id`, `id_cliente`, `l_orderkey`) without a foreign key."""
        by_name: dict[Words, str] = {}
        for table in self.schema.tables:
            by_name.setdefault(self.words(table.name), table.name)
        by_key = _told_apart(self.schema)
        found = []
        for table in self.schema.tables:
            taken = {name for key in table.foreign_keys for name in key.columns}
            known = {table.name, *(key.table for key in table.foreign_keys)}  # a code beside a key is a copy
            for column in table.columns:
                if column.name in taken:
                    continue
                target = self._named(column, table, by_name) or _by_key(column, table, by_key)
                if target and target not in known:
                    found.append(Link(table=table.name, columns=(column.name,), target=target, strength=IMPLIED))
        return found

    def _named(self, column: Column, table: Table, by_name: dict[Words, str]) -> str:
        if column.array or column.family in ("json", "bool") or not _KEY_NAME.search(column.name):
            return ""
        if polymorphic(column, table):
            return ""
        found = list(column_words(column.name, table))
        while found and found[-1] in _KEY_WORDS:
            found.pop()
        while found and found[0] in _KEY_WORDS:
            found.pop(0)
        return by_name.get(tuple(found), "") if found else ""


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each first name the second ones, in order and once; none leads to itself."""
    found: dict[str, dict[str, None]] = {}
    for one, other in pairs:
        if one != other:
            found.setdefault(one, {})[other] = None
    return {one: tuple(others) for one, others in found.items()}


def _told_apart(schema: Schema) -> dict[str, tuple[str, Column]]:
    """Tables by the name of their key, where only one table has such a key and it says of what: `kundennr`, `sku`."""
    found: dict[str, list[tuple[str, Column]]] = {}
    for table in schema.tables:
        column = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if column is not None and not set(words(column.name)) <= _SAYS_NOTHING:
            found.setdefault(column.name.lower(), []).append((table.name, column))
    return {name: tables[0] for name, tables in found.items() if len(tables) == 1}


def _by_key(column: Column, table: Table, by_key: Mapping[str, tuple[str, Column]]) -> str:
    """The table whose key this column is called like, and could hold; a column that is a key itself refers to none."""
    target, key = by_key.get(column.name.lower(), ("", column))
    if not target or target == table.name or column.array or (column.name,) in table.unique_sets():
        return ""
    alike = key.family == column.family or any({key.family, column.family} <= set(kind) for kind in (WHOLE, TEXT))
    return target if alike and not polymorphic(column, table) else ""


def _letters(table: str) -> str:
    return re.sub(r"[\W_]", "", table.rpartition(".")[2]).lower()


def polymorphic(column: Column, table: Table) -> bool:
    """True for `x_id` beside `x_type`: it refers to tables that the row chooses, so no foreign key can be declared."""
    stem = re.sub(r"_?id$", "", column.name, flags=re.IGNORECASE).lower()
    return stem != column.name.lower() and any(
        other.name.lower().startswith(stem) and words(other.name[len(stem) :]) == ("type",) for other in table.columns
    )
