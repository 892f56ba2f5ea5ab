"""A connection on which a stranger's statements run: bounded in time, whatever they do to the settings."""

from __future__ import annotations

import contextlib
import threading
from typing import Self

import psycopg

from grader.database import Connection, Server
from grader.errors import OurFault

DATABASE = "postgres"  # every grade has a cluster of its own, and this database in it is empty
ROLE = "candidate"
GRACE_SECONDS = 1.0
CANCELLED, KILLED = "57014", "57P01"


def connected(server: Server, seconds: float) -> Connection:
    """A connection of the powerless role, whatever a script has made its defaults."""
    with server.connect(DATABASE) as boss:
        boss.execute(f"ALTER ROLE {ROLE} RESET ALL")
        boss.execute(f"ALTER ROLE {ROLE} IN DATABASE {DATABASE} RESET ALL")
    connection = server.connect(DATABASE, role=ROLE)
    connection.execute("SET client_min_messages = error")
    connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")
    return connection


class Session:
    """A session of the powerless role. A statement that outlives its time is cancelled; if it will not go, killed."""

    def __init__(self, server: Server, seconds: float, opening: tuple[str, ...] = ()) -> None:
        self.server, self.seconds, self.opening = server, seconds, list(opening)
        self.connection = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _connect(self) -> Connection:
        connection = connected(self.server, self.seconds)
        for statement in self.opening:
            connection.execute(statement.encode())
        return connection

    def reconnect(self) -> None:
        """A new connection with the opening statements repeated."""
        self.connection.close()
        self.connection = self._connect()

    @property
    def lost(self) -> bool:
        """The connection is gone."""
        return self.connection.closed or self.connection.broken

    def run(self, statement: str, data: str | None = None) -> psycopg.Cursor[tuple[object, ...]]:
        """Run one statement, with the lines of a COPY if it has any; raises `psycopg.Error`."""
        watchdog = threading.Timer(self.seconds + GRACE_SECONDS, self._kill, [self.connection.info.backend_pid])
        watchdog.daemon = True
        watchdog.start()
        try:
            cursor = self.connection.cursor()
            if data is None:
                return cursor.execute(statement.encode())
            with cursor.copy(statement.encode()) as copy:
                copy.write(data)
            return cursor
        finally:
            watchdog.cancel()

    def _kill(self, pid: int) -> None:
        with contextlib.suppress(OurFault, psycopg.Error), self.server.connect() as boss:
            boss.execute("SELECT pg_terminate_backend(%s)", [pid])


def state_of(error: psycopg.Error) -> str:
    """The SQLSTATE of an error; a lost connection counts as killed."""
    return error.sqlstate or (KILLED if isinstance(error, psycopg.OperationalError) else "")
