"""The pack's own exercises on a real PostgreSQL: the same data from the same seed, references that are right."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from query_samples import PACK, TABLES, little_exercise

from grader.cli import main
from grader.collectors.query.data import BIG, SMALL, make_database, private_data, template
from grader.collectors.query.exercise import BigData
from grader.collectors.query.session import Session
from grader.collectors.query.small import MOST_ROWS, SmallBench
from grader.collectors.query.work import measure
from grader.database import Server
from grader.database.process import ProcessDatabases
from grader.database.programs import programs
from grader.model import Level
from grader.sql.query.plan import read_plan, work

pytestmark = pytest.mark.postgres

LITTLE = BigData(seed=7, size=300)
MORE = 8000  # customers: enough blocks for the senior exercise
KNOWN = {
    "categories": "ac6a9e041b0aeb072b47b2b0dffc033a",
    "products": "82744d6394c7b0691246aec18ea064e5",
    "customers": "4d76f11b7016f8309e35b8d3810fc47f",
    "orders": "b281a8b22eda2f9ce476c98ac9d3bcb2",
    "order_items": "2d881dca7b546b0360d8503221a4e1c2",
    "blocked_customers": "ecd0d6040960c019ed3108c7851c032c",
}
UNKNOWN = "AND NOT EXISTS (SELECT FROM blocked_customers b WHERE b.active AND b.customer_id IS NULL)"
GUESTS = "AND (o.customer_id IS NOT NULL OR NOT EXISTS (SELECT FROM blocked_customers b WHERE b.active))"
# Changes to a reference that look harmless
CARELESS = (
    ("junior", "< '2024-03-18'", "<= '2024-03-17'"),
    ("junior", "< '2024-03-18'", "<= '2024-03-18'"),
    ("junior", "lower(o.status) = 'cancelled'", "o.status = 'cancelled'"),
    ("junior", "lower(o.status) = 'cancelled'", "o.status IN ('cancelled', 'Cancelled', 'CANCELLED')"),
    ("junior", "ORDER BY o.placed_at DESC, o.order_id", "ORDER BY o.order_id DESC"),
    ("senior", UNKNOWN, ""),
    ("senior", GUESTS, ""),
    ("senior", GUESTS, "AND o.customer_id IS NOT NULL"),
    ("senior", "o.status = 'disputed'", "lower(o.status) = 'disputed'"),
    ("senior", "o.ship_country = 'PT' OR o.bill_country = 'PT'", "coalesce(o.ship_country, o.bill_country) = 'PT'"),
    ("senior", "< '2025-01-01'", "<= '2024-12-31'"),
    ("senior", "rank()", "row_number()"),
    ("senior", "count(DISTINCT t.order_id)", "count(*)"),
    ("senior", "r.category_id, r.place", "category, r.place"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    exercise = little_exercise(MORE)
    with ProcessDatabases().start(template(exercise, exercise.about.grading)) as server:
        yield server


def sums(server: Server, database: str) -> dict[str, str]:
    """One md5 over all rows of every table."""
    with server.connect(database) as admin:
        query = "SELECT md5(string_agg(t::text, '|' ORDER BY t)) FROM {} t"
        return {table: admin.execute(query.format(table).encode()).fetchall()[0][0] for table in TABLES}


def test_the_same_seed_and_size_give_the_same_rows_and_others_give_others(server: Server) -> None:
    exercise = little_exercise()
    sets = {
        "once": LITTLE,
        "again": LITTLE,
        "another_seed": BigData(seed=8, size=300),
        "another_size": BigData(seed=7, size=301),
        "privately": msgspec.structs.replace(private_data(exercise, 7, "digest"), size=300),
    }
    for name, data in sets.items():
        make_database(server, name, exercise, data)
    found = {name: sums(server, name) for name in sets}
    assert found["once"] == found["again"]
    made = [table for table in TABLES if table != "categories"]
    for other in ("another_seed", "another_size", "privately"):
        changed = [table for table in made if found[other][table] != found["once"][table]]
        assert changed == [table for table in made if other != "another_size" or table != "products"]


def test_the_rows_are_those_of_every_supported_postgresql(server: Server) -> None:
    """PostgreSQL 15.18 and 18.6 both gave these sums. They are new whenever the way of making rows is."""
    make_database(server, "known", little_exercise(), LITTLE)
    assert sums(server, "known") == KNOWN


def test_every_row_was_read_for_the_statistics(server: Server) -> None:
    query = "SELECT relname, reltuples::int FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with server.connect(BIG) as admin:
        for table, estimated in admin.execute(query).fetchall():
            assert admin.execute(f"SELECT count(*) FROM {table}").fetchone() == (estimated,)
        targets = "SELECT DISTINCT attrelid::regclass::text FROM pg_attribute WHERE attstattarget = 10000"
        full = {table for (table,) in admin.execute(targets).fetchall()}
    assert {table for table in TABLES if table not in ("categories", "products")} <= full


@pytest.mark.parametrize("level", list(Level))
def test_the_reference_gives_the_rows_of_the_given_query_on_fixtures_small_and_more_data(
    server: Server, level: Level
) -> None:
    exercise = little_exercise(level=level)
    bench = SmallBench(server, exercise, exercise.reference)
    try:
        answers = {database.name: bench.compare(database) for database in [*bench.fixtures(), *bench.made(1)]}
    finally:
        bench.close()
    assert [name for name, (same, *_) in answers.items() if not same] == []
    with server.connect(BIG) as admin:
        rows = admin.execute(exercise.given.encode()).fetchall()
        assert rows == admin.execute(exercise.reference.encode()).fetchall()
    assert 0 < len(rows) < MOST_ROWS


@pytest.mark.parametrize(("level", "old", "new"), CARELESS)
def test_the_fixtures_alone_catch_a_careless_rewrite(server: Server, level: str, old: str, new: str) -> None:
    exercise = little_exercise(level=level)
    careless = exercise.reference.replace(old, new)
    assert careless != exercise.reference
    bench = SmallBench(server, exercise, careless)
    try:
        assert not all(bench.compare(database)[0] for database in bench.fixtures())
    finally:
        bench.close()


def test_a_server_is_set_as_the_settings_of_the_data_say(server: Server) -> None:
    for database in (BIG, SMALL):
        with server.connect(database, role="candidate") as candidate:
            assert candidate.execute("SHOW work_mem").fetchone() == ("1MB",)
            assert candidate.execute("SHOW jit").fetchone() == ("off",)


def test_the_commands_of_the_brief_load_the_practice_data_and_run_the_given_query(
    server: Server, tmp_path: Path
) -> None:
    assert main(["challenge", "handout", "slow-query", "--level", "junior", "-o", str(tmp_path)]) == 0
    found = re.search(r"```sh\n(.*?)```", (PACK / "brief.md").read_text(), re.DOTALL)
    assert found is not None
    commands, times = re.subn(r"data\.size=\d+", f"data.size={LITTLE.size}", found[1].replace("LEVEL", "junior"))
    assert times == 1
    with server.connect() as admin:
        (socket,) = admin.execute("SHOW unix_socket_directories").fetchall()[0]
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=tmp_path,
        env={"PATH": f"{programs()}:/usr/bin:/bin", "PGHOST": socket, "PGUSER": "postgres"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "order_id" in done.stdout
    make_database(server, "by_us", little_exercise(), BigData(seed=1, size=LITTLE.size))
    assert sums(server, "practice") == sums(server, "by_us")
    with server.connect("practice") as candidate:
        assert candidate.execute("SHOW work_mem").fetchone() == ("1MB",)


def test_in_the_senior_exercise_memory_alone_takes_most_of_the_work_away(server: Server) -> None:
    """The list of blocks is too long to be hashed in a small work_mem; here it is smaller, and so is the memory."""
    exercise = little_exercise(level="senior")
    totals = {}
    for memory in ("64kB", "16MB"):
        with server.connect() as admin:
            admin.execute(f"ALTER DATABASE {BIG} SET work_mem = '{memory}'")
        session = Session(server, BIG)
        cell = measure(session, "given", exercise.given, seconds=60, setup=False)
        session.close()
        totals[memory] = work(read_plan(cell.plan)).total
    assert totals["64kB"] > 1.5 * totals["16MB"]
