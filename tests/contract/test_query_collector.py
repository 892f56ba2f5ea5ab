"""The slow-query exercise graded on a real PostgreSQL with little data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from query_samples import PACK, REFERENCE, little_exercise

from grader.checks.query.lint import ask_lint
from grader.checks.query.work import ask_work
from grader.collectors.query import collector as query
from grader.collectors.query import work as work_module
from grader.collectors.query.data import BIG, check_whole, template
from grader.collectors.query.session import Session
from grader.collectors.query.work import Baseline, baseline, measure
from grader.database import Databases, Server
from grader.database.process import ProcessDatabases
from grader.errors import OurFault, SubmissionFault
from grader.evidence.query import Cell, QueryAnswer
from grader.job import Job
from grader.model import Challenge, Level, Outcome, Submission
from grader.sql.query.plan import read_plan, work
from grader.stages import Stages

pytestmark = pytest.mark.postgres

Collect = Callable[..., QueryAnswer]


class NoSandbox:
    """Nothing of this challenge runs outside PostgreSQL."""


def submission(root: Path) -> Submission:
    files = tuple(sorted(file.name for file in root.iterdir()))
    return Submission(name=root.name, root=root, digest="", files=files)


@pytest.fixture(scope="module")
def databases() -> Databases:
    return ProcessDatabases()


@pytest.fixture
def collect(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Collect:
    """Collect evidence about a folder, on the pack's exercise with little data."""
    monkeypatch.setattr(query, "exercise_for", lambda _folder, _level: little_exercise())
    challenge = Challenge(
        id="slow-query", title="", version="1", root=PACK, digest="", collect=(), criteria=(), gates=()
    )

    def run(root: Path, *, seed: int = 1, public_only: bool = False) -> QueryAnswer:
        job = Job(
            challenge=challenge,
            submission=submission(root),
            level=Level.MID,
            seed=seed,
            public_only=public_only,
            sandbox=NoSandbox(),  # type: ignore[arg-type] # never used
            databases=databases,
            stages=Stages(),
        )
        return query.collect_query(job)

    return run


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[Server]:
    exercise = little_exercise()
    with databases.start(template(exercise, exercise.about.grading)) as server:
        yield server


def answer(root: Path, sql: str, setup: str = "") -> Path:
    (root / "query.sql").write_text(sql)
    if setup:
        (root / "setup.sql").write_text(setup)
    return root


def total(cell: Cell | None) -> int:
    assert cell is not None
    return work(read_plan(cell.plan)).total


def test_the_same_query_on_the_same_data_always_counts_the_same(server: Server) -> None:
    exercise = little_exercise()
    totals = set()
    for _ in range(5):
        session = Session(server, BIG)
        totals.add(total(measure(session, "given", exercise.given, seconds=60, setup=False)))
        session.close()
    assert len(totals) == 1


@pytest.mark.parametrize(("name", "added"), [("good-rewrite", 1), ("good-lateral", 1), ("good-index-heavy", 2)])
def test_good_answers_in_different_styles_give_the_same_rows_for_less_work(
    collect: Collect, name: str, added: int
) -> None:
    found = collect(REFERENCE / name)
    assert found.refusals == ()
    assert found.failure is None
    assert found.difference is None
    assert all(comparison.same for comparison in found.comparisons)
    assert {comparison.data for comparison in found.comparisons} == {"fixture", "small", "private", "big"}
    assert total(found.cell("submitted", setup=True)) * 15 < total(found.cell("given", setup=False))
    assert len(found.added) == added
    assert found.given_columns == found.submitted_columns
    assert [column.name for column in found.columns["orders"] if column.nullable][:2] == ["customer_id", "status"]
    assert ask_lint(found).outcome is Outcome.PASS


def test_the_same_seed_gives_the_same_facts(collect: Collect) -> None:
    def steady(found: QueryAnswer) -> QueryAnswer:
        cells = tuple(msgspec.structs.replace(cell, milliseconds=0.0, cpu=0.0) for cell in found.cells)
        return msgspec.structs.replace(found, cells=cells, reference_cpu=0.0)

    for name in ("good-rewrite", "wrong-boundary"):
        assert steady(collect(REFERENCE / name)) == steady(collect(REFERENCE / name))


@pytest.mark.parametrize("name", ["wrong-null", "wrong-boundary", "hard-coded"])
def test_wrong_rewrites_are_caught_and_shown_on_a_few_rows(collect: Collect, name: str) -> None:
    found = collect(REFERENCE / name)
    assert not all(comparison.same for comparison in found.comparisons)
    assert found.difference is not None
    # six people before the page's second half begins, and every line needs its order, product and category
    assert sum(len(table.rows) for table in found.difference.tables) <= 15
    assert found.difference.given != found.difference.submitted


def test_the_private_data_come_from_the_seed_of_the_grade(collect: Collect, tmp_path: Path) -> None:
    rows = "SELECT count(*), sum(customer_id), sum(company_id) FROM customers"
    first, second = (collect(answer(tmp_path, rows), seed=seed) for seed in (1, 2))
    assert first.comparisons != second.comparisons or first.difference != second.difference


def test_a_query_that_knows_the_rows_of_the_large_data_earns_no_work(
    collect: Collect, server: Server, tmp_path: Path
) -> None:
    """Written-down rows where the large data are recognised, the given query everywhere else: all rows are right."""
    exercise = little_exercise()
    session = Session(server, BIG)
    rows = session.ask(exercise.given, seconds=60, most=100)
    first = session.ask("SELECT placed_at FROM orders WHERE order_id = 1", seconds=60, most=1).rows[0][0]
    session.close()
    values = ", ".join("(" + ", ".join("NULL" if v is None else f"'{v}'" for v in row) + ")" for row in rows.rows)
    written = ", ".join(f"c{n}::{column.type} AS {column.name}" for n, column in enumerate(rows.columns))
    names = ", ".join(f"c{n}" for n in range(len(rows.columns)))
    known = f"EXISTS (SELECT 1 FROM orders WHERE order_id = 1 AND placed_at = '{first}')"
    sql = (
        f"SELECT * FROM ((SELECT {written} FROM (VALUES {values}) AS v ({names}) WHERE {known}) UNION ALL "
        f"(SELECT * FROM ({exercise.given}) AS g WHERE NOT {known})) AS q "
        "ORDER BY share_2024 DESC NULLS LAST, customer_id"
    )
    found = collect(answer(tmp_path, sql))
    assert found.refusals == ()
    assert all(comparison.same for comparison in found.comparisons)
    assert total(found.cell("submitted", setup=False)) * 100 < total(found.cell("given", setup=False))
    assert ask_work(found).outcome is Outcome.FOR_REVIEW


def test_a_self_check_sees_nothing_private(collect: Collect) -> None:
    found = collect(REFERENCE / "good-rewrite", public_only=True)
    assert {comparison.data for comparison in found.comparisons} == {"small", "big"}


def test_a_query_that_never_ends_is_stopped_and_named(
    collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = little_exercise()
    limits = msgspec.structs.replace(exercise.about.limits, private=1.0)
    about = msgspec.structs.replace(exercise.about, limits=limits)
    quick = msgspec.structs.replace(exercise, about=about)
    monkeypatch.setattr(query, "exercise_for", lambda _folder, _level: quick)
    found = collect(answer(tmp_path, "SELECT count(*) FROM orders a, orders b, orders c, orders d"))
    assert found.failure is not None
    assert (found.failure.data, found.failure.stopped_after) == ("the private data", 1.0)


def test_an_error_that_only_some_data_raise_is_found(collect: Collect, tmp_path: Path) -> None:
    sql = "SELECT customer_id, (SELECT order_id FROM orders o WHERE o.customer_id = c.customer_id) FROM customers c"
    failure = collect(answer(tmp_path, sql)).failure
    assert failure is not None
    assert failure.error is not None
    assert failure.error.sqlstate == "21000"
    assert "small database" in failure.data


def test_a_division_that_only_free_orders_break_is_found_and_shown_on_few_rows(
    collect: Collect, tmp_path: Path
) -> None:
    good = (REFERENCE / "good-rewrite/query.sql").read_text()
    unguarded = good.replace("nullif(sum(rev.revenue) OVER (), 0)", "sum(rev.revenue) OVER ()")
    assert unguarded != good
    failure = collect(answer(tmp_path, unguarded)).failure
    assert failure is not None
    assert failure.error is not None
    assert failure.error.sqlstate == "22012"
    assert {table.name for table in failure.tables} == {
        *("categories", "products", "customers", "orders", "order_items"),
    }
    assert sum(len(table.rows) for table in failure.tables) < 8


def test_a_setting_that_postgresql_does_not_take_is_the_setups_fault(collect: Collect, tmp_path: Path) -> None:
    good = (REFERENCE / "good-rewrite/query.sql").read_text()
    found = collect(answer(tmp_path, good, "SET work_mem = '64mb'; SET hash_mem_multiplier = 2"))
    assert found.setup_failure is not None
    assert found.setup_failure.error is not None
    assert "work_mem" in found.setup_failure.error.message
    assert [setting.name for setting in found.settings] == ["hash_mem_multiplier"]
    assert len(found.cells) == 4


def test_statistics_on_expressions_are_made(collect: Collect, tmp_path: Path) -> None:
    good = (REFERENCE / "good-rewrite/query.sql").read_text()
    setup = "CREATE STATISTICS s (mcv) ON (date_trunc('year', placed_at)), status FROM orders; ANALYZE (VERBOSE) orders"
    found = collect(answer(tmp_path, good, setup))
    assert (found.refusals, found.setup_failure) == ((), None)


def test_a_server_that_dies_under_our_own_statements_is_our_fault(
    collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(server: Server) -> None:
        with server.connect(BIG) as admin:
            admin.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(query, "check_whole", die)
    with pytest.raises(OurFault, match="E222"):
        collect(REFERENCE / "good-rewrite")


def test_a_table_that_was_cut_short_in_the_cache_is_our_fault(databases: Databases) -> None:
    exercise = little_exercise()
    with databases.start(template(exercise, exercise.about.grading)) as server:
        check_whole(server)
        with server.connect(BIG) as admin:
            admin.execute("SET allow_system_table_mods = on")
            admin.execute("UPDATE pg_class SET relpages = relpages + 1 WHERE relname = 'orders'")
        with pytest.raises(OurFault, match="damaged: orders"):
            check_whole(server)


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_baseline_is_measured_anew(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    exercise = little_exercise()
    kept = baseline(databases, exercise, exercise.about.grading)
    measured = []

    def measure_pack(*_: object) -> Baseline:
        measured.append(1)
        return kept

    monkeypatch.setattr(work_module, "_measure_pack", measure_pack)
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    assert baseline(databases, exercise, exercise.about.grading) == kept
    file = next(tmp_path.glob("query-baseline-*/baseline.json"))
    file.write_bytes(file.read_bytes()[:300]) if damage == "cut" else file.unlink()
    assert baseline(databases, exercise, exercise.about.grading) == kept
    assert len(measured) == 2


def test_what_postgresql_cannot_parse_is_told_with_its_place(collect: Collect, tmp_path: Path) -> None:
    failure = collect(answer(tmp_path, "-- mine\nSELECT order_id,\n       statu\n  FROM orders;")).failure
    assert failure is not None
    assert failure.error is not None
    assert (failure.error.sqlstate, failure.error.line, failure.error.column) == ("42703", 3, 8)


def test_what_only_postgresql_can_read_is_not_run_and_not_held_against_anybody(
    collect: Collect, tmp_path: Path
) -> None:
    found = collect(answer(tmp_path, "SELECT substring(status SIMILAR 'a#\"b#\"' ESCAPE '#') FROM orders"))
    assert found.unread
    assert (found.refusals, found.failure, found.comparisons, found.cells) == ((), None, (), ())


def test_an_error_that_only_some_rows_raise_is_an_edge_case_among_others(collect: Collect, tmp_path: Path) -> None:
    good = (REFERENCE / "good-rewrite" / "query.sql").read_text()
    found = collect(answer(tmp_path, good.replace("nullif(sum(rev.revenue) OVER (), 0)", "sum(rev.revenue) OVER ()")))
    assert found.failure is not None
    assert found.failure.error is not None
    assert found.failure.error.sqlstate == "22012"
    assert 0 < sum(len(table.rows) for table in found.failure.tables) <= 12
    assert {comparison.data for comparison in found.comparisons} == {"fixture", "small", "private", "big"}
    assert 0 < sum(comparison.failed for comparison in found.comparisons) < len(found.comparisons) / 4
    assert found.cell("submitted", setup=False) is not None


def test_a_refused_query_is_never_run(collect: Collect, tmp_path: Path) -> None:
    found = collect(answer(tmp_path, "SELECT pg_sleep(100) FROM orders"))
    assert (len(found.refusals), found.comparisons, found.cells) == (1, (), ())


def test_a_step_of_a_setup_that_fails_is_told_and_the_others_count(collect: Collect, tmp_path: Path) -> None:
    good = (REFERENCE / "good-rewrite" / "query.sql").read_text()
    setup = (
        "CREATE INDEX ON orders (customer_id);\nCREATE INDEX ON orders (nothing);\nSET work_mem = '8MB';\nDROP TABLE x;"
    )
    found = collect(answer(tmp_path, good, setup))
    assert [index.name for index in found.added] == ["orders_customer_id_idx1"]
    assert found.setup_failure is not None
    assert found.setup_failure.error is not None
    assert (found.setup_failure.error.line, found.setup_failure.error.column) == (2, 1)
    assert [refusal.line for refusal in found.refusals] == [4]
    assert [setting.name for setting in found.settings] == ["work_mem"]


def test_a_submission_without_a_query_is_told_so(collect: Collect, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("soon")
    with pytest.raises(SubmissionFault, match="E340"):
        collect(tmp_path)


def test_evidence_survives_being_saved(collect: Collect) -> None:
    found = collect(REFERENCE / "wrong-null")
    assert msgspec.json.decode(msgspec.json.encode(found), type=QueryAnswer) == found
