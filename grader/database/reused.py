"""One PostgreSQL server for many uses, one after the other, each on an empty database.

For answers that we wrote ourselves. A stranger's schema gets a server of its own: it may have broken the old one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from grader.database import Databases, Server, Template
from grader.errors import OurFault
from grader.result import Isolation

ELSEWHERE = "template1"  # a database cannot be dropped from within
KEPT = ("template0", ELSEWHERE)

_DATABASES = "SELECT datname FROM pg_catalog.pg_database WHERE datname <> ALL (%s)"
_ROLES = r"SELECT rolname FROM pg_catalog.pg_roles WHERE rolname NOT LIKE 'pg\_%' AND rolname <> 'postgres'"


class ReusedDatabases:
    """Servers of `inner`, started once. What a use left behind is removed after it; if that fails, the server goes."""

    def __init__(self, inner: Databases) -> None:
        self._inner = inner
        self._server: Server | None = None
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server, if one runs."""
        self._server = None
        self._running.close()

    @property
    def isolation(self) -> Isolation:
        """That of the servers that are reused."""
        return self._inner.isolation

    def images(self) -> dict[str, str]:
        """Images used so far."""
        return self._inner.images()

    @contextlib.contextmanager
    def start(self, template: Template | None = None) -> Iterator[Server]:
        """A server whose database `postgres` is empty; with a template a server of its own. Not for two at a time."""
        if template is not None:
            with self._inner.start(template) as own:
                yield own
            return
        server = self._server or self._running.enter_context(self._inner.start())
        self._server = None
        try:
            yield server
        except BaseException:
            self._running.close()
            raise
        try:
            emptied(server)
        except (OurFault, psycopg.Error):
            self._running.close()  # the next use gets a new one
        else:
            self._server = server


def emptied(server: Server) -> None:
    """Remove databases, roles and settings that were not there when the server was made.

    Raises `OurFault` or `psycopg.Error` when the server does not answer, or something cannot be removed.
    """
    with server.connect(ELSEWHERE) as boss:
        for (name,) in boss.execute(_DATABASES, [list(KEPT)]).fetchall():
            boss.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for (name,) in boss.execute(_ROLES).fetchall():
            boss.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
        boss.execute("ALTER SYSTEM RESET ALL")
        boss.execute("SELECT pg_catalog.pg_reload_conf()")
        boss.execute("CREATE DATABASE postgres TEMPLATE template0")
