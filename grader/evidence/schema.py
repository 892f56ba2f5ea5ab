"""What a submitted database schema says and does: its catalog, how it loaded, how it answered our probes."""

from __future__ import annotations

from typing import Literal

import msgspec

Concept = Literal["user", "product", "category", "order", "order_line", "product_category"]
Dialect = Literal["postgres", "mysql", "sqlite"]

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
    `by default`; `serial` says that the default takes the next number of a sequence.
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
    domain: str = ""
    enum: tuple[str, ...] = ()
    comment: str = ""
    place: Place | None = None

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
    """A trigger as PostgreSQL prints it."""

    name: str
    definition: str = ""


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


class SqlFile(Fact, frozen=True, kw_only=True):
    """A file that was read, as text."""

    name: str
    text: str


class LoadFailure(Fact, frozen=True, kw_only=True):
    """A statement that did not run.

    `kind`: `error` of the statement; `refused` by the grader's rules; `timeout`; `newer` than this server;
    `unavailable`: it needs an extension that this server does not carry. The last two are never held against it.
    `structural` is False for data and other statements that the schema does not depend on; `table` is the table that
    it would have made.
    """

    statement: str
    message: str
    place: Place
    kind: Literal["error", "refused", "timeout", "newer", "unavailable"] = "error"
    sqlstate: str = ""
    structural: bool = True
    table: str = ""

    @property
    def theirs(self) -> bool:
        """The script is at fault: not this server's version or equipment."""
        return self.kind in ("error", "refused", "timeout")


class SetAside(Fact, frozen=True, kw_only=True):
    """A statement that was not run because the grader's scratch database makes it pointless. It costs nothing."""

    statement: str
    reason: str
    place: Place


class Late(Fact, frozen=True, kw_only=True):
    """A statement that failed in its place and ran when it was tried again after all others."""

    statement: str
    message: str
    place: Place


class Loading(Fact, frozen=True, kw_only=True):
    """How the files loaded, statement by statement."""

    structural: int = 0
    ran: int = 0
    tables_written: tuple[str, ...] = ()
    late: tuple[Late, ...] = ()
    failures: tuple[LoadFailure, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    stopped: str = ""


class Role(Fact, frozen=True, kw_only=True):
    """The table that plays a concept, how sure the matcher is (0 to 1), and who said so."""

    table: str
    confidence: float = 1.0
    source: Literal["matcher", "submission.toml"] = "matcher"


class Attempt(Fact, frozen=True, kw_only=True):
    """A statement we ran and PostgreSQL's answer. `value` is what it stored in the column in question, as text."""

    statement: str
    answer: str
    sqlstate: str = ""
    value: str | None = None
    rows: int = 0

    @property
    def stored(self) -> bool:
        """True when it ran and touched at least one row."""
        return not self.sqlstate and self.rows > 0


class Probe(Fact, frozen=True, kw_only=True):
    """A question put to the live schema: a good row that must be taken and the same with one fault.

    `setup` holds the statements that made the rows it stands on. When the good row was not taken, `bad` is None and
    `obstacle` says why: the probe tells nothing. For deletions `bad` is the DELETE, and `left` is how many of the rows
    that must survive are still there, counted by `count`.
    """

    id: str
    table: str
    column: str = ""
    setup: tuple[str, ...] = ()
    good: Attempt | None = None
    bad: Attempt | None = None
    obstacle: str = ""
    count: str = ""
    left: int | None = None

    @property
    def assessed(self) -> bool:
        """True when it tells something: the good row was taken and the faulty one was tried."""
        return not self.obstacle and self.bad is not None


Cardinality = Literal["1", "0..1", "1..*", "0..*"]


class DrawnColumn(Fact, frozen=True, kw_only=True):
    """An attribute of a drawn entity."""

    name: str
    type: str = ""
    keys: tuple[str, ...] = ()


class DrawnEntity(Fact, frozen=True, kw_only=True):
    """A box of the candidate's diagram."""

    name: str
    columns: tuple[DrawnColumn, ...] = ()
    line: int = 1


class DrawnRelationship(Fact, frozen=True, kw_only=True):
    """A line of the candidate's diagram: each end with how many of it belong to one of the other end."""

    left: str
    right: str
    left_many: Cardinality
    right_many: Cardinality
    label: str = ""
    line: int = 1


class DiagramFile(Fact, frozen=True, kw_only=True):
    """A file that holds a diagram. Only `mermaid` is read; other formats are shown to people.

    `other` may be a drawing in a form that we do not know; `unknown` draws nothing.
    """

    name: str
    format: Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "other", "unknown"]
    size: int = 0
    entities: tuple[DrawnEntity, ...] = ()
    relationships: tuple[DrawnRelationship, ...] = ()
    unread: tuple[str, ...] = ()
    text: str = ""


class SchemaFacts(Fact, frozen=True, kw_only=True):
    """All that was found out about a submitted schema.

    `schema` is PostgreSQL's catalog after loading, with places from the files. `unloaded` names tables that the
    files define and the catalog lacks, with the concept each would have played. `doubtful` names, for a concept
    that was not found, tables without a known meaning that might play it. `helpers` tells what other tables are for.
    When `dialect` is not `postgres` nothing was loaded and a person must judge.
    """

    dialect: Dialect = "postgres"
    server: str = ""
    files: tuple[SqlFile, ...] = ()
    loading: Loading = Loading()
    schema: Schema = Schema()
    roles: dict[str, Role] = {}
    helpers: dict[str, str] = {}
    unloaded: dict[str, str] = {}
    doubtful: dict[str, tuple[str, ...]] = {}
    probes: tuple[Probe, ...] = ()
    diagrams: tuple[DiagramFile, ...] = ()
    notes: str = ""

    def role(self, concept: str) -> Table | None:
        """The table that plays a concept."""
        role = self.roles.get(concept)
        return self.schema.table(role.table) if role else None

    def probe(self, id: str) -> Probe | None:
        """The probe of that id, if it was run."""
        return next((probe for probe in self.probes if probe.id == id), None)
