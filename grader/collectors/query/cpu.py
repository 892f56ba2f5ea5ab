"""CPU time of a statement, as the process of PostgreSQL that ran it tells us.

Asked of `log_executor_stats`, which only a superuser may set: PostgreSQL reads its own `getrusage` before and after a
statement and sends the difference as a notice. It works in a container as it does in a process beside us, counts no
time in which another process ran, and a query cannot steer it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from psycopg import sql
from psycopg.errors import Diagnostic

from grader.database import Server

TITLE = "EXECUTOR STATISTICS"
MOST_RUNS, FEW_RUNS = 5, 3
ENOUGH = 150.0  # milliseconds of computing in all: then no further run is needed
LONG = 2_000.0  # milliseconds: what computes for so long is told well enough by one run, EXPLAIN ANALYZE included
_SPENT = re.compile(r"(\d+\.\d+) s user, (\d+\.\d+) s system")


class Listener:
    """Hears the notices of a connection and keeps the last report."""

    def __init__(self) -> None:
        self._last: float | None = None

    def hear(self, notice: Diagnostic) -> None:
        """Take one notice; what is no report is passed over."""
        if notice.severity_nonlocalized != "LOG" or notice.message_primary != TITLE:
            return
        found = _SPENT.search(notice.message_detail or "")
        self._last = None if found is None else 1000 * (float(found[1]) + float(found[2]))

    def take(self) -> float | None:
        """Milliseconds of the last report, `None` when none came since the last time this was asked."""
        last, self._last = self._last, None
        return last


def reported(server: Server, database: str, role: str) -> None:
    """Let new connections of `role` to `database` report the CPU time of every statement."""
    where = sql.SQL("ALTER ROLE {} IN DATABASE {} SET ").format(sql.Identifier(role), sql.Identifier(database))
    with server.connect(database) as admin:
        admin.execute(where + sql.SQL("log_executor_stats = on"))
        admin.execute(where + sql.SQL("client_min_messages = log"))


def samples(run: Callable[[], float | None], *, few: int = FEW_RUNS) -> list[float]:
    """CPU milliseconds of at least `few` runs, the more the shorter they are; none when PostgreSQL does not tell."""
    found: list[float] = []
    while len(found) < MOST_RUNS and not (len(found) >= few and sum(found) > ENOUGH):
        spent = run()
        if spent is None:
            return []
        found.append(spent)
    return found


def least(*several: float) -> float:
    """The smallest of several times: whatever else runs on the machine only adds. 0 when there is none."""
    return round(min((spent for spent in several if spent > 0), default=0.0), 3)
