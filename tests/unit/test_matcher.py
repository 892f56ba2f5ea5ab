"""The tables of a shop are found whatever they are called, and nothing else is taken for them."""

from __future__ import annotations

import pytest
from schema_answers import GOOD, SCHEMAS, changed

from grader.sql.schema import ddl
from grader.sql.schema.matcher import Match, concept_of, match
from grader.sql.schema.splitter import split


def matched(sql: str, **named: str) -> Match:
    return match(ddl.read(split(sql, "s.sql")).schema, named)


def tables(found: Match) -> dict[str, str]:
    return {concept: role.table for concept, role in found.roles.items()}


EXPECTED = {
    "portuguese": "tb_cliente tb_produto tb_categoria tb_pedido tb_itens_pedido tb_produto_categoria",
    "german": "kunde artikel kategorie bestellung bestellposition",
    "warehouse_benchmark": "customer part - orders lineitem",
    "storefront": "store_users store_products store_taxons store_orders store_line_items store_products_taxons",
    "music_shop": "Customer Track Genre Invoice InvoiceLine",
    "dumped": "shop.accounts shop.articles shop.departments shop.order shop.order_position",
    "strict_rules": "customers products categories orders order_lines",
    "split_users": "customer product category sales_order sales_order_line product_category",
    "forum": "members",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_tables_are_found_in_any_style(name: str) -> None:
    concepts = ("user", "product", "category", "order", "order_line", "product_category")
    expected = {c: t for c, t in zip(concepts, EXPECTED[name].split(), strict=False) if t != "-"}
    assert tables(matched((SCHEMAS / f"{name}.sql").read_text(encoding="utf-8"))) == expected


def test_carts_and_wish_lists_are_not_orders() -> None:
    found = matched((SCHEMAS / "split_users.sql").read_text(encoding="utf-8"))
    assert found.helpers["cart_item"] == "cart"
    assert found.helpers["shopping_cart"] == "cart"


def test_a_shop_with_carts_but_without_orders_has_no_orders() -> None:
    found = matched("""
        CREATE TABLE users (id int PRIMARY KEY, email text);
        CREATE TABLE products (id int PRIMARY KEY, name text, price numeric);
        CREATE TABLE carts (id int PRIMARY KEY, user_id int REFERENCES users, created_at timestamptz);
        CREATE TABLE cart_items (cart_id int REFERENCES carts, product_id int REFERENCES products, quantity int);
    """)
    assert "order" not in found.roles
    assert "order_line" not in found.roles
    assert not found.doubtful


def test_what_the_submission_names_goes_before_names() -> None:
    sql = changed(("orders", "things"), ("order_items", "thing_parts"))
    assert tables(matched(sql, order="things", order_line="thing_parts"))["order_line"] == "thing_parts"


def test_a_table_that_cannot_be_it_is_not_believed() -> None:
    sql = GOOD + "CREATE TABLE score (points int, percent numeric);"
    found = matched(sql, user="score", order_line="score")
    assert found.roles["user"].table == "users"
    assert found.roles["order_line"].table == "order_items"


def test_words_nobody_knows_are_doubt_and_not_absence() -> None:
    found = matched("""
        CREATE TABLE osoby (nr serial PRIMARY KEY, imie text NOT NULL);
        CREATE TABLE rzeczy (nr serial PRIMARY KEY, nazwa text NOT NULL, kwota numeric(10, 2) NOT NULL);
        CREATE TABLE koszty (nr serial PRIMARY KEY, osoba_nr int REFERENCES osoby, kiedy timestamptz);
        CREATE TABLE pozycje (koszt_nr int REFERENCES koszty, rzecz_nr int REFERENCES rzeczy, ile int, kwota numeric);
    """)
    assert not found.roles
    assert "pozycje" in found.doubtful["order_line"]


def test_what_is_plainly_missing_is_not_doubtful() -> None:
    found = matched(changed(("CREATE TABLE categories", "CREATE TABLE addresses"), ("REFERENCES categories", "")))
    assert "category" not in found.roles
    assert "category" not in found.doubtful


def test_an_unlinked_table_of_order_items_is_still_one() -> None:
    found = matched("""
        CREATE TABLE users (id serial PRIMARY KEY, name text);
        CREATE TABLE products (id serial PRIMARY KEY, name text, price numeric);
        CREATE TABLE orders (id serial PRIMARY KEY, total numeric, created_at timestamptz);
        CREATE TABLE order_items (id serial PRIMARY KEY, item text, quantity int, price numeric);
    """)
    assert found.roles["order_line"].table == "order_items"


def test_a_low_confidence_is_said() -> None:
    found = matched(changed(("users", "people")))
    assert found.roles["user"].table == "people"
    assert found.roles["user"].confidence < matched(GOOD).roles["user"].confidence


@pytest.mark.parametrize(
    ("name", "concept"),
    [("CUSTOMER", "user"), ("OrderLine", "order_line"), ("PEDIDO", "order"), ("Shopping-Cart", ""), ("Warehouse", "")],
)
def test_entities_of_a_drawing_are_known_by_name(name: str, concept: str) -> None:
    assert concept_of(name) == concept
