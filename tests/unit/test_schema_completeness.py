"""Completeness: tables, references and attributes are found or missed, and never passed on empty ground."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import GOOD, ask, changed, facts

from grader.evidence.catalog import Place, Schema
from grader.evidence.schema import Late, LoadFailure, Loading, SchemaFacts
from grader.exhibits import CodeExhibit, SqlExhibit
from grader.model import Outcome

AT = Place(file="schema.sql", line=2, column=5, length=2)
CONCEPTS = ("user", "product", "category", "order", "order_line")


def broken(**changes: object) -> SchemaFacts:
    return msgspec.structs.replace(facts(), **changes)


def test_a_schema_with_tables_loads() -> None:
    assert ask("schema.loads", facts()).outcome is Outcome.PASS


def test_no_table_at_all_is_a_failure_and_blocks_the_rest() -> None:
    empty = broken(schema=Schema(), roles={}, loading=Loading(structural=1, ran=0))
    assert ask("schema.loads", empty).outcome is Outcome.FAIL
    assert ask("schema.money", empty).outcome is Outcome.BLOCKED
    assert ask("schema.concept", empty, concept="user").outcome is Outcome.BLOCKED


def test_less_than_half_of_the_tables_is_a_failure() -> None:
    loading = Loading(structural=20, ran=6, tables_written=tuple(f"t{n}" for n in range(13)))
    found = ask("schema.loads", broken(loading=loading))
    assert found.outcome is Outcome.FAIL
    assert "6 of 13" in found.message


def test_tables_that_this_server_cannot_make_are_not_counted() -> None:
    failures = tuple(
        LoadFailure(statement="CREATE TABLE", message="no such type", place=AT, kind="unavailable", table=f"t{n}")
        for n in range(13)
    )
    loading = Loading(structural=20, ran=6, tables_written=tuple(f"t{n}" for n in range(19)), failures=failures)
    assert ask("schema.loads", broken(loading=loading)).outcome is Outcome.PASS


def test_a_script_that_runs_passes() -> None:
    assert ask("schema.runs", facts()).outcome is Outcome.PASS


def test_a_statement_that_fails_is_shown_with_its_place_and_a_command() -> None:
    failure = LoadFailure(
        statement="CREATE TABLE x (", message='syntax error at or near "("', place=AT, sqlstate="42601"
    )
    found = ask("schema.runs", broken(loading=Loading(structural=2, ran=1, failures=(failure,))))
    assert found.outcome is Outcome.FAIL
    assert found.where == "schema.sql:2:5"
    code, sql = found.exhibits
    assert isinstance(code, CodeExhibit)
    assert code.column == 5
    assert isinstance(sql, SqlExhibit)
    assert "42601" in sql.answer
    assert "ON_ERROR_STOP" in sql.command


def test_a_statement_that_comes_too_early_keeps_half() -> None:
    late = Late(statement="CREATE TABLE a", message='relation "b" does not exist', place=AT)
    found = ask("schema.runs", broken(loading=Loading(structural=2, ran=2, late=(late,))))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)


@pytest.mark.parametrize("kind", ["newer", "unavailable"])
def test_what_the_server_lacks_is_never_held_against_the_script(kind: str) -> None:
    failure = LoadFailure(statement="CREATE", message="unknown", place=AT, kind=kind)  # type: ignore[arg-type]
    assert ask("schema.runs", broken(loading=Loading(structural=2, failures=(failure,)))).outcome is Outcome.PASS


def test_seed_data_that_fail_are_not_held_against_the_schema() -> None:
    failure = LoadFailure(statement="INSERT", message="duplicate key", place=AT, structural=False)
    assert ask("schema.runs", broken(loading=Loading(structural=2, ran=2, failures=(failure,)))).outcome is Outcome.PASS


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_of_a_good_schema_is_found(concept: str) -> None:
    assert ask("schema.concept", facts(), concept=concept).outcome is Outcome.PASS


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_concept_that_is_not_there_fails(concept: str) -> None:
    only = "CREATE TABLE addresses (id int PRIMARY KEY, city text);"
    assert ask("schema.concept", facts(only), concept=concept).outcome is Outcome.FAIL


def test_a_table_that_did_not_load_blocks_its_concept() -> None:
    roles = {key: role for key, role in facts().roles.items() if key != "order"}
    failure = LoadFailure(statement="CREATE TABLE orders", message="no", place=AT, table="orders")
    evidence = broken(roles=roles, unloaded={"orders": "order"}, loading=Loading(failures=(failure,)))
    found = ask("schema.concept", evidence, concept="order")
    assert found.outcome is Outcome.BLOCKED
    assert "orders" in found.message


def test_a_table_that_only_this_server_cannot_load_waits_for_a_person() -> None:
    roles = {key: role for key, role in facts().roles.items() if key != "order"}
    failure = LoadFailure(statement="CREATE TABLE orders", message="no", place=AT, table="orders", kind="newer")
    evidence = broken(roles=roles, unloaded={"orders": "order"}, loading=Loading(failures=(failure,)))
    assert ask("schema.concept", evidence, concept="order").outcome is Outcome.FOR_REVIEW


def test_a_doubtful_concept_waits_for_a_person() -> None:
    roles = {key: role for key, role in facts().roles.items() if key != "category"}
    evidence = broken(roles=roles, doubtful={"category": ("grupy",)})
    found = ask("schema.concept", evidence, concept="category")
    assert found.outcome is Outcome.FOR_REVIEW
    assert "[concepts]" in found.message


def test_an_order_that_names_its_product_is_told_so() -> None:
    found = ask(
        "schema.concept",
        facts("""
            CREATE TABLE users (id int PRIMARY KEY, email text);
            CREATE TABLE products (id int PRIMARY KEY, name text, price numeric);
            CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, product_id int REFERENCES products,
                quantity int, status text, created_at timestamptz);
        """),
        concept="order_line",
    )
    assert found.outcome is Outcome.FAIL
    assert "orders.product_id" in found.message


@pytest.mark.parametrize(
    ("child", "parent"),
    [("order", "user"), ("order_line", "order"), ("order_line", "product"), ("product", "category")],
)
def test_good_references_are_found(child: str, parent: str) -> None:
    assert ask("schema.related", facts(), child=child, parent=parent).outcome is Outcome.PASS


def test_an_order_that_leads_to_nobody_fails() -> None:
    sql = changed(
        ("    user_id bigint NOT NULL REFERENCES users,\n", ""), ("CREATE INDEX ON orders (user_id, placed_at);", "")
    )
    assert ask("schema.related", facts(sql), child="order", parent="user").outcome is Outcome.FAIL


def test_a_reference_by_name_alone_relates_two_tables() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users", "user_id bigint NOT NULL"))
    assert ask("schema.related", facts(sql), child="order", parent="user").outcome is Outcome.PASS


def test_all_essential_attributes_are_there() -> None:
    assert ask("schema.attributes", facts()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("    email text NOT NULL UNIQUE,\n", "", "e-mail"),
        ("    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "    stock", "price"),
        ("    placed_at timestamptz NOT NULL DEFAULT now()\n", "    total numeric\n", "time"),
        ("    quantity int NOT NULL CHECK (quantity > 0),\n", "", "quantity"),
        (",\n    stock int NOT NULL CHECK (stock >= 0)\n", "\n", "in stock"),
    ],
)
def test_a_missing_attribute_is_named_and_costs_its_share(old: str, new: str, what: str) -> None:
    found = ask("schema.attributes", facts(changed((old, new))))
    assert found.outcome is Outcome.FAIL
    assert what in found.message
    assert found.score == 0.83


def test_a_price_may_live_in_a_table_of_prices() -> None:
    sql = changed(
        (
            "    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock int NOT NULL CHECK (stock >= 0)\n",
            "    stock int NOT NULL CHECK (stock >= 0)\n",
        )
    )
    sql += "CREATE TABLE product_prices (product_id bigint REFERENCES products, amount numeric(10, 2) NOT NULL);"
    assert ask("schema.attributes", facts(sql)).outcome is Outcome.PASS


def test_a_login_may_live_in_an_account_of_its_own() -> None:
    sql = changed(("    email text NOT NULL UNIQUE,\n", "    account_id bigint REFERENCES accounts,\n"))
    sql = "CREATE TABLE accounts (id bigint PRIMARY KEY, login text NOT NULL UNIQUE);" + sql
    assert ask("schema.attributes", facts(sql)).outcome is Outcome.PASS


def test_an_attribute_in_words_nobody_knows_waits_for_a_person() -> None:
    sql = changed(
        ("    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "    zork numeric(10, 2),\n    stock")
    )
    assert ask("schema.attributes", facts(sql)).outcome is Outcome.FOR_REVIEW


@pytest.mark.parametrize(
    "column",
    [
        "state text NOT NULL CHECK (state IN ('placed', 'paid', 'sent')), country text",
        "ziel text NOT NULL CHECK (ziel IN ('offen', 'bezahlt'))",
    ],
)
def test_a_column_whose_values_are_states_keeps_the_state_whatever_its_name(column: str) -> None:
    sql = changed(("status text NOT NULL CHECK (status IN ('open', 'paid'))", column))
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.PASS


def test_the_state_of_an_address_is_no_state_of_the_order() -> None:
    column = "state text NOT NULL CHECK (state IN ('CA', 'NY')), country text"
    sql = changed(("status text NOT NULL CHECK (status IN ('open', 'paid'))", column))
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.FAIL


def test_a_status_is_found() -> None:
    assert ask("schema.order_status", facts()).outcome is Outcome.PASS


def test_an_order_without_a_status_fails() -> None:
    sql = changed(("    status text NOT NULL CHECK (status IN ('open', 'paid')),\n", ""))
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "more",
    [
        "CREATE TABLE order_status_history (order_id bigint REFERENCES orders, state text, at timestamptz);",
        "ALTER TABLE orders ADD COLUMN shipped_at timestamptz;",
    ],
)
def test_a_history_or_moments_are_a_status_too(more: str) -> None:
    sql = changed(("    status text NOT NULL CHECK (status IN ('open', 'paid')),\n", "")) + more
    assert ask("schema.order_status", facts(sql)).outcome is Outcome.PASS


def test_a_failure_shows_a_line_and_a_command() -> None:
    sql = changed(("    status text NOT NULL CHECK (status IN ('open', 'paid')),\n", ""))
    found = ask("schema.order_status", facts(sql))
    code, asked = found.exhibits
    assert isinstance(code, CodeExhibit)
    assert "CREATE TABLE orders" in "\n".join(code.lines)
    assert isinstance(asked, SqlExhibit)
    assert asked.command.startswith("createdb scratch && psql -q -d scratch -f schema.sql")
    assert GOOD
