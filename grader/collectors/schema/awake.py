"""While rows are tried, nobody sleeps or asks which process it is: two runs would say different things."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psycopg

from grader.collectors.schema.session import DATABASE, RESTART_SECONDS
from grader.database import Server
from grader.errors import OurFault

_DIFFER = (  # from run to run
    "pg_catalog.pg_sleep(double precision), pg_catalog.pg_sleep_for(interval), "
    "pg_catalog.pg_sleep_until(timestamp with time zone), pg_catalog.pg_backend_pid(), "
    "pg_catalog.pg_postmaster_start_time(), pg_catalog.pg_conf_load_time(), "
    "pg_catalog.pg_stat_get_activity(integer), pg_catalog.pg_lock_status()"
)


@contextlib.contextmanager
def awake(server: Server) -> Iterator[None]:
    """Take the right to do so from everybody for a while: a trigger that does is refused at once, every time.

    A server that restarts after a crash is waited for; raises `OurFault` E221 when it does not come back.
    """
    _order(server, f"REVOKE EXECUTE ON FUNCTION {_DIFFER} FROM PUBLIC", RESTART_SECONDS)
    try:
        yield
    finally:
        with contextlib.suppress(OurFault, psycopg.Error):  # the cluster is thrown away soon
            _order(server, f"GRANT EXECUTE ON FUNCTION {_DIFFER} TO PUBLIC", 0)


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
