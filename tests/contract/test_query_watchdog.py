"""A limit that no statement can lift."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from grader.collectors.query import session as session_module
from grader.collectors.query.session import Session, StatementFailed, StatementStopped
from grader.database import Server
from grader.database import watchdog as watchdog_module
from grader.database.process import ProcessDatabases
from grader.database.watchdog import watched
from grader.errors import OurFault

pytestmark = pytest.mark.postgres

STUBBORN = """
DO 'BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END'
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ProcessDatabases().start() as server:
        yield server


def test_a_statement_within_its_limit_is_left_alone(server: Server) -> None:
    with server.connect() as connection:
        with watched(server, connection, 30) as watch:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert not watch.fired
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_a_statement_over_its_limit_is_cancelled_even_when_it_lifted_its_own(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("SET statement_timeout = 0")
        with pytest.raises(psycopg.errors.QueryCanceled), watched(server, connection, 0.1) as watch:
            connection.execute("SELECT pg_sleep(60)")
        assert watch.fired


def test_a_statement_that_ignores_the_cancellation_loses_its_backend(server: Server) -> None:
    connection = server.connect()
    with pytest.raises(psycopg.Error), watched(server, connection, 0.1, grace=0.2) as watch:
        connection.execute(STUBBORN)
    connection.close()
    assert watch.fired
    with server.connect() as fresh:
        assert fresh.execute("SELECT 1").fetchone() == (1,)


def test_a_stopped_statement_is_told_from_a_refused_one_and_the_session_goes_on(server: Server) -> None:
    session = Session(server, "postgres", role="postgres")
    with pytest.raises(StatementStopped):
        session.ask("SELECT pg_sleep(60)", seconds=0.1, most=10)
    with pytest.raises(StatementFailed) as refused:
        session.ask("SELECT 1,\n  nothing", seconds=10, most=10)
    assert (refused.value.error.sqlstate, refused.value.error.line, refused.value.error.column) == ("42703", 2, 3)
    with pytest.raises(StatementFailed) as explained:
        session.explain("SELECT 1,\n  nothing", seconds=10)
    assert (explained.value.error.line, explained.value.error.column) == (2, 3)
    assert session.ask("SELECT 1 AS one", seconds=10, most=10).rows == (("1",),)
    session.close()


def test_a_session_takes_one_statement_at_a_time(server: Server) -> None:
    session = Session(server, "postgres", role="postgres")
    for call in (session.ask, session.parse, session.run):
        with pytest.raises(StatementFailed) as refused:
            call("SELECT 1; SELECT 2", seconds=10, **({"most": 10} if call == session.ask else {}))
        assert refused.value.error.sqlstate == "42601"
    session.close()


def test_more_rows_than_anybody_needs_are_not_read(server: Server) -> None:
    session = Session(server, "postgres", role="postgres")
    answer = session.ask("SELECT g FROM generate_series(1, 1000000) AS g", seconds=30, most=10)
    assert (len(answer.rows), answer.more) == (10, True)
    assert session.ask("SELECT 1", seconds=10, most=10).rows == (("1",),)
    session.close()


def test_a_server_that_broke_is_our_fault_not_a_wrong_query(server: Server) -> None:
    session = Session(server, "postgres", role="postgres")
    with pytest.raises(OurFault, match="E222"):
        session.ask("SELECT pg_terminate_backend(pg_backend_pid())", seconds=10, most=10)
    assert session.ask("SELECT 1", seconds=10, most=10).rows == (("1",),)
    session.close()


class Killer:
    """Kills the process that runs a marked query, so many times."""

    def __init__(self, server: Server, times: int) -> None:
        self.server, self.left = server, times
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        deadline = time.monotonic() + 30
        while self.left and time.monotonic() < deadline:
            time.sleep(0.05)
            with contextlib.suppress(OurFault, psycopg.Error, ProcessLookupError), self.server.connect() as admin:
                query = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%victim%' AND pid <> pg_backend_pid()"
                found = admin.execute(query).fetchone()
                if found is not None:
                    os.kill(found[0], signal.SIGKILL)
                    self.left -= 1


@pytest.mark.parametrize(("times", "ends"), [(1, True), (2, False)])
def test_a_query_is_to_blame_for_a_dead_process_only_when_it_dies_again(times: int, ends: bool) -> None:  # noqa: FBT001 - an example
    with ProcessDatabases().start() as server:
        session = Session(server, "postgres", role="postgres")
        killer = Killer(server, times)
        killer.thread.start()
        if ends:
            assert session.ask("SELECT pg_sleep(1), 'victim'", seconds=30, most=1).rows[0][1] == "victim"
        else:
            with pytest.raises(StatementFailed, match="twice in a row"):
                session.ask("SELECT pg_sleep(1), 'victim'", seconds=30, most=1)
        killer.thread.join()
        assert killer.left == 0
        session.close()


def test_a_query_whose_planning_needs_all_memory_is_refused_and_the_server_stays_fit(server: Server) -> None:
    bomb = "SELECT 1 AS x"
    for level in range(25):
        bomb = f"SELECT x + x AS x FROM ({bomb}) AS t{level}"
    bomb = f"SELECT x FROM ({bomb.replace('SELECT 1 AS x', 'SELECT oid::int8 AS x FROM pg_class')}) AS t"
    session = Session(server, "postgres", role="postgres")
    with pytest.raises(StatementFailed, match="out of memory"):
        session.ask(bomb, seconds=120, most=1)
    assert session.ask("SELECT 1", seconds=10, most=1).rows == (("1",),)
    session.close()


def test_a_process_that_heeds_no_request_is_killed_and_the_server_comes_up_again(server: Server) -> None:
    # PostgreSQL does not look up between the parts of one expression: this multiplies long numbers for a minute.
    product = " + ".join(["s * s"] * 400)
    endless = f"SELECT {product} FROM (SELECT power(9.9, 60000 + pg_backend_pid() % 2) AS s OFFSET 0) AS long"
    connection = server.connect()
    backend = connection.info.backend_pid
    with pytest.raises(psycopg.Error), watched(server, connection, 0.3, grace=0.3) as watch:
        connection.execute(endless)
    connection.close()
    assert watch.killed
    deadline = time.monotonic() + 30
    while os.path.exists(f"/proc/{backend}") and time.monotonic() < deadline:  # noqa: PTH110 - as short as that
        time.sleep(0.05)
    session = Session(server, "postgres", role="postgres")
    session._recover()  # what a session does when its process was killed
    assert session.ask("SELECT 1", seconds=10, most=1).rows == (("1",),)
    session.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT s || s FROM (SELECT string_agg(md5(g::text), '') AS s FROM generate_series(1, 40000) AS g) AS t",
        "SELECT (s || 'x')::int FROM (SELECT string_agg(md5(g::text), '') AS s FROM generate_series(1, 40000) g) AS t",
        "DO 'BEGIN FOR i IN 1..2000000 LOOP RAISE NOTICE ''%'', repeat(''x'', 1000); END LOOP; END'",
    ],
    ids=["a value", "an error", "notices"],
)
def test_what_an_answer_may_hold_is_bounded(server: Server, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setattr(session_module, "LARGEST_ANSWER", 1 << 20)
    session = Session(server, "postgres", role="postgres")
    with pytest.raises(StatementFailed, match="larger than 1 MB"):
        session.ask(sql, seconds=60, most=10)
    assert session.ask("SELECT 1", seconds=10, most=1).rows == (("1",),)
    session.close()


def test_a_statement_that_fills_the_disk_is_stopped(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog_module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(session_module, "MOST_FILES", 1)
    session = Session(server, "postgres", role="postgres")
    with pytest.raises(StatementFailed, match="of the disk"):
        session.ask("SELECT pg_sleep(60)", seconds=60, most=10)
    assert session.ask("SELECT 1", seconds=10, most=1).rows == (("1",),)
    session.close()


def test_many_statements_that_each_nearly_end_are_stopped_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "QUICK_SECONDS", 0.01)
    monkeypatch.setattr(session_module, "SLOW_SECONDS", 0.5)
    session = Session(server, "postgres", role="postgres")

    def many() -> None:
        for _ in range(40):
            session.ask("SELECT pg_sleep(0.2)", seconds=1, most=1)

    with pytest.raises(StatementStopped):
        many()
    session.close()


def test_values_come_as_postgresql_writes_them(server: Server) -> None:
    session = Session(server, "postgres", role="postgres")
    query = (
        "SELECT 1::bigint AS a, 1.50::numeric(10,2) AS b, 'infinity'::timestamp AS c, NULL::text AS d, true AS e, "
        "'2024-01-01 10:00+02'::timestamptz AS f, ARRAY[1,2] AS g"
    )
    answer = session.ask(query, seconds=10, most=10)
    assert answer.rows[0][:6] == ("1", "1.50", "infinity", None, "t", "2024-01-01 08:00:00+00")
    assert [column.type for column in answer.columns[:3]] == ["bigint", "numeric(10,2)", "timestamp without time zone"]
    session.close()
