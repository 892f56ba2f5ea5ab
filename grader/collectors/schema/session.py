"""A connection on which a stranger's statements run: bounded in time, disk and answers, whatever they set."""

from __future__ import annotations

import contextlib
import time
from typing import Literal, Self

import psycopg

from grader.collectors.schema.guard import Guard
from grader.database import Connection, Server
from grader.database.metered import Meter
from grader.errors import OurFault

DATABASE = "postgres"  # every grade has a cluster of its own, and this database in it is empty
ROLE = "candidate"
GRACE_SECONDS = 1.0
RESTART_SECONDS = 20.0
MOST_ANSWER = 32 << 20
CANCELLED, KILLED = "57014", "57P01"
SAME_CHANCE = "SELECT pg_catalog.setseed(0.5)"  # so that random() gives every run the same numbers

Ended = Literal["", "time", "disk", "answer"]


def connected(server: Server, seconds: float, most: int = MOST_ANSWER) -> tuple[Connection, Meter]:
    """A connection of the powerless role, whatever a script has made its defaults; answers beyond `most` cut it.

    A server that restarts after a crash is waited for; raises `OurFault` E221 when it does not come back.
    """
    deadline = time.monotonic() + RESTART_SECONDS
    while True:
        try:
            return _connected(server, seconds, most)
        except OurFault:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _connected(server: Server, seconds: float, most: int) -> tuple[Connection, Meter]:
    with server.connect(DATABASE) as boss:
        boss.execute(f"ALTER ROLE {ROLE} RESET ALL")
        boss.execute(f"ALTER ROLE {ROLE} IN DATABASE {DATABASE} RESET ALL")
    connection, meter = server.metered(DATABASE, role=ROLE, most=most)
    connection.execute("SET client_min_messages = error")
    connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")
    return connection, meter


class Session:
    """A session of the powerless role. A statement that outlives its time is cancelled; if it will not go, killed."""

    def __init__(self, server: Server, seconds: float, opening: tuple[str, ...] = ()) -> None:
        self.server, self.seconds, self.opening = server, seconds, list(opening)
        self.connection, self.meter = self._connect()
        self.guard = Guard(server, seconds + GRACE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self.connection.close()
        self.guard.close()

    def _connect(self) -> tuple[Connection, Meter]:
        connection, meter = connected(self.server, self.seconds)
        for statement in self.opening:
            with contextlib.suppress(psycopg.DatabaseError):  # such as a schema that is gone by now
                connection.execute(statement.encode())
        self.pid = connection.info.backend_pid
        return connection, meter

    def reconnect(self) -> None:
        """A new connection with the opening statements repeated."""
        self.connection.close()
        with contextlib.suppress(OurFault, psycopg.Error), self.server.connect() as boss:  # it may still be at work
            boss.execute("SELECT pg_catalog.pg_terminate_backend(%s, 5000)", [self.pid])
        self.connection, self.meter = self._connect()

    @property
    def lost(self) -> bool:
        """The connection is gone."""
        return self.connection.closed or self.connection.broken

    @property
    def ended(self) -> Ended:
        """Why we ended the connection, if we did."""
        return "answer" if self.meter.over else self.guard.fired

    def run(self, statement: str, data: str | None = None) -> psycopg.Cursor[tuple[object, ...]]:
        """Run one statement, with the lines of a COPY if it has any; raises `psycopg.Error`."""
        self.meter.rewind()
        try:
            return self._watched(statement, data)
        finally:
            if self.guard.fired:  # the statement may have ended in the same moment, its session will
                self.connection.close()

    def _watched(self, statement: str, data: str | None) -> psycopg.Cursor[tuple[object, ...]]:
        with self.guard.watching(self.pid):
            cursor = self.connection.cursor()
            if data is None:
                return cursor.execute(statement.encode())
            with cursor.copy(statement.encode()) as copy:
                copy.write(data)
            return cursor


def state_of(error: psycopg.Error) -> str:
    """The SQLSTATE of an error; a lost connection counts as killed."""
    return error.sqlstate or (KILLED if isinstance(error, psycopg.OperationalError) else "")
