"""One PostgreSQL for many tests: everything a script made is removed before the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from grader.collectors.schema.session import DATABASE, ROLE
from grader.database import Server, Template
from grader.database.process import ProcessDatabases
from grader.result import Isolation


class SharedDatabases:
    """Gives out the same server again and again, empty every time."""

    isolation: Isolation = "process"

    def __init__(self, server: Server) -> None:
        self.server = server

    def images(self) -> dict[str, str]:
        return {}

    @contextlib.contextmanager
    def start(self, template: Template | None = None) -> Iterator[Server]:  # noqa: ARG002 - the protocol's name
        wipe(self.server)
        yield self.server


def wipe(server: Server) -> None:
    """Remove every schema and the role of the script before."""
    with server.connect(DATABASE) as boss:
        spaces = boss.execute(
            "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        ).fetchall()
        for (space,) in spaces:
            boss.execute(f"DROP SCHEMA {space} CASCADE".encode())
        boss.execute("CREATE SCHEMA public")
        if boss.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            boss.execute(f"DROP OWNED BY {ROLE}".encode())
            boss.execute(f"DROP ROLE {ROLE}".encode())


@contextlib.contextmanager
def shared() -> Iterator[SharedDatabases]:
    """One server for a module of tests."""
    with ProcessDatabases().start() as server:
        yield SharedDatabases(server)
