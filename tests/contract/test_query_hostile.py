"""What a query could do if the reader of its text were fooled: the roles and the server hold all the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from query_samples import TABLES, little_exercise
from query_tricks import FAIR, HARMLESS

from grader.collectors.query.catalog import shape
from grader.collectors.query.data import BIG, OWNER, SMALL, make_database, template
from grader.collectors.query.session import CANDIDATE, Session, StatementFailed, StatementStopped
from grader.collectors.query.small import Pair
from grader.collectors.query.work import apply_setup
from grader.database import Server
from grader.database.process import ProcessDatabases
from grader.errors import OurFault
from grader.sql.query.guard import check_query
from grader.sql.query.guard_setup import SetupStep

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    exercise = little_exercise(size=300)
    with ProcessDatabases().start() as server:
        template(exercise, exercise.about.grading).fill(server)
        yield server


def fingerprint(server: Server) -> list[object]:
    """Everything that must be as before: rows, catalog, roles, databases, files beside the data."""
    found: list[object] = []
    for name in (BIG, SMALL):
        with server.connect(name) as admin:
            found += [
                admin.execute(
                    f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                ).fetchall()
                for table in TABLES
            ]
            found.append(shape(admin))
            found.append(admin.execute("SELECT count(*) FROM pg_largeobject_metadata").fetchall())
    with server.connect() as admin:
        found.append(admin.execute("SELECT rolname, rolsuper, rolconfig FROM pg_roles ORDER BY 1").fetchall())
        found.append(admin.execute("SELECT datname, datacl::text FROM pg_database ORDER BY 1").fetchall())
        found.append(admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall())
        found.append(admin.execute("SELECT name FROM pg_ls_dir('.') AS name ORDER BY 1").fetchall())
    return found


REFUSED_BY_THE_SERVER = [
    "COPY (SELECT 1) TO PROGRAM 'touch hacked'",
    "COPY (SELECT 1) TO '/tmp/hacked'",
    "COPY orders FROM PROGRAM 'cat /etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_stat_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT pg_reload_conf()",
    "SELECT set_config('statement_timeout', '0', false)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_sleep(100)",
    "SELECT pg_notify('jobs', 'x')",
    "SELECT query_to_xml('DELETE FROM orders', true, true, '')",
    "SELECT nextval('nothing')",
    "ALTER SYSTEM SET fsync = off",
    "ALTER ROLE candidate SUPERUSER",
    "ALTER ROLE candidate SET default_transaction_read_only = off",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION author",
    "DROP TABLE orders",
    "TRUNCATE orders",
    "UPDATE orders SET status = 'x'",
    "DELETE FROM order_items",
    "INSERT INTO products VALUES (9999, 1, 'x', 1)",
    "CREATE TABLE cached AS SELECT * FROM orders",
    "CREATE TEMP TABLE cached AS SELECT * FROM orders",
    "CREATE MATERIALIZED VIEW cached AS SELECT * FROM orders",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX ON orders (status)",
    "CREATE EXTENSION dblink",
    "CREATE SCHEMA mine",
    "SELECT * INTO cached FROM orders",
    "SELECT * FROM orders FOR UPDATE",
    "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE",
    "VACUUM FULL orders",
    "SELECT 1; DROP TABLE orders",
    "BEGIN READ WRITE; DROP TABLE orders",
]
STOPPED = [
    "DO 'BEGIN LOOP END LOOP; END'",
    "SELECT count(*) FROM generate_series(1, 100000000000)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "SELECT count(*) FROM orders a, orders b, orders c, orders d",
]


@pytest.fixture(scope="module")
def before(server: Server) -> list[object]:
    return fingerprint(server)


@pytest.mark.parametrize("sql", REFUSED_BY_THE_SERVER)
@pytest.mark.usefixtures("before")
def test_without_the_guard_the_server_refuses_it_too(server: Server, sql: str) -> None:
    assert check_query(sql, TABLES).refusals, "the guard is the first wall"
    session = Session(server, BIG)
    with pytest.raises(StatementFailed):
        session.ask(sql, seconds=10, most=10)
    assert session.ask("SELECT count(*) FROM orders", seconds=10, most=1).rows == (("1800",),)
    session.close()


@pytest.mark.parametrize("sql", STOPPED)
@pytest.mark.usefixtures("before")
def test_without_the_guard_what_never_ends_is_stopped(server: Server, sql: str) -> None:
    session = Session(server, BIG)
    with pytest.raises(StatementStopped):
        session.ask(sql, seconds=0.3, most=10)
    assert session.ask("SELECT count(*) FROM orders", seconds=10, most=1).rows == (("1800",),)
    session.close()


@pytest.mark.usefixtures("before")
def test_every_fair_construct_is_one_that_postgresql_knows(server: Server) -> None:
    session = Session(server, SMALL)
    for sql in FAIR:
        session.ask(check_query(sql, TABLES).text, seconds=10, most=10)
    session.close()


@pytest.mark.usefixtures("before")
def test_what_the_guard_cannot_tell_from_a_fair_query_does_no_harm(server: Server) -> None:
    session = Session(server, BIG)
    for sql in HARMLESS:
        with contextlib.suppress(StatementFailed, StatementStopped):
            session.ask(check_query(sql, TABLES).text, seconds=10, most=10)
        assert session.ask("SELECT count(*) FROM orders", seconds=10, most=1).rows == (("1800",),), sql
    session.close()


LIMITS = ("temp_file_limit", "log_executor_stats", "session_replication_role", "log_min_messages", "max_stack_depth")


@pytest.mark.parametrize("name", LIMITS)
def test_settings_that_bound_or_measure_are_not_the_candidates(server: Server, name: str) -> None:
    session = Session(server, BIG)
    with pytest.raises(StatementFailed) as refused:
        session.run(f"SET {name} TO DEFAULT", seconds=10)
    assert refused.value.error.sqlstate == "42501"
    session.close()


def test_the_candidate_has_few_connections(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(server.connect(BIG, role=CANDIDATE))
        with pytest.raises(OurFault, match="E221"):
            server.connect(BIG, role=CANDIDATE)


def grown(piece: str, times: int, select: str) -> str:
    """A query whose one value doubles so many times."""
    for level in range(times):
        select = f"SELECT {piece} AS s FROM ({select}) AS t{level} OFFSET 0"
    return select


ONE_TEXT = "SELECT 'abcd' || left(email, 0) AS s FROM customers WHERE customer_id = 1"
BOMBS = [
    (grown("s || s", 30, ONE_TEXT), "54000"),
    (grown("array_cat(s, s)", 40, "SELECT ARRAY[order_id] AS s FROM orders WHERE order_id = 1"), "54000"),
    ("SELECT cardinality(array_agg(a)) FROM orders a, orders b, orders c", "53200"),
]


@pytest.mark.parametrize(("sql", "state"), BOMBS)
@pytest.mark.usefixtures("before")
def test_a_query_that_needs_all_memory_is_refused_and_to_blame(server: Server, sql: str, state: str) -> None:
    session = Session(server, BIG)
    with pytest.raises(StatementFailed) as refused:
        session.ask(sql, seconds=60, most=10)
    assert refused.value.error.sqlstate == state
    assert session.ask("SELECT count(*) FROM orders", seconds=10, most=1).rows == (("1800",),)
    session.close()


def test_a_sort_that_needs_more_than_its_temporary_files_is_the_querys_fault(server: Server) -> None:
    session = Session(server, BIG)
    wide = "SELECT a.*, b.*, c.placed_at FROM orders a, orders b, orders c ORDER BY 9, 1 LIMIT 999999999"
    with pytest.raises((StatementFailed, StatementStopped)):
        session.ask(wide, seconds=2, most=10)
    session.close()


def test_after_all_of_this_nothing_has_changed(server: Server, before: list[object]) -> None:
    assert fingerprint(server) == before


def test_after_all_of_this_a_good_answer_gives_the_given_querys_rows(server: Server) -> None:
    exercise = little_exercise(size=300)
    pair = Pair(server, BIG, exercise, exercise.reference, 20)
    assert pair.same(pair.given(BIG), pair.submitted(BIG))
    pair.close()


def test_settings_do_not_outlive_their_session(server: Server) -> None:
    loose = Session(server, BIG)
    loose.run("SET statement_timeout = 0", seconds=10)  # PostgreSQL lets every role do this: the guard does not
    loose.close()
    fresh = Session(server, BIG)
    assert fresh.ask("SHOW statement_timeout", seconds=10, most=1).rows == (("5min",),)
    assert fresh.ask("SHOW default_transaction_read_only", seconds=10, most=1).rows == (("on",),)
    fresh.close()


def test_a_setup_that_changed_more_than_indexes_is_noticed(server: Server) -> None:
    make_database(server, "scratch", little_exercise(), None)
    with server.connect("scratch") as admin:
        known = shape(admin)
    changes = (
        "CREATE VIEW v AS SELECT 1 AS x",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE orders ALTER status SET NOT NULL",
        "CREATE TYPE mood AS ENUM ('good')",
    )
    for change in changes:
        with server.connect("scratch", role=OWNER) as owner:
            owner.execute(change)
        with server.connect("scratch") as admin:
            seen = shape(admin)
        assert seen != known, change
        known = seen
    with server.connect("scratch", role=OWNER) as owner:
        owner.execute("CREATE INDEX ON orders (status); CREATE STATISTICS s ON status, placed_at FROM orders; ANALYZE")
    with server.connect("scratch") as admin:
        assert shape(admin) == known


def test_a_hole_in_the_guard_for_setups_is_our_fault(server: Server) -> None:
    slipped = SetupStep(kind="index", text="CREATE TABLE slipped AS SELECT 1 AS x", tables=("orders",))
    with pytest.raises(OurFault, match="E224"):
        apply_setup(server, [slipped], seconds=10)
    with server.connect(BIG, role=OWNER) as owner:
        owner.execute("DROP TABLE slipped")
