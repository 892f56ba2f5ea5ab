"""While rows are tried, nobody sleeps: a trigger that sleeps would make the answers depend on the clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psycopg

from grader.collectors.schema.session import DATABASE, RESTART_SECONDS
from grader.database import Server
from grader.errors import OurFault

_SLEEPS = (
    "pg_catalog.pg_sleep(double precision), pg_catalog.pg_sleep_for(interval), "
    "pg_catalog.pg_sleep_until(timestamp with time zone)"
)


@contextlib.contextmanager
def awake(server: Server) -> Iterator[None]:
    """Take the right to sleep from everybody for a while: a trigger that sleeps is refused at once, every time.

    A server that restarts after a crash is waited for; raises `OurFault` E221 when it does not come back.
    """
    _order(server, f"REVOKE EXECUTE ON FUNCTION {_SLEEPS} FROM PUBLIC", RESTART_SECONDS)
    try:
        yield
    finally:
        with contextlib.suppress(OurFault, psycopg.Error):  # the cluster is thrown away soon
            _order(server, f"GRANT EXECUTE ON FUNCTION {_SLEEPS} TO PUBLIC", 0)


def _order(server: Server, statement: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with server.connect(DATABASE) as boss:
                boss.execute(statement.encode())
                return
        except OurFault:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
