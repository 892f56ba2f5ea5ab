"""What a rewritten query did: the rows it gave, the work it took, and the plans behind both.

"Given" is the slow query of the challenge, "submitted" the answer's query; "setup" is the answer's setup.sql.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Row = tuple[str | None, ...]
Data = Literal["big", "private", "small", "fixture"]
Which = Literal["given", "submitted"]


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

    `plan` is PostgreSQL's own (EXPLAIN ANALYZE, BUFFERS) without times. `milliseconds` varies from run to run:
    it is kept for people and must never reach a finding.
    """

    query: Which
    setup: bool
    plan: dict[str, Any] = {}
    milliseconds: float = 0.0


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """An index of the big data: `blocks` of 8 kB; `columns` are its key columns or expressions."""

    name: str
    table: str
    definition: str
    columns: tuple[str, ...] = ()
    blocks: int = 0


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A planner setting that setup.sql changes."""

    name: str
    value: str


class QueryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found out about one answer to a slow-query challenge."""

    exercise: str
    given: str
    query: str
    setup: str = ""
    explanation: str = ""
    tables: dict[str, tuple[str, ...]] = {}
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
    added: tuple[Index, ...] = ()
    existing: tuple[Index, ...] = ()
    settings: tuple[Setting, ...] = ()

    def cell(self, query: Which, *, setup: bool) -> Cell | None:
        """The measurement of one field of the 2×2, `None` when it could not be made."""
        return next((cell for cell in self.cells if cell.query == query and cell.setup is setup), None)
