from __future__ import annotations

from itertools import pairwise

from grader.sql.query.literals import family, named
from grader.sql.query.shrink import Tables, shrink
from grader.sql.query.smalldata import ColumnRules, SmallDatabase, TableRules, parents_first, small_databases

CUSTOMERS = TableRules(
    name="customers",
    columns=(
        ColumnRules(name="customer_id", type="integer"),
        ColumnRules(name="company_id", type="integer"),
        ColumnRules(name="email", type="text", nullable=True),
    ),
    key=("customer_id",),
)
ORDERS = TableRules(
    name="orders",
    columns=(
        ColumnRules(name="order_id", type="integer"),
        ColumnRules(name="customer_id", type="integer", nullable=True),
        ColumnRules(name="status", type="text", nullable=True),
        ColumnRules(name="placed_at", type="timestamp without time zone"),
        ColumnRules(name="quantity", type="integer", domain=("1", "2")),
    ),
    key=("order_id",),
    parents={"customer_id": ("customers", "customer_id")},
)
LINES = TableRules(
    name="lines",
    columns=(ColumnRules(name="order_id", type="integer"), ColumnRules(name="line_no", type="integer")),
    key=("order_id", "line_no"),
    parents={"order_id": ("orders", "order_id")},
)
TABLES = (LINES, ORDERS, CUSTOMERS)
QUERY = (
    "SELECT count(*) FROM customers JOIN orders USING (customer_id) JOIN lines USING (order_id) WHERE company_id = 42 "
    "AND status <> 'cancelled' AND placed_at >= '2024-01-01' AND placed_at < '2025-01-01' LIMIT 5 OFFSET 5"
)


def made(count: int = 56, seed: int = 1) -> list[SmallDatabase]:
    return small_databases(TABLES, [QUERY], count=count, seed=seed)


def column(databases: list[SmallDatabase], table: TableRules, name: str) -> list[str | None]:
    place = [c.name for c in table.columns].index(name)
    return [row[place] for database in databases for row in database.tables[table.name]]


def test_parents_come_before_their_children() -> None:
    assert [table.name for table in parents_first(TABLES)] == ["customers", "orders", "lines"]


def test_the_same_seed_makes_the_same_databases_and_another_seed_others() -> None:
    assert made() == made()
    assert made() != made(seed=2)


def test_keys_not_null_foreign_keys_and_domains_hold() -> None:
    for database in made():
        orders = database.tables["orders"]
        ids = [row[0] for row in orders]
        assert len(set(ids)) == len(ids)
        customers = {row[0] for row in database.tables["customers"]}
        assert all(row[1] is None or row[1] in customers for row in orders)
        assert all(row[3] is not None and row[4] in ("1", "2") for row in orders)
        assert all(row[0] in set(ids) for row in database.tables["lines"])


def test_boundaries_and_their_neighbours_occur() -> None:
    times = column(made(), ORDERS, "placed_at")
    for moment in ("2024-01-01 00:00:00", "2025-01-01 00:00:00", "2024-12-31 23:59:59.999999"):
        assert moment in times


def test_values_that_fail_a_comparison_occur_beside_those_that_hold() -> None:
    databases = made()
    statuses = column(databases, ORDERS, "status")
    assert {"cancelled", None, "Cancelled"} <= set(statuses)
    assert statuses.count("cancelled") < len(statuses) / 2
    companies = column(databases, CUSTOMERS, "company_id")
    assert companies.count("42") > len(companies) / 3
    assert len(set(companies)) > 2


def test_some_databases_fill_a_whole_page_and_some_tables_are_empty() -> None:
    sizes = [len(database.tables["customers"]) for database in made()]
    assert max(sizes) > 10
    assert min(sizes) == 0
    assert any(database.tables["customers"] and not database.tables["orders"] for database in made())


def test_parents_without_children_and_ties_occur() -> None:
    databases = [d for d in made() if len(d.tables["customers"]) > 5 and d.tables["orders"]]
    childless = [d for d in databases if {r[0] for r in d.tables["customers"]} - {r[1] for r in d.tables["orders"]}]
    assert childless
    tied = [d for d in databases if len({row[3] for row in d.tables["orders"]}) == 1 and len(d.tables["orders"]) > 3]
    assert tied


def test_rows_are_not_stored_in_the_order_of_their_keys() -> None:
    keys = [[int(row[0] or 0) for row in d.tables["customers"]] for d in made()]
    long = [k for k in keys if len(k) > 5]
    assert any(a > b for k in long for a, b in pairwise(k))


def test_literals_are_read_by_the_columns_type() -> None:
    found = named([QUERY], {"t": {"placed_at": "timestamp", "company_id": "integer", "status": "text"}})
    assert set(found.columns["company_id"].near) == {"41", "43"}
    assert found.columns["status"].exact == ()
    assert found.page == 10
    years = named(["SELECT 1 FROM t WHERE to_char(d, 'YYYY') = '2024'"], {"t": {"d": "date"}})
    assert {"2024-01-01", "2024-12-31"} <= set(years.columns["d"].exact)
    assert {"2023-12-31", "2025-01-01"} <= set(years.columns["d"].near)


def test_a_query_that_cannot_be_read_names_nothing() -> None:
    assert named(["SELECT a b c"], {"t": {"a": "integer"}}).read == frozenset()


def test_families_of_types() -> None:
    kinds = ("bigint", "numeric(10,2)", "timestamp with time zone", "date", "boolean", "character varying(3)")
    assert [family(kind) for kind in kinds] == ["int", "number", "time", "date", "boolean", "text"]


def test_shrinking_keeps_the_difference_and_takes_children_along() -> None:
    database = next(d for d in made() if any(row[2] is None for row in d.tables["orders"]) and d.tables["lines"])
    rules = parents_first(TABLES)

    def differs(tables: Tables) -> bool:
        return any(row[2] is None and row[1] is not None for row in tables["orders"]) and bool(tables["lines"])

    small, tries = shrink(database.tables, rules, differs, tries=300)
    assert differs(small)
    assert tries <= 300
    assert (len(small["customers"]), len(small["orders"])) <= (2, 2)
    assert len(small["lines"]) == 1


def test_parts_of_dates_and_letters_under_functions_are_understood() -> None:
    query = (
        "SELECT 1 FROM t WHERE extract(year FROM d) = 2024 AND extract(month FROM d) > 6 "
        "AND (s = 'disputed' OR lower(s) = 'cancelled')"
    )
    pools = named([query], {"t": {"d": "timestamp without time zone", "s": "text"}}).columns
    assert {"2024-07-01 00:00:00", "2024-12-31 23:59:59.999999"} <= set(pools["d"].exact)
    assert {"2024-06-30 23:59:59.999999", "2025-01-01 00:00:00"} <= set(pools["d"].near)
    assert any(value.startswith("2023-1") for value in pools["d"].near)
    assert {"cancelled", "CANCELLED", "Cancelled", "disputed"} <= set(pools["s"].exact)
    assert "Disputed" in pools["s"].near
    assert pools["s"].exact.count("disputed") >= len(pools["s"].exact) / 3


def test_tables_that_are_only_asked_and_columns_of_an_or_are_known() -> None:
    found = named(
        ["SELECT 1 FROM a WHERE (a.x = 'P' OR a.y = 'P') AND a.z NOT IN (SELECT b.z FROM b)"],
        {"a": {"x": "text", "y": "text", "z": "integer"}, "b": {"z": "integer"}},
    )
    assert found.asked == {"b"}
    assert found.either == {"x", "y"}


def test_a_column_is_never_null_in_many_databases_and_often_in_others() -> None:
    shares = [
        sum(row[1] is None for row in d.tables["orders"]) / len(d.tables["orders"])
        for d in made(80)
        if len(d.tables["orders"]) > 4
    ]
    assert sum(share == 0 for share in shares) > len(shares) / 5
    assert max(shares) > 0.3


def test_shrinking_makes_values_plain_that_do_not_matter() -> None:
    tables: Tables = {
        "customers": (("1", "42", "x@y"), ("2", "7", None)),
        "orders": (("5", "1", "sent", "2024-06-01 00:00:00", "2"), ("6", "1", "sold", "2024-07-01 00:00:00", "1")),
        "lines": (),
    }

    def differs(now: Tables) -> bool:
        return any(row[2] == "sent" for row in now["orders"])

    small, tries = shrink(tables, parents_first(TABLES), differs, tries=100)
    assert small["orders"] == (("5", "1", "sent", "2020-01-01 00:00:00", "1"),)
    assert small["customers"] == (("1", "1", "a"),)
    assert tries < 30
