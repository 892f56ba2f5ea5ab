"""Points for less work under the ceiling of CPU time, settings told apart, and what indexes cost new rows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from query_samples import INDEX, answer, given_plan, hash_plan, new_plan, plan

from grader.checks.query.economy import ask_indexes_used, ask_write_cost, covered_by
from grader.checks.query.facts import cpu_ceiling, settings_gains
from grader.checks.query.work import ask_settings, ask_two_by_two, ask_work
from grader.collectors.query import cpu
from grader.evidence.query import Cell, Index, QueryAnswer, Setting, WriteCost, Writes
from grader.exhibits import RowsExhibit, SqlExhibit, TextExhibit
from grader.model import Outcome
from grader.sql.query.plan import read_plan, work


def computing(given: float, final: float, reference: float = 10.0) -> QueryAnswer:
    """A good answer with CPU times in milliseconds."""
    cells = (
        Cell(query="given", setup=False, plan=given_plan(), cpu=given),
        Cell(query="submitted", setup=True, plan=new_plan(), cpu=final),
        Cell(query="given", setup=True, plan=given_plan(), cpu=given),
    )
    return answer(cells=cells, reference_cpu=reference)


def test_points_rise_with_every_halving_and_without_a_step() -> None:
    before = work(read_plan(given_plan())).total

    def points(times: float) -> float:
        done = plan("Seq Scan", rows=round(before / times), Relation_Name="orders")
        cells = (
            Cell(query="given", setup=False, plan=given_plan()),
            Cell(query="submitted", setup=False, plan=done),
        )
        finding = ask_work(answer(cells=cells, setup="", added=(), reference_work=round(before / 1024)))
        return 1.0 if finding.outcome is Outcome.PASS else finding.score or 0.0

    assert points(1.0) == points(1.2) == 0.0
    assert points(2) == pytest.approx(1 / 9, abs=0.001)
    assert points(4) == pytest.approx(2 / 9, abs=0.001)
    assert points(32) == pytest.approx(5 / 9, abs=0.001)
    assert 0.98 < points(500) < points(520) == 1.0
    assert points(100_000) == 1.0


def test_a_query_that_computes_as_little_as_its_work_says_has_no_ceiling() -> None:
    for spent in (0.2, 9.0, 20.0):
        assert cpu_ceiling(computing(1000.0, spent)) >= 0.95
        assert ask_work(computing(1000.0, spent)).outcome is Outcome.PASS


def test_much_computing_behind_few_rows_is_a_ceiling_and_the_finding_says_so_without_times() -> None:
    finding = ask_work(computing(1000.0, 900.0))
    assert finding.outcome is Outcome.FAIL
    assert finding.score == pytest.approx(0.28 / 0.9)
    assert "computes longer than these counts show" in finding.message
    assert "ms" not in finding.message
    assert any(isinstance(one, TextExhibit) and "ceiling" in one.title for one in finding.exhibits)


def test_times_that_differ_by_chance_move_the_ceiling_by_one_step_at_most() -> None:
    ceilings = {cpu_ceiling(computing(1000.0 * a, 300.0 * b)) for a in (0.97, 1.0, 1.03) for b in (0.97, 1.0, 1.03)}
    assert len(ceilings) <= 2
    assert max(ceilings) - min(ceilings) <= 0.0201


def test_no_time_taken_and_an_exercise_that_is_not_about_computing_have_no_ceiling() -> None:
    assert cpu_ceiling(computing(1000.0, 0.0)) == 1.0
    assert cpu_ceiling(computing(0.0, 900.0)) == 1.0
    assert cpu_ceiling(computing(1000.0, 900.0, reference=0.0)) == 1.0
    assert cpu_ceiling(computing(1.1, 900.0, reference=1.0)) == 1.0


def test_what_is_below_a_millisecond_counts_as_one() -> None:
    assert cpu_ceiling(computing(1000.0, 0.9, reference=0.1)) == 1.0


class Notice:
    """What psycopg hands to a listener."""

    def __init__(self, severity: str, primary: str, detail: str | None) -> None:
        self.severity_nonlocalized, self.message_primary, self.message_detail = severity, primary, detail


USAGE = (
    "! system usage stats:\n!\t2.473988 s user, 0.005307 s system, 4.828676 s elapsed\n"
    "!\t[2.5 s user, 0.1 s system total]"
)


def test_only_postgresqls_own_report_is_taken_for_cpu_time() -> None:
    listener = cpu.Listener()
    listener.hear(Notice("LOG", cpu.TITLE, USAGE))  # type: ignore[arg-type] # three fields of it
    assert listener.take() == pytest.approx(2479.295)
    assert listener.take() is None
    listener.hear(Notice("NOTICE", cpu.TITLE, USAGE))  # type: ignore[arg-type]
    listener.hear(Notice("LOG", "something else", USAGE))  # type: ignore[arg-type]
    assert listener.take() is None
    listener.hear(Notice("LOG", cpu.TITLE, USAGE))  # type: ignore[arg-type]
    listener.hear(Notice("LOG", cpu.TITLE, None))  # type: ignore[arg-type]
    assert listener.take() is None


def test_short_runs_are_repeated_and_the_least_time_is_taken() -> None:
    times = iter([5.0, 1.0, 2.0, 3.0, 1.5, 2.5, 9.0, 100.0])
    assert cpu.samples(lambda: next(times)) == [5.0, 1.0, 2.0, 3.0, 1.5]
    long = iter([200.0, 180.0, 190.0, 1.0])
    assert cpu.samples(lambda: next(long)) == [200.0, 180.0, 190.0]
    assert cpu.samples(lambda: None) == []
    assert cpu.samples(lambda: 200.0, few=1) == [200.0]
    assert cpu.least(2.0, 0.0, 1.5) == 1.5
    assert cpu.least() == 0.0


def with_settings(**plans: dict[str, Any] | None) -> QueryAnswer:
    """An answer with indexes and settings; `plans` by `query_part`, `None` for one that did not end."""
    fields: dict[str, dict[str, Any] | None] = {
        "given_none": given_plan(),
        "submitted_none": hash_plan(),
        "submitted_whole": new_plan(),
        "given_whole": given_plan(),
        "submitted_indexes": new_plan(),
        "given_settings": given_plan(),
    }
    cells = []
    for name, done in (fields | plans).items():
        query, _, part = name.partition("_")
        if done is not None:
            whole = "whole" if part == "none" else part
            cells.append(Cell(query=query, setup=part != "none", part=whole, plan=done))  # type: ignore[arg-type]
    return answer(cells=tuple(cells), settings=(Setting(name="work_mem", value="64MB"),))


def test_settings_that_change_nothing_are_said_to_do_so() -> None:
    finding = ask_settings(with_settings())
    assert settings_gains(with_settings()) == (1.0, 1.0)
    assert finding.outcome is Outcome.PASS
    assert "make no difference" in finding.message
    assert "work_mem = 64MB" in finding.message


def test_the_gain_of_settings_is_told_apart_from_that_of_the_indexes() -> None:
    evidence = with_settings(submitted_indexes=hash_plan())
    finding = ask_settings(evidence)
    assert "The settings count: without them (work_mem = 64MB)" in finding.message
    (table,) = finding.exhibits
    assert isinstance(table, RowsExhibit)
    assert [row[0] for row in table.rows] == [
        "given query",
        "given query, settings alone",
        "your answer without its settings",
        "your answer",
    ]
    assert "does not end in time" in ask_settings(with_settings(submitted_indexes=None)).message


def test_settings_that_help_the_given_query_alone_are_told() -> None:
    finding = ask_settings(with_settings(given_settings=hash_plan()))
    assert "alone they already make the given query's work" in finding.message


def test_settings_that_harm_are_told() -> None:
    assert "The settings harm" in ask_settings(with_settings(submitted_whole=hash_plan())).message


def test_a_setup_of_settings_only_is_measured_by_the_2_by_2() -> None:
    cells = (
        Cell(query="given", setup=False, plan=given_plan()),
        Cell(query="submitted", setup=False, plan=hash_plan()),
        Cell(query="submitted", setup=True, plan=new_plan()),
        Cell(query="given", setup=True, plan=hash_plan()),
    )
    evidence = answer(cells=cells, added=(), settings=(Setting(name="work_mem", value="64MB"),))
    mine, alone = settings_gains(evidence)
    assert mine > 1.25
    assert alone > 1.25
    assert ask_settings(answer()).outcome is Outcome.NOT_APPLICABLE


def test_parts_of_a_setup_never_stand_in_for_the_whole() -> None:
    evidence = with_settings(submitted_indexes=given_plan(), given_settings=hash_plan())
    assert ask_two_by_two(evidence).message == ask_two_by_two(answer()).message


def written(name: str, table: str, columns: tuple[str, ...], more: str = "", kind: str = "INDEX") -> Index:
    definition = f"CREATE {kind} {name} ON public.{table} USING btree ({', '.join(columns)}){more}"
    return Index(name=name, table=table, definition=definition, columns=columns, blocks=10)


def costing(entries: float, *added: Index, table: str = "orders") -> QueryAnswer:
    """An answer whose indexes write so many entries for each new row of a table."""
    before = Writes(records=30_000, bytes=2_000_000, blocks=50_000)
    after = Writes(records=round(30_000 + 10_000 * entries), bytes=round(2_000_000 + 700_000 * entries), blocks=80_000)
    cost = WriteCost(table=table, rows=10_000, before=before, after=after, touched={INDEX.name: 30_000})
    return answer(added=added or (INDEX,), writes=(cost,))


def test_a_few_indexes_never_cost_and_many_do() -> None:
    for entries in (0.0, 1.0, 3.2, 3.5):
        assert ask_write_cost(costing(entries)).outcome is Outcome.PASS
    five = ask_write_cost(costing(5.0))
    assert (five.outcome, five.where, five.score) == (Outcome.FAIL, "setup.sql", 0.5)
    told = "Each of 10,000 new rows of orders writes 5.0 further index entries (1.9 → 5.2 MB of log)"
    assert five.message == told
    assert any(isinstance(one, SqlExhibit) and "ROLLBACK" in one.statement for one in five.exhibits)
    assert ask_write_cost(costing(9.0)).score == 0.0


def test_the_worst_table_decides_what_writes_cost() -> None:
    light, heavy = costing(1.2, table="customers").writes, costing(4.5).writes
    finding = ask_write_cost(answer(writes=(*light, *heavy)))
    assert "new rows of orders" in finding.message


def test_no_index_and_evidence_without_measured_writes_cost_nothing() -> None:
    assert ask_write_cost(answer(added=())).outcome is Outcome.NOT_APPLICABLE
    assert ask_write_cost(answer()).outcome is Outcome.NOT_APPLICABLE
    failing = answer(comparisons=(msgspec.structs.replace(answer().comparisons[0], same=False),), writes=())
    assert ask_write_cost(failing).outcome is Outcome.BLOCKED


def test_an_index_that_begins_like_another_is_named() -> None:
    long = written("orders_customer_id_status_idx", "orders", ("customer_id", "status"))
    key = written("orders_pkey", "orders", ("order_id", "line_no"), kind="UNIQUE INDEX")
    doubled = written("orders_order_id_idx", "orders", ("order_id",))
    evidence = answer(added=(INDEX, long, doubled), existing=(key,))
    assert covered_by(INDEX, evidence) == long.name
    assert covered_by(doubled, evidence) == "orders_pkey"
    assert covered_by(long, evidence) == ""
    message = ask_indexes_used(evidence).message
    assert "orders_order_id_idx (orders_pkey begins with the same columns)" in message
    assert f"; {INDEX.name} could go ({long.name} begins with the same columns)" in message  # used, and needless


def test_of_two_indexes_alike_only_the_later_is_named() -> None:
    first, second = (written(name, "orders", ("customer_id",)) for name in ("a_idx", "b_idx"))
    evidence = answer(added=(first, second))
    assert (covered_by(first, evidence), covered_by(second, evidence)) == ("", "a_idx")


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        (written("a", "orders", ("x",), " INCLUDE (z)"), written("b", "orders", ("x", "y"))),
        (written("a", "orders", ("x",), " WHERE (y > 1)"), written("b", "orders", ("x", "y"))),
        (written("a", "orders", ("x",)), written("b", "orders", ("x", "y"), " WHERE (y > 1)")),
        (written("a", "orders", ("x",), kind="UNIQUE INDEX"), written("b", "orders", ("x", "y"))),
        (written("a", "orders", ("y",)), written("b", "orders", ("x", "y"))),
        (written("a", "orders", ("x",)), written("b", "customers", ("x", "y"))),
    ],
)
def test_what_an_index_may_be_for_is_not_called_spare(mine: Index, other: Index) -> None:
    assert covered_by(mine, answer(added=(mine, other))) == ""


def test_evidence_saved_before_these_costs_were_measured_is_still_read() -> None:
    old = msgspec.to_builtins(answer())
    for name in ("writes", "reference_cpu"):
        old.pop(name, None)
    for cell in old["cells"]:
        cell.pop("part", None)
        cell.pop("cpu", None)
    read = msgspec.convert(old, type=QueryAnswer)
    assert ask_work(read) == ask_work(answer())
