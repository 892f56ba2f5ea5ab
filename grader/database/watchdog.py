"""A wall-clock limit on a statement that its own settings cannot lift: cancel, then terminate, then cut the line.

PostgreSQL's `statement_timeout` is a setting, and settings are changed by statements. This limit lives in our
process. Whoever uses it can tell a statement that was stopped from a server that broke.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

import psycopg

from grader.database import Connection, Server
from grader.errors import OurFault

GRACE_SECONDS = 5.0


class Watch:
    """Watches one connection. `fired` tells whether the limit was reached."""

    def __init__(self, server: Server, connection: Connection, seconds: float, grace: float = GRACE_SECONDS) -> None:
        self.seconds, self.fired = seconds, False
        self._server, self._connection, self._grace = server, connection, grace
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
        if self._done.wait(self.seconds):
            return
        self.fired = True
        for act in (self._cancel, self._terminate, self._cut):
            act()
            if self._done.wait(self._grace):
                return

    def _cancel(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=self._grace)

    def _terminate(self) -> None:
        with contextlib.suppress(psycopg.Error, OurFault), self._server.connect() as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [self._backend])

    def _cut(self) -> None:
        """Close the line under the waiting client; the server itself is stopped by whoever started it."""
        with contextlib.suppress(psycopg.Error, OSError):
            line = socket.socket(fileno=os.dup(self._connection.fileno()))
            with line:
                line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(server: Server, connection: Connection, seconds: float, grace: float = GRACE_SECONDS) -> Iterator[Watch]:
    """Run the block with a limit of `seconds`. After it fired, the connection must not be used again."""
    watch = Watch(server, connection, seconds, grace)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
