"""What a database schema is made of, as its catalog tells or as its script was read."""

from __future__ import annotations

import msgspec

DATED = ("date", "timestamp", "timestamptz", "time")
TEXT = ("text", "varchar", "char")
WHOLE = ("int", "bigint", "smallint")
NUMBERS = (*WHOLE, "numeric", "float", "money")


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of this module."""


class Place(Fact, frozen=True, kw_only=True):
    """Where something stands in the submitted files: line and column count from 1."""

    file: str
    line: int
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Column(Fact, frozen=True, kw_only=True):
    """A column. `family` is the kind of its type with domains resolved (`numeric`, `text`, `timestamptz`, `enum` …).

    `type` is what PostgreSQL calls it; `args` are length, or precision and scale; `identity` is empty, `always` or
    `by default`; `serial` says that the default takes the next number of a sequence; `computed` is the expression of a
    generated column. In an answer for MySQL or SQLite `declared` is the type as it was written, and `any_case` says
    that texts are compared whatever their case. `place` is where the column is made, `type_place` where a later
    statement gave it another type.
    """

    name: str
    type: str
    family: str
    args: tuple[int, ...] = ()
    array: bool = False
    nullable: bool = True
    default: str = ""
    identity: str = ""
    serial: bool = False
    generated: bool = False
    computed: str = ""
    domain: str = ""
    enum: tuple[str, ...] = ()
    comment: str = ""
    declared: str = ""
    any_case: bool = False
    place: Place | None = None
    type_place: Place | None = None

    @property
    def typed(self) -> Place | None:
        """Where its type was said last."""
        return self.type_place or self.place

    @property
    def called(self) -> str:
        """The type as its author knows it."""
        return self.declared or self.type

    @property
    def numbered(self) -> bool:
        """The database fills it by counting."""
        return self.serial or bool(self.identity)


class ForeignKey(Fact, frozen=True, kw_only=True):
    """A foreign key; `on_delete` and `on_update` are `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`, `SET DEFAULT`.

    A key that is not `enforced` is only a remark to the planner: the database takes any value.
    """

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    name: str = ""
    enforced: bool = True
    place: Place | None = None


class Unique(Fact, frozen=True, kw_only=True):
    """A UNIQUE constraint."""

    columns: tuple[str, ...]
    name: str = ""
    place: Place | None = None


class CheckRule(Fact, frozen=True, kw_only=True):
    """A CHECK constraint of a table, or of the domain of one of its columns."""

    text: str
    columns: tuple[str, ...] = ()
    name: str = ""
    domain: str = ""
    place: Place | None = None


class Index(Fact, frozen=True, kw_only=True):
    """An index. An expression key is written out with parentheses; `shape` is its definition from USING on.

    `constraint` is `primary` or `unique` when a constraint made it.
    """

    name: str
    keys: tuple[str, ...]
    unique: bool = False
    where: str = ""
    include: tuple[str, ...] = ()
    method: str = "btree"
    shape: str = ""
    constraint: str = ""
    place: Place | None = None


class Trigger(Fact, frozen=True, kw_only=True):
    """A trigger as PostgreSQL prints it, or as it was written for MySQL or SQLite."""

    name: str
    definition: str = ""
    place: Place | None = None


class Table(Fact, frozen=True, kw_only=True):
    """A table. `name` carries its schema unless that is `public`."""

    name: str
    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[Unique, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    comment: str = ""
    place: Place | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def unique_sets(self) -> tuple[tuple[str, ...], ...]:
        """Column sets in which no two rows agree, from keys, constraints and unfiltered plain unique indexes."""
        made = [index.keys for index in self.indexes if index.unique and not index.where and _plain(index)]
        keys = [self.primary_key] if self.primary_key else []
        return tuple(dict.fromkeys([*keys, *(unique.columns for unique in self.uniques), *made]))


def _plain(index: Index) -> bool:
    return not any("(" in key for key in index.keys)


class Schema(Fact, frozen=True, kw_only=True):
    """Tables in order of name."""

    tables: tuple[Table, ...] = ()

    def table(self, name: str) -> Table | None:
        """The table of that name."""
        return next((table for table in self.tables if table.name == name), None)
