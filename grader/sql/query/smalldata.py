"""Small databases on which a wrong rewrite shows: made from the tables and from the values both queries name.

Most mistakes of a rewrite never show on a large data set: rows exactly on a boundary, NULLs, ties across the
edge of a page, parents without children. Here they are common. Everything is a pure function of the tables,
the queries and a seed; whatever is made obeys the keys, NOT NULL and the stated domains.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from grader.evidence.query import Row
from grader.sql.query.literals import Named, named

MOST_ROWS = 150
SPARE = 2  # rows of a table that no query reads but a foreign key needs
TRIES = 8


class ColumnRules(msgspec.Struct, frozen=True, kw_only=True):
    """A column: `type` as PostgreSQL names it; `domain` lists the values it may hold, empty for any."""

    name: str
    type: str
    nullable: bool = False
    domain: tuple[str, ...] = ()


class TableRules(msgspec.Struct, frozen=True, kw_only=True):
    """A table: `key` is the primary key, `parents` maps a column to the table and column it refers to."""

    name: str
    columns: tuple[ColumnRules, ...]
    key: tuple[str, ...] = ()
    parents: dict[str, tuple[str, str]] = {}


class SmallDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by table, parents before children."""

    name: str
    tables: dict[str, tuple[Row, ...]]


class Profile(msgspec.Struct, frozen=True):
    """A kind of small database.

    `size` says how many rows the driving tables get beside a full page, `children` how many rows there are per
    parent; `nulls`, `exact` and `near` are chances; with `repeat` a column takes at most so many values.
    """

    name: str
    size: str
    children: float
    nulls: float = 0.1
    exact: float = 0.6
    near: float = 0.25
    repeat: int = 0
    empty: bool = False


PROFILES = (
    Profile("empty", "none", 0),
    Profile("one of each", "one", 1, exact=0.9, near=0.1),
    Profile("few", "few", 2),
    Profile("page", "page", 1.5),
    Profile("page, all inside", "page", 2, nulls=0.05, exact=0.9, near=0.05),
    Profile("page, edges", "page", 2, exact=0.45, near=0.5),
    Profile("page, ties", "page", 1.5, exact=0.8, near=0.1, repeat=1),
    Profile("page, near ties", "page", 2, exact=0.7, near=0.2, repeat=2),
    Profile("page, NULLs", "page", 1.5, nulls=0.5, exact=0.8, near=0.1),
    Profile("page, no NULLs", "page", 2.5, nulls=0.0, exact=0.8, near=0.15),
    Profile("page, childless", "page", 0.4, exact=0.85, near=0.1),
    Profile("page, a table empty", "page", 1.5, exact=0.8, near=0.1, empty=True),
    Profile("two pages", "double", 1.5, nulls=0.05, exact=0.85, near=0.1, repeat=3),
    Profile("two pages, spread", "double", 1.2, exact=0.6, near=0.2),
)


def small_databases(
    tables: Sequence[TableRules], queries: Sequence[str], *, count: int, seed: int
) -> list[SmallDatabase]:
    """`count` databases, every profile in turn."""
    found = named(queries, {table.name: {c.name: c.type for c in table.columns} for table in tables})
    ordered = parents_first(tables)
    made = []
    for number in range(count):
        profile = PROFILES[number % len(PROFILES)]
        maker = _Maker(ordered, found, profile, random.Random(f"{seed}/{number}"))  # noqa: S311 - repeatable on purpose
        made.append(SmallDatabase(name=f"{number + 1} ({profile.name})", tables=maker.make()))
    return made


def parents_first(tables: Sequence[TableRules]) -> list[TableRules]:
    """The tables in an order in which they can be filled; a cycle keeps its given order."""
    out: list[TableRules] = []
    rest = list(tables)
    while rest:
        names = {table.name for table in out}
        ready = [t for t in rest if all(p in names or p == t.name for p, _ in t.parents.values())] or rest[:1]
        out += ready
        rest = [table for table in rest if table not in ready]
    return out


class _Maker:
    """Makes one database."""

    def __init__(self, tables: Sequence[TableRules], found: Named, profile: Profile, rng: random.Random) -> None:
        self.tables, self.found, self.profile, self.rng = tables, found, profile, rng
        self.rows: dict[str, tuple[Row, ...]] = {}
        self.seen: dict[tuple[str, str], list[str | None]] = {}
        self.emptied = rng.choice([t.name for t in tables]) if profile.empty else ""

    def make(self) -> dict[str, tuple[Row, ...]]:
        for table in self.tables:
            count = 0 if table.name == self.emptied else self._count(table)
            self.rows[table.name] = tuple(self._fill(table, count))
        return self.rows

    def _count(self, table: TableRules) -> int:
        read = table.name in self.found.read
        sizes = [len(self.rows[parent]) for parent, _ in table.parents.values() if self._drives(parent)]
        if sizes:
            return min(MOST_ROWS, round(max(sizes) * self.profile.children * self.rng.choice((0.7, 1.0, 1.3))))
        page = max(self.found.page, 4)
        choices = {
            "none": (0,),
            "one": (1,),
            "few": (2, 3, 4),
            "page": (page - 1, page, page + 1, page + 2, page + 4),
            "double": (2 * page, 2 * page + 3),
        }
        count = self.rng.choice(choices[self.profile.size])
        return min(MOST_ROWS, count if read else min(count, SPARE))

    def _drives(self, name: str) -> bool:
        return name in self.found.read and len(self.rows[name]) > 0

    def _fill(self, table: TableRules, count: int) -> list[Row]:
        rows: list[Row] = []
        keys: set[tuple[str | None, ...]] = set()
        numbers = self.rng.sample(range(1, 3 * count + 2), count) if count else []
        for number in numbers:
            for _ in range(TRIES):
                row = self._row(table, number)
                key = tuple(row[name] for name in table.key) if row is not None else ()
                if row is None or (key and key in keys):
                    continue
                keys.add(key)
                rows.append(tuple(row.values()))
                break
        return rows

    def _row(self, table: TableRules, number: int) -> dict[str, str | None] | None:
        """One row, `None` when a parent it needs has no rows."""
        row: dict[str, str | None] = {}
        for column in table.columns:
            if column.name in table.parents:
                parents = self._parents(table, column)
                if not parents and not column.nullable:
                    return None
                row[column.name] = self.rng.choice(parents) if parents and not self._null(column) else None
            elif (column.name,) == table.key and column.type in ("integer", "bigint", "smallint"):
                row[column.name] = str(number)
            else:
                row[column.name] = self._value(table, column)
        return row

    def _parents(self, table: TableRules, column: ColumnRules) -> list[str | None]:
        """Keys a foreign key may point to: about two thirds of them, so that some parents stay childless."""
        parent, key = table.parents[column.name]
        rules = next(t for t in self.tables if t.name == parent)
        place = [c.name for c in rules.columns].index(key)
        keys = [row[place] for row in self.rows.get(parent, ())]
        return keys[: max(1, 2 * len(keys) // 3)] if parent in self.found.read else keys

    def _null(self, column: ColumnRules) -> bool:
        return column.nullable and self.rng.random() < self.profile.nulls

    def _value(self, table: TableRules, column: ColumnRules) -> str | None:
        if self._null(column):
            return None
        seen = self.seen.setdefault((table.name, column.name), [])
        if self.profile.repeat and len(seen) >= self.profile.repeat and column.name not in table.key:
            return self.rng.choice(seen)
        value = self._fresh(column)
        seen.append(value)
        return value

    def _fresh(self, column: ColumnRules) -> str:
        pool = self.found.columns[column.name]
        chance = self.rng.random()
        if column.domain:
            return self.rng.choice(column.domain)
        if pool.near and chance < self.profile.near:
            return self.rng.choice(pool.near)
        if pool.exact and chance < self.profile.near + self.profile.exact:
            return self.rng.choice(pool.exact)
        return self.rng.choice(pool.other)
