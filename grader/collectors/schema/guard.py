"""Watches the statements of a stranger from another thread: how long one runs, and how much disk they fill.

`statement_timeout` is a setting that a script may change, and PostgreSQL has none for the size of a database.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Literal

import psycopg

from grader.database import Connection, Server
from grader.errors import OurFault

POLL_SECONDS = 0.25
SOFT_DISK = 512 << 20  # no more data are loaded
HARD_DISK = 1 << 30  # whatever runs is ended
TIDY_SECONDS = 10
_SIZE = """
SELECT pg_catalog.pg_database_size(pg_catalog.current_database())
       + coalesce((SELECT sum(size) FROM pg_catalog.pg_ls_waldir()), 0)
       + coalesce((SELECT sum(size) FROM pg_catalog.pg_ls_tmpdir()), 0)
"""

Reason = Literal["", "time", "disk"]


class Guard:
    """Ends the session whose statement outlives its time or fills the disk. `fired` says why it last did."""

    def __init__(self, server: Server, seconds: float) -> None:
        self.server, self.seconds = server, seconds
        self.fired: Reason = ""
        self.size = 0
        self._watched: tuple[int, float] | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._boss: Connection | None = None
        self._thread = threading.Thread(target=self._watch, name="schema-guard", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """There is enough data in the database."""
        return self.size > SOFT_DISK

    @contextlib.contextmanager
    def watching(self, pid: int) -> Iterator[None]:
        """A statement runs in the session of this process."""
        self.fired = ""
        self._watched = (pid, time.monotonic() + self.seconds)
        try:
            yield
        finally:
            with self._lock:
                self._watched = None

    def tidy(self) -> None:
        """Give back the disk of rows that were never committed."""
        with contextlib.suppress(OurFault, psycopg.Error), self.server.connect() as boss:
            boss.execute(f"SET statement_timeout = '{TIDY_SECONDS}s'".encode())
            boss.execute("VACUUM")
            boss.execute("CHECKPOINT")
            self.size = _size(boss)

    def close(self) -> None:
        """Watch no longer."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(POLL_SECONDS):
            try:
                self._look()
            except (OurFault, psycopg.Error):  # the server restarts: the session notices by itself
                self._leave()
        self._leave()

    def _look(self) -> None:
        watched = self._watched
        if self._boss is None:
            self._boss = self.server.connect()
        self.size = _size(self._boss)
        with self._lock:
            if watched is None or watched != self._watched:
                return
            if time.monotonic() > watched[1]:
                self.fired = "time"
            elif self.size > HARD_DISK:
                self.fired = "disk"
            else:
                return
            self._boss.execute("SELECT pg_catalog.pg_terminate_backend(%s)", [watched[0]])

    def _leave(self) -> None:
        if self._boss is not None:
            self._boss.close()
            self._boss = None


def _size(boss: Connection) -> int:
    row = boss.execute(_SIZE.encode()).fetchone()
    return int(row[0]) if row else 0
