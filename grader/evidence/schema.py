"""What a submitted database schema says and does: its catalog, how it loaded, how it answered our probes."""

from __future__ import annotations

from typing import Literal

import msgspec

from grader.evidence.catalog import Fact, Place, Schema, Table
from grader.evidence.drawing import DiagramFile
from grader.evidence.workload import Workload

Concept = Literal["user", "product", "category", "order", "order_line", "product_category"]
Dialect = Literal["postgres", "mysql", "sqlite"]


class SqlFile(Fact, frozen=True, kw_only=True):
    """A file that was read, as text."""

    name: str
    text: str


class LoadFailure(Fact, frozen=True, kw_only=True):
    """A statement that did not run.

    `kind`: `error` of the statement; `refused` by the grader's rules; `timeout`; `newer` than this server;
    `unavailable`: it needs an extension that this server does not carry; `unread`: MySQL or SQLite that the grader
    could not read or copy. The last three are never held against it. `about` is the table whose rules such a statement
    changes.
    `structural` is False for data and other statements that the schema does not depend on; `table` is the table that
    it would have made. `block` is where the transaction of the script's own begins in which it stands: its failure
    undoes all of that one.
    """

    statement: str
    message: str
    place: Place
    kind: Literal["error", "refused", "timeout", "newer", "unavailable", "unread"] = "error"
    sqlstate: str = ""
    structural: bool = True
    table: str = ""
    about: str = ""
    block: Place | None = None

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
    block: Place | None = None


class Loading(Fact, frozen=True, kw_only=True):
    """How the files loaded, statement by statement. `undone` is the first ROLLBACK that takes a part of it back."""

    structural: int = 0
    ran: int = 0
    tables_written: tuple[str, ...] = ()
    late: tuple[Late, ...] = ()
    failures: tuple[LoadFailure, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    stopped: str = ""
    undone: Place | None = None


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


class Disagreement(Fact, frozen=True, kw_only=True):
    """Two rows made to contradict each other on the live schema, and undone: a recipe of `grader.sql.schema.anomalies`.

    `rows` are what the recipe shows, as PostgreSQL returned them. `change` is the statement that made them differ, or
    what was inserted last, with PostgreSQL's `answer`. `kept` says that the database does not let them differ: it
    refused the change or kept the copies in step. With an `obstacle` it tells nothing.
    """

    id: str
    statements: tuple[str, ...] = ()
    change: str = ""
    answer: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    kept: bool = False
    obstacle: str = ""


class SchemaFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was found out about a submitted schema.

    `schema` is PostgreSQL's catalog after loading, with places from the files. `unloaded` names tables that the
    files define and the catalog lacks, with the concept each would have played. `doubtful` names, for a concept
    that was not found, tables without a known meaning that might play it. `helpers` tells what other tables are for.
    When `dialect` is not `postgres`, all this was asked of a PostgreSQL copy of the schema: `shadow` is its script, and
    `caveats` say in what it differs from the original. `resembles` is the dialect that the files are plainly written
    in when submission.toml names another.
    """

    dialect: Dialect = "postgres"
    resembles: Dialect | None = None
    server: str = ""
    files: tuple[SqlFile, ...] = ()
    loading: Loading = Loading()
    schema: Schema = Schema()
    roles: dict[str, Role] = {}
    helpers: dict[str, str] = {}
    unloaded: dict[str, str] = {}
    doubtful: dict[str, tuple[str, ...]] = {}
    probes: tuple[Probe, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    workload: Workload | None = None
    diagrams: tuple[DiagramFile, ...] = ()
    notes: str = ""
    caveats: tuple[str, ...] = ()
    shadow: str = ""

    def role(self, concept: str) -> Table | None:
        """The table that plays a concept."""
        role = self.roles.get(concept)
        return self.schema.table(role.table) if role else None

    def probe(self, id: str) -> Probe | None:
        """The probe of that id, if it was run."""
        return next((probe for probe in self.probes if probe.id == id), None)
