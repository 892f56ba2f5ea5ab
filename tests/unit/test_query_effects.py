"""What made the difference is told from the plans, for every kind of exercise."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from query_samples import given_plan, hash_plan, new_plan, plan

from grader.sql.query.effects import decisive
from grader.sql.query.explained import describes_the_work, effects, says_nothing
from grader.sql.query.ground import Ground
from grader.sql.query.lists import is_list
from grader.sql.query.plan import read_plan
from grader.sql.query.prose import read

TABLES = {
    "customers": ("customer_id", "company_id"),
    "orders": ("order_id", "customer_id", "placed_at", "status", "ship_country", "bill_country"),
    "blocked_customers": ("block_id", "customer_id", "active"),
}
SCAN = {"Relation_Name": "orders", "Shared_Hit_Blocks": 5_000}


def ground(given: dict[str, Any], final: dict[str, Any], **more: Any) -> Ground:
    return Ground(given=read_plan(given), final=read_plan(final), tables=TABLES, **more)


def ways(given: dict[str, Any], final: dict[str, Any], **more: Any) -> dict[str, str]:
    (effect,) = decisive(ground(given, final, **more), index_gain=1.0, rewrite_gain=50.0)
    return {aspect.way: aspect.what for aspect in effect.aspects}


def by_index(condition: str, rows: float = 30, index: str = "orders_placed_at_idx") -> dict[str, Any]:
    return plan("Index Scan", rows=rows, Relation_Name="orders", Index_Name=index, Index_Cond=condition)


def test_subqueries_that_ran_again_are_the_rewrite() -> None:
    found = ways(given_plan(), new_plan())
    assert found["repeated"] == "a subquery of the given query ran again for every row (100 times), on orders"
    assert found["less"] == "orders is read less: 1,000,000 rows before, 300 after"


@pytest.mark.parametrize(
    "filters",
    [
        "(to_char(placed_at, 'YYYY-MM-DD'::text) = '2024-03-15'::text)",
        "(date(placed_at) = '2024-03-15'::date)",
        "(EXTRACT(year FROM placed_at) = '2024'::numeric)",
        "((placed_at)::date = '2024-03-15'::date)",
    ],
)
def test_a_column_inside_a_function_that_stands_bare_now_is_told(filters: str) -> None:
    given = plan("Seq Scan", rows=30, Rows_Removed_by_Filter=600_000, Filter=filters, **SCAN)
    found = ways(given, by_index("((placed_at >= '2024-03-15 00:00:00') AND (placed_at < '2024-03-16 00:00:00'))"))
    assert found["function"].startswith("placed_at stood inside a function")


def test_a_column_that_stays_inside_its_function_is_not_told() -> None:
    filters = "(lower(status) = 'cancelled'::text)"
    given = plan("Seq Scan", rows=30, Rows_Removed_by_Filter=600_000, Filter=filters, **SCAN)
    assert "function" not in ways(given, by_index(filters))


def fenced(temp: int) -> dict[str, Any]:
    made = plan("Seq Scan", rows=500_000, Parent_Relationship="InitPlan", Subplan_Name="CTE sales", **SCAN)
    read = plan("CTE Scan", rows=500, CTE_Name="sales", Rows_Removed_by_Filter=499_500, Temp_Read_Blocks=temp)
    return plan("Aggregate", made, read, rows=10, Temp_Read_Blocks=temp, Shared_Hit_Blocks=5_000)


def test_a_cte_made_in_full_and_its_spill_are_told() -> None:
    found = ways(fenced(9_000), by_index("(placed_at >= '2024-01-01 00:00:00')", rows=500))
    assert found["fence"] == "the CTE sales makes 500,000 rows before anything is filtered, now 0"
    assert found["spill"] == "9,000 temporary blocks are read and written, now 0"


def test_a_list_that_was_searched_for_every_row_is_told_only_when_it_was_not_hashed() -> None:
    def listed(said: str) -> dict[str, Any]:
        blocked = plan(
            "Seq Scan", rows=9_000, loops=40, Relation_Name="blocked_customers", Parent_Relationship="SubPlan"
        )
        return plan("Seq Scan", blocked, rows=40, Rows_Removed_by_Filter=99_000, Filter=said, **SCAN)

    plain, hashed = (
        "(NOT (ANY (customer_id = (SubPlan 2).col1)))",
        "(NOT (ANY (customer_id = (hashed SubPlan 2).col1)))",
    )
    assert "blocked_customers" in ways(listed(plain), listed(hashed))["not in"]
    assert "not in" not in ways(listed(hashed), new_plan())


def test_an_or_of_two_columns_that_two_indexes_answer_is_told() -> None:
    either = "((ship_country = 'PT'::text) OR (bill_country = 'PT'::text))"
    given = plan("Seq Scan", rows=30, Rows_Removed_by_Filter=600_000, Filter=either, **SCAN)
    parts = [plan("Bitmap Index Scan", Index_Name=f"orders_{side}_idx") for side in ("ship", "bill")]
    final = plan("Bitmap Heap Scan", plan("BitmapOr", *parts), rows=30, Relation_Name="orders")
    assert ways(given, final)["or"] == "the OR of ship_country and bill_country is answered by two indexes"


INDEXES = {"orders_a_idx": ("orders", "customer_id"), "customers_b_idx": ("customers", "company_id")}


def test_an_index_that_saves_next_to_nothing_is_not_asked_for() -> None:
    customers = plan(
        "Index Scan", rows=100, Relation_Name="customers", Index_Name="customers_b_idx", Shared_Hit_Blocks=9
    )
    final = plan("Nested Loop", customers, by_index("(customer_id = 3)", index="orders_a_idx"), rows=30)
    both = ground(given_plan(), final, added=INDEXES, bare=read_plan(hash_plan()))
    found = decisive(both, index_gain=9.0, rewrite_gain=1.0)
    assert [effect.what for effect in found] == ["the index orders_a_idx on orders (customer_id)"]


def test_a_setting_or_statistics_that_did_it_are_asked_for() -> None:
    with_memory = ground(given_plan(), hash_plan(), settings={"work_mem": "64MB"})
    told = decisive(with_memory, index_gain=3.0, rewrite_gain=1.0, setting_gain=3.0)
    assert [(effect.about, effect.what) for effect in told] == [("setting", "the setting work_mem = 64MB")]
    bare = msgspec.structs.replace(with_memory, settings={})
    assert [effect.about for effect in decisive(bare, index_gain=3.0, rewrite_gain=1.0)] == ["statistics"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("work_mem = 64MB lets the hash fit into memory.", True),
        ("More memory helps, and statistics too.", False),
    ],
)
def test_a_setting_is_explained_by_its_name(text: str, named: bool) -> None:  # noqa: FBT001 - an example
    found = ground(given_plan(), hash_plan(), settings={"work_mem": "64MB"})
    told = effects(text, found, index_gain=3.0, rewrite_gain=1.0, setting_gain=3.0)
    assert [effect.named for effect in told] == [named]


def test_the_plainest_sentence_is_shown_for_an_index() -> None:
    text = "An index on customer_id was not used at first.\n\n`orders_a_idx` on orders (customer_id) finds them."
    found = ground(
        given_plan(),
        by_index("(customer_id = 3)", index="orders_a_idx"),
        added={"orders_a_idx": ("orders", "customer_id")},
    )
    (effect,) = effects(text, found, index_gain=9.0, rewrite_gain=1.0)
    assert (effect.named, effect.aspects[0].line) == (True, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Seq Scan, Index Scan, Hash Join, orders, customers, spill, work_mem",
        "sargable range predicate expression index covering partial orders customers nested loop hash join statistics",
        "- Seq Scan\n- correlated subquery orders\n- index customer_id",
        "CTE; NOT IN; NOT EXISTS; anti join; OR; UNION; orders; customers",
    ],
)
def test_a_list_of_terms_is_a_list_with_commas_or_without(text: str) -> None:
    found = ground(given_plan(), new_plan())
    assert all(is_list(sentence.text, found.names) for sentence in read(text))
    assert says_nothing(text, found)


@pytest.mark.parametrize(
    "text",
    [
        "Seq Scan on orders, 44 loops, 330,000 rows each, 6 kept, that is the whole cost, nothing else.",
        "| Seq Scan | orders | 44 loops | Index Scan |",
        "orders: Seq Scan, customers: Seq Scan -> Index Scan, Index Scan",
        "索引扫描,顺序扫描,嵌套循环,哈希连接,聚合,排序",
        "I read the plan, found the loop, wrote a join, made an index, measured it, and was happy.",
    ],
)
def test_what_says_something_is_no_list(text: str) -> None:
    assert not is_list(text, set(TABLES))


def test_two_sentences_of_what_happens_to_a_table_describe_the_work() -> None:
    found = ground(given_plan(), new_plan())
    assert describes_the_work("It reads orders again for each person. Now orders is read once.", found)
    assert not describes_the_work("The table orders is important. The table customers, too.", found)


def test_what_stands_for_next_to_nothing_of_the_work_is_shown_and_explains_nothing() -> None:
    listed = plan("Seq Scan", rows=70_000, loops=600, Relation_Name="blocked_customers", Parent_Relationship="SubPlan")
    said = "(NOT (ANY (customer_id = (SubPlan 2).col1))) AND (EXTRACT(year FROM placed_at) = '2024'::numeric)"
    given = plan("Seq Scan", listed, rows=40, Rows_Removed_by_Filter=99_000, Filter=said, **SCAN)
    found = ground(given, by_index("(placed_at >= '2024-01-01 00:00:00')"))
    small, large = (
        effects(text, found, index_gain=1.0, rewrite_gain=9.0)[0]
        for text in (
            "extract() is a function around placed_at.",
            "The subquery on blocked_customers ran for every order.",
        )
    )
    assert [(aspect.line, aspect.enough) for aspect in small.aspects if aspect.what.startswith("placed_at")] == [
        (1, False)
    ]
    assert (small.named, large.named) == (False, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`to_char` stood around placed_at.", True),
        ("placed_at is compared with a range now.", True),
        ("The index on `orders (placed_at)` is for fast range scans.", False),
        ("The index is `ON orders (placed_at) WHERE lower(status) = 'cancelled'`.", False),
    ],
)
def test_an_index_alone_does_not_tell_that_a_function_is_gone(text: str, *, told: bool) -> None:
    filters = "(to_char(placed_at, 'YYYY-MM-DD'::text) = '2024-03-15'::text)"
    given = plan("Seq Scan", rows=30, Rows_Removed_by_Filter=600_000, Filter=filters, **SCAN)
    final = by_index("((placed_at >= '2024-03-15 00:00:00') AND (placed_at < '2024-03-16 00:00:00'))")
    (rewrite,) = effects(text, ground(given, final), index_gain=1.0, rewrite_gain=50.0)
    assert rewrite.named == told


def test_a_column_that_also_stood_bare_before_is_no_rewrite() -> None:
    """`status = 'disputed' OR lower(status) = 'cancelled'` stays as it is."""
    filters = "((status = 'disputed'::text) OR (lower(status) = 'cancelled'::text))"
    given = plan("Seq Scan", rows=30, Rows_Removed_by_Filter=600_000, Filter=filters, **SCAN)
    assert "function" not in ways(given, plan("Index Scan", rows=30, Relation_Name="orders", Filter=filters))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The list of blocked customers was searched again for every row because NOT IN could not be hashed.", True),
        ("NOT IN was executed as a SubPlan with a Materialize that was rescanned 779 times.", True),
        ("NOT IN was executed as a SubPlan.", False),
        ("Every order that is not in the report was scanned again.", False),
    ],
)
def test_the_list_of_not_in_is_told_in_plain_words_too(text: str, *, told: bool) -> None:
    blocked = plan("Seq Scan", rows=9_000, loops=40, Relation_Name="blocked_customers", Parent_Relationship="SubPlan")
    said = "(NOT (ANY (customer_id = (SubPlan 2).col1)))"
    given = plan("Seq Scan", blocked, rows=40, Rows_Removed_by_Filter=99_000, Filter=said, **SCAN)
    final = plan("Hash Anti Join", plan("Seq Scan", rows=40, **SCAN), rows=40)
    (rewrite,) = effects(text, ground(given, final), index_gain=1.0, rewrite_gain=50.0)
    assert any(aspect.line and "NOT IN" in aspect.what for aspect in rewrite.aspects) == told
