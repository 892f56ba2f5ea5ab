from __future__ import annotations

import json

from query_samples import given_plan, hash_plan, new_plan, plan

from grader.sql.query.plan import own_work, read_plan, shares, without_times, work
from grader.sql.query.plan_findings import plan_findings
from grader.sql.query.plan_shown import exhibit


def rules(raw: dict[str, object]) -> list[str]:
    return [finding.rule for finding in plan_findings(read_plan(raw))]


def test_work_counts_rows_of_all_loops_and_the_roots_blocks() -> None:
    done = work(read_plan(given_plan()))
    assert (done.rows, done.buffers, done.temp) == (100 * 10_000 + 100 + 100, 5_010, 0)
    assert done.total == done.rows + 8 * done.buffers


def test_temporary_blocks_weigh_most() -> None:
    sort = plan("Sort", rows=10, Temp_Read_Blocks=3, Temp_Written_Blocks=4, Sort_Space_Type="Disk")
    assert work(read_plan(sort)).total == 10 + 30 * 7
    assert rules(sort) == ["sort_spill"]


def test_nodes_that_never_ran_did_no_work() -> None:
    assert work(read_plan(plan("Seq Scan", rows=0, loops=0, Rows_Removed_by_Filter=50))).total == 0


def test_the_parts_of_the_work_add_up_to_all_of_it() -> None:
    for raw in (given_plan(), new_plan(), hash_plan()):
        root = read_plan(raw)
        assert sum(own_work(root)) == work(root).total
        assert abs(sum(shares(root)) - 1) < 1e-9


def test_the_blocks_of_a_cte_count_once_and_for_the_cte() -> None:
    made = plan(
        "Seq Scan",
        rows=5,
        Relation_Name="orders",
        Shared_Hit_Blocks=100,
        Parent_Relationship="InitPlan",
        Subplan_Name="CTE big",
    )
    first = plan("CTE Scan", rows=5, CTE_Name="big", Shared_Hit_Blocks=100, Parent_Relationship="Outer")
    second = plan("CTE Scan", rows=5, CTE_Name="big", Parent_Relationship="Inner")
    root = read_plan(plan("Hash Join", made, first, second, rows=5, Shared_Hit_Blocks=100))
    assert own_work(root) == [5, 5 + 800, 5, 5]


def test_times_and_what_varies_are_left_out_of_a_saved_plan() -> None:
    raw = plan(
        "Sort",
        plan("Seq Scan", Actual_Total_Time=3.2),
        Actual_Total_Time=4.5,
        Actual_Startup_Time=1.0,
        Sort_Space_Used=27,
        Workers=[{}],
    )
    kept = without_times(raw)
    assert set(kept) == {"Node Type", "Actual Rows", "Actual Loops", "Plan Rows", "Plans"}
    assert "Actual Total Time" not in kept["Plans"][0]


def test_the_given_plans_faults_are_found_with_their_share() -> None:
    found = {finding.rule: finding for finding in plan_findings(read_plan(given_plan()))}
    assert set(found) == {"correlated_subplan", "seq_scan_selective"}
    assert found["correlated_subplan"].share > 0.99
    assert "100 times" in found["correlated_subplan"].text
    assert found["seq_scan_selective"].object == "orders"


def test_a_good_plan_has_no_findings() -> None:
    assert rules(new_plan()) == []
    assert rules(hash_plan()) == []


def test_a_misestimate_is_told_unless_something_stopped_the_node_early() -> None:
    wrong = plan("Seq Scan", rows=50_000, Relation_Name="orders", Parent_Relationship="Outer") | {"Plan Rows": 10}
    assert rules(plan("Sort", wrong, rows=50_000)) == ["misestimate"]
    assert rules(plan("Limit", wrong, rows=50_000)) == []
    inner = wrong | {"Parent Relationship": "Inner"}
    assert rules(plan("Nested Loop", inner, rows=50_000, Join_Type="Semi")) == []
    assert rules(plan("Nested Loop", inner, rows=50_000)) == ["misestimate"]
    init = wrong | {"Parent Relationship": "InitPlan"}
    assert rules(plan("Result", init, rows=50_000)) == []


def test_spills_loops_wasted_filters_and_discarded_rows_are_told() -> None:
    assert rules(plan("Hash", rows=10, Hash_Batches=8)) == ["hash_spill"]
    inner = plan("Index Scan", rows=0, loops=20_000, Parent_Relationship="Inner", Index_Name="i")
    assert rules(plan("Nested Loop", inner, rows=10)) == ["nested_loop_blowup"]
    search = plan("Index Scan", rows=2, Index_Name="i", Index_Cond="(a = 1)", Rows_Removed_by_Filter=5_000)
    assert rules(search) == ["index_filter_waste"]
    below = plan("Sort", rows=9_000, Parent_Relationship="Outer")
    assert rules(plan("Limit", below, rows=10)) == ["limit_discard"]
    assert rules(plan("CTE Scan", rows=10, CTE_Name="c", Temp_Written_Blocks=900)) == ["materialize_spill"]


def test_the_exhibit_holds_no_time_and_is_bounded() -> None:
    raw = plan("Append", *(plan("Seq Scan", Parent_Relationship="Member") for _ in range(100)))
    shown = exhibit(raw, "Many", {3: ("look here",)})
    assert len(shown.nodes) == 60
    assert "41 more nodes" in shown.note
    assert json.loads(shown.json)[0]["Plan"]["Node Type"] == "Append"
    assert shown.nodes[3].flags == ("look here",)
    assert max(node.share for node in shown.nodes) <= 1


def test_the_json_of_a_plan_stays_json_however_long_its_texts_are() -> None:
    long = exhibit(plan("Seq Scan", Relation_Name="orders", Filter="x" * 50_000), "Long", {})
    assert len(json.loads(long.json)[0]["Plan"]["Filter"]) == 300
    many = exhibit(plan("Append", *(plan("Seq Scan", Filter="x" * 300) for _ in range(300))), "Many", {})
    assert many.json == ""


def test_a_plan_is_named_as_explain_names_it() -> None:
    scan = plan("Seq Scan", Relation_Name="orders", Parent_Relationship="InitPlan", Subplan_Name="CTE o")
    root = plan("Hash Join", plan("Aggregate", Strategy="Hashed"), scan, Join_Type="Anti")
    assert [node.name for node in exhibit(root, "", {}).nodes] == ["Hash Anti Join", "HashAggregate", "Seq Scan"]
    assert [(node.object, node.part) for node in exhibit(root, "", {}).nodes][2] == ("orders", "CTE o")


def test_the_json_of_a_plan_does_not_say_which_blocks_were_in_memory() -> None:
    warm = plan("Limit", plan("Seq Scan", Shared_Hit_Blocks=8, Shared_Read_Blocks=0), Shared_Hit_Blocks=8)
    cold = plan(
        "Limit",
        plan("Seq Scan", Shared_Hit_Blocks=5, Shared_Read_Blocks=3, Shared_Dirtied_Blocks=2, Actual_Total_Time=7.5),
        Shared_Hit_Blocks=5,
        Shared_Read_Blocks=3,
    )
    assert exhibit(warm, "", {}) == exhibit(cold, "", {})
