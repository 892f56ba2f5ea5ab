"""Integrity: what the database did decides; where it could not be tried, the catalog decides with care."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ask, changed, deleted, facts, refused, stuck, took

from grader.evidence.catalog import Trigger
from grader.evidence.schema import Probe, SchemaFacts
from grader.exhibits import SqlExhibit
from grader.model import Outcome

OWNER = "user_id bigint NOT NULL REFERENCES users"
PRODUCT = "product_id bigint NOT NULL REFERENCES products,\n    quantity"


def with_trigger(evidence: SchemaFacts, table: str) -> SchemaFacts:
    tables = tuple(
        msgspec.structs.replace(t, triggers=(Trigger(name="guard"),)) if t.name == table else t
        for t in evidence.schema.tables
    )
    return msgspec.structs.replace(evidence, schema=msgspec.structs.replace(evidence.schema, tables=tables))


def test_keys_everywhere_pass() -> None:
    assert ask("schema.primary_keys", facts()).outcome is Outcome.PASS


def test_a_core_table_without_a_key_fails() -> None:
    sql = changed((",\n    PRIMARY KEY (order_id, product_id)", ""))
    found = ask("schema.primary_keys", facts(sql))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0)
    assert "order_items" in found.message


def test_a_unique_key_in_its_place_keeps_half() -> None:
    sql = changed(("PRIMARY KEY (order_id, product_id)", "UNIQUE (order_id, product_id)"))
    assert ask("schema.primary_keys", facts(sql)).score == 0.5


def test_a_link_table_with_a_unique_required_pair_is_keyed_in_all_but_name() -> None:
    sql = changed(("PRIMARY KEY (product_id, category_id)", "UNIQUE (product_id, category_id)"))
    assert ask("schema.primary_keys", facts(sql)).outcome is Outcome.PASS


def test_declared_references_pass_without_probes() -> None:
    assert ask("schema.foreign_keys", facts()).outcome is Outcome.PASS


def test_a_reference_to_nothing_that_was_taken_fails_with_the_statement() -> None:
    sql = changed((OWNER, "user_id bigint NOT NULL"))
    probe = took("order.user.unknown", "orders", "user_id", value="999999999")
    found = ask("schema.foreign_keys", facts(sql, probes=(probe,)))
    assert found.outcome is Outcome.FAIL
    assert "orders.user_id" in found.message
    commands = [exhibit.command for exhibit in found.exhibits if isinstance(exhibit, SqlExhibit)]
    assert any("INSERT … parent;" in command and "ROLLBACK;" in command for command in commands)


def test_a_trigger_that_refuses_is_as_good_as_a_foreign_key() -> None:
    sql = changed((OWNER, "user_id bigint NOT NULL"))
    probe = refused("order.user.unknown", "orders", "user_id", state="P0001")
    assert ask("schema.foreign_keys", facts(sql, probes=(probe,))).outcome is Outcome.PASS


def test_without_key_probe_or_trigger_it_fails_by_the_catalog() -> None:
    sql = changed((OWNER, "user_id bigint NOT NULL"))
    assert ask("schema.foreign_keys", facts(sql)).outcome is Outcome.FAIL


def test_a_trigger_nobody_could_try_waits_for_a_person() -> None:
    sql = changed((OWNER, "user_id bigint NOT NULL"))
    evidence = with_trigger(facts(sql, probes=(stuck("order.user.unknown", "orders", "user_id"),)), "orders")
    assert ask("schema.foreign_keys", evidence).outcome is Outcome.FOR_REVIEW


def test_an_undeclared_reference_to_a_side_table_keeps_half() -> None:
    sql = changed() + (
        "CREATE TABLE coupons (id bigint PRIMARY KEY, code text);ALTER TABLE orders ADD COLUMN coupon_id bigint;"
    )
    found = ask("schema.foreign_keys", facts(sql))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)


def test_a_polymorphic_reference_cannot_have_a_foreign_key() -> None:
    sql = changed() + (
        "CREATE TABLE sources (id bigint PRIMARY KEY, name text);"
        "ALTER TABLE orders ADD COLUMN source_id bigint;ALTER TABLE orders ADD COLUMN source_type text;"
    )
    assert ask("schema.foreign_keys", facts(sql)).outcome is Outcome.PASS


def test_a_product_code_kept_beside_the_key_is_no_reference() -> None:
    sql = changed() + "ALTER TABLE order_items ADD COLUMN product_code text;"
    assert ask("schema.foreign_keys", facts(sql)).outcome is Outcome.PASS


def test_required_values_pass() -> None:
    assert ask("schema.required", facts()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("change", "id_", "spot"),
    [
        (("quantity int NOT NULL", "quantity int"), "order_line.quantity.missing", "order_items.quantity"),
        (("name text NOT NULL,\n    price", "name text,\n    price"), "product.name.missing", "products.name"),
        (("email text NOT NULL", "email text"), "user.login.missing", "users.email"),
    ],
)
def test_a_value_that_may_be_left_out_is_found(change: tuple[str, str], id_: str, spot: str) -> None:
    table, _, column = spot.partition(".")
    for probes in ((took(id_, table, column),), ()):
        found = ask("schema.required", facts(changed(change), probes=probes))
        assert found.outcome is Outcome.FAIL
        assert spot in found.message


def test_a_rule_that_refuses_nothing_is_as_good_as_not_null() -> None:
    probe = refused("order_line.quantity.missing", "order_items", "quantity", state="23514")
    sql = changed(("quantity int NOT NULL", "quantity int"))
    assert ask("schema.required", facts(sql, probes=(probe,))).outcome is Outcome.PASS


def test_an_order_without_a_user_fails() -> None:
    sql = changed((OWNER, "user_id bigint REFERENCES users"))
    assert "orders.user_id" in ask("schema.required", facts(sql)).message


@pytest.mark.parametrize(
    "change",
    [
        (OWNER, "guest_email text, user_id bigint REFERENCES users"),
        (OWNER, "contact_phone text, user_id bigint REFERENCES users"),
        (OWNER, "user_id bigint REFERENCES users ON DELETE SET NULL"),
    ],
)
def test_guests_that_can_be_reached_and_forgotten_users_are_fine(change: tuple[str, str]) -> None:
    assert ask("schema.required", facts(changed(change))).outcome is Outcome.PASS


def test_guests_only_in_the_notes_wait_for_a_person() -> None:
    sql = changed((OWNER, "user_id bigint REFERENCES users"))
    assert ask("schema.required", facts(sql, notes="Guests may order.")).outcome is Outcome.FOR_REVIEW


def test_a_product_may_go_when_the_line_keeps_its_name() -> None:
    sql = changed(
        (PRODUCT, "product_name text NOT NULL, product_id bigint REFERENCES products ON DELETE SET NULL,\n    quantity")
    )
    assert ask("schema.required", facts(sql)).outcome is Outcome.PASS


def test_an_email_that_two_users_share_is_found() -> None:
    sql = changed(("email text NOT NULL UNIQUE", "email text NOT NULL"))
    probe = took("user.login.duplicate", "users", "email", value="a@example.com")
    assert ask("schema.login_unique", facts(sql, probes=(probe,))).outcome is Outcome.FAIL
    assert ask("schema.login_unique", facts(sql)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "index",
    [
        "CREATE UNIQUE INDEX ON users (lower(email));",
        "CREATE UNIQUE INDEX ON users (email) WHERE phone IS NULL;",
        "CREATE UNIQUE INDEX ON users (phone, email);",
    ],
)
def test_any_way_of_being_unique_passes(index: str) -> None:
    sql = changed(("email text NOT NULL UNIQUE", "email text NOT NULL")) + index
    assert ask("schema.login_unique", facts(sql)).outcome is Outcome.PASS


def test_another_case_is_advice_only() -> None:
    probes = (
        refused("user.login.duplicate", "users", "email", state="23505"),
        took("user.login.other_case", "users", "email", value="A@EXAMPLE.COM"),
    )
    found = ask("schema.login_unique", facts(probes=probes))
    assert found.outcome is Outcome.PASS
    assert "capitals" in found.message


def test_a_pair_that_is_taken_twice_is_found() -> None:
    sql = changed((",\n    PRIMARY KEY (product_id, category_id)", ""))
    probe = took("product_category.duplicate", "product_categories")
    assert ask("schema.link_unique", facts(sql, probes=(probe,))).outcome is Outcome.FAIL
    assert ask("schema.link_unique", facts(sql)).outcome is Outcome.FAIL
    assert ask("schema.link_unique", facts()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("check", "probe"),
    [
        ("value_ranges", stuck("product.price.negative", "products", "price")),
        ("foreign_keys", stuck("order.user.unknown", "orders", "user_id")),
        ("required", stuck("order_line.quantity.missing", "order_items", "quantity")),
        ("login_unique", stuck("user.login.duplicate", "users", "email")),
        ("link_unique", stuck("product_category.duplicate", "product_categories")),
        ("deletes", stuck("user.delete", "users")),
        ("status_values", stuck("order.status.unknown", "orders", "status")),
        ("email_length", stuck("user.email.long", "users", "email")),
    ],
)
def test_a_table_that_took_no_row_at_all_waits_for_a_person_with_what_was_said(check: str, probe: Probe) -> None:
    said = msgspec.structs.replace(probe, obstacle="no row of it could be inserted: ERROR:  closed for now")
    found = ask(f"schema.{check}", facts(probes=(said,)))
    assert found.outcome is Outcome.FOR_REVIEW
    assert "closed for now" in found.message


def test_a_fault_in_an_open_table_costs_although_another_took_no_row() -> None:
    probes = (
        took("product.price.negative", "products", "price", value="-0.01"),
        stuck("order_line.quantity.zero", "order_items", "quantity"),
    )
    assert ask("schema.value_ranges", facts(probes=probes)).outcome is Outcome.FAIL


def test_how_the_schema_was_read_says_which_table_took_no_row() -> None:
    found = ask("schema.understood", facts(probes=(stuck("user.login.duplicate", "users", "email"),)))
    assert "no row could be inserted into `users`: no row could be inserted" in found.message


@pytest.mark.parametrize(
    "columns", ["username text NOT NULL UNIQUE,\n    email text UNIQUE", "email text UNIQUE,\n    login text NOT NULL"]
)
def test_an_address_may_be_missing_where_there_is_another_way_in(columns: str) -> None:
    sql = changed(("email text NOT NULL UNIQUE", columns))
    assert ask("schema.required", facts(sql)).outcome is Outcome.PASS


def test_without_any_way_in_that_must_be_given_a_user_is_lost() -> None:
    sql = changed(("email text NOT NULL UNIQUE", "username text UNIQUE,\n    email text UNIQUE"))
    assert "users.email" in ask("schema.required", facts(sql)).message


def test_a_cart_of_nobody_beside_a_rule_for_orders_waits_for_a_person() -> None:
    rule = "CHECK (status = 'cart' OR user_id IS NOT NULL)"
    sql = changed((OWNER, "user_id bigint REFERENCES users"), ("('open', 'paid')),", f"('cart', 'paid')), {rule},"))
    found = ask("schema.required", facts(sql, probes=(took("order.user.missing", "orders", "user_id"),)))
    assert found.outcome is Outcome.FOR_REVIEW
    assert "user_id IS NOT NULL" in found.message


RANGES = (
    ("product.price.negative", "products", "price", "-1.00"),
    ("order_line.price.negative", "order_items", "price", "-1.00"),
    ("order_line.quantity.zero", "order_items", "quantity", "0"),
    ("order_line.quantity.negative", "order_items", "quantity", "-1"),
    ("product.stock.negative", "products", "stock", "-1"),
)


def test_impossible_values_that_are_refused_pass() -> None:
    probes = tuple(refused(id_, table, column) for id_, table, column, _ in RANGES)
    assert ask("schema.value_ranges", facts(probes=probes)).outcome is Outcome.PASS


def test_each_impossible_value_that_is_taken_costs_its_share() -> None:
    probes = tuple(
        took(id_, table, column, value=value) if column == "quantity" else refused(id_, table, column)
        for id_, table, column, value in RANGES
    )
    found = ask("schema.value_ranges", facts(probes=probes))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.6)


def test_a_trigger_that_puts_the_value_right_is_fine() -> None:
    probes = (took("order_line.quantity.negative", "order_items", "quantity", value="1"),)
    assert ask("schema.value_ranges", facts(probes=probes)).outcome is Outcome.PASS


def test_ranges_that_could_not_be_tried_are_decided_by_a_rule_or_by_people() -> None:
    probes = (stuck("product.price.negative", "products", "price"), refused("product.name.missing", "products", "name"))
    assert ask("schema.value_ranges", facts(probes=probes)).outcome is Outcome.PASS
    bare = changed((" CHECK (price >= 0)", ""))
    assert ask("schema.value_ranges", facts(bare, probes=probes)).outcome is Outcome.FOR_REVIEW


def test_safe_deletions_pass() -> None:
    probes = (
        deleted("user.delete", "users", "user_id", left=1, state="23503"),
        deleted("product.delete", "products", "product_id", left=1, state="23001"),
        deleted("order.delete", "orders", "order_id", left=0, value=None),
    )
    assert ask("schema.deletes", facts(probes=probes)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("probe", "part"),
    [
        (deleted("user.delete", "users", "user_id", left=0, value=None), "orders with it"),
        (deleted("product.delete", "products", "product_id", left=0, value=None), "order lines with it"),
        (deleted("order.delete", "orders", "order_id", left=1), "without an order"),
        (deleted("product.delete", "products", "product_id", left=1, value=None), "no longer say"),
    ],
)
def test_deletions_that_erase_what_was_sold_are_found(probe: object, part: str) -> None:
    found = ask("schema.deletes", facts(probes=(probe,)))  # type: ignore[arg-type]
    assert found.outcome is Outcome.FAIL
    assert part in found.message


def test_a_line_that_keeps_the_name_may_lose_its_product() -> None:
    sql = changed((PRODUCT, "product_name text NOT NULL, product_id bigint REFERENCES products,\n    quantity"))
    probe = deleted("product.delete", "products", "product_id", left=1, value=None)
    assert ask("schema.deletes", facts(sql, probes=(probe,))).outcome is Outcome.PASS


def test_deletions_that_could_not_be_tried_wait_for_a_person() -> None:
    assert ask("schema.deletes", facts(probes=(stuck("user.delete", "users"),))).outcome is Outcome.FOR_REVIEW


@pytest.mark.parametrize(
    "check",
    ["primary_keys", "foreign_keys", "required", "login_unique", "link_unique", "value_ranges", "deletes"],
)
def test_nothing_passes_on_empty_ground(check: str) -> None:
    nothing = facts("CREATE TABLE addresses (id int PRIMARY KEY, city text);")
    assert ask(f"schema.{check}", nothing).outcome is Outcome.BLOCKED
