"""One PostgreSQL for many tests: everything a script made is removed before the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.load import load, prepare
from grader.collectors.schema.session import DATABASE, ROLE
from grader.collectors.schema.workload import workload
from grader.database import Server, Template
from grader.database.process import ProcessDatabases
from grader.evidence.workload import Workload
from grader.result import Isolation
from grader.sql.schema.matcher import match
from grader.sql.schema.splitter import split


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


def measured(databases: SharedDatabases, sql: str) -> Workload:
    """What the workload says of a script's schema."""
    with databases.start() as server:
        prepare(server)
        load(server, split(sql, "schema.sql"))
        schema = read_catalog(server)
        found = workload(server, schema, match(schema, {}).roles, ["schema.workload"])
        assert found is not None
        return found
