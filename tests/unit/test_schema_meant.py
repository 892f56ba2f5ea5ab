"""What a script or submission.toml means although it says otherwise: misspelt words, tables given to the wrong part."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import GOOD, ask, changed, facts, refused, took

from grader.collectors.schema.lost import as_meant, unloaded
from grader.collectors.schema.naming import concepts
from grader.collectors.schema.policy import plan
from grader.evidence.catalog import Place, Schema
from grader.evidence.schema import LoadFailure, Role, SchemaFacts
from grader.exhibits import CodeExhibit
from grader.model import Outcome
from grader.sql.schema import ddl
from grader.sql.schema.matcher import match
from grader.sql.schema.splitter import Statement, split

AT = Place(file="schema.sql", line=1, column=1, length=1)


def statement(text: str) -> Statement:
    return Statement(text=text, file="schema.sql", line=1, column=1)


@pytest.mark.parametrize("words", ["CREATE TABEL", "CRAETE TABLE", "create tabl", "CREAT TABLE", "CREATE TALBE"])
def test_a_misspelt_table_keeps_its_name(words: str) -> None:
    found = plan(statement(f"{words} order_items (id int)"))
    assert (found.table, found.structural) == ("order_items", True)


@pytest.mark.parametrize("text", ["CREATE TYPE mood (id int)", "CREATE VIEW x (id) AS SELECT 1", "INSERT INTO t (a)"])
def test_other_statements_are_no_misspelt_tables(text: str) -> None:
    assert not plan(statement(text)).table


def test_a_misspelt_table_is_known_for_what_it_would_have_been() -> None:
    whole = changed(("CREATE TABLE order_items", "CREATE TABEL zork"))
    written = ddl.read(as_meant(split(whole, "schema.sql"))).schema
    there = Schema(tables=tuple(table for table in written.tables if table.name != "zork"))
    assert unloaded(written, there, {}, match(there).roles, ()) == {"zork": "order_line"}


def test_of_a_table_that_could_not_be_read_its_name_tells() -> None:
    there = ddl.read(split(GOOD[: GOOD.index("CREATE TABLE order_items")], "schema.sql")).schema
    failure = LoadFailure(statement="CREATE TABLE", message="no", place=AT, table="order_items")
    assert unloaded(there, there, {}, match(there).roles, (failure,)) == {"order_items": "order_line"}
    whole = ddl.read(split(GOOD, "schema.sql")).schema
    again = msgspec.structs.replace(failure, table="orders_2")
    assert unloaded(whole, whole, {}, match(whole).roles, (again,)) == {}


@pytest.mark.parametrize(
    "named",
    [
        {"order_line": "products"},
        {"order_line": "orders"},
        {"order": "users"},
        {"order": "products"},
        {"product": "orders"},
        {"user": "products"},
        {"category": "products"},
    ],
)
def test_a_table_that_plainly_is_another_is_not_believed(named: dict[str, str]) -> None:
    schema = ddl.read(split(GOOD, "schema.sql")).schema
    assert {c: role.table for c, role in match(schema, named).roles.items()} == {
        c: role.table for c, role in match(schema).roles.items()
    }


def test_lines_that_are_called_sales_or_products_are_believed_when_they_lead_to_an_order() -> None:
    for name in ("sales", "bought_products"):
        schema = ddl.read(split(changed(("order_items", name)), "schema.sql")).schema
        assert match(schema, {"order_line": name}).roles["order_line"].source == "submission.toml"


def test_a_missing_table_names_what_submission_toml_gave_to_others() -> None:
    roles = {key: role for key, role in facts().roles.items() if key not in ("product", "order_line")}
    roles["order_line"] = Role(table="products", source="submission.toml")
    evidence = msgspec.structs.replace(facts(), roles=roles)
    found = ask("schema.concept", evidence, concept="product")
    assert found.outcome is Outcome.FAIL
    assert "submission.toml [concepts] gives `products` to order_line" in found.message


@pytest.mark.parametrize("key", ["orderline", "OrderLines", "orderitem", "order_line"])
def test_a_concept_may_be_written_in_one_word(key: str) -> None:
    assert concepts({key: "lines"}, {"lines"}, []) == {"order_line": "lines"}


def test_a_misspelt_concept_is_named_with_the_one_that_may_be_meant() -> None:
    notes: list[str] = []
    assert concepts({"ordr_line": "lines", "foo": "lines"}, {"lines"}, notes) == {}
    assert "(is order_line meant?)" in notes[0]
    assert "meant" not in notes[1]


def contactable(rule: str, *, contact: bool, other: bool = False) -> SchemaFacts:
    """Users whose e-mail address a rule lets go where something else is known."""
    sql = changed(
        ("email text NOT NULL UNIQUE", "email text UNIQUE, deleted_at timestamptz"),
        ("    phone text,", f"    phone text,\n    city text,\n    CHECK ({rule}),"),
    )
    probes = [refused("user.login.missing", "users", "email")]
    for id_, taken in (("user.login.contact.missing", contact), ("user.login.instead.missing", other)):
        probes.append((took if taken else refused)(id_, "users", "email"))
    return facts(sql, probes=tuple(probes))


def test_a_city_in_place_of_a_login_is_not_enough() -> None:
    found = ask("schema.required", contactable("email IS NOT NULL OR city IS NOT NULL", contact=True))
    assert found.outcome is Outcome.FAIL
    assert "in a row that has `city`" in found.message


def test_a_user_who_was_deleted_without_an_address_is_for_a_person() -> None:
    found = ask(
        "schema.required", contactable("email IS NOT NULL OR deleted_at IS NOT NULL", contact=False, other=True)
    )
    assert found.outcome is Outcome.FOR_REVIEW
    assert "`deleted_at`" in found.message


def test_a_rule_that_holds_in_every_row_is_met() -> None:
    found = ask("schema.required", contactable("email IS NOT NULL OR phone IS NOT NULL", contact=False))
    assert found.outcome is Outcome.PASS


def test_a_type_that_was_changed_later_is_shown_where_it_was_changed() -> None:
    sql = changed(
        ("    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "    price real NOT NULL,\n    stock")
    )
    sql += "ALTER TABLE products ALTER COLUMN price TYPE double precision;\n"
    found = ask("schema.money", facts(sql))
    line = sql.count("\n", 0, sql.index("ALTER TABLE products")) + 1
    assert found.where == f"schema.sql:{line}:35"
    assert any(isinstance(shown, CodeExhibit) and shown.line == line for shown in found.exhibits)


def test_the_largest_price_that_fits_is_said() -> None:
    sql = changed(
        ("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price numeric(6, 2) NOT NULL,\n    stock")
    )
    probe = refused("product.price.large", "products", "price", state="22003")
    found = ask("schema.advice", facts(sql, probes=(probe,)))
    assert "refuses a price of 1234567.89: the largest that fits is 9999.99" in found.message
