"""Load a submitted script into a scratch database, statement by statement, and keep every failure.

The script runs as a role without any power over the server. `statement_timeout` bounds each statement; because a
script may switch it off and catch its cancellation, a watchdog ends the whole session a second later.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Literal, Self

import psycopg

from grader.collectors.schema.extensions import stand_in
from grader.collectors.schema.policy import Plan, plan
from grader.collectors.schema.session import CANCELLED, DATABASE, KILLED, ROLE, Session, state_of
from grader.database import Server
from grader.errors import OurFault
from grader.evidence.schema import Late, LoadFailure, Loading, SetAside
from grader.sql.schema.splitter import Statement
from grader.visible import one_line

STATEMENT_SECONDS = 5.0
LOAD_SECONDS = 40.0
MAX_TIMEOUTS = 3
MAX_KEPT = 200
Kind = Literal["error", "refused", "timeout", "newer", "unavailable"]
NO_SUCH = {"42P01", "42704", "42883", "3F000", "42703", "3D000"}
UNKNOWN_TYPE_OR_FUNCTION = {"42704", "42883", "0A000", "58P01"}

# What later versions of PostgreSQL added to the language of schemas.
NEWER: tuple[tuple[int, re.Pattern[str], str], ...] = tuple(
    (version, re.compile(pattern, re.IGNORECASE), name)
    for version, pattern, name in (
        (14, r"\bbegin\s+atomic\b", "function bodies in standard SQL"),
        (15, r"\bnulls\s+(not\s+)?distinct\b", "NULLS NOT DISTINCT"),
        (17, r"\bjson_table\b", "JSON_TABLE"),
        (18, r"\bvirtual\b|\bgenerated\s+always\s+as\s*\([^;]*\)\s*(,|\)|$)", "virtual generated columns"),
        (18, r"\buuidv[47]\s*\(", "uuidv4() and uuidv7()"),
        (18, r"\bwithout\s+overlaps\b|\bperiod\s+\w+\s*\)", "temporal keys"),
        (18, r"\bnot\s+enforced\b", "NOT ENFORCED"),
    )
)


def prepare(server: Server) -> None:
    """Make the role that may fill the scratch database, and nothing else.

    It owns the schema but not the database: an owner could lock us out of it.
    """
    with server.connect(DATABASE) as boss:
        boss.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
        boss.execute(f"GRANT CREATE, TEMPORARY, CONNECT ON DATABASE {DATABASE} TO {ROLE}")
        boss.execute(f"ALTER SCHEMA public OWNER TO {ROLE}")


def load(server: Server, statements: Iterable[Statement]) -> Loading:
    """Run a script; what failed is tried once more after the rest, because it may have come too early."""
    with _Loader(server) as loader:
        for statement in statements:
            loader.first(statement)
        loader.again()
        return loader.loading()


class _Failed(Exception):
    """A statement did not run."""

    def __init__(self, failure: LoadFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class _Loader:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.waiting: list[tuple[Statement, Plan, LoadFailure]] = []
        self.failures: list[LoadFailure] = []
        self.late: list[Late] = []
        self.aside: list[SetAside] = []
        self.tables: list[str] = []
        self.missing_extensions: list[str] = []
        self.structural = self.ran = self.timeouts = 0
        self.deadline = time.monotonic() + LOAD_SECONDS
        self.stopped = ""
        self.session = Session(server, STATEMENT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.connection.close()

    def first(self, statement: Statement) -> None:
        """Run a statement in its place, or note why not."""
        todo = plan(statement)
        if todo.action == "aside":
            self._keep_aside(statement, todo.reason)
            return
        self.structural += todo.structural
        if todo.table:
            self.tables.append(todo.table)
        try:
            self._run(statement, todo)
        except _Failed as failed:
            self._failed(statement, todo, failed.failure)
        else:
            self.ran += todo.structural

    def _failed(self, statement: Statement, todo: Plan, failure: LoadFailure) -> None:
        if todo.dropping and failure.sqlstate in NO_SUCH:
            self.structural -= 1
            self._keep_aside(statement, "there is nothing to drop in an empty database")
        elif failure.kind == "error" and not todo.session:
            self.waiting.append((statement, todo, failure))
        elif not todo.session:
            self.failures.append(failure)

    def again(self) -> None:
        """Try what failed once more, in order."""
        for statement, todo, failure in self.waiting:
            try:
                self._run(statement, todo)
            except _Failed:
                self.failures.append(failure)
            else:
                self.ran += todo.structural
                if todo.structural:
                    self.late.append(Late(statement=failure.statement, message=failure.message, place=failure.place))
        self.waiting = []

    def loading(self) -> Loading:
        """What came of it, in the order of the script."""
        return Loading(
            structural=self.structural,
            ran=self.ran,
            tables_written=tuple(dict.fromkeys(self.tables)),
            late=tuple(self.late[:MAX_KEPT]),
            failures=tuple(sorted(self.failures, key=lambda f: (f.place.file, f.place.line))[:MAX_KEPT]),
            set_aside=tuple(self.aside[:MAX_KEPT]),
            stopped=self.stopped,
        )

    def _keep_aside(self, statement: Statement, reason: str) -> None:
        text = one_line(statement.text, 120)
        self.aside.append(SetAside(statement=text, reason=reason, place=statement.place()))

    def _run(self, statement: Statement, todo: Plan) -> None:
        """Raises `_Failed` with the reason."""
        if todo.action == "refuse":
            raise self._refusal(statement, todo.reason, "refused", todo)
        if not self.stopped and time.monotonic() > self.deadline:
            self.stopped = f"not run: loading took more than {LOAD_SECONDS:.0f} seconds"
        if self.stopped:
            raise self._refusal(statement, self.stopped, "timeout", todo)
        if todo.action == "extension" and not self._extension(statement, todo):
            return
        try:
            self._execute(statement)
        except psycopg.Error as error:
            raise _Failed(self._failure(statement, todo, error)) from None
        if todo.session:
            self.session.opening.append(statement.text)

    def _extension(self, statement: Statement, todo: Plan) -> bool:
        """True when the server carries the extension. Of those it does not, some have a stand-in."""
        name = todo.extension
        query = (
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = %s), "
            "pg_catalog.quote_ident(coalesce(pg_catalog.current_schema(), 'public'))"
        )
        carried, schema = self.session.connection.execute(query, [name]).fetchone() or (False, "public")
        if carried:
            return True
        made = stand_in(name, schema)
        if not made:
            self.missing_extensions.append(name)
            raise self._refusal(statement, f"this server does not carry the extension `{name}`", "unavailable", todo)
        self.session.run(made)
        return False

    def _execute(self, statement: Statement) -> None:
        try:
            self.session.run(statement.text, statement.data)
        finally:
            if self.session.lost:
                self.session.reconnect()
            elif self.session.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self.session.connection.execute("ROLLBACK")

    def _failure(self, statement: Statement, todo: Plan, error: psycopg.Error) -> LoadFailure:
        """PostgreSQL's own words, with the place its caret points at."""
        state = state_of(error)
        if state in (CANCELLED, KILLED):
            return self._timeout(statement, todo)
        diag = error.diag
        at = int(diag.statement_position or 0)
        kind: Kind = "error"
        message = one_line(diag.message_primary or str(error), 300)
        if newer := self._newer(statement, state):
            kind, message = "newer", f"{message} ({newer} came after PostgreSQL {self.server.version})"
        elif self.missing_extensions and state in UNKNOWN_TYPE_OR_FUNCTION:
            kind, message = "unavailable", f"{message} (it needs {', '.join(self.missing_extensions)})"
        return self._record(statement, message, kind, todo, sqlstate=state, offset=max(at - 1, 0))

    def _timeout(self, statement: Statement, todo: Plan) -> LoadFailure:
        self.timeouts += 1
        if self.timeouts >= MAX_TIMEOUTS:
            self.stopped = f"not run: {self.timeouts} statements before it did not end in time"
        message = f"it did not end within {STATEMENT_SECONDS:.0f} seconds and was stopped"
        return self._record(statement, message, "timeout", todo, sqlstate=CANCELLED)

    def _newer(self, statement: Statement, state: str) -> str:
        major = int(self.server.version.split(".")[0])
        if state not in ("42601", "42883", "0A000", "42P16"):
            return ""
        return next((name for since, seen, name in NEWER if since > major and seen.search(statement.text)), "")

    def _refusal(self, statement: Statement, reason: str, kind: Kind, todo: Plan) -> _Failed:
        return _Failed(self._record(statement, reason, kind, todo))

    @staticmethod
    def _record(
        statement: Statement, message: str, kind: Kind, todo: Plan, *, sqlstate: str = "", offset: int = 0
    ) -> LoadFailure:
        return LoadFailure(
            statement=one_line(statement.text, 160),
            message=message,
            place=statement.place(offset, _word_length(statement.text, offset)),
            kind=kind,
            sqlstate=sqlstate,
            structural=todo.structural,
            table=todo.table.strip('"').lower(),
        )


def _word_length(text: str, offset: int) -> int:
    found = re.compile(r"\"[^\"]+\"|[\w$.]+").match(text, offset)
    return len(found.group()) if found else 1


def tables_in(server: Server) -> int:
    """How many tables the script made; raises `OurFault` when the server is gone."""
    with server.connect(DATABASE) as boss:
        row = boss.execute(
            "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
        ).fetchone()
    if row is None:
        raise OurFault("E221", "PostgreSQL does not answer")
    return int(row[0])
