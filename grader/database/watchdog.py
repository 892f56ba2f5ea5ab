"""Limits on a statement that its own settings cannot lift: cancel, then terminate, then cut the line and kill.

PostgreSQL's `statement_timeout` is a setting, and settings are changed by statements. These limits, of time and of
room on the disk, live in our process. Whoever uses them can tell a statement that was stopped from a server that
broke.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

import psycopg

from grader.database import Connection, Server
from grader.errors import OurFault

GRACE_SECONDS = 5.0
LOOK_SECONDS = 1.0  # how often the files of a long statement are measured
_FILES = """
SELECT (SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT coalesce(sum(size), 0) FROM pg_ls_tmpdir())
"""


class Watch:
    """Watches one connection. `fired` tells whether a limit was reached, `full` whether it was that of files.

    `killed`: the process heeded nothing, so that the server is starting anew.
    `most_bytes` is how much all databases and temporary files of the server may take together.
    """

    def __init__(
        self,
        server: Server,
        connection: Connection,
        seconds: float,
        grace: float = GRACE_SECONDS,
        most_bytes: int | None = None,
    ) -> None:
        self.seconds, self.fired, self.full, self.killed = seconds, False, False, False
        self._server, self._connection, self._grace, self._most = server, connection, grace, most_bytes
        self._backend = connection.info.backend_pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="statement-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to count."""
        self._thread.start()

    def stop(self) -> None:
        """Stop counting; returns when nothing more will be done to the connection."""
        self._done.set()
        self._thread.join()

    def _wait(self) -> None:
        if self._within_limits():
            return
        self.fired = True
        for act in (self._cancel, self._terminate, self._cut):
            act()
            if self._done.wait(self._grace):
                break
        if act == self._cut:
            self._kill()

    def _within_limits(self) -> bool:
        """True when the statement ended before it reached a limit."""
        deadline = time.monotonic() + self.seconds
        with contextlib.ExitStack() as stack:
            admin: Connection | None = None
            while (left := deadline - time.monotonic()) > 0:
                if self._done.wait(min(left, LOOK_SECONDS)):
                    return True
                if self._most is None or left <= LOOK_SECONDS:
                    continue
                with contextlib.suppress(psycopg.Error, OurFault):  # it breaks: whoever runs the statement will see
                    admin = admin or stack.enter_context(contextlib.closing(self._server.connect()))
                    self.full = _bytes(admin) > self._most
                if self.full:
                    return False
            return self._done.is_set()

    def _cancel(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=self._grace)

    def _terminate(self) -> None:
        with contextlib.suppress(psycopg.Error, OurFault), self._server.connect() as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [self._backend])

    def _kill(self) -> None:
        """PostgreSQL does not look up while it multiplies long numbers: what heeds no request still takes a core."""
        self.killed = True
        with contextlib.suppress(OurFault):
            self._server.kill(self._backend)

    def _cut(self) -> None:
        """Close the line under the waiting client."""
        with contextlib.suppress(psycopg.Error, OSError):
            line = socket.socket(fileno=os.dup(self._connection.fileno()))
            with line:
                line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(
    server: Server,
    connection: Connection,
    seconds: float,
    grace: float = GRACE_SECONDS,
    most_bytes: int | None = None,
) -> Iterator[Watch]:
    """Run the block with a limit of `seconds`, and of `most_bytes` in the server's files.

    After it fired, the connection must not be used again.
    """
    watch = Watch(server, connection, seconds, grace, most_bytes)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _bytes(admin: Connection) -> int:
    found = admin.execute(_FILES).fetchone()
    return int(found[0]) if found is not None else 0
