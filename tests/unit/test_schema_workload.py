"""Findings about full tables, judged on hand-made plans; rows for tables full of rules, made without a server."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from schema_answers import ASK, GOOD, changed, facts

from grader.checks.schema import CHECKS
from grader.collectors.schema.layout import Layout, Unfillable
from grader.collectors.schema.volume import CannotVary, Sheet, distinct, same_twice
from grader.collectors.schema.workload import rounded
from grader.evidence.catalog import Column, Table
from grader.evidence.schema import Attempt, Probe, SchemaFacts
from grader.evidence.workload import Asked, Idle, Scan, Step, Workload
from grader.exhibits import SqlExhibit
from grader.judge import judge
from grader.model import Level, Outcome
from grader.pipeline import load
from grader.sql.schema.filters import harmless
from grader.sql.schema.shop import Shop

PACK = load(Path(__file__).parent.parent.parent / "challenges" / "ecommerce-schema")
LOOKUPS = ("user-orders", "order-lines", "product-sales", "category-products")
SEARCHES = ("email", "open-orders", "low-stock")
NO_USER_INDEX = changed(("CREATE INDEX ON orders (user_id, placed_at);\n", ""))


def scanned(**changes: object) -> Scan:
    scan = Scan(
        table="orders",
        columns=("user_id",),
        rows=54_000,
        returned=20,
        statement="CREATE INDEX ON orders (user_id);",
        times=50,
        gone=True,
        after=(Step(depth=0, node="Index Scan", table="orders", index="orders_user_id_idx", rows=20),),
    )
    return msgspec.structs.replace(scan, **changes)


def asked(id_: str, *scans: Scan, obstacle: str = "") -> Asked:
    plan = (Step(depth=0, node="Limit", rows=10), Step(depth=1, node="Seq Scan", table="orders", rows=20))
    statement = "" if obstacle else f"SELECT '{id_}'"
    return Asked(id=id_, text=id_, statement=statement, plan=() if obstacle else plan, scans=scans, obstacle=obstacle)


def worked(*questions: Asked, sql: str = GOOD, **more: object) -> SchemaFacts:
    found = Workload(rows={"orders": 54_000}, asked=questions, **more)  # type: ignore[arg-type] # fields of a record
    return msgspec.structs.replace(facts(sql), workload=found)


def test_questions_that_find_their_rows_pass() -> None:
    found = ASK["schema.workload"](worked(*map(asked, LOOKUPS)), questions=LOOKUPS)
    assert (found.outcome, found.score) == (Outcome.PASS, 1.0)
    assert "all 4 questions put to up to 54000 rows" in found.message


def test_a_whole_table_read_for_few_rows_fails_with_both_plans_and_the_statement() -> None:
    found = ASK["schema.workload"](worked(asked("user-orders", scanned()), *map(asked, LOOKUPS[1:])), questions=LOOKUPS)
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.75)
    assert "orders.user_id is found by no index" in found.message
    assert "all 54000 rows are read and 20 of them are wanted" in found.message
    assert found.fix.startswith("CREATE INDEX ON orders (user_id);")
    shown = [exhibit for exhibit in found.exhibits if isinstance(exhibit, SqlExhibit)]
    assert shown[0].answer == "Limit  (rows=10)\n->  Seq Scan on orders  (rows=20)"
    assert shown[1].answer == "Index Scan using orders_user_id_idx on orders  (rows=20)"


@pytest.mark.parametrize(
    "changes",
    [{"rows": 49_999}, {"returned": 540}, {"times": 9}, {"gone": False}],
    ids=["a small table", "one row of a hundred", "nine times as cheap", "an index that does not help"],
)
def test_anything_less_is_no_fault(changes: dict[str, object]) -> None:
    found = ASK["schema.workload"](worked(asked("user-orders", scanned(**changes))), questions=LOOKUPS)
    assert found.outcome is Outcome.PASS


def test_a_missing_index_costs_once() -> None:
    questions = (asked("user-orders", scanned()), *map(asked, LOOKUPS[1:]), *map(asked, SEARCHES))
    evidence = worked(*questions, sql=NO_USER_INDEX)
    rows = judge(PACK, {SchemaFacts: evidence}, Level.MID, {check.name: check for check in CHECKS})["optimization"]
    outcomes = {row.use.id: row.finding.outcome for row in rows}
    assert outcomes["reference-indexes"] is Outcome.FAIL
    assert outcomes["workload"] is not Outcome.FAIL


def test_a_fault_of_its_own_costs_although_another_index_is_missing_too() -> None:
    other = scanned(table="order_items", columns=("variant_id",), statement="CREATE INDEX ON order_items (variant_id);")
    evidence = worked(asked("user-orders", scanned()), asked("product-sales", other), sql=NO_USER_INDEX)
    found = ASK["schema.workload"](evidence, questions=LOOKUPS)
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.0)
    assert "order_items.variant_id" in found.message
    assert "orders.user_id" not in found.message


def test_tables_that_could_not_be_filled_are_not_assessed_and_say_why() -> None:
    evidence = msgspec.structs.replace(facts(GOOD), workload=Workload(obstacle="`users` takes one row and not 52000"))
    found = ASK["schema.workload"](evidence, questions=LOOKUPS)
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "takes one row" in found.message
    assert ASK["schema.workload"](facts(GOOD), questions=LOOKUPS).outcome is Outcome.NOT_APPLICABLE


def test_questions_that_cannot_be_written_are_left_out() -> None:
    evidence = worked(asked("user-orders", obstacle="orders have no time at which they were placed"))
    found = ASK["schema.workload"](evidence, questions=LOOKUPS)
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "no time at which" in found.message


def test_an_address_that_two_users_may_share_is_told_where_that_is_asked() -> None:
    twice = Probe(
        id="user.login.duplicate",
        table="users",
        good=Attempt(statement="INSERT", answer="INSERT 0 1", rows=1),
        bad=Attempt(statement="INSERT", answer="INSERT 0 1", rows=1),
    )
    scan = scanned(table="users", columns=("email",))
    evidence = msgspec.structs.replace(worked(asked("email", scan), asked("low-stock")), probes=(twice,))
    assert ASK["schema.workload"](evidence, questions=SEARCHES).outcome is Outcome.PASS
    without = msgspec.structs.replace(evidence, probes=())
    assert ASK["schema.workload"](without, questions=SEARCHES).outcome is Outcome.FAIL


def test_idle_indexes_beginnings_and_lone_flags_are_information() -> None:
    sql = GOOD + "ALTER TABLE users ADD active boolean; CREATE INDEX flag ON users (active);"
    evidence = worked(idle=(Idle(table="users", index="flag", percent=40),), sql=sql)
    found = ASK["schema.index_use"](evidence)
    assert found.outcome is Outcome.PASS
    assert "`flag` on users serves none of the eight questions" in found.message
    assert "about 40 % more pages" in found.message
    assert ASK["schema.index_use"](facts(GOOD)).message.startswith("every index")
    nonsense = worked(idle=(Idle(table="users", index="flag", percent=-100),), sql=sql)
    assert "%" not in ASK["schema.index_use"](nonsense).message


# rows without a server


def column(type_: str, family: str, **more: object) -> Column:
    return Column(name="c", type=type_, family=family, nullable=False, **more)  # type: ignore[arg-type] # a record


@pytest.mark.parametrize(
    ("made", "template"),
    [
        (column("text", "text"), "sample-3"),
        (column("varchar(8)", "varchar", args=(8,)), "AAA-0003"),
        (column("character(13)", "char", args=(13,)), "0000000000003"),
        (column("text", "text"), "probe3@example.com"),
        (column("uuid", "uuid"), "00000000-0000-4000-8000-000000000003"),
        (column("numeric(7,2)", "numeric", args=(7, 2)), "3.00"),
        (column("timestamptz", "timestamptz"), "2024-05-17 10:00:00+00"),
        (column("bigint", "bigint"), "900001"),
    ],
    ids=str,
)
def test_fifty_thousand_values_differ_and_fit(made: Column, template: str) -> None:
    values = distinct(made, template, 52_000, 0)
    assert len(set(values)) == 52_000
    assert not made.args or made.family == "numeric" or max(map(len, values)) <= made.args[0]


def test_a_key_without_room_says_so() -> None:
    with pytest.raises(CannotVary, match="no room"):
        distinct(column("smallint", "smallint"), "1", 52_000, 0)


def test_later_ways_keep_the_shape_of_what_a_pattern_took() -> None:
    turned = distinct(column("text", "text"), "ART-00000003", 52_000, 1)
    assert turned[:2] == ["ART-00000000", "ART-00000001"]
    grown = distinct(column("text", "text"), "/a", 5_000, 1)
    assert all(text.strip("/").isalpha() for text in grown)


def test_lines_for_copy_escape_what_would_end_them() -> None:
    table = Table(name="t", columns=tuple(Column(name=n, type="text", family="text") for n in "abc"))
    sheet = Sheet(table, 2, {"a": "100 %\tof \\", "b": None}, {"c": ["one\n", "two"]})
    assert sheet.text() == "100 %\\tof \\\\\t\\N\tone\\n\n100 %\\tof \\\\\t\\N\ttwo\n"
    assert not same_twice(sheet, ["a", "c"])
    assert same_twice(sheet, ["a"])
    assert not same_twice(sheet, ["b"])


def test_parents_are_filled_first_and_circles_are_told() -> None:
    good = facts(GOOD)
    order = [table.name for table in Layout(Shop(good.schema, good.roles)).order]
    assert order.index("users") < order.index("orders") < order.index("order_items")
    assert order.index("products") < order.index("product_categories")
    ring = facts(
        changed(("phone text,", "phone text,\n    last_order bigint NOT NULL,"))
        + "ALTER TABLE users ADD CONSTRAINT l FOREIGN KEY (last_order) REFERENCES orders (id);"
    )
    with pytest.raises(Unfillable, match="need each other"):
        Layout(Shop(ring.schema, ring.roles))


@pytest.mark.parametrize(("ratio", "said"), [(0.4, 1), (9.99, 9), (10.0, 10), (47.9, 40), (863.0, 800)])
def test_ratios_are_told_in_one_digit_and_never_too_high(ratio: float, said: int) -> None:
    assert rounded(ratio) == said


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", True),
        ("(deleted_at IS NULL)", True),
        ("((active) AND (customer_id IS NOT NULL))", True),
        ("(status <> 'cart'::text)", True),
        ("(status = 'open'::text)", False),
    ],
)
def test_filters_that_leave_out_what_nobody_asks_for_are_harmless(where: str, *, expected: bool) -> None:
    assert harmless(where) is expected
