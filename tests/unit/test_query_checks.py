from __future__ import annotations

from typing import Any

import msgspec
import pytest
from query_samples import EXPLANATION, SAME, answer, differing, given_plan, new_plan

from grader.checks.query.economy import ask_index_size, ask_indexes_used
from grader.checks.query.explanation import ask_agrees, ask_comparison, ask_decisive, ask_plan_analysis
from grader.checks.query.facts import efficiency, mostly_different
from grader.checks.query.plans import ask_plans
from grader.checks.query.rows import ask_columns, ask_same_rows
from grader.checks.query.runs import ask_allowed, ask_runs, ask_setup
from grader.checks.query.work import ask_two_by_two, ask_work
from grader.evidence.query import (
    Answer,
    Cell,
    Comparison,
    Difference,
    Failure,
    Index,
    QueryAnswer,
    Refusal,
    ResultColumn,
    SmallTable,
    SqlError,
)
from grader.exhibits import CodeExhibit, PlanExhibit, RowsExhibit, SqlExhibit
from grader.model import Outcome

EVERY_CHECK = (
    *(ask_allowed, ask_runs, ask_setup, ask_columns, ask_same_rows, ask_work, ask_two_by_two, ask_plans),
    *(ask_indexes_used, ask_index_size, ask_comparison, ask_plan_analysis, ask_decisive, ask_agrees),
)
SCORED = [ask for ask in EVERY_CHECK if ask not in (ask_two_by_two, ask_plans)]


def ends(evidence: QueryAnswer) -> dict[str, str]:
    return {ask.__name__.removeprefix("ask_"): ask(evidence).outcome.value for ask in EVERY_CHECK}


def nothing_measured(**more: Any) -> QueryAnswer:
    return answer(comparisons=(), cells=(), submitted_columns=(), added=(), **more)


def test_a_good_answer_passes_everything() -> None:
    assert set(ends(answer()).values()) == {"pass"}


def test_a_good_answer_without_a_setup_is_not_asked_about_indexes() -> None:
    found = ends(
        answer(
            setup="",
            added=(),
            explanation=EXPLANATION.replace("orders_customer_id_idx", "orders_pkey"),
            existing=(Index(name="orders_pkey", table="orders", definition="…"),),
            cells=(
                Cell(query="given", setup=False, plan=given_plan()),
                Cell(query="submitted", setup=False, plan=new_plan(index="orders_pkey")),
            ),
        )
    )
    assert {name for name, outcome in found.items() if outcome == "not_applicable"} == {
        "setup",
        "indexes_used",
        "index_size",
    }
    assert set(found.values()) == {"pass", "not_applicable"}


def test_a_refused_query_fails_once_and_earns_nothing_anywhere() -> None:
    refusal = Refusal(file="query.sql", what="the function `pg_sleep` is not allowed", line=2, column=3, length=8)
    evidence = nothing_measured(refusals=(refusal,))
    found = ends(evidence)
    assert found.pop("allowed") == "fail"
    assert set(found.values()) == {"blocked"}
    finding = ask_allowed(evidence)
    assert finding.where == "query.sql:2:3"
    assert isinstance(finding.exhibits[0], CodeExhibit)


def test_a_query_that_never_ends_fails_once_and_the_message_says_where() -> None:
    evidence = nothing_measured(failure=Failure(data="the private data", stopped_after=20.0))
    found = ends(evidence)
    assert (found.pop("allowed"), found.pop("runs")) == ("pass", "fail")
    assert set(found.values()) == {"blocked"}
    assert "stopped on the private data" in ask_runs(evidence).message
    assert "20 s" in ask_runs(evidence).message


def test_a_query_that_postgresql_refuses_shows_its_words_and_a_caret() -> None:
    error = SqlError(
        sqlstate="42703", message='column "x" does not exist', hint="Perhaps", file="query.sql", line=2, column=6
    )
    finding = ask_runs(nothing_measured(failure=Failure(data="", error=error)))
    assert finding.outcome is Outcome.FAIL
    assert "42703" in finding.message
    code, said = finding.exhibits
    assert isinstance(code, CodeExhibit)
    assert (code.line, code.column) == (2, 6)
    assert isinstance(said, SqlExhibit)
    assert "psql" in said.command


def test_other_rows_fail_and_then_speed_earns_nothing() -> None:
    found = ends(answer(comparisons=differing("ties")))
    assert found["same_rows"] == "fail"
    assert {found[name] for name in ("work", "two_by_two", "indexes_used", "index_size")} == {"blocked"}
    assert found["decisive"] == "pass"  # an edge case was missed, the change is explained all the same


def test_another_query_altogether_earns_nothing_for_its_explanation() -> None:
    wrong = differing(*(comparison.name for comparison in SAME[:3]))
    found = ends(answer(comparisons=wrong))
    assert {found[name] for name in ("comparison", "plan_analysis", "decisive", "agrees")} == {"blocked"}


def on_edge(**more: Any) -> QueryAnswer:
    """A good answer that divides by zero on one small data set."""
    error = SqlError(sqlstate="22012", message="division by zero", file="query.sql")
    comparisons = tuple(msgspec.structs.replace(c, same=c.name != "ties", failed=c.name == "ties") for c in SAME)
    failure = Failure(data="the small database ties", error=error)
    return answer(comparisons=comparisons, failure=failure, **more)


def test_an_error_on_one_small_database_costs_what_wrong_rows_there_cost() -> None:
    failing, wrong = on_edge(), answer(comparisons=differing("ties"))
    same = [ask for ask in EVERY_CHECK if ask not in (ask_runs, ask_same_rows)]
    assert [(ask(failing).outcome, ask(failing).score) for ask in same] == [
        (ask(wrong).outcome, ask(wrong).score) for ask in same
    ]
    assert (ask_runs(failing).outcome, ask_runs(failing).score) == (Outcome.FAIL, 0.75)
    assert "division by zero" in ask_runs(failing).message
    assert "3 of 4 data sets" in ask_runs(failing).message
    assert ask_same_rows(failing).outcome is Outcome.BLOCKED


def test_an_error_on_one_data_set_and_other_rows_on_another_are_told_both() -> None:
    evidence = on_edge()
    wrong = tuple(msgspec.structs.replace(c, same=c.same and c.data != "small") for c in evidence.comparisons)
    both = msgspec.structs.replace(evidence, comparisons=wrong)
    assert (ask_runs(both).outcome, ask_same_rows(both).outcome) == (Outcome.FAIL, Outcome.FAIL)


def test_a_query_that_only_postgresql_can_read_waits_for_a_person_and_costs_nothing() -> None:
    evidence = nothing_measured(unread="Unexpected token. Line 3, Col: 8.")
    assert {ask(evidence).outcome for ask in EVERY_CHECK} == {Outcome.FOR_REVIEW}
    assert "Line 3" in ask_allowed(evidence).fix
    assert isinstance(ask_allowed(evidence).exhibits[0], CodeExhibit)


def test_what_an_exhibit_calls_postgresqls_answer_is_postgresqls() -> None:
    (table, sizes) = ask_index_size(answer()).exhibits
    assert isinstance(table, RowsExhibit)
    assert isinstance(sizes, SqlExhibit)
    assert sizes.answer == "relname | blocks\norders_customer_id_idx | 20\n…"
    explained = next(one for one in ask_work(answer()).exhibits if isinstance(one, SqlExhibit))
    assert explained.answer.startswith("Aggregate (actual rows=100 loops=1)\n  Buffers: shared hit and read=310")
    assert "->  Index Scan using orders_customer_id_idx on orders (actual rows=3 loops=100)" in explained.answer


def test_rows_that_were_never_compared_on_the_large_data_do_not_pass() -> None:
    assert ask_same_rows(answer(comparisons=SAME[:2])).outcome is Outcome.BLOCKED
    assert ask_same_rows(answer(comparisons=())).outcome is Outcome.BLOCKED


def test_a_difference_is_shown_with_its_rows_both_answers_and_a_script() -> None:
    columns = (ResultColumn(name="id", type="integer"), ResultColumn(name="orders", type="bigint"))
    difference = Difference(
        name="7 (page)",
        tables=(
            SmallTable(name="categories", columns=("id",), rows=(("1",),)),  # the given query does not name it
            SmallTable(name="orders", columns=("id", "status"), rows=(("1", None), ("2", "it's"))),
        ),
        given=Answer(columns=columns, rows=(("1", "0"), ("2", "1"))),
        submitted=Answer(columns=columns, rows=(("1", "0"), ("2", "2"))),
    )
    finding = ask_same_rows(answer(comparisons=differing("ties"), difference=difference))
    assert "row 2 should be (2, 1), yours is (2, 2)" in finding.message
    both, script, table, other = finding.exhibits  # a report shows the first few
    assert isinstance(both, RowsExhibit)
    assert [row[3] for row in both.rows] == ["", "≠ orders"]
    assert isinstance(table, RowsExhibit)
    assert table.rows[0] == ("1", "NULL")
    assert other.title == "Rows of categories"
    assert isinstance(script, SqlExhibit)
    assert "('1', NULL),\n  ('2', 'it''s')" in script.statement
    assert script.command == "psql -d practice -f difference.sql"
    assert script.answer == (
        "-- original.sql\nid | orders\n1 | 0\n2 | 1\n(2 rows)\n\n-- query.sql\nid | orders\n1 | 0\n2 | 2\n(2 rows)"
    )


def test_columns_are_compared_by_name_order_and_kind_of_type() -> None:
    integer = (ResultColumn(name="id", type="bigint"), ResultColumn(name="orders", type="integer"))
    assert ask_columns(answer(submitted_columns=integer)).outcome is Outcome.PASS
    numeric = (ResultColumn(name="id", type="integer"), ResultColumn(name="orders", type="numeric"))
    finding = ask_columns(answer(submitted_columns=numeric))
    assert finding.message == "Column 2 is orders numeric, not orders bigint"
    renamed = (ResultColumn(name="id", type="integer"), ResultColumn(name="n", type="bigint"))
    assert ask_columns(answer(submitted_columns=renamed)).outcome is Outcome.FAIL
    assert "missing" in ask_columns(answer(submitted_columns=integer[:1])).message


@pytest.mark.parametrize(
    ("after", "reached"), [(1_000_000, 0.0), (2_000_000, 0.0), (1_000, 1.0), (10, 1.0), (31_623, 0.5)]
)
def test_every_halving_of_the_work_is_worth_the_same(after: int, reached: float) -> None:
    assert efficiency(1_000_000, after, 1_000) == pytest.approx(reached, abs=0.001)


def test_the_given_query_unchanged_earns_nothing_for_work_or_explanation() -> None:
    same = (
        Cell(query="given", setup=False, plan=given_plan()),
        Cell(query="submitted", setup=False, plan=given_plan()),
    )
    found = answer(query="the same", setup="", added=(), cells=same)
    finding = ask_work(found)
    assert (finding.outcome, finding.score) == (Outcome.FAIL, 0.0)
    assert {ask(found).outcome for ask in (ask_comparison, ask_plan_analysis, ask_decisive)} == {Outcome.BLOCKED}
    lying = ask_agrees(msgspec.structs.replace(found, explanation="It is now 100x faster."))
    assert (lying.outcome, lying.score) == (Outcome.FAIL, 0.0)


def test_part_of_the_gain_earns_part_of_the_points() -> None:
    cells = tuple(c for c in answer().cells if not (c.query == "submitted" and c.setup))
    half = (*cells, Cell(query="submitted", setup=True, plan=cells[1].plan))
    finding = ask_work(answer(cells=half))
    assert finding.outcome is Outcome.FAIL
    assert 0.5 < finding.score < 0.9
    assert "work or less" in finding.expected


def test_times_never_reach_a_finding() -> None:
    slow = tuple(msgspec.structs.replace(cell, milliseconds=987_654.0) for cell in answer().cells)
    for ask in EVERY_CHECK:
        assert ask(answer(cells=slow)) == ask(answer())


def test_the_two_by_two_says_which_half_did_it() -> None:
    finding = ask_two_by_two(answer())
    assert finding.message.startswith("Both count")
    table = finding.exhibits[0]
    assert isinstance(table, RowsExhibit)
    assert len(table.rows) == 2
    no_end = tuple(cell for cell in answer().cells if cell.setup or cell.query == "given")
    assert "does not end" in ask_two_by_two(answer(cells=no_end)).message


def test_both_plans_are_drawn_with_their_flags() -> None:
    finding = ask_plans(answer())
    given, new = (shown for shown in finding.exhibits if isinstance(shown, PlanExhibit))
    assert any(node.flags for node in given.nodes)
    assert not any(node.flags for node in new.nodes)


def test_an_index_that_no_plan_reads_is_named() -> None:
    spare = Index(
        name="orders_total_idx", table="orders", definition="… USING btree (total)", columns=("total",), blocks=9
    )
    finding = ask_indexes_used(answer(added=(*answer().added, spare)))
    assert "orders_total_idx" in finding.message
    assert finding.score == 0.5


def test_indexes_larger_than_the_tables_are_too_large() -> None:
    large = msgspec.structs.replace(answer().added[0], blocks=50)
    assert ask_index_size(answer(added=(large,))).outcome is Outcome.FAIL


def test_a_setup_that_is_refused_or_fails_is_told_once() -> None:
    refusal = Refusal(file="setup.sql", what="`DROP TABLE` is not allowed")
    refused = answer(refusals=(refusal,), setup="DROP TABLE orders", added=())
    error = SqlError(sqlstate="42703", message="no such column", line=1, column=1)
    broken = answer(setup_failure=Failure(data="setup.sql", error=error), added=())
    stopped = answer(setup_failure=Failure(data="setup.sql", stopped_after=60.0), added=())
    for evidence in (refused, broken, stopped):
        assert ask_setup(evidence).outcome is Outcome.FAIL
        assert ask_indexes_used(evidence).outcome is Outcome.BLOCKED


def test_a_missing_explanation_fails_once() -> None:
    found = ends(answer(explanation=" \n"))
    assert found["comparison"] == "fail"
    assert {found[name] for name in ("plan_analysis", "decisive", "agrees")} == {"blocked"}


def test_boilerplate_earns_nothing() -> None:
    found = ends(
        answer(explanation="I followed best practices and the query is more efficient and maintainable now. " * 9)
    )
    assert {found[name] for name in ("comparison", "plan_analysis", "decisive", "agrees")} == {"fail"}


def test_a_false_explanation_costs_and_explains_nothing() -> None:
    false = "The old joins spilled to disk. The new index `orders_total_idx` is used, so orders fits into memory."
    evidence = answer(explanation=false)
    assert (ask_agrees(evidence).outcome, ask_agrees(evidence).score) == (Outcome.FAIL, 0.0)
    assert (ask_decisive(evidence).outcome, ask_decisive(evidence).score) == (Outcome.FAIL, 0.0)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The original took about 9 s, the new one 3 ms.", Outcome.PASS),
        ("I did not measure anything. It should take a few ms for company 42 with size 55000.", Outcome.FAIL),
        ("customers has 55,000 rows and orders 330,000 rows.", Outcome.FAIL),
        ("Before 330,000 rows were read, now 260 rows.", Outcome.PASS),
    ],
)
def test_a_comparison_needs_two_measured_figures(text: str, outcome: Outcome) -> None:
    assert ask_comparison(answer(explanation=text)).outcome is outcome


def test_naming_nodes_is_no_analysis_and_a_number_or_a_gain_is_no_claim_about_plans() -> None:
    assert ask_plan_analysis(answer(explanation="Seq Scan, Index Scan, Hash Join, Sort.")).outcome is Outcome.FAIL
    for text in ("We have 100 people.", "It is 300x faster.", "Seq Scan, Index Scan, Hash Join, Sort."):
        assert ask_agrees(answer(explanation=text)).outcome is Outcome.FAIL
    assert ask_agrees(answer(explanation="The subqueries on orders are joined once.")).outcome is Outcome.PASS


def test_the_claims_stand_line_by_line_beside_the_text_and_what_is_not_judged_is_said() -> None:
    text = "The Seq Scan on orders runs for every customer, 10,000 rows each."
    table = ask_agrees(answer(explanation=f"{text}\n\n{text}")).exhibits[0]
    assert isinstance(table, RowsExhibit)
    assert [row[:3] for row in table.rows] == [("1", text, "✓ confirmed in part"), ("3", text, "✓ confirmed in part")]
    assert table.rows[1][3] == "as on line 1"
    assert "Whether a figure is right" in table.note


def test_words_that_are_not_known_go_to_a_person() -> None:
    strange = "Las ordenes del cliente en la tabla orders se buscan ahora con una estructura ordenada. " * 9
    assert ask_decisive(answer(explanation=strange)).outcome is Outcome.FOR_REVIEW
    assert ask_agrees(answer(explanation=strange)).outcome is Outcome.FOR_REVIEW


def test_a_short_text_in_another_language_goes_to_a_person_instead_of_failing() -> None:
    text = "変更後は orders を一回だけ読むようになり、とても速くなりました。以前は各行ごとに全部を読んでいました。"
    found = answer(explanation=text)
    assert [ask(found).outcome for ask in (ask_comparison, ask_plan_analysis)] == [Outcome.FOR_REVIEW] * 2


def test_every_failure_says_what_was_expected_and_shows_evidence() -> None:
    spare = Index(name="spare_idx", table="orders", definition="… USING btree (total)", columns=("total",), blocks=900)
    cells = tuple(c for c in answer().cells if not (c.query == "submitted" and c.setup))
    worse = answer(
        cells=(*cells, Cell(query="submitted", setup=True, plan=given_plan())),
        added=(spare,),
        explanation="orders_x_idx is used.",
        comparisons=SAME,
        submitted_columns=(),
    )
    for ask in SCORED:
        finding = ask(worse)
        if finding.outcome is Outcome.FAIL:
            assert finding.expected, ask
            assert finding.exhibits, ask
            assert finding.where, ask


def test_as_much_work_as_before_is_told_in_words() -> None:
    given = answer().cell("given", setup=False)
    assert given is not None
    cells = tuple(
        msgspec.structs.replace(given, query=q, setup=s) for q in ("given", "submitted") for s in (False, True)
    )
    assert "work: no less, 0 % of what is possible" in ask_work(answer(cells=cells)).message


def test_a_slip_that_many_made_databases_show_is_still_an_edge_case_when_ordinary_data_agree() -> None:
    made = [Comparison(data="small", name=str(n), given=1, submitted=2, same=False) for n in range(9)]
    ordinary = [Comparison(data=kind, name=kind, given=5, submitted=5, same=True) for kind in ("private", "big")]
    assert not mostly_different(answer(comparisons=(*made, *ordinary)))
    private = Comparison(data="private", name="private", given=5, submitted=4, same=False)
    assert mostly_different(answer(comparisons=(*made, private, ordinary[1])))
