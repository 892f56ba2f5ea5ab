"""Rules over plans that PostgreSQL 18 made: of the three exercises, and of queries written to show one thing each.

`real_plans.json` holds what EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) printed on 6,000 customers (the given
queries of senior and junior: on all the data), reduced to the fields that are read.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from query_samples import given_plan, new_plan, plan

from grader.sql.query.plan import own_work, read_plan, work
from grader.sql.query.plan_ends import ran_to_the_end
from grader.sql.query.plan_findings import changes, plan_findings
from grader.sql.query.plan_rules import RULES, TITLES

PLANS = json.loads((Path(__file__).parent.parent / "real_plans.json").read_text(encoding="utf-8"))
STANDS_OUT = {
    "given": [
        "correlated_subplan customers, order_items, orders",
        "correlated_subplan order_items, orders",
        "correlated_subplan orders",
        "repeated_subplans order_items",
        "repeated_subplans orders",
        "seq_scan_repeated orders",
        "seq_scan_selective customers",
        "seq_scan_selective orders",
    ],
    "senior_given": [
        "cte_scan_filter sales",
        "hash_spill orders",
        "join_filter_waste blocked_customers, products, sales",
        "materialize_spill blocked_customers",
        "materialize_spill sales",
        "misestimate sales",
        "unhashed_subplan blocked_customers",
    ],
    "junior_given": ["seq_scan_selective orders"],
    "not_in_unhashed": ["materialize_spill orders", "unhashed_subplan orders"],
    "exists_or": ["seq_scan_selective orders"],
    "limit_sorted": ["seq_scan_selective orders"],
    "offset_deep": ["index_walked orders", "limit_discard orders"],
    "window": ["misestimate orders", "sort_spill orders"],
    "agg_spill": ["aggregate_spill orders"],
    "hash_spill": ["hash_spill orders"],
    "sort_spill": ["sort_spill orders"],
    "cte_spill": ["materialize_spill o"],
    "cte_twice": ["hash_spill customers", "materialize_spill o"],
    "cte_filter2": ["cte_scan_filter o"],
    "join_filter": ["join_filter_waste customers, products", "misestimate customers, products"],
    "initplan": ["misestimate orders", "seq_scan_selective orders"],
    "index_filter": ["index_filter_waste orders"],
    "index_walk": ["index_walked orders"],
    "heap_fetches": ["heap_fetches orders"],
    "nested_often": ["index_walked orders", "nested_loop_blowup order_items, orders"],
    "lookup": ["correlated_subplan products"],
    "skewed": ["misestimate orders"],
    "not_exists": ["seq_scan_selective orders"],
    "not_in_hashed": ["misestimate customers"],
}
# Estimates that look wrong and are not: something stopped these early, or PostgreSQL reports no rows for them.
NOTHING = (
    *("reference", "exists_early", "limit_early", "merge_early", "hash_outer", "empty_hash", "bitmap_or", "lateral"),
    *("initplan_target", "memoize", "anti_loop", "semi_loop", "whole_group"),
)


@pytest.mark.parametrize("name", [*STANDS_OUT, *NOTHING])
def test_what_stands_out_in_a_real_plan_is_told_and_nothing_else(name: str) -> None:
    found = plan_findings(read_plan(PLANS[name]))
    assert sorted({f"{finding.rule} {finding.object}" for finding in found}) == STANDS_OUT.get(name, [])


def test_every_plan_and_every_rule_is_tried() -> None:
    assert set(STANDS_OUT) | set(NOTHING) == set(PLANS)
    fired = {line.split()[0] for lines in STANDS_OUT.values() for line in lines}
    assert set(TITLES) - fired == {"lossy_bitmap"}  # needs more data than a test may have: see below
    assert set(RULES) | {"repeated_subplans"} == set(TITLES)


def test_a_bitmap_of_whole_blocks_is_told() -> None:
    scan = plan(
        "Bitmap Heap Scan",
        rows=50,
        Relation_Name="orders",
        Rows_Removed_by_Index_Recheck=90_000,
        Lossy_Heap_Blocks=900,
        Shared_Hit_Blocks=900,
    )
    assert [finding.rule for finding in plan_findings(read_plan(scan))] == ["lossy_bitmap"]
    assert plan_findings(read_plan(scan | {"Lossy Heap Blocks": 0})) == ()


@pytest.mark.parametrize("name", PLANS)
def test_the_parts_of_the_work_of_a_real_plan_add_up(name: str) -> None:
    root = read_plan(PLANS[name])
    assert round(sum(own_work(root))) == work(root).total
    assert all(0 <= finding.share <= 1 for finding in plan_findings(root))


def test_what_a_cte_and_another_initplan_cost_is_counted_where_they_stand() -> None:
    root = read_plan(PLANS["initplan_target"])
    own = own_work(root)
    assert [node.type for node in root.walk()] == ["Index Only Scan", "Aggregate", "Seq Scan"]
    assert own[0] < 100
    assert own[2] > 72_000


def test_a_finding_says_what_the_node_did() -> None:
    found = {finding.rule: finding for finding in plan_findings(read_plan(PLANS["not_in_unhashed"]))}
    assert "6,000 times: it is not hashed" in found["unhashed_subplan"].text
    spill = found["materialize_spill"]
    assert (spill.loops, spill.temp > 0, spill.planned) == (6_000, True, 8_999)
    sales = next(f for f in plan_findings(read_plan(PLANS["senior_given"])) if f.rule == "misestimate")
    assert sales.text == "1 row expected, 505 came: 505 times off"


def test_only_nodes_that_were_asked_for_all_rows_are_held_to_their_estimate() -> None:
    root = read_plan(PLANS["limit_sorted"])
    ended = dict(zip([node.type for node in root.walk()], ran_to_the_end(root), strict=True))
    assert ended == {"Limit": True, "Sort": False, "Seq Scan": True}
    cte = read_plan(PLANS["cte_filter2"])
    assert ran_to_the_end(cte) == [True, True]


def test_a_cte_that_only_a_limit_reads_is_not_held_to_its_estimate() -> None:
    made = plan("Seq Scan", rows=1, Relation_Name="orders", Parent_Relationship="InitPlan", Subplan_Name="CTE o")
    reader = plan("CTE Scan", rows=1, CTE_Name="o", Parent_Relationship="Outer")
    root = read_plan(plan("Limit", made | {"Plan Rows": 50_000}, reader | {"Plan Rows": 50_000}, rows=1))
    assert plan_findings(root) == ()


def test_a_wrong_estimate_is_told_where_it_begins() -> None:
    scan = plan("Seq Scan", rows=50_000, Relation_Name="orders", Parent_Relationship="Outer") | {"Plan Rows": 10}
    sort = plan("Sort", scan, rows=50_000, Parent_Relationship="Outer") | {"Plan Rows": 10}
    found = plan_findings(read_plan(plan("WindowAgg", sort, rows=50_000) | {"Plan Rows": 10}))
    assert [(finding.rule, finding.object, finding.node) for finding in found] == [("misestimate", "orders", 2)]


def test_before_and_after_are_compared_by_what_they_are_about() -> None:
    found = changes(read_plan(PLANS["given"]), read_plan(PLANS["reference"]))
    assert {change.fate for change in found} == {"gone"}
    assert found[0].share_before > 0.9
    assert all(change.share_after == 0 for change in found)
    back = changes(read_plan(new_plan()), read_plan(given_plan()))
    assert [(change.fate, change.rule) for change in back] == [
        ("new", "correlated_subplan"),
        ("new", "seq_scan_selective"),
    ]
    assert {change.fate for change in changes(read_plan(given_plan()), read_plan(given_plan()))} == {"stays"}


def test_the_share_of_several_nodes_counts_what_lies_below_two_of_them_once() -> None:
    inner = plan("Aggregate", loops=10_000, Parent_Relationship="SubPlan", Subplan_Name="SubPlan 2")
    outer = plan("Aggregate", inner, loops=10_000, Parent_Relationship="SubPlan", Subplan_Name="SubPlan 1")
    root = read_plan(plan("Seq Scan", outer, rows=10, Relation_Name="orders"))
    (change,) = [c for c in changes(root, root) if c.rule == "correlated_subplan"]
    assert len(change.before) == 2
    assert change.share_before <= 1
