"""Stored totals, tables per year, what is beyond the minimum, limits, changed keys: each fault and each exemption."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ask, changed, facts, refused, stuck, took

from grader.evidence.catalog import Trigger
from grader.evidence.schema import Attempt, Disagreement, Probe, SchemaFacts
from grader.exhibits import RowsExhibit
from grader.model import Outcome

OWNER = "user_id bigint NOT NULL REFERENCES users"


def added(table: str, *columns: str, sql: str = "") -> str:
    return changed() + sql + "".join(f"ALTER TABLE {table} ADD COLUMN {column};\n" for column in columns)


def with_trigger(evidence: SchemaFacts, table: str) -> SchemaFacts:
    tables = tuple(
        msgspec.structs.replace(t, triggers=(Trigger(name="guard"),)) if t.name == table else t
        for t in evidence.schema.tables
    )
    return msgspec.structs.replace(evidence, schema=msgspec.structs.replace(evidence.schema, tables=tables))


# stored totals (N06)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("users", "order_count int NOT NULL DEFAULT 0"),
        ("users", "total_spent numeric(12, 2)"),
        ("users", "num_orders int"),
        ("products", "units_sold_count int"),
        ("categories", "product_count int"),
        ("orders", "total_amount numeric(12, 2)"),
    ],
)
def test_a_number_that_other_rows_give_is_told(table: str, column: str) -> None:
    found = ask("schema.totals", facts(added(table, column)))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith(f"{table}.{column.split(maxsplit=1)[0]} is stored")
    assert any(isinstance(exhibit, RowsExhibit) for exhibit in found.exhibits)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("products", "stock_total int"),
        ("products", "item_number int"),
        ("products", "min_order_count int"),
        ("products", "average_rating numeric(3, 2)"),
        ("orders", "tax_total numeric(12, 2)"),
        ("orders", "adjustment_total numeric(12, 2)"),
        ("orders", "total numeric(12, 2) GENERATED ALWAYS AS (1) STORED"),
        ("order_items", "line_total numeric(12, 2)"),
        ("users", "total_note text"),
    ],
)
def test_what_no_other_row_gives_is_no_total(table: str, column: str) -> None:
    assert ask("schema.totals", facts(added(table, column))).outcome is Outcome.PASS


def test_an_average_beside_a_table_of_reviews_is_told() -> None:
    reviews = "CREATE TABLE reviews (id bigint PRIMARY KEY, product_id bigint REFERENCES products, rating int);"
    evidence = facts(added("products", "average_rating numeric(3, 2)", sql=reviews))
    assert "rows of `reviews` give it" in ask("schema.totals", evidence).message


def test_a_total_that_moves_with_its_rows_is_in_step() -> None:
    moved = Disagreement(id="schema.totals:users.order_count", change="INSERT …;", answer="INSERT 0 1", kept=True)
    evidence = msgspec.structs.replace(facts(added("users", "order_count int")), disagreements=(moved,))
    assert ask("schema.totals", evidence).outcome is Outcome.PASS


def test_an_order_total_that_the_notes_argue_is_fine() -> None:
    notes = "orders.total_amount is kept because the invoice must not change."
    found = ask("schema.totals", facts(added("orders", "total_amount numeric(12, 2)"), notes=notes))
    assert found.outcome is Outcome.PASS
    assert "argued in the notes" in found.message


# one table per kind (N08)

YEAR = "(id bigint PRIMARY KEY, user_id bigint REFERENCES users, placed_at timestamptz, total numeric(10, 2));"


def test_a_table_per_year_is_found() -> None:
    sql = changed() + f"CREATE TABLE orders_2023 {YEAR}CREATE TABLE orders_2024 {YEAR}"
    found = ask("schema.generic", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith("orders_2023 is one of 2 tables of one shape")


@pytest.mark.parametrize(
    "more",
    [
        f"CREATE TABLE orders_2023 {YEAR}",
        f"CREATE TABLE orders_2023 {YEAR}CREATE TABLE plan_2024 (id bigint PRIMARY KEY, goal text);",
        f"CREATE TABLE orders_2023 {YEAR}CREATE TABLE orders_2024 (id bigint PRIMARY KEY, goal text);",
        f"CREATE TABLE orders_archive_2023 {YEAR}CREATE TABLE orders_archive_2024 {YEAR}",
        "CREATE TABLE colors (name text PRIMARY KEY);CREATE TABLE sizes (name text PRIMARY KEY);",
    ],
)
def test_one_year_archives_and_lookup_tables_are_fine(more: str) -> None:
    assert ask("schema.generic", facts(changed() + more)).outcome is Outcome.PASS


def test_names_and_values_of_anything_are_found() -> None:
    sql = changed() + (
        "CREATE TABLE properties (id bigint PRIMARY KEY, entity_type text, entity_id bigint, name text, value text);"
    )
    assert ask("schema.generic", facts(sql)).message.startswith("properties keeps attributes of any table")


def test_attributes_in_which_products_differ_may_be_rows() -> None:
    sql = changed() + (
        "CREATE TABLE product_attributes (product_id bigint REFERENCES products, name text, value text,"
        " PRIMARY KEY (product_id, name));"
    )
    found = ask("schema.generic", facts(sql))
    assert found.outcome is Outcome.PASS
    assert "`product_attributes`" in found.message


# beyond the minimum (C04)


def test_what_is_beyond_the_minimum_is_listed() -> None:
    sql = changed() + (
        "CREATE TABLE addresses (id bigint PRIMARY KEY, user_id bigint REFERENCES users, city text);"
        "CREATE TABLE payments (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, amount numeric(10, 2));"
    )
    found = ask("schema.beyond", facts(sql))
    assert found.outcome is Outcome.PASS
    assert "addresses, payments" in found.message
    assert "nothing beside" in ask("schema.beyond", facts()).message


def test_an_address_on_the_order_counts_too() -> None:
    assert "addresses" in ask("schema.beyond", facts(added("orders", "ship_to_city text"))).message


# limits, and advice on types: P13, P15, T08, T11


def narrow(id_: str, table: str, column: str, *, state: str = "22003", answer: str = "ERROR:  no") -> Probe:
    probe = refused(id_, table, column, state=state)
    return msgspec.structs.replace(probe, bad=Attempt(statement="INSERT …;", answer=answer, sqlstate=state))


def test_a_price_that_does_not_fit_is_found() -> None:
    found = ask("schema.price_range", facts(probes=(narrow("product.price.common", "products", "price"),)))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith("products.price refuses a price of 9999.99")


def test_a_rule_on_the_price_alone_is_a_limit_as_well() -> None:
    sql = changed(
        (
            "price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock",
            "price numeric(10, 2) NOT NULL CONSTRAINT cheap CHECK (price < 100),\n    stock",
        )
    )
    answer = 'ERROR:  new row for relation "products" violates check constraint "cheap"'
    probe = narrow("product.price.common", "products", "price", state="23514", answer=answer)
    assert ask("schema.price_range", facts(sql, probes=(probe,))).outcome is Outcome.FAIL
    other = narrow("product.price.common", "products", "price", state="23514", answer='violates "below_list_price"')
    assert ask("schema.price_range", facts(sql, probes=(other,))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "probe",
    [
        took("product.price.common", "products", "price", value="9999.99"),
        refused("product.price.common", "products", "price", state="P0001"),
        refused("product.price.common", "products", "price", state="23505"),
    ],
)
def test_a_price_that_is_taken_or_refused_for_another_reason_costs_nothing(probe: Probe) -> None:
    assert ask("schema.price_range", facts(probes=(probe,))).outcome is Outcome.PASS


def test_a_price_that_nobody_could_try_waits_for_a_person() -> None:
    probes = (stuck("product.price.common", "products", "price"),)
    assert ask("schema.price_range", facts(probes=probes)).outcome is Outcome.FOR_REVIEW
    assert ask("schema.price_range", facts()).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("users", "nickname char(20)", "pads it with blanks"),
        ("users", "password text", "is called password"),
    ],
)
def test_advice_on_types_is_given(table: str, column: str, said: str) -> None:
    assert said in ask("schema.advice", facts(added(table, column))).message


@pytest.mark.parametrize(
    "column",
    ["country char(2)", "currency char(3)", "password_hash text", "sha_hash char(64)", "passport text", "ean char(13)"],
)
def test_codes_and_hashes_need_no_advice(column: str) -> None:
    assert ask("schema.advice", facts(added("users", column))).outcome is Outcome.PASS


def test_long_addresses_and_large_prices_are_advice() -> None:
    probes = (
        narrow("user.email.longest", "users", "email", state="22001"),
        narrow("product.price.large", "products", "price"),
    )
    found = ask("schema.advice", facts(probes=probes))
    assert "254 characters" in found.message
    assert "(also products.price)" in found.message


def test_a_rule_that_empties_what_must_be_given_is_advice() -> None:
    sql = changed((OWNER, f"{OWNER} ON DELETE SET NULL"))
    assert "the deletion will fail" in ask("schema.advice", facts(sql)).message


# keys that change (I06 for updates), and keys of link tables (I01)


def rekeyed(*, left: int, state: str = "") -> Probe:
    answer = "ERROR:  refused" if state else "UPDATE 1"
    bad = Attempt(statement="UPDATE …;", answer=answer, sqlstate=state, rows=0 if state else 1)
    good = Attempt(statement="INSERT …;", answer="INSERT 0 1", rows=1)
    return Probe(id="user.rekey", table="users", column="id", good=good, bad=bad, count="SELECT count(*) …;", left=left)


@pytest.mark.parametrize(
    "probe",
    [
        rekeyed(left=1),
        rekeyed(left=0, state="23503"),
        rekeyed(left=0, state="23502"),
        rekeyed(left=0, state="428C9"),
        rekeyed(left=0, state="P0001"),
    ],
)
def test_rows_that_follow_a_key_and_keys_that_do_not_change_are_fine(probe: Probe) -> None:
    assert ask("schema.key_changes", facts(probes=(probe,))).outcome is Outcome.PASS


def test_rows_that_are_left_behind_are_found() -> None:
    found = ask("schema.key_changes", facts(probes=(rekeyed(left=0),)))
    assert found.outcome is Outcome.FAIL
    assert "rows of `orders` no longer say what they belong to" in found.message


def test_a_missing_foreign_key_is_told_elsewhere() -> None:
    sql = changed((OWNER, "user_id bigint NOT NULL"))
    assert ask("schema.key_changes", facts(sql, probes=(rekeyed(left=0),))).outcome is Outcome.NOT_APPLICABLE


def test_a_key_that_could_not_be_changed_for_want_of_rows_waits_for_a_person() -> None:
    assert ask("schema.key_changes", facts(probes=(stuck("user.rekey", "users", "id"),))).outcome is Outcome.FOR_REVIEW


def test_a_unique_pair_in_place_of_a_key_is_told_and_not_as_a_missing_key() -> None:
    pair = "PRIMARY KEY (product_id, category_id)"
    unique = facts(changed((pair, "UNIQUE (product_id, category_id)")))
    assert ask("schema.link_key", unique).outcome is Outcome.FAIL
    assert ask("schema.primary_keys", unique).outcome is Outcome.PASS
    assert ask("schema.link_key", facts()).outcome is Outcome.PASS
    assert ask("schema.link_key", facts(changed((f",\n    {pair}", "")))).outcome is Outcome.NOT_APPLICABLE


# references to other tables (I02): what the database did decides

COUPONS = "CREATE TABLE coupons (id bigint PRIMARY KEY, code text);"


def test_a_trigger_that_refuses_an_unknown_coupon_is_as_good_as_a_key() -> None:
    probe = refused("loose.orders.coupon_id.unknown", "orders", "coupon_id", state="P0001")
    evidence = facts(added("orders", "coupon_id bigint", sql=COUPONS), probes=(probe,))
    assert ask("schema.foreign_keys", evidence).outcome is Outcome.PASS


def test_an_unknown_coupon_that_was_taken_is_shown() -> None:
    probe = took("loose.orders.coupon_id.unknown", "orders", "coupon_id", value="999999999")
    found = ask("schema.foreign_keys", facts(added("orders", "coupon_id bigint", sql=COUPONS), probes=(probe,)))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)
    assert any("coupons: taken" in exhibit.title for exhibit in found.exhibits)


def test_a_trigger_that_nobody_could_try_waits_for_a_person() -> None:
    evidence = with_trigger(facts(added("orders", "coupon_id bigint", sql=COUPONS)), "orders")
    assert ask("schema.foreign_keys", evidence).outcome is Outcome.FOR_REVIEW


@pytest.mark.parametrize(
    "more",
    [
        "CREATE TABLE orders_audit (id bigint PRIMARY KEY, order_id bigint, user_id bigint, changed_at timestamptz);",
        "CREATE TABLE order_history (id bigint PRIMARY KEY, order_id bigint, status text, at timestamptz);",
        "CREATE TABLE comments (id bigint PRIMARY KEY, commentable_type text, commentable_id bigint, body text);",
    ],
)
def test_audit_and_history_tables_and_references_to_anything_lose_nothing(more: str) -> None:
    assert ask("schema.foreign_keys", facts(changed() + more)).outcome is Outcome.PASS


# natural keys, tenants, soft deletion: choices that nobody scores


@pytest.mark.parametrize("check", ["primary_keys", "key_changes", "link_key", "login_unique", "foreign_keys"])
def test_natural_keys_are_never_scored(check: str) -> None:
    sql = changed(
        (
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    email text NOT NULL UNIQUE",
            "email text PRIMARY KEY",
        ),
        (OWNER, "user_email text NOT NULL REFERENCES users"),
        ("orders (user_id", "orders (user_email"),
    )
    assert ask(f"schema.{check}", facts(sql)).outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize(
    "rule",
    [
        "CREATE UNIQUE INDEX ON users (tenant_id, email);",
        "CREATE UNIQUE INDEX ON users (tenant_id, lower(email));",
        "CREATE UNIQUE INDEX ON users (email) WHERE deleted_at IS NULL;",
        "ALTER TABLE users ADD UNIQUE (tenant_id, email);",
    ],
)
def test_unique_within_a_tenant_or_among_those_not_deleted_is_unique(rule: str) -> None:
    sql = changed(("email text NOT NULL UNIQUE", "email text NOT NULL, tenant_id int, deleted_at timestamptz")) + rule
    assert ask("schema.login_unique", facts(sql)).outcome is Outcome.PASS


def test_an_address_that_a_rule_on_its_length_refuses_does_not_fit() -> None:
    rule = "email text NOT NULL UNIQUE CONSTRAINT short CHECK (length(email) <= 40)"
    answer = 'ERROR:  new row for relation "users" violates check constraint "short"'
    probe = narrow("user.email.long", "users", "email", state="23514", answer=answer)
    sql = changed(("email text NOT NULL UNIQUE", rule))
    assert ask("schema.email_length", facts(sql, probes=(probe,))).outcome is Outcome.FAIL
    shaped = changed(("email text NOT NULL UNIQUE", rule.replace("length(email) <= 40", "email LIKE '%@shop.org'")))
    assert ask("schema.email_length", facts(shaped, probes=(probe,))).outcome is Outcome.PASS


PRODUCT_SIZES = (
    "CREATE TABLE variants (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES products, sku text);"
)
VARIANTS = changed(
    ("CREATE TABLE order_items", f"{PRODUCT_SIZES}CREATE TABLE order_items"),
    (
        "    product_id bigint NOT NULL REFERENCES products,\n    quantity",
        "    variant_id bigint NOT NULL REFERENCES variants,\n    quantity",
    ),
    ("PRIMARY KEY (order_id, product_id)", "PRIMARY KEY (order_id, variant_id)"),
    ("CREATE INDEX ON order_items (product_id);", "CREATE INDEX ON order_items (variant_id);"),
)


def test_a_variant_of_no_product_is_a_reference_to_nothing() -> None:
    assert ask("schema.foreign_keys", facts(VARIANTS)).outcome is Outcome.PASS
    loose = changed(
        ("product_id bigint NOT NULL REFERENCES products, sku", "product_id bigint NOT NULL, sku"), sql=VARIANTS
    )
    found = ask("schema.foreign_keys", facts(loose))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith("variants.product_id takes a value")
