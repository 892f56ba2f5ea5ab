"""Verdicts that were wrong on real or varied answers, each as the small schema that shows it."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import GOOD, ask, changed, facts

from grader.collectors.schema.fillings import fillings
from grader.evidence.catalog import Table
from grader.evidence.schema import Role
from grader.model import Outcome
from grader.sql.schema import ddl
from grader.sql.schema.links import Links
from grader.sql.schema.shapes import names_and_values
from grader.sql.schema.shop import Shop
from grader.sql.schema.splitter import split


def shop_of(sql: str) -> Shop:
    evidence = facts(sql)
    return Shop(evidence.schema, evidence.roles)


def table_of(sql: str, name: str) -> Table:
    found = facts(sql).schema.table(name)
    assert found is not None
    return found


GERMAN = """
CREATE TABLE kunden (kundennr bigint PRIMARY KEY, email text NOT NULL UNIQUE, vorname text NOT NULL);
CREATE TABLE warengruppen (warengruppe_id int PRIMARY KEY, bezeichnung text NOT NULL);
CREATE TABLE artikel (artikelnr bigint PRIMARY KEY, bezeichnung text NOT NULL, einzelpreis numeric(10, 2) NOT NULL,
    lagerbestand int NOT NULL, warengruppe_id int NOT NULL REFERENCES warengruppen);
CREATE TABLE bestellungen (bestellnr bigint PRIMARY KEY, kundennr bigint NOT NULL REFERENCES kunden,
    bestellt_am timestamptz NOT NULL, status text NOT NULL);
CREATE TABLE bestellpositionen (bestellnr bigint REFERENCES bestellungen, artikelnr bigint REFERENCES artikel,
    menge int NOT NULL, einzelpreis numeric(10, 2) NOT NULL, PRIMARY KEY (bestellnr, artikelnr));
"""


@pytest.mark.parametrize(
    "name",
    ["bestellt_am", "versandt_am", "angelegt_am", "verfasst_am", "creado_en", "criado_em", "cree_le", "besteld_op"],
)
def test_a_moment_kept_as_text_is_found_in_any_of_several_languages(name: str) -> None:
    sql = changed(("placed_at timestamptz NOT NULL DEFAULT now()", f"{name} varchar(20) NOT NULL"), sql=GOOD)
    sql = sql.replace("(user_id, placed_at)", f"(user_id, {name})")
    found = ask("schema.dates", facts(sql))
    assert (found.outcome, name in found.message) == (Outcome.FAIL, True)


def test_a_postal_code_as_a_number_is_found_in_a_table_of_addresses_in_german() -> None:
    evidence = facts(GERMAN + "CREATE TABLE anschriften (id int PRIMARY KEY, kundennr bigint NOT NULL, plz integer);")
    assert ask("schema.digits", evidence).message.startswith("anschriften.plz")


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("kundennr bigint", "kunden"),  # called like the key of one other table
        ("KUNDENNR integer", "kunden"),
        ("kundennr boolean", ""),  # and could not hold it
        ("kundennr bigint UNIQUE", ""),  # a key itself
        ("nummer bigint", ""),
    ],
)
def test_a_column_called_like_the_key_of_another_table_refers_to_it(column: str, target: str) -> None:
    links = Links(facts(GERMAN + f"CREATE TABLE notizen (id int PRIMARY KEY, {column});").schema)
    assert links.targets("notizen") == ((target,) if target else ())


@pytest.mark.parametrize("name", ["id", "code", "email", "name", "status"])
def test_a_column_called_like_a_key_that_says_nothing_refers_to_nothing(name: str) -> None:
    sql = f"CREATE TABLE one ({name} text PRIMARY KEY); CREATE TABLE two (x int PRIMARY KEY, {name} text);"
    schema = ddl.read(split(sql, "schema.sql")).schema
    assert Links(schema).targets("two") == ()


def test_a_reference_without_foreign_key_is_no_missing_reference() -> None:
    evidence = facts(GERMAN.replace("kundennr bigint NOT NULL REFERENCES kunden", "kundennr bigint NOT NULL"))
    assert ask("schema.related", evidence, child="order", parent="user").outcome is Outcome.PASS
    assert ask("schema.foreign_keys", evidence).message.startswith("bestellungen.kundennr")


def test_a_text_called_like_the_whole_table_of_categories_is_a_list() -> None:
    sql = GERMAN.replace("warengruppe_id int NOT NULL REFERENCES warengruppen)", "warengruppen text NOT NULL)")
    assert ask("schema.lists", facts(sql)).message.startswith("artikel.warengruppen")


def test_a_text_called_like_one_category_is_no_list() -> None:
    sql = GERMAN.replace("warengruppe_id int NOT NULL REFERENCES warengruppen)", "warengruppe text NOT NULL)")
    assert ask("schema.lists", facts(sql)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("column", "outcome"),
    [("category_label text", Outcome.FAIL), ("category_position int", Outcome.PASS), ("label text", Outcome.PASS)],
)
def test_what_a_category_is_called_is_copied_and_a_place_in_it_is_not(column: str, outcome: Outcome) -> None:
    sql = f"""
        CREATE TABLE categories (code text PRIMARY KEY, label text NOT NULL, position int);
        CREATE TABLE products (id int PRIMARY KEY, name text, price numeric(10, 2), stock int,
            category_code text REFERENCES categories, {column});
    """
    assert ask("schema.copied", facts(sql)).outcome is outcome


EAV = "CREATE TABLE eigenschaften (id int PRIMARY KEY, {}, UNIQUE (objekttyp, objekt_id, {}));"


@pytest.mark.parametrize(
    ("columns", "key", "found"),
    [
        ("objekttyp text, objekt_id bigint, name text, wert text", "name", True),
        ("objekttyp text, objekt_id bigint, plomaq text, wolpan text", "plomaq", True),  # by its structure
        ("objekttyp text, objekt_id bigint, sprache text, inhalt text", "sprache", False),  # a translation
        ("objekttyp text, objekt_id bigint, tag text", "tag", False),
    ],
)
def test_names_and_values_of_anything_are_seen_by_words_or_structure(columns: str, key: str, *, found: bool) -> None:
    kept = names_and_values(shop_of(GERMAN + EAV.format(columns, key)))
    assert [item.anything for item in kept] == ([True] if found else [])


def test_a_login_in_a_table_of_accounts_is_the_login_of_who_refers_to_it() -> None:
    sql = "CREATE TABLE benutzerkonten (konto_id bigint PRIMARY KEY, email text NOT NULL UNIQUE);" + GERMAN.replace(
        "email text NOT NULL UNIQUE", "konto_id bigint NOT NULL UNIQUE REFERENCES benutzerkonten"
    )
    assert str(shop_of(sql).login()) == "benutzerkonten.email"


def test_a_login_in_a_table_of_any_name_counts_where_each_user_has_one_row_of_it() -> None:
    sql = "CREATE TABLE zorvuk (zorvuk_id bigint PRIMARY KEY, email text NOT NULL UNIQUE);" + GERMAN.replace(
        "email text NOT NULL UNIQUE", "zorvuk_id bigint {}REFERENCES zorvuk"
    )
    assert str(shop_of(sql.format("NOT NULL UNIQUE ")).login()) == "zorvuk.email"
    assert shop_of(sql.format("")).login() is None


GUESTS = """
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, guest_id int, note text,
    CONSTRAINT buyer CHECK ({}));
"""


@pytest.mark.parametrize(
    "rule",
    [
        "num_nonnulls(customer_id, guest_id) = 1",
        "(customer_id IS NULL) <> (guest_id IS NULL)",
        "customer_id IS NOT NULL OR guest_id IS NOT NULL",
    ],
)
def test_each_of_two_optional_references_is_tried_alone_then_both_then_none(rule: str) -> None:
    table = table_of(GUESTS.format(rule), "orders")
    ways = [sorted(way) for way in fillings(table, "buyer", (), ())]
    assert ways == [["customer_id"], ["guest_id"], ["customer_id", "guest_id"], []]


def test_a_reference_that_a_probe_asks_about_is_filled_in_every_way_that_is_tried() -> None:
    table = table_of(GUESTS.format("num_nonnulls(customer_id, guest_id) = 1"), "orders")
    ways = [sorted(way) for way in fillings(table, "buyer", (), ("guest_id",))]
    assert ways[0] == ["guest_id"]
    assert all("guest_id" in way for way in ways)


@pytest.mark.parametrize(("rule", "given"), [("customer_id > 0", ()), ("customer_id IS NOT NULL", ("guest_id",))])
def test_a_rule_that_ties_no_two_optional_columns_together_rearranges_nothing(rule: str, given: tuple[str]) -> None:
    assert fillings(table_of(GUESTS.format(rule), "orders"), "buyer", given, ()) == ()


STATE = (
    "status text NOT NULL CHECK (status IN ('open', 'paid'))",
    "{}, city text, postal_code text",
)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("state text NOT NULL CHECK (state IN ('placed', 'paid', 'shipped'))", "orders.state"),
        ("phase text NOT NULL CHECK (phase IN ('offen', 'bezahlt', 'storniert'))", "orders.phase"),
        ("state text NOT NULL", ""),  # of an address
        ("state text NOT NULL CHECK (state IN ('TX', 'CA'))", ""),
        ("state int NOT NULL REFERENCES order_states", "orders.state"),
        ("state int NOT NULL REFERENCES states", ""),  # federal ones
    ],
)
def test_states_that_an_order_may_have_make_a_status_whatever_its_name(column: str, found: str) -> None:
    tables = "CREATE TABLE order_states (id int PRIMARY KEY); CREATE TABLE states (id int PRIMARY KEY, label text);"
    evidence = facts(tables + changed((STATE[0], STATE[1].format(column))))
    status = Shop(evidence.schema, evidence.roles).status()
    assert (str(status) if status else "") == found
    judged = ask("schema.status_values", evidence)
    assert (judged.outcome is Outcome.NOT_APPLICABLE) is not bool(found)


def test_the_state_of_the_payment_is_the_status_only_where_there_is_no_other() -> None:
    paid = "payment_state text CHECK (payment_state IN ('open', 'paid', 'refunded'))"
    phase = "phase text CHECK (phase IN ('placed', 'shipped', 'delivered'))"
    both, alone = shop_of(changed((STATE[0], f"{paid}, {phase}"))), shop_of(changed((STATE[0], paid)))
    assert (str(both.status()), str(alone.status())) == ("orders.phase", "orders.payment_state")


OVER_TWO = GOOD.replace(
    "CREATE TABLE orders",
    """CREATE TABLE variants (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES products, color text);
        CREATE TABLE skus (code text PRIMARY KEY, variant_id bigint NOT NULL REFERENCES variants, size text);
        CREATE TABLE orders""",
).replace(
    "product_id bigint NOT NULL REFERENCES products,\n    quantity",
    "product_id text NOT NULL REFERENCES skus,\n    quantity",
)


def test_lines_lead_to_products_over_two_tables_in_between() -> None:
    evidence = facts(OVER_TWO)
    assert ask("schema.related", evidence, child="order_line", parent="product").outcome is Outcome.PASS
    link = Shop(evidence.schema, evidence.roles).link("order_line", "product")
    assert link is not None
    assert (link.columns, link.target) == (("product_id",), "skus")
    assert ask("schema.foreign_keys", evidence).outcome is Outcome.PASS


@pytest.mark.parametrize("table", ["products", "variants"])
def test_a_missing_key_on_the_way_from_a_line_to_its_product_is_a_fault(table: str) -> None:
    loose = OVER_TWO.replace(f"_id bigint NOT NULL REFERENCES {table},", "_id bigint NOT NULL,")
    assert ask("schema.foreign_keys", facts(loose)).outcome is Outcome.FAIL


HOLLOW = """
CREATE TABLE users (id int PRIMARY KEY, note text);
CREATE TABLE categories (id int PRIMARY KEY, note text);
CREATE TABLE products (id int PRIMARY KEY, category_id int NOT NULL REFERENCES categories, note text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users);
CREATE TABLE order_lines (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders,
    product_id int NOT NULL REFERENCES products);
"""


@pytest.mark.parametrize(
    "check", ["lists", "repeating", "header", "copied", "value_ranges", "required", "login_unique", "money", "dates"]
)
def test_tables_that_hold_only_keys_earn_nothing_where_values_are_asked_for(check: str) -> None:
    assert ask(f"schema.{check}", facts(HOLLOW)).outcome is Outcome.BLOCKED
    assert ask(f"schema.{check}", facts(GOOD)).outcome is not Outcome.BLOCKED


def test_what_tables_that_hold_only_keys_do_have_still_counts() -> None:
    assert ask("schema.primary_keys", facts(HOLLOW)).outcome is Outcome.PASS
    assert ask("schema.foreign_keys", facts(HOLLOW)).outcome is Outcome.PASS


def test_one_attribute_that_is_missing_blocks_nothing() -> None:
    evidence = facts(changed(("    quantity int NOT NULL CHECK (quantity > 0),\n", "")))
    assert ask("schema.quantities", evidence).outcome is not Outcome.BLOCKED
    assert ask("schema.lists", evidence).outcome is Outcome.PASS


def test_how_sure_the_grader_is_of_a_table_is_said_in_words() -> None:
    evidence = facts(GOOD)
    roles = {
        **evidence.roles,
        "product": Role(table="products", confidence=0.6),
        "category": Role(table="categories", confidence=0.4),
        "order": Role(table="orders", source="submission.toml"),
    }
    found = ask("schema.understood", msgspec.structs.replace(evidence, roles=roles))
    said = {row[0]: row[2:] for exhibit in found.exhibits for row in getattr(exhibit, "rows", ()) if len(row) == 4}
    own = "names, columns and references"
    assert (said["user"], said["product"], said["category"]) == (("sure", own), ("likely", own), ("assumed", own))
    assert said["order"] == ("as you said", "you, in submission.toml")
