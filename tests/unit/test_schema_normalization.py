"""Normalization: faults are found, and every exemption holds."""

from __future__ import annotations

import pytest
from schema_answers import ask, changed, facts

from grader.model import Outcome

CATEGORIES = """CREATE TABLE categories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
"""
LINKS = """CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products,
    category_id bigint NOT NULL REFERENCES categories,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
"""
NO_LINKS = (LINKS, "")
NO_CATEGORY = ((CATEGORIES, ""), NO_LINKS)


def with_columns(table: str, *columns: str) -> str:
    return changed() + "".join(f"ALTER TABLE {table} ADD COLUMN {column};\n" for column in columns)


@pytest.mark.parametrize(
    "check",
    [
        *("schema.repeating", "schema.lists", "schema.header", "schema.category_as_text", "schema.copied"),
        *("schema.several_categories", "schema.price_at_purchase"),
    ],
)
def test_a_good_schema_passes(check: str) -> None:
    assert ask(check, facts()).outcome is Outcome.PASS


def test_numbered_columns_are_found() -> None:
    found = ask("schema.repeating", facts(with_columns("products", "image1 text", "image2 text")))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith("products.image1 repeats itself: image1, image2")
    assert found.where.startswith("schema.sql:")


@pytest.mark.parametrize(
    "columns",
    [
        ("address1 text", "address2 text"),
        ("address_line_1 text", "address_line_2 text"),
        ("phone1 text", "phone2 text"),
        ("weight1 int", "height2 int"),
        ("md5 text", "sha256 text"),
    ],
)
def test_address_lines_phones_and_hashes_are_no_repetition(columns: tuple[str, ...]) -> None:
    assert ask("schema.repeating", facts(with_columns("users", *columns))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("products", "related_product_ids text"),
        ("products", "category_ids int[]"),
        ("products", "categories text"),
        ("orders", "items jsonb"),
        ("orders", "product_list text"),
    ],
)
def test_lists_of_entities_in_a_column_are_found(table: str, column: str) -> None:
    found = ask("schema.lists", facts(with_columns(table, column)))
    assert found.outcome is Outcome.FAIL
    assert f"{table}.{column.partition(' ')[0]}" in found.message


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("products", "tags text[]"),
        ("products", "attributes jsonb"),
        ("products", "images text[]"),
        ("orders", "items_snapshot jsonb"),
        ("orders", "total_items int"),
        ("users", "notes text"),
    ],
)
def test_tags_attributes_and_snapshots_are_fine(table: str, column: str) -> None:
    assert ask("schema.lists", facts(with_columns(table, column))).outcome is Outcome.PASS


def test_a_product_on_the_order_beside_lines_is_found() -> None:
    sql = with_columns("orders", "product_id bigint REFERENCES products")
    found = ask("schema.header", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert "orders.product_id" in found.message


def test_without_lines_the_header_is_not_asked() -> None:
    sql = changed().partition("CREATE TABLE order_items")[0]
    assert ask("schema.header", facts(sql)).outcome is Outcome.BLOCKED


@pytest.mark.parametrize("column", ["category text NOT NULL", "category_name varchar(50)", "product_type text"])
def test_a_category_as_text_is_found(column: str) -> None:
    sql = changed(*NO_CATEGORY) + f"ALTER TABLE products ADD COLUMN {column};"
    assert ask("schema.category_as_text", facts(sql)).outcome is Outcome.FAIL


def test_no_category_at_all_is_told_elsewhere() -> None:
    assert ask("schema.category_as_text", facts(changed(*NO_CATEGORY))).outcome is Outcome.NOT_APPLICABLE


def test_a_copy_beside_its_reference_is_found() -> None:
    sql = "CREATE TABLE suppliers (id bigint PRIMARY KEY, name text NOT NULL);" + with_columns(
        "products", "supplier_id bigint REFERENCES suppliers", "supplier_name text"
    )
    found = ask("schema.copied", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert "products.supplier_name copies `suppliers.name`" in found.message


@pytest.mark.parametrize(
    ("table", "column"),
    [("order_items", "product_name text"), ("orders", "user_email text"), ("orders", "ship_to_city text")],
)
def test_what_is_copied_at_purchase_is_right(table: str, column: str) -> None:
    assert ask("schema.copied", facts(with_columns(table, column))).outcome is Outcome.PASS


def test_several_category_columns_are_found() -> None:
    sql = changed(NO_LINKS) + (
        "ALTER TABLE products ADD COLUMN category1_id bigint REFERENCES categories;"
        "ALTER TABLE products ADD COLUMN category2_id bigint REFERENCES categories;"
    )
    found = ask("schema.several_categories", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert ask("schema.repeating", facts(sql)).symptoms == found.symptoms  # one fault, which the judge counts once


def test_one_category_per_product_is_a_fair_choice() -> None:
    sql = changed(NO_LINKS) + "ALTER TABLE products ADD COLUMN category_id bigint REFERENCES categories;"
    assert ask("schema.several_categories", facts(sql)).outcome is Outcome.PASS


def test_a_main_category_beside_the_table_in_between_is_fine() -> None:
    sql = with_columns("products", "main_category_id bigint REFERENCES categories")
    assert ask("schema.several_categories", facts(sql)).outcome is Outcome.PASS


COUNTED = "    quantity int NOT NULL CHECK (quantity > 0),\n"
NO_PRICE = (COUNTED + "    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n", COUNTED)


def test_a_line_without_a_price_is_found() -> None:
    found = ask("schema.price_at_purchase", facts(changed(NO_PRICE)))
    assert found.outcome is Outcome.FAIL
    assert "order_items" in found.message


def test_a_history_of_prices_is_as_good() -> None:
    sql = changed(NO_PRICE) + (
        "CREATE TABLE product_prices "
        "(product_id bigint REFERENCES products, valid_from timestamptz, price numeric(10, 2));"
    )
    assert ask("schema.price_at_purchase", facts(sql)).outcome is Outcome.PASS


def test_a_column_in_words_nobody_knows_waits_for_a_person() -> None:
    sql = changed(NO_PRICE) + "ALTER TABLE order_items ADD COLUMN zork numeric(10, 2);"
    assert ask("schema.price_at_purchase", facts(sql)).outcome is Outcome.FOR_REVIEW
