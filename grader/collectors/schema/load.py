"""Load a submitted script into a scratch database, statement by statement, and keep every failure.

The script runs as a role without any power over the server. `statement_timeout` bounds each statement; because a
script may switch it off and catch its cancellation, a guard ends the whole session a second later. It ends those that
fill the disk, too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Literal, Self

import msgspec
import psycopg

from grader.collectors.schema.blocks import IN_TRANSACTION, Block, blocks, refused_inside
from grader.collectors.schema.extensions import stand_in
from grader.collectors.schema.guard import HARD_DISK
from grader.collectors.schema.new_labels import UNSAFE, NewLabels
from grader.collectors.schema.newer import newer_than
from grader.collectors.schema.policy import Plan, plan
from grader.collectors.schema.session import CANCELLED, DATABASE, KILLED, MOST_ANSWER, ROLE, Ended, Session, state_of
from grader.database import Server
from grader.evidence.catalog import Place
from grader.evidence.schema import Late, LoadFailure, Loading, SetAside
from grader.sql.schema.splitter import Statement
from grader.visible import one_line

STATEMENT_SECONDS = 5.0
LOAD_SECONDS = 40.0
MAX_TIMEOUTS = 3
MAX_LOST = 10  # statements that ended the session, or the server, without our doing
MAX_PASSES = 10
MAX_KEPT = 200
MAX_MESSAGE = 2_000
Kind = Literal["error", "refused", "timeout", "newer", "unavailable"]
NO_SUCH = {"42P01", "42704", "42883", "3F000", "42703", "3D000"}
FINAL = ("42601", "42501", "53", "54", "57P")  # syntax, rights, too much of something: these never run later
GONE = "57P"  # the class of errors after which there is no session any more
UNKNOWN_TYPE_OR_FUNCTION = {"42704", "42883", "0A000", "58P01"}

# Of the whole server, so that no script can lift them: the log of changes and what a query may spill count as disk.
_LIMITS = (
    "ALTER SYSTEM SET max_wal_size = '256MB'",
    "ALTER SYSTEM SET temp_file_limit = '512MB'",
    "SELECT pg_catalog.pg_reload_conf()",
    # Without this an operator of the script could stand in for one of PostgreSQL's in a statement of ours
    "ALTER ROLE postgres SET search_path = pg_catalog, pg_temp",
    f"ALTER DATABASE {DATABASE} RESET search_path",
)
_HOMES = """
SELECT pg_catalog.format('ALTER DATABASE %I SET search_path = %s', pg_catalog.current_database(),
                         pg_catalog.string_agg(pg_catalog.quote_ident(nspname), ', ' ORDER BY tables DESC, nspname))
FROM (
  SELECT n.nspname, pg_catalog.count(*) AS tables
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  GROUP BY n.nspname ORDER BY 2 DESC, 1 LIMIT 50
) homes
HAVING pg_catalog.count(*) > 0
"""
_FORCED = """
SELECT pg_catalog.format('ALTER TABLE %I.%I NO FORCE ROW LEVEL SECURITY', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relforcerowsecurity AND c.relkind IN ('r', 'p') LIMIT 1000
"""


def prepare(server: Server) -> None:
    """Make the role that may fill the scratch database, and nothing else.

    It owns the schema but not the database: an owner could lock us out of it.
    """
    with server.connect(DATABASE) as boss:
        for limit in _LIMITS:
            boss.execute(limit.encode())
        boss.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
        boss.execute(f"GRANT CREATE, TEMPORARY, CONNECT ON DATABASE {DATABASE} TO {ROLE}")
        boss.execute(f"ALTER SCHEMA public OWNER TO {ROLE}")


def load(server: Server, statements: Iterable[Statement]) -> Loading:
    """Run a script; what failed is tried again after the rest, because it may have come too early."""
    every = tuple(statements)
    with _Loader(server) as loader:
        for statement, block in zip(every, blocks(every), strict=True):
            loader.first(statement, block)
        loader.again()
    settle(server)
    return loader.loading()


def settle(server: Server) -> None:
    """Prepare for what is asked of the schema later.

    Row security that binds even the owner would hide every row from us: the roles it is for do not exist here. And
    functions of triggers find their tables by name, in whatever schema the script made them.
    """
    with server.connect(DATABASE) as boss:
        for (statement,) in [*boss.execute(_FORCED).fetchall(), *boss.execute(_HOMES).fetchall()]:
            boss.execute(statement.encode())


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
        self.attached: list[str] = []
        self.files: dict[str, int] = {}
        self.structural = self.ran = self.timeouts = self.losses = 0
        self.deadline = time.monotonic() + LOAD_SECONDS
        self.stopped = ""
        self.ended: Ended = ""
        self.block: Block | None = None
        self.undone: Place | None = None
        self.labels = NewLabels()
        self.session = Session(server, STATEMENT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def first(self, statement: Statement, block: Block | None = None) -> None:
        """Run a statement in its place, or note why not."""
        self.files.setdefault(statement.file, len(self.files))
        self.block = block
        todo = plan(statement)
        if block is not None and block.undone and statement.kind != "meta":
            self._undone(statement, todo, block)
            return
        refused = self._inside(statement, todo)
        if todo.action == "aside":
            if not refused:
                self._keep_aside(statement, todo.reason)
            return
        self.structural += todo.structural
        if todo.table:
            self.tables.append(todo.table)
        if todo.attached:
            self.attached.append(todo.attached)
        if statement.rows and self.session.guard.full:
            self._keep_aside(statement, "the data of the statements before it are enough: no more are loaded")
            return
        try:
            self._run(statement, todo)
        except _Failed as failed:
            self._failed(statement, todo, failed.failure)
        else:
            self.ran += todo.structural

    def _undone(self, statement: Statement, todo: Plan, block: Block) -> None:
        """What a ROLLBACK takes back was never there for whoever runs the script."""
        if todo.structural and self.undone is None:
            self.undone = block.end
        self._keep_aside(statement, f"the transaction that it stands in is taken back by ROLLBACK ({block.end})")

    def _inside(self, statement: Statement, todo: Plan) -> bool:
        """True, and noted, when PostgreSQL refuses the statement inside the transaction that it stands in.

        It is run all the same where that makes sense: what the design is without it would be a second fault.
        """
        if self.block is None or todo.action == "refuse" or self.stopped:
            return False
        message, state = refused_inside(statement), IN_TRANSACTION
        if not message:
            message, state = self.labels.used(statement, self.block, self.session), UNSAFE
        if message:
            failure = self._record(statement, message, "error", todo, sqlstate=state)
            self.failures.append(msgspec.structs.replace(failure, structural=True, table=""))
        return bool(message)

    def _failed(self, statement: Statement, todo: Plan, failure: LoadFailure) -> None:
        if todo.dropping and failure.sqlstate in NO_SUCH:
            self.structural -= 1
            self._keep_aside(statement, "there is nothing to drop in an empty database")
        elif failure.kind == "error" and not todo.session and not failure.sqlstate.startswith(FINAL):
            self.waiting.append((statement, todo, failure))
        elif not todo.session:
            self.failures.append(failure)

    def again(self) -> None:
        """Try what failed until nothing more runs; each pass in the other direction, for scripts upside down."""
        for _ in range(MAX_PASSES):
            left = [entry for entry in self.waiting if not self._ran_late(*entry)]
            if len(left) == len(self.waiting):
                break
            self.waiting = left[::-1]
        self.failures += [failure for _, _, failure in self.waiting]
        self.waiting = []

    def _ran_late(self, statement: Statement, todo: Plan, failure: LoadFailure) -> bool:
        try:
            self._run(statement, todo)
        except _Failed:
            return False
        self.ran += todo.structural
        if todo.structural:
            self.late.append(
                Late(statement=failure.statement, message=failure.message, place=failure.place, block=failure.block)
            )
        return True

    def loading(self) -> Loading:
        """What came of it, in the order of the script."""
        return Loading(
            structural=self.structural,
            ran=self.ran,
            tables_written=tuple(dict.fromkeys(name for name in self.tables if name not in self.attached)),
            late=tuple(sorted(self.late, key=self._order)[:MAX_KEPT]),
            failures=tuple(sorted(self.failures, key=self._order)[:MAX_KEPT]),
            set_aside=tuple(self.aside[:MAX_KEPT]),
            stopped=self.stopped,
            undone=self.undone,
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
        if todo.repeated:
            self.session.opening.append(statement.text)

    def _extension(self, statement: Statement, todo: Plan) -> bool:
        """True when the server carries the extension. Of those it does not, some have a stand-in."""
        name = todo.extension
        query = (
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_available_extensions "
            "WHERE name OPERATOR(pg_catalog.=) %s::pg_catalog.name), "
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
        except psycopg.errors.OutOfMemory:  # it may have taken all the locks there are, for the rest of the session
            self.session.reconnect()
            raise
        finally:
            self.ended = self.session.ended if self.session.lost else ""
            if self.session.lost:
                self.session.reconnect()
            elif self.session.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self.session.connection.execute("ROLLBACK")

    def _failure(self, statement: Statement, todo: Plan, error: psycopg.Error) -> LoadFailure:
        """PostgreSQL's own words, with the place its caret points at."""
        state = state_of(error)
        if self.ended:
            return self._stopped(statement, todo)
        if state == CANCELLED and "statement timeout" in str(error):
            return self._timeout(statement, todo)
        if state.startswith(GONE):
            return self._lost(statement, todo)
        diag = error.diag
        at = int(diag.statement_position or 0)
        kind: Kind = "error"
        message = one_line((diag.message_primary or str(error))[:MAX_MESSAGE], 300)
        if newer := newer_than(self.server.version, statement.text, state):
            kind, message = "newer", f"{message} ({newer} came after PostgreSQL {self.server.version})"
        elif self.missing_extensions and state in UNKNOWN_TYPE_OR_FUNCTION:
            kind, message = "unavailable", f"{message} (it needs {', '.join(self.missing_extensions)})"
        return self._record(statement, message, kind, todo, sqlstate=state, offset=max(at - 1, 0))

    def _stopped(self, statement: Statement, todo: Plan) -> LoadFailure:
        """We ended it, and the session with it."""
        if self.ended == "answer":
            return self._record(
                statement, f"its answer exceeded {MOST_ANSWER >> 20} MB, so it was stopped", "refused", todo
            )
        if self.ended == "time":
            return self._timeout(statement, todo)
        self.session.guard.tidy()
        self.timeouts += 1
        if self.session.guard.full or self.timeouts >= MAX_TIMEOUTS:
            self.stopped = "not run: what the statements before it wrote is too much to go on"
        message = f"the database had grown to more than {HARD_DISK >> 30} GB, so it was stopped"
        return self._record(statement, message, "refused", todo)

    def _timeout(self, statement: Statement, todo: Plan) -> LoadFailure:
        self.session.guard.tidy()
        self.timeouts += 1
        if self.timeouts >= MAX_TIMEOUTS:
            self.stopped = f"not run: {self.timeouts} statements before it did not end in time"
        message = f"it did not end within {STATEMENT_SECONDS:.0f} seconds and was stopped"
        return self._record(statement, message, "timeout", todo, sqlstate=CANCELLED)

    def _lost(self, statement: Statement, todo: Plan) -> LoadFailure:
        self.losses += 1
        if self.losses >= MAX_LOST:
            self.stopped = f"not run: {self.losses} statements before it ended the connection to the server"
        return self._record(statement, "it ended the connection to the server", "error", todo, sqlstate=KILLED)

    def _refusal(self, statement: Statement, reason: str, kind: Kind, todo: Plan) -> _Failed:
        return _Failed(self._record(statement, reason, kind, todo))

    def _order(self, told: Late | LoadFailure) -> tuple[int, int]:
        return self.files[told.place.file], told.place.line

    def _record(
        self, statement: Statement, message: str, kind: Kind, todo: Plan, *, sqlstate: str = "", offset: int = 0
    ) -> LoadFailure:
        return LoadFailure(
            statement=one_line(statement.text, 160),
            message=message,
            place=statement.place(offset, _word_length(statement.text, offset)),
            kind=kind,
            sqlstate=sqlstate,
            structural=todo.structural,
            table=todo.table.strip('"').lower(),
            block=self.block.begin if self.block else None,
        )


def _word_length(text: str, offset: int) -> int:
    found = re.compile(r"\"[^\"]+\"|[\w$.]+").match(text, offset)
    return len(found.group()) if found else 1
