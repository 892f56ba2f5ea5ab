"""Data types: wrong ones are found, every right one is left alone."""

from __future__ import annotations

import pytest
from schema_answers import ask, changed, facts, refused, stuck, took

from grader.evidence.schema import Attempt, Probe
from grader.exhibits import SqlExhibit
from grader.model import Outcome

PRICE = "price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock"


def priced(type_: str) -> str:
    return changed((PRICE, f"price {type_} NOT NULL,\n    stock"))


@pytest.mark.parametrize("check", ["money", "dates", "quantities", "digits", "key_types", "time_zones", "email_length"])
def test_a_good_schema_passes(check: str) -> None:
    assert ask(f"schema.{check}", facts()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "type_", ["float", "real", "double precision", "text", "varchar(20)", "numeric(10)", "numeric(10, 0)"]
)
def test_money_that_loses_cents_is_found(type_: str) -> None:
    found = ask("schema.money", facts(priced(type_)))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0)
    assert found.message.startswith("products.price")


@pytest.mark.parametrize("type_", ["numeric", "numeric(12, 2)", "numeric(19, 4)", "decimal(8, 3)"])
def test_exact_money_passes(type_: str) -> None:
    assert ask("schema.money", facts(priced(type_))).outcome is Outcome.PASS


def test_the_type_money_keeps_half() -> None:
    found = ask("schema.money", facts(priced("money")))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)


def test_a_domain_over_numeric_is_exact() -> None:
    sql = "CREATE DOMAIN amount_of_money AS numeric(12, 2) CHECK (VALUE >= 0);" + priced("amount_of_money")
    assert ask("schema.money", facts(sql)).outcome is Outcome.PASS


def test_whole_numbers_need_a_word_about_cents() -> None:
    assert ask("schema.money", facts(priced("integer"))).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("sql", "notes"),
    [
        (changed((PRICE, "price_cents int NOT NULL,\n    stock")), ""),
        (priced("integer") + "COMMENT ON COLUMN products.price IS 'in cents';", ""),
        ("-- prices are in cents\n" + priced("integer"), ""),
        (priced("integer"), "All amounts are stored in the smallest unit of the currency."),
    ],
)
def test_whole_cents_are_right_when_anything_says_so(sql: str, notes: str) -> None:
    assert ask("schema.money", facts(sql, notes=notes)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "column", ["tax_rate float", "discount_percent float", "weight float", "rating real", "latitude float"]
)
def test_floats_that_are_no_money_are_left_alone(column: str) -> None:
    sql = changed() + f"ALTER TABLE products ADD COLUMN {column};"
    assert ask("schema.money", facts(sql)).outcome is Outcome.PASS


def test_a_wrong_sum_is_shown() -> None:
    sum_ = Attempt(statement="SELECT sum(price) …;", answer="0.30000000000000004", value="0.30000000000000004", rows=1)
    probe = Probe(id="product.price.sum", table="products", column="price", good=sum_, bad=sum_)
    found = ask("schema.money", facts(priced("float"), probes=(probe,)))
    assert any(isinstance(e, SqlExhibit) and e.answer == "0.30000000000000004" and e.command for e in found.exhibits)


def test_dates_as_text_are_found() -> None:
    sql = changed(("placed_at timestamptz NOT NULL DEFAULT now()", "order_date varchar(20) NOT NULL"))
    found = ask("schema.dates", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert "orders.order_date" in found.message


@pytest.mark.parametrize("column", ["updated_by text", "delivery_date_note text", "time_zone text", "date_format text"])
def test_text_that_is_no_date_is_left_alone(column: str) -> None:
    assert ask("schema.dates", facts(changed() + f"ALTER TABLE orders ADD COLUMN {column};")).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("type_", "outcome"), [("float", Outcome.FAIL), ("text", Outcome.FAIL), ("numeric(10, 3)", Outcome.PASS)]
)
def test_quantities_must_be_exact(type_: str, outcome: Outcome) -> None:
    sql = changed(("quantity int NOT NULL CHECK (quantity > 0)", f"quantity {type_} NOT NULL"))
    assert ask("schema.quantities", facts(sql)).outcome is outcome


@pytest.mark.parametrize(("column", "outcome"), [("phone text", Outcome.PASS), ("phone bigint", Outcome.FAIL)])
def test_phone_numbers_are_no_numbers(column: str, outcome: Outcome) -> None:
    assert ask("schema.digits", facts(changed(("phone text", column)))).outcome is outcome


def test_postal_codes_of_addresses_are_looked_at() -> None:
    sql = changed() + "CREATE TABLE addresses (id int PRIMARY KEY, user_id bigint REFERENCES users, zip int);"
    assert "addresses.zip" in ask("schema.digits", facts(sql)).message


def test_no_phone_number_is_no_fault() -> None:
    assert ask("schema.digits", facts(changed(("    phone text,\n", "")))).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("type_", "score"), [("int", 0.5), ("smallint", 0.5), ("varchar(36)", 0.0)])
def test_a_reference_that_cannot_hold_every_key_is_found(type_: str, score: float) -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users", f"user_id {type_} NOT NULL"))
    found = ask("schema.key_types", facts(sql))
    assert (found.outcome, found.score) == (Outcome.FAIL, score)


@pytest.mark.parametrize(
    "change",
    [
        ("status text NOT NULL", "coupon_code text, status text NOT NULL"),
        ("    phone text,\n", "    phone text,\n    referrer_id varchar(20),\n"),
    ],
)
def test_codes_and_other_ids_are_no_references(change: tuple[str, str]) -> None:
    sql = changed(change) + "CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL UNIQUE);"
    assert ask("schema.key_types", facts(sql)).outcome is Outcome.PASS


def test_a_wider_reference_is_fine() -> None:
    sql = changed(
        (
            "CREATE TABLE categories (\n    id bigint GENERATED ALWAYS AS IDENTITY",
            "CREATE TABLE categories (\n    id serial",
        )
    )
    assert ask("schema.key_types", facts(sql)).outcome is Outcome.PASS


def test_timestamps_without_zone_are_one_finding() -> None:
    found = ask("schema.time_zones", facts(changed(("timestamptz", "timestamp"))))
    assert found.outcome is Outcome.FAIL
    assert found.message.count("timestamp without time zone") == 1


def test_a_plain_date_needs_no_time_zone() -> None:
    sql = changed(("created_at timestamptz", "created_on date"), ("placed_at timestamptz", "placed_at date"))
    assert ask("schema.time_zones", facts(sql)).outcome is Outcome.NOT_APPLICABLE


STATUS = "status text NOT NULL CHECK (status IN ('open', 'paid'))"


def test_a_status_that_takes_anything_is_found() -> None:
    sql = changed((STATUS, "status text NOT NULL"))
    probe = took("order.status.unknown", "orders", "status", value="no-such-status")
    found = ask("schema.status_values", facts(sql, probes=(probe,)))
    assert found.outcome is Outcome.FAIL
    assert any(isinstance(e, SqlExhibit) and "psql" in e.command for e in found.exhibits)


@pytest.mark.parametrize("state", ["23514", "23503", "P0001", "22P02"])
def test_a_status_that_the_database_refuses_passes(state: str) -> None:
    sql = changed((STATUS, "status text NOT NULL"))
    probe = refused("order.status.unknown", "orders", "status", state=state)
    assert ask("schema.status_values", facts(sql, probes=(probe,))).outcome is Outcome.PASS


def test_an_enum_needs_no_probe() -> None:
    sql = "CREATE TYPE state AS ENUM ('open', 'paid');" + changed((STATUS, "status state NOT NULL"))
    assert ask("schema.status_values", facts(sql)).outcome is Outcome.PASS


def test_a_probe_that_told_nothing_leaves_it_to_the_catalog_and_to_people() -> None:
    probes = (stuck("order.status.unknown", "orders", "status"), refused("order.user.missing", "orders", "user_id"))
    assert ask("schema.status_values", facts(probes=probes)).outcome is Outcome.PASS
    free = facts(changed((STATUS, "status text NOT NULL")), probes=probes)
    assert ask("schema.status_values", free).outcome is Outcome.FOR_REVIEW


def test_a_short_email_column_is_found_by_what_it_refuses() -> None:
    sql = changed(("email text NOT NULL", "email varchar(40) NOT NULL"))
    probe = refused("user.email.long", "users", "email", state="22001")
    assert ask("schema.email_length", facts(sql, probes=(probe,))).outcome is Outcome.FAIL
    assert ask("schema.email_length", facts(sql)).outcome is Outcome.FAIL


@pytest.mark.parametrize("type_", ["varchar(64)", "varchar(254)", "text"])
def test_an_email_column_with_room_passes(type_: str) -> None:
    sql = changed(("email text NOT NULL", f"email {type_} NOT NULL"))
    assert ask("schema.email_length", facts(sql)).outcome is Outcome.PASS
