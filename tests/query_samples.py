"""Hand-made evidence about rewritten queries, and the pack's exercise on little data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from grader.collectors.query.exercise import BigData, Exercise, read_exercise
from grader.evidence.query import Cell, Comparison, Index, QueryAnswer, ResultColumn

ROOT = Path(__file__).parent.parent
PACK = ROOT / "challenges" / "slow-query"
REFERENCE = ROOT / "reference" / "slow-query"
TABLES = ("categories", "products", "customers", "orders", "order_items", "blocked_customers")

GIVEN = (
    "SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c ORDER BY c.id"
)
REWRITE = (
    "SELECT c.id, count(o.id) AS orders\nFROM customers c LEFT JOIN orders o ON o.customer_id = c.id\n"
    "GROUP BY c.id ORDER BY c.id"
)
EXPLANATION = """
The original query has a correlated subquery: for every row of `customers` it does a Seq Scan on `orders`.
Now both tables are joined once (Hash Join) and grouped. The index `orders_customer_id_idx` on `customer_id`
makes the join an Index Scan.

Before: 900 ms, 4,000 buffers. After: 3 ms, 80 buffers.
"""


def little_exercise(size: int = 2000, level: str = "mid") -> Exercise:
    """An exercise with few customers and few small databases."""
    exercise = read_exercise(PACK / "exercises" / level)
    about = msgspec.structs.replace(
        exercise.about,
        grading=BigData(seed=8, size=size),
        practice=BigData(seed=1, size=size),
        private=msgspec.structs.replace(exercise.about.private, size=2000),
        small=msgspec.structs.replace(exercise.about.small, databases=28),
        limits=msgspec.structs.replace(exercise.about.limits, query=20.0, private=10.0, small=5.0),
    )
    return msgspec.structs.replace(exercise, about=about)


def plan(kind: str, *children: dict[str, Any], rows: float = 1, loops: int = 1, **more: Any) -> dict[str, Any]:
    """A node as PostgreSQL tells it; underscores in names stand for blanks: `Relation_Name="orders"`."""
    fields = {key.replace("_", " "): value for key, value in more.items()}
    node: dict[str, Any] = {"Node Type": kind, "Actual Rows": rows, "Actual Loops": loops, "Plan Rows": rows, **fields}
    if children:
        node["Plans"] = list(children)
    return node


def given_plan() -> dict[str, Any]:
    """A correlated subquery that scans a table for each of 100 rows."""
    scan = plan(
        "Seq Scan",
        rows=3,
        loops=100,
        Relation_Name="orders",
        Rows_Removed_by_Filter=9_997,
        Shared_Hit_Blocks=5_000,
        Parent_Relationship="Outer",
        Filter="(customer_id = c.id)",
    )
    subplan = plan(
        "Aggregate", scan, loops=100, Parent_Relationship="SubPlan", Subplan_Name="SubPlan 1", Shared_Hit_Blocks=5_000
    )
    return plan("Seq Scan", subplan, rows=100, Relation_Name="customers", Shared_Hit_Blocks=5_010)


def new_plan(index: str = "orders_customer_id_idx") -> dict[str, Any]:
    """One pass with an index."""
    look = plan(
        "Index Scan",
        rows=3,
        loops=100,
        Relation_Name="orders",
        Index_Name=index,
        Shared_Hit_Blocks=300,
        Parent_Relationship="Inner",
        Index_Cond="(customer_id = c.id)",
    )
    scan = plan("Seq Scan", rows=100, Relation_Name="customers", Shared_Hit_Blocks=10, Parent_Relationship="Outer")
    loop = plan("Nested Loop", scan, look, rows=300, Shared_Hit_Blocks=310, Parent_Relationship="Outer")
    return plan("Aggregate", loop, rows=100, Shared_Hit_Blocks=310)


def hash_plan() -> dict[str, Any]:
    """One pass without an index."""
    orders = plan("Seq Scan", rows=10_000, Relation_Name="orders", Shared_Hit_Blocks=50, Parent_Relationship="Outer")
    customers = plan("Seq Scan", rows=100, Relation_Name="customers", Shared_Hit_Blocks=10, Parent_Relationship="Inner")
    return plan("Hash Join", orders, customers, rows=10_000, Shared_Hit_Blocks=60)


COLUMNS = (ResultColumn(name="id", type="integer"), ResultColumn(name="orders", type="bigint"))
INDEX = Index(
    name="orders_customer_id_idx",
    table="orders",
    definition="CREATE INDEX orders_customer_id_idx ON public.orders USING btree (customer_id)",
    columns=("customer_id",),
    blocks=20,
)
SAME = (
    Comparison(data="fixture", name="ties", given=3, submitted=3, same=True),
    Comparison(data="small", name="1 (empty)", given=0, submitted=0, same=True),
    Comparison(data="private", name="the private data", given=5, submitted=5, same=True),
    Comparison(data="big", name="the large data", given=5, submitted=5, same=True),
)


def answer(**changes: Any) -> QueryAnswer:
    """A good answer with a setup; every field may be replaced."""
    fields: dict[str, Any] = {
        "exercise": "mid",
        "given": GIVEN,
        "query": REWRITE,
        "setup": "CREATE INDEX ON orders (customer_id);",
        "explanation": EXPLANATION,
        "tables": {"customers": ("id", "name"), "orders": ("id", "customer_id", "total")},
        "table_blocks": {"customers": 10, "orders": 50},
        "given_columns": COLUMNS,
        "submitted_columns": COLUMNS,
        "comparisons": SAME,
        "cells": (
            Cell(query="given", setup=False, plan=given_plan(), milliseconds=900),
            Cell(query="submitted", setup=False, plan=hash_plan(), milliseconds=9),
            Cell(query="submitted", setup=True, plan=new_plan(), milliseconds=3),
            Cell(query="given", setup=True, plan=given_plan(), milliseconds=800),
        ),
        "reference_work": 3_500,
        "added": (INDEX,),
    }
    return QueryAnswer(**(fields | changes))


def differing(*names: str) -> tuple[Comparison, ...]:
    """The comparisons of a good answer with other rows on the named data sets."""
    return tuple(msgspec.structs.replace(c, same=c.name not in names) for c in SAME)
