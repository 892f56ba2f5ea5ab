"""The brief's questions on full tables: strangers' schemas are filled, and only a missing index is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from schema_server import SharedDatabases, measured

from grader.collectors.schema import templates
from grader.collectors.schema import workload as module
from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.load import prepare
from grader.collectors.schema.session import DATABASE, ROLE
from grader.collectors.schema.workload import workload
from grader.evidence.workload import LARGE, Workload

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parent.parent.parent
SCHEMAS = ROOT / "tests" / "schemas"
REFERENCE = ROOT / "reference" / "ecommerce-schema"
UUID = (REFERENCE / "good-uuid" / "schema.sql").read_text(encoding="utf-8")
MINIMAL = (REFERENCE / "good-minimal" / "schema.sql").read_text(encoding="utf-8")
SPLIT_USERS = (SCHEMAS / "split_users.sql").read_text(encoding="utf-8")


def costly(found: Workload) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    assert found.obstacle == ""
    return {one.id: [(scan.table, scan.columns) for scan in one.costly] for one in found.asked if one.costly}


def unasked(found: Workload) -> dict[str, str]:
    return {one.id: one.obstacle for one in found.asked if one.obstacle}


GOOD = {
    "good-uuid": UUID,
    "good-minimal": MINIMAL,
    **{
        name: (SCHEMAS / f"workload_{name}.sql").read_text(encoding="utf-8")
        for name in ("tenants", "subclass", "partitions")
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_good_designs_of_every_style_are_filled_and_find_everything(databases: SharedDatabases, name: str) -> None:
    found = measured(databases, GOOD[name])
    assert (costly(found), unasked(found), found.idle) == ({}, {}, ())
    assert sorted(found.rows.values())[-4] >= LARGE


def test_without_indexes_every_question_but_the_last_reads_whole_tables(databases: SharedDatabases) -> None:
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
    sql = "\n".join(lines).replace("PRIMARY KEY (purchase_id, line_no)", "PRIMARY KEY (line_no, purchase_id)")
    found = measured(databases, sql)
    assert costly(found) == {
        "user-orders": [("purchase", ("customer_id",))],
        "product-sales": [("purchase_line", ("product_id",))],
        "category-products": [("product", ("category_id",))],
        "email": [("customer", ("email",))],
        "open-orders": [("purchase", ("status",))],
        "low-stock": [("product", ("in_stock",))],
    }  # the lines of an order are found by skipping over the few line numbers
    assert min(scan.times for one in found.asked for scan in one.costly) >= 2 * 10  # far from where the rule turns


def test_an_order_found_over_customers_and_prices_in_a_table_of_their_own(databases: SharedDatabases) -> None:
    found = measured(databases, SPLIT_USERS)
    assert unasked(found) == {}
    assert set(costly(found)) == {"open-orders", "low-stock"}


def test_two_runs_say_the_same(databases: SharedDatabases) -> None:
    sql = MINIMAL.replace("CREATE INDEX ON purchase (customer_id, placed);", "CREATE INDEX ON purchase (placed);")
    first, second = measured(databases, sql), measured(databases, sql)
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert list(costly(first)) == ["user-orders"]


def test_an_index_that_serves_nothing_is_named_with_its_cost(databases: SharedDatabases) -> None:
    found = measured(databases, MINIMAL + "CREATE INDEX idle_title ON product (title);")
    assert [(one.table, one.index) for one in found.idle] == [("product", "idle_title")]
    assert found.idle[0].percent > 0


ALWAYS = """
CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER act BEFORE INSERT ON product FOR EACH ROW EXECUTE FUNCTION act();
ALTER TABLE product ENABLE {when} TRIGGER act;
"""
HOSTILE = {
    "a trigger that wakes the others": (
        ALWAYS.format(
            body="PERFORM set_config('session_replication_role', 'origin', false); RETURN NEW;", when="REPLICA"
        ),
        "permission denied",
    ),
    "a trigger that swallows copies": (
        ALWAYS.format(body="RETURN NULL;", when="REPLICA"),
        "`product` keeps 0",
    ),
    "a trigger that refuses everything": (ALWAYS.format(body="RAISE EXCEPTION 'closed';", when="ALWAYS"), "closed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_filled_is_not_assessed(databases: SharedDatabases, name: str) -> None:
    more, said = HOSTILE[name]
    found = measured(databases, MINIMAL + more)
    assert said in found.obstacle
    assert found.asked == ()


ENDLESS = """
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('statement_timeout', '0', false);
    LOOP
        BEGIN PERFORM count(*) FROM generate_series(1, 10000); EXCEPTION WHEN query_canceled THEN NULL; END;
    END LOOP;
END $$;
CREATE TRIGGER hang BEFORE INSERT ON product FOR EACH ROW EXECUTE FUNCTION hang();
ALTER TABLE product ENABLE REPLICA TRIGGER hang;
"""


def test_an_endless_trigger_is_stopped_and_the_next_answer_is_served(
    databases: SharedDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, "SECONDS", 1.0)
        patched.setattr(templates, "SECONDS", 1.0)
        found = measured(databases, MINIMAL + ENDLESS)
    assert found.obstacle == "filling the tables takes too long"
    assert costly(measured(databases, MINIMAL)) == {}


def test_nothing_of_it_stays_and_the_right_to_put_triggers_to_rest_is_taken_back(databases: SharedDatabases) -> None:
    measured(databases, MINIMAL)
    with databases.server.connect(DATABASE) as boss:
        assert boss.execute("SELECT count(*) FROM public.purchase_line").fetchone() == (0,)
        asked = "SELECT has_parameter_privilege(%s, 'session_replication_role', 'SET')"
        assert boss.execute(asked, [ROLE]).fetchone() == (False,)


def test_nothing_is_filled_when_no_check_asks(databases: SharedDatabases) -> None:
    with databases.start() as server:
        prepare(server)
        assert workload(server, read_catalog(server), {}, ["schema.money"]) is None
