"""Run statements of a submission: as a role that may only read, one statement at a time, under a watchdog."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus
from psycopg.types.string import TextLoader

from grader.caches import cache_root
from grader.collectors.query.cpu import Listener
from grader.database import Connection, Server
from grader.database.metered import Meter
from grader.database.watchdog import Watch, watched
from grader.errors import OurFault
from grader.evidence.query import Answer, ResultColumn, Row, Setting, SqlError
from grader.excerpt import position
from grader.sql.query.plan import without_times
from grader.visible import one_line

CANDIDATE = "candidate"
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)\n"
LONGEST_VALUE = 2_000
_AS_TEXT = ("int2", "int4", "int8", "numeric", "float4", "float8", "bool", "date", "time", "timestamp", "timestamptz")
_OUR_STATES = ("XX", "58", "53100", "57P01")  # broken inside, disk full, ended by an administrator
_CRASHED = ("57P02", "57P03")  # another process of the server died, or it is still coming up again
# PostgreSQL's way to say that one value would be larger than a gigabyte: no fault of the server
_TOO_LARGE = "invalid memory alloc request size"
LARGEST_ANSWER = 64 << 20
MOST_FILES = 4 << 30  # all databases and temporary files of the server: a few times what an exercise fills
QUICK_SECONDS = 1.0
SLOW_SECONDS = 180.0  # of all statements of a session that are not quick: many that each nearly end never end either
RECOVERY_SECONDS = 30.0
POLL_SECONDS = 0.2
SETTLING_SECONDS = 0.5
T = TypeVar("T")

_SQL_NAMES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "character",
    "varchar": "character varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}


class StatementFailed(Exception):
    """PostgreSQL refused or gave up on a statement of the submission."""

    def __init__(self, error: SqlError) -> None:
        super().__init__(error.message)
        self.error = error


class StatementStopped(Exception):
    """Our watchdog stopped a statement of the submission."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"stopped after {seconds:g} s")
        self.seconds = seconds


class _BackendLost(Exception):
    """The process that ran the statement died: by memory, or by a fault of ours."""


class Session:
    """A connection of one role to one database; it is opened again after a statement had to be stopped.

    `file` is where the statements come from: errors name places in it. Statements go by the extended protocol,
    which takes one at a time. A query during which PostgreSQL's process dies is run once more: only when it dies
    again is the query to blame. Answers, the server's files and the time of all slow statements together are bounded
    by us: no setting lifts that. Every method raises `StatementFailed` or `StatementStopped` when the statement is
    to blame, `OurFault` E222 when PostgreSQL itself broke.
    """

    def __init__(
        self,
        server: Server,
        database: str,
        *,
        role: str = CANDIDATE,
        file: str = "query.sql",
        settings: Iterable[Setting] = (),
    ) -> None:
        self._server, self._database, self._role, self._file = server, database, role, file
        self._settings = tuple(settings)
        self._connection: Connection | None = None
        self._meter: Meter | None = None
        self._slow = 0.0
        self._cpu = Listener()

    def spent(self) -> float | None:
        """Milliseconds that PostgreSQL computed for the statement before, `None` where it was not told to report."""
        return self._cpu.take()

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def parse(self, query: str, *, seconds: float) -> None:
        """Let PostgreSQL read a statement without running it."""
        self._twice(lambda: self._parse(query, seconds))

    def run(self, statement: str, *, seconds: float) -> None:
        """Run a statement for its effect."""
        self._twice(lambda: self._run(statement, seconds))

    def ask(self, query: str, *, seconds: float, most: int) -> Answer:
        """The columns and at most `most` rows of a query."""
        return self._twice(lambda: self._ask(query, seconds, most))

    def explain(self, query: str, *, seconds: float) -> tuple[dict[str, Any], float]:
        """The plan with counts, as PostgreSQL tells it without times, and the wall time in milliseconds."""
        return self._twice(lambda: self._explain(query, seconds))

    def _twice(self, once: Callable[[], T]) -> T:
        try:
            return once()
        except _BackendLost:
            self._recover()
        try:
            return once()
        except _BackendLost:
            self._recover()
        message = "PostgreSQL's process died while it ran this, twice in a row: it needs too much memory"
        raise StatementFailed(SqlError(sqlstate="57P02", message=message, file=self._file))

    def _recover(self) -> None:
        """Wait until the server takes connections again and keeps them; raises `OurFault` E221 when it does not.

        A server that has not yet seen the death of one process still takes connections, and ends them all when it does.
        """
        self.close()
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            try:
                with self._server.connect(self._database, role=self._role) as connection:
                    time.sleep(SETTLING_SECONDS)
                    connection.execute("SELECT 1")
            except (psycopg.OperationalError, OurFault):
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return

    def _parse(self, query: str, seconds: float) -> None:
        with self._statement(query, seconds) as connection:
            result = connection.pgconn.prepare(b"", query.encode())
            if result.status != ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)

    def _run(self, statement: str, seconds: float) -> None:
        with self._statement(statement, seconds) as connection:
            connection.execute(statement.encode(), prepare=True)

    def _ask(self, query: str, seconds: float, most: int) -> Answer:
        rows: list[Row] = []
        more = False
        with self._statement(query, seconds) as connection, connection.cursor() as cursor:
            for row in cursor.stream(query.encode()):
                if len(rows) == most:
                    more = True
                    break
                rows.append(tuple(None if value is None else str(value)[:LONGEST_VALUE] for value in row))
            columns = tuple(ResultColumn(name=c.name, type=_sql_name(c.type_display)) for c in cursor.description or ())
        return Answer(columns=columns, rows=tuple(rows), more=more)

    def _explain(self, query: str, seconds: float) -> tuple[dict[str, Any], float]:
        with self._statement(query, seconds, skip=len(EXPLAIN)) as connection:
            start = time.monotonic()
            answer = connection.execute((EXPLAIN + query).encode(), prepare=True).fetchone()
            spent = time.monotonic() - start
        if answer is None:
            raise OurFault("E222", "PostgreSQL explained nothing")
        return without_times(answer[0][0]["Plan"]), round(1000 * spent, 3)

    @contextlib.contextmanager
    def _statement(self, text: str, seconds: float, *, skip: int = 0) -> Iterator[Connection]:
        connection, meter = self._open()
        failed: psycopg.Error | None = None
        start = time.monotonic()
        left = min(seconds, max(0.0, SLOW_SECONDS + seconds - self._slow))
        with watched(self._server, connection, left, most_bytes=MOST_FILES) as watch:
            try:
                yield connection
            except psycopg.Error as error:
                failed = error
        spent = time.monotonic() - start
        self._slow += spent if spent > QUICK_SECONDS else 0.0
        if meter.over:
            self.close()
            raise self._bounded("54000", f"the answer is larger than {LARGEST_ANSWER >> 20} MB") from failed
        if watch.fired:
            self._after(watch)
            raise StatementStopped(seconds) from failed
        if failed is not None:
            raise self._fault(failed, text, skip) from failed

    def _after(self, watch: Watch) -> None:
        """Leave a statement that was stopped; raises `StatementFailed` when it was not for its time."""
        self.close()
        if watch.killed:
            self._recover()
        if watch.full:
            message = f"stopped by the grader: it filled more than {MOST_FILES >> 30} GB of the disk"
            raise self._bounded("53400", message)

    def _bounded(self, state: str, message: str) -> StatementFailed:
        return StatementFailed(SqlError(sqlstate=state, message=message, file=self._file))

    def _open(self) -> tuple[Connection, Meter]:
        if self._connection is None or self._meter is None or self._connection.closed:
            connection, self._meter = self._server.metered(self._database, role=self._role, most=LARGEST_ANSWER)
            connection.add_notice_handler(self._cpu.hear)
            for name in _AS_TEXT:
                connection.adapters.register_loader(name, TextLoader)
            for setting in self._settings:
                connection.execute(
                    sql.SQL("SET {} TO {}").format(sql.Identifier(setting.name), sql.Literal(setting.value))
                )
            self._connection = connection
        self._meter.rewind()
        return self._connection, self._meter

    def _fault(self, error: psycopg.Error, text: str, skip: int) -> StatementFailed | OurFault | _BackendLost:
        state = error.sqlstate or ""
        if not state or state in _CRASHED:
            return _BackendLost(str(error))
        if state == "XX000" and (error.diag.message_primary or "").startswith(_TOO_LARGE):
            return self._bounded("54000", "one value would be larger than a gigabyte, the most PostgreSQL can hold")
        if state.startswith(_OUR_STATES):
            self.close()
            return _broke(error)
        line = column = 0
        place = error.diag.statement_position
        if place is not None:
            line, column = position(text, max(0, int(place) - 1 - skip))
        return StatementFailed(
            SqlError(
                sqlstate=state,
                message=one_line(error.diag.message_primary or str(error), 300),
                hint=one_line(error.diag.message_hint or "", 300),
                file=self._file,
                line=line,
                column=column,
            )
        )


@contextlib.contextmanager
def our_statements() -> Iterator[None]:
    """Statements of ours, beside the submission's: what fails there is our side's fault, E222."""
    try:
        yield
    except psycopg.Error as error:
        raise _broke(error) from error


def _broke(error: psycopg.Error) -> OurFault:
    return OurFault(
        "E222",
        f"PostgreSQL broke while it ran a statement: {one_line(str(error), 200)}",
        note="nothing was taken from the submission for it",
        help=f"grade again; if it stays so, remove {cache_root()}: it is made anew; `grader doctor` looks at the disk",
    )


def _sql_name(display: str) -> str:
    """A type as `format_type` writes it, from the driver's short name with its modifier."""
    name, bracket, modifier = display.partition("(")
    return _SQL_NAMES.get(name, name) + bracket + modifier
