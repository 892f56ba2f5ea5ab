"""Small databases on which a wrong rewrite shows: made from the tables and from the values both queries name.

Most mistakes of a rewrite never show on a large data set: rows exactly on a boundary, NULLs, ties across the
edge of a page, parents without children. Here they are common. Everything is a pure function of the tables,
the queries and a seed; whatever is made obeys the keys, NOT NULL and the stated domains.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from grader.evidence.query import Row
from grader.sql.query.literals import Named, Pool, family, named
from grader.sql.query.profiles import PROFILES, Profile

MOST_ROWS = 150
SPARE = 2  # rows of a table that no query reads but a foreign key needs
TRIES = 8
NEVER_NULL = 0.45
EVERY_TABLE_ALIKE = 0.8
LEAF_EMPTY = 0.1
SOME_TABLE_EMPTY = 0.06
LISTS_SHORT = 0.75
ONE_ROOT_WIDE = 0.5
FEW_ROOTS = 0.1
MOST_TO_ONE = 0.75
ODD_NULL, ODD_NEAR = 0.35, 0.8
EITHER_FAILS = 0.4
NEAR_TIES = 2


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


def small_databases(
    tables: Sequence[TableRules], queries: Sequence[str], *, count: int, seed: int
) -> list[SmallDatabase]:
    """`count` databases, every profile in turn."""
    return databases(tables, named_in(tables, queries), count=count, seed=seed)


def named_in(tables: Sequence[TableRules], queries: Sequence[str]) -> Named:
    """All that the small databases of some queries depend on, beside the tables."""
    return named(queries, {table.name: {c.name: c.type for c in table.columns} for table in tables})


def databases(tables: Sequence[TableRules], found: Named, *, count: int, seed: int) -> list[SmallDatabase]:
    """`count` databases for what queries name."""
    ordered = parents_first(tables)
    made = []
    for number in range(count):
        profile = PROFILES[number] if number < len(PROFILES) else PROFILES[1:][(number - 1) % (len(PROFILES) - 1)]
        maker = Maker(ordered, found, profile, random.Random(f"{seed}/{number}"))  # noqa: S311 - repeatable on purpose
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


class Maker:
    """Makes one database. What is drawn once for the whole of it makes databases differ more than rows do."""

    def __init__(self, tables: Sequence[TableRules], found: Named, profile: Profile, rng: random.Random) -> None:
        self.tables, self.found, self.profile, self.rng = tables, found, profile, rng
        self.rows: dict[str, tuple[Row, ...]] = {}
        self.seen: dict[tuple[str, str], list[str]] = {}
        self.referred = {parent for table in tables for parent, _ in table.parents.values()}
        self.counting = found.read | {
            parent
            for table in tables
            for column, (parent, _) in table.parents.items()
            if table.name in found.read and column in found.mentioned
        }
        roots = [table.name for table in tables if not table.parents and table.name in self.counting]
        alone = profile.repeat == 1 or profile.common > 0 or rng.random() < ONE_ROOT_WIDE
        self.wide = {rng.choice(roots)} if roots and alone else set(roots)
        some_empty = profile.empty or rng.random() < SOME_TABLE_EMPTY
        self.emptied = rng.choice([t.name for t in tables]) if some_empty else ""
        self.nulls = {(t.name, c.name): self._rate() if c.nullable else 0.0 for t in tables for c in t.columns}
        self.styles = {t.name: profile.parents if rng.random() < EVERY_TABLE_ALIKE else "any" for t in tables}

    def _rate(self) -> float:
        """How often a column is NULL: in about half of the databases never."""
        return 0.0 if self.rng.random() < NEVER_NULL else self.profile.nulls

    def make(self) -> dict[str, tuple[Row, ...]]:
        """The rows of every table."""
        for table in self.tables:
            count = 0 if table.name == self.emptied else self._count(table)
            self.rows[table.name] = tuple(self._fill(table, count))
        return self.rows

    def _count(self, table: TableRules) -> int:
        read, chance = table.name in self.counting, self.rng.random()
        sizes = [len(self.rows[parent]) for parent, _ in table.parents.values() if self._drives(parent)]
        if sizes and table.name not in self.referred and chance < LEAF_EMPTY:
            return 0
        if sizes and table.name in self.found.asked and chance < LISTS_SHORT:
            return self.rng.choice((1, 1, 2, 3))
        if sizes:
            factor = self.rng.choice((0.3, 0.7, 1.0, 1.0, 1.3))
            return min(MOST_ROWS, max(1, round(max(sizes) * self.profile.children * factor)))
        few = not table.parents and (table.name not in self.wide or chance < FEW_ROOTS)
        if few and self.profile.size not in ("none", "one") and read:
            return self.rng.choice((1, 2))
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
        return name in self.counting and len(self.rows[name]) > 0

    def _fill(self, table: TableRules, count: int) -> list[Row]:
        rows: list[Row] = []
        keys: set[tuple[str | None, ...]] = set()
        numbers = self.rng.sample(range(1, 3 * count + 2), count) if count else []
        for place, number in enumerate(numbers):
            for _ in range(TRIES):
                row = self._row(table, number, place)
                key = tuple(row[name] for name in table.key) if row is not None else ()
                if row is None or (key and key in keys):
                    continue
                keys.add(key)
                rows.append(tuple(row.values()))
                break
        return rows

    def _row(self, table: TableRules, number: int, place: int) -> dict[str, str | None] | None:
        """One row, `None` when a parent it needs has no rows."""
        row: dict[str, str | None] = {}
        free = self.rng.random() < self.profile.free
        odd = set() if free else self._odd_columns(table)
        for column in table.columns:
            if column.name in table.parents:
                parents = self._parents(table, column)
                if not parents and not column.nullable:
                    return None
                missing = not parents or self._null(table, column) or (column.nullable and column.name in odd)
                row[column.name] = None if missing else self._parent(table, parents, place)
            elif (column.name,) == table.key and column.type in ("integer", "bigint", "smallint"):
                row[column.name] = str(number)
            else:
                row[column.name] = self._value(table, column, free=free, odd=column.name in odd)
        return row

    def _odd_columns(self, table: TableRules) -> set[str]:
        """Columns in which a row fails: one, or two, that queries compare with values, or that can be NULL.

        Of columns of which one or another must pass, each fails often: alone, and together with the others.
        """
        asked = [c for c in table.columns if c.name in self.found.mentioned and not c.domain]
        compared = [c.name for c in asked if c.name not in table.parents and self.found.columns[c.name].near]
        names = [*compared, *compared, *(c.name for c in asked if c.nullable and c.name not in compared)]
        odd = {name for name in names if name in self.found.either and self.rng.random() < EITHER_FAILS}
        if names and self.rng.random() < self.profile.odd:
            odd |= {self.rng.choice(names) for _ in range(self.rng.choice((1, 1, 2)))}
        return odd

    def _parents(self, table: TableRules, column: ColumnRules) -> list[str | None]:
        """Keys a foreign key may point to: about two thirds of them, so that some parents stay childless."""
        parent, key = table.parents[column.name]
        rules = next(t for t in self.tables if t.name == parent)
        at = [c.name for c in rules.columns].index(key)
        keys = [row[at] for row in self.rows.get(parent, ())]
        some = parent in self.counting and self.styles[table.name] != "even"
        return keys[: max(1, 2 * len(keys) // 3)] if some else keys

    def _parent(self, table: TableRules, parents: Sequence[str | None], place: int) -> str | None:
        style = self.styles[table.name]
        if style == "even":
            return parents[place % len(parents)]
        if style == "one" and self.rng.random() < MOST_TO_ONE:
            return parents[0]
        return self.rng.choice(parents)

    def _null(self, table: TableRules, column: ColumnRules) -> bool:
        return self.rng.random() < self.nulls[table.name, column.name]

    def _value(self, table: TableRules, column: ColumnRules, *, free: bool, odd: bool) -> str | None:
        pool = self.found.columns[column.name]
        if odd:
            return self._failing(column, pool)
        if self._null(table, column):
            return None
        seen = self.seen.setdefault((table.name, column.name), [])
        if self.profile.repeat and len(seen) >= self.profile.repeat and column.name not in table.key:
            return self.rng.choice(seen)
        if seen and column.name not in table.key and self.rng.random() < self.profile.common:
            return seen[0]
        alike = self._almost_alike(column, seen)
        value = self._next(column, seen[0]) if alike else self._fresh(column, pool, free=free)
        seen.append(value)
        return value

    def _almost_alike(self, column: ColumnRules, seen: Sequence[str]) -> bool:
        """With two values to a column, the second number is the one closest to the first: sums almost tie."""
        return self.profile.repeat == NEAR_TIES and bool(seen and column.domain) and family(column.type) == "number"

    def _next(self, column: ColumnRules, first: str) -> str:
        others = [value for value in column.domain if value != first]
        return min(others, key=lambda value: abs(Decimal(value) - Decimal(first))) if others else first

    def _failing(self, column: ColumnRules, pool: Pool) -> str | None:
        """A value that fails a comparison: mostly one that only just does."""
        if column.nullable and self.rng.random() < ODD_NULL:
            return None
        if column.domain:
            return self.rng.choice(column.domain)
        return self.rng.choice(pool.near if pool.near and self.rng.random() < ODD_NEAR else pool.other)

    def _fresh(self, column: ColumnRules, pool: Pool, *, free: bool) -> str:
        if column.domain:
            return self.rng.choice(column.domain)
        chance = self.rng.random() if free else 1 - self.rng.random() * (1 - self.profile.near)
        if pool.near and chance < self.profile.near:
            return self.rng.choice(pool.near)
        if pool.exact and (not free or chance < self.profile.near + self.profile.exact):
            return self.rng.choice(pool.exact)
        return self.rng.choice(pool.other)
