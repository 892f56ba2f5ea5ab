"""What a rewritten query did: the rows it gave, the work it took, and the plans behind both.

"Given" is the slow query of the challenge, "submitted" the answer's query; "setup" is the answer's setup.sql.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Row = tuple[str | None, ...]
Data = Literal["big", "private", "small", "fixture"]
Which = Literal["given", "submitted"]
Part = Literal["whole", "indexes", "settings"]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a submitted file that the challenge does not allow, at a place counted from 1."""

    file: str
    what: str
    line: int = 1
    column: int = 1
    length: int = 1


class SqlError(msgspec.Struct, frozen=True, kw_only=True):
    """PostgreSQL's answer to a statement it did not run to the end; the place is in the submitted file."""

    sqlstate: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


class ResultColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a result as PostgreSQL names it."""

    name: str
    type: str


class TableColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table of the exercise: `type` as PostgreSQL names it."""

    name: str
    type: str
    nullable: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one query, in the order they came, as PostgreSQL writes values. `more` says the rest was not read."""

    columns: tuple[ResultColumn, ...] = ()
    rows: tuple[Row, ...] = ()
    more: bool = False


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Both queries on one data set. `same` is about rows by value, in order where one order is right.

    `failed`: the submitted query raised an error there, so it gave no rows.
    """

    data: Data
    name: str
    given: int
    submitted: int
    same: bool
    failed: bool = False


class SmallTable(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one table of a small database."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of the submission that did not finish: it raised `error`, or our watchdog stopped it.

    Comparisons that go on to the large data say that only some data raise it.
    `tables` are the rows on which it raised the error, as few as we could, when a small database was enough.
    """

    data: str
    error: SqlError | None = None
    stopped_after: float | None = None
    tables: tuple[SmallTable, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A database on which the queries differ, made as small as we could, and both answers to it."""

    name: str
    tables: tuple[SmallTable, ...]
    given: Answer
    submitted: Answer
    tries: int = 0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One query measured with or without the submitted setup on the big data.

    `plan` is PostgreSQL's own (EXPLAIN ANALYZE, BUFFERS) without times. `milliseconds` of wall time vary from run to
    run: they are kept for people and must never reach a finding. `cpu` are milliseconds that the server's process
    computed for one run, the least of several, 0 when it was not taken; a finding may use them in coarse steps only.
    `part` says how much of the setup there was: all of it, or only its indexes and statistics, or only its settings.
    """

    query: Which
    setup: bool
    part: Part = "whole"
    plan: dict[str, Any] = {}
    milliseconds: float = 0.0
    cpu: float = 0.0


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """An index of the big data: `blocks` of 8 kB; `columns` are its key columns or expressions."""

    name: str
    table: str
    definition: str
    columns: tuple[str, ...] = ()
    blocks: int = 0


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """What PostgreSQL does to insert rows into a table: records in its log of changes, their bytes, blocks touched."""

    records: int
    bytes: int
    blocks: int


class WriteCost(msgspec.Struct, frozen=True, kw_only=True):
    """What `rows` new rows of a table cost without the submitted indexes and with them.

    `touched` are blocks of 8 kB that each added index had to be touched for.
    """

    table: str
    rows: int
    before: Writes
    after: Writes
    touched: dict[str, int] = {}


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """The counted work of three queries on the private data, the submitted one with its setup."""

    given: int
    submitted: int
    reference: int


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A planner setting that setup.sql changes."""

    name: str
    value: str


class QueryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found out about one answer to a slow-query challenge."""

    exercise: str
    given: str
    given_line: int = 1  # where `given` begins in its file
    query: str
    setup: str = ""
    explanation: str = ""
    tables: dict[str, tuple[str, ...]] = {}
    columns: dict[str, tuple[TableColumn, ...]] = {}
    table_blocks: dict[str, int] = {}
    refusals: tuple[Refusal, ...] = ()
    unread: str = ""  # PostgreSQL can read the query, our guard cannot: it was not run
    ordered: bool = True
    given_columns: tuple[ResultColumn, ...] = ()
    submitted_columns: tuple[ResultColumn, ...] = ()
    failure: Failure | None = None
    setup_failure: Failure | None = None
    comparisons: tuple[Comparison, ...] = ()
    difference: Difference | None = None
    cells: tuple[Cell, ...] = ()
    reference_work: int = 0
    reference_cpu: float = 0.0
    added: tuple[Index, ...] = ()
    existing: tuple[Index, ...] = ()
    settings: tuple[Setting, ...] = ()
    writes: tuple[WriteCost, ...] = ()
    elsewhere: Elsewhere | None = None  # none in a self-check, and where the query did not run to its end

    def cell(self, query: Which, *, setup: bool, part: Part = "whole") -> Cell | None:
        """The measurement of one field of the 2×2, or of a part of the setup; `None` when it could not be made."""
        wanted = (query, setup, part)
        return next((cell for cell in self.cells if (cell.query, cell.setup, cell.part) == wanted), None)
