"""What work, CPU time, settings and new rows are measured with, on a real PostgreSQL with little data."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from query_samples import little_exercise

from grader.collectors.query import cpu
from grader.collectors.query.catalog import indexes, table_blocks
from grader.collectors.query.data import BIG, OWNER, template
from grader.collectors.query.session import CANDIDATE, Session
from grader.collectors.query.work import baseline, computing_now, measure, taken_settings, with_cpu
from grader.collectors.query.writes import every_table, with_indexes
from grader.database import Databases, Server
from grader.database.process import ProcessDatabases
from grader.evidence.query import Setting
from grader.sql.query.guard_setup import Bound
from grader.sql.query.plan import read_plan, work

pytestmark = pytest.mark.postgres

FIXED = {
    "autovacuum": "off",
    "default_transaction_read_only": "on",
    "jit": "off",
    "log_executor_stats": "on",
    "max_parallel_workers_per_gather": "0",
    "synchronize_seqscans": "off",
}
BOUNDS = {
    "work_mem": Bound(min=64, max=262144),
    "random_page_cost": Bound(min=1, max=10),
    "effective_cache_size": Bound(min=8192, max=16777216),
}
FIVE = """
CREATE INDEX a ON orders (customer_id, order_id);
CREATE INDEX b ON orders (customer_id, status);
CREATE INDEX c ON orders (customer_id, placed_at);
CREATE UNIQUE INDEX d ON orders (order_id, status);
CREATE INDEX e ON orders (status) WHERE status = 'cancelled';
CREATE INDEX f ON customers USING brin (created_at);
"""


@pytest.fixture(scope="module")
def databases() -> Databases:
    return ProcessDatabases()


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[Server]:
    exercise = little_exercise()
    with databases.start(template(exercise, exercise.about.grading)) as server:
        cpu.reported(server, BIG, CANDIDATE)
        yield server


def test_a_session_that_is_measured_has_no_jit_no_workers_and_no_vacuum_beside_it(server: Server) -> None:
    with contextlib.closing(Session(server, BIG)) as session:
        names = ", ".join(f"'{name}'" for name in FIXED)
        query = f"SELECT name, setting FROM pg_settings WHERE name IN ({names})"
        assert dict(session.ask(query, seconds=10, most=100).rows) == FIXED
        analyzed = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname = 'orders' AND reltuples > 100"
        assert session.ask(analyzed, seconds=10, most=1).rows == (("1",),)


def test_postgresql_tells_how_long_its_process_computed(server: Server) -> None:
    with contextlib.closing(Session(server, BIG)) as session:
        session.ask("SELECT sum(hashint4(i)) FROM generate_series(1, 200000) AS i", seconds=20, most=1)
        little = session.spent() or 0
        assert little > 1
        session.ask("SELECT sum(hashint4(i)) FROM generate_series(1, 2000000) AS i", seconds=20, most=1)
        assert 3 * little < (session.spent() or 0) < 60_000
        session.ask("SELECT 1", seconds=10, most=1)
        assert (session.spent() or 0) < little


def test_waiting_is_no_computing(server: Server) -> None:
    with server.connect(BIG) as admin:
        listener = cpu.Listener()
        admin.add_notice_handler(listener.hear)
        admin.execute("SET log_executor_stats = on")
        admin.execute("SET client_min_messages = log")
        admin.execute("SELECT pg_sleep(0.3)")
        assert (listener.take() or 0) < 100


def test_the_candidate_cannot_switch_the_report_off(server: Server) -> None:
    with server.connect(BIG, role=CANDIDATE) as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("SET log_executor_stats = off")


def test_measured_cells_and_the_baseline_hold_cpu_time(databases: Databases, server: Server) -> None:
    exercise = little_exercise()
    with contextlib.closing(Session(server, BIG)) as session:
        cell = measure(session, "given", exercise.given, seconds=30)
        assert with_cpu(session, cell, exercise.given, seconds=30).cpu > 0
    known = baseline(databases, exercise, exercise.about.grading)
    assert known.given.cpu > 0
    assert known.reference_cpu > 0
    slower = known.as_of(3 * known.given.cpu)
    assert slower.given.cpu == pytest.approx(3 * known.given.cpu, abs=0.01)
    assert slower.reference_cpu == pytest.approx(3 * known.reference_cpu, abs=0.01)
    assert known.as_of(0.0).given.cpu == known.as_of(0.0).reference_cpu == 0.0
    assert computing_now(server, exercise.given, seconds=30) != 0.0
    assert computing_now(server, "SELECT count(*) FROM order_items a, order_items b", seconds=0.3) == 0.0


def test_what_new_rows_cost_is_the_same_to_the_byte_and_leaves_nothing_behind(databases: Databases) -> None:
    exercise = little_exercise()
    found = []
    for _ in range(2):
        with databases.start(template(exercise, exercise.about.grading)) as server:
            with server.connect(BIG) as admin:
                tables = table_blocks(admin)
                old = {index.name for index in indexes(admin)}
                rows = admin.execute("SELECT count(*), sum(hashtext(o::text)) FROM orders o").fetchone()
            before = every_table(server, tables)
            with server.connect(BIG, role=OWNER) as owner:
                owner.execute(FIVE)
            with server.connect(BIG) as admin:
                added = [index for index in indexes(admin) if index.name not in old]
            found.append((before, with_indexes(server, added, before)))
            with server.connect(BIG) as admin:
                assert admin.execute("SELECT count(*), sum(hashtext(o::text)) FROM orders o").fetchone() == rows
    assert found[0] == found[1]
    customers, orders = found[0][1]
    assert (customers.table, orders.table) == ("customers", "orders")
    assert customers.after.records < 1.1 * customers.before.records  # BRIN writes next to nothing
    further = (orders.after.records - orders.before.records) / orders.rows
    assert 4 < further < 4.5  # four indexes hold every row, one a few
    assert orders.touched["e"] < orders.touched["a"] / 5
    assert set(found[0][0]) == set(tables)


@pytest.mark.parametrize(
    ("value", "kept"),
    [("64MB", True), ("65536", True), ("0.25GB", True), ("100000B", True), ("64mb", False), ("", False)],
)
def test_a_setting_is_taken_as_postgresql_writes_it(server: Server, value: str, *, kept: bool) -> None:
    taken, failure = taken_settings(server, [Setting(name="work_mem", value=value)], BOUNDS, seconds=10)
    assert (len(taken) == 1, failure is None) == (kept, kept)


def test_a_number_without_a_unit_is_held_to_what_postgresql_makes_of_it(server: Server) -> None:
    beyond = Setting(name="effective_cache_size", value="16777216")
    taken, failure = taken_settings(server, [beyond], BOUNDS, seconds=10)
    assert taken == ()
    assert failure is not None
    assert failure.error is not None
    assert "takes effective_cache_size" in failure.error.message
    assert taken_settings(server, [Setting(name="effective_cache_size", value="16GB")], BOUNDS, seconds=10)[1] is None


def test_of_two_values_for_a_setting_the_later_counts(server: Server) -> None:
    first, other = Setting(name="work_mem", value="1MB"), Setting(name="random_page_cost", value="1.1")
    later = Setting(name="work_mem", value="64MB")
    assert taken_settings(server, [first, other, later], BOUNDS, seconds=10) == ((other, later), None)


def rows_of(server: Server, query: str, *settings: Setting) -> int:
    with contextlib.closing(Session(server, BIG, settings=settings)) as session:
        plan, _ = session.explain(query, seconds=30)
        return work(read_plan(plan)).rows


def test_rows_are_counted_once_for_a_cte_that_is_read_twice_and_not_at_all_where_nothing_ran(server: Server) -> None:
    orders = rows_of(server, "SELECT 1 FROM orders")
    twice = "WITH o AS MATERIALIZED (SELECT order_id FROM orders) SELECT 1 FROM o UNION ALL SELECT 1 FROM o"
    assert rows_of(server, twice) == pytest.approx(5 * orders, rel=0.01)  # the table, each reader, and the Append
    never = "SELECT 1 FROM orders WHERE false"
    assert rows_of(server, never) == 0
    initplan = "SELECT (SELECT count(*) FROM orders)"
    assert rows_of(server, initplan) == pytest.approx(orders, abs=5)


def test_what_a_loop_repeats_is_counted_every_time(server: Server) -> None:
    people = "(SELECT customer_id FROM customers WHERE customer_id <= 10 OFFSET 0)"
    one = rows_of(server, "SELECT count(*) FROM order_items")
    again = f"SELECT (SELECT count(*) FROM order_items i WHERE i.order_id > c.customer_id) FROM {people} AS c"
    assert rows_of(server, again) > 9 * one * 0.9
