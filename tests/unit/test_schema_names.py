"""Names in several languages come down to English words, and columns to what they mean."""

from __future__ import annotations

import pytest

from grader.evidence.catalog import Column, ForeignKey, Schema, Table
from grader.evidence.schema import Role
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, shared_prefix, singular, table_words, words
from grader.sql.schema.shop import Shop


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users", "user"),
        ("Categories", "category"),
        ("order_items", "order item"),
        ("OrderItem", "order item"),
        ("orderdetails", "order detail"),
        ("tbl_ItensPedido", "tbl item order"),
        ("lignes_de_commande", "line order"),
        ("preço_unitário", "price unit"),
        ("Bestellpositionen", "order position"),
        ("e_mail", "email"),
        ("status", "status"),
        ("addresses", "address"),
        ("createdAt", "created at"),
        ("zahlung", "payment"),
        ("gibberish", "gibberish"),
    ],
)
def test_names_become_english_words(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


@pytest.mark.parametrize("word", ["status", "address", "bus", "is", "series"])
def test_words_that_only_look_like_plurals_are_left(word: str) -> None:
    assert singular(word) == word


def test_a_prefix_shared_by_most_tables_is_dropped() -> None:
    names = ("store_users", "store_orders", "store_products", "store_line_items", "schema_migrations")
    prefix = shared_prefix(Schema(tables=tuple(Table(name=name) for name in names)))
    assert table_words("store_line_items", prefix) == ("line", "item")


def test_a_first_word_that_means_something_is_no_prefix() -> None:
    names = ("order_headers", "order_items", "order_states", "order_notes", "users")
    assert shared_prefix(Schema(tables=tuple(Table(name=name) for name in names))) == frozenset()


def test_a_letter_before_every_column_is_dropped() -> None:
    table = table_of(("l_orderkey", "bigint"), ("l_quantity", "numeric"), ("l_extendedprice", "numeric"))
    assert column_words("l_extendedprice", table) == ("extended", "price")


def table_of(*columns: tuple[str, str], references: tuple[str, ...] = ()) -> Table:
    keys = tuple(ForeignKey(columns=(name,), table="other", references=("id",)) for name in references)
    return Table(name="t", columns=tuple(Column(name=n, type=f, family=f) for n, f in columns), foreign_keys=keys)


@pytest.mark.parametrize(
    ("name", "family", "expected"),
    [
        ("price", "numeric", True),
        ("valor_total", "float", True),
        ("preis", "text", True),
        ("einzelpreis", "numeric", True),
        ("total_amount", "numeric", True),
        ("shipping_fee", "int", True),
        ("tax_rate", "numeric", False),
        ("discount_percent", "numeric", False),
        ("tax_region", "text", False),
        ("total_items", "int", False),
        ("price_updated_at", "timestamptz", False),
        ("currency", "char", False),
        ("tax_class_title", "text", False),
        ("priceless", "text", False),
    ],
)
def test_money_is_known_by_name_and_type(name: str, family: str, *, expected: bool) -> None:
    table = table_of((name, family))
    assert meanings.is_money(table.columns[0], table) is expected


def test_a_whole_amount_beside_a_price_counts_pieces() -> None:
    table = table_of(("amount", "int"), ("unit_price", "numeric"))
    assert meanings.is_quantity(table.columns[0], table)
    assert not meanings.is_money(table.columns[0], table)


@pytest.mark.parametrize(
    ("name", "family", "expected"),
    [("status", "text", True), ("order_state", "int", True), ("status_changed_at", "timestamptz", False)],
)
def test_a_status_is_no_moment(name: str, family: str, *, expected: bool) -> None:
    table = table_of((name, family))
    assert meanings.is_status(table.columns[0], table) is expected


def test_the_state_of_an_address_is_no_status() -> None:
    table = table_of(("state", "text"), ("city", "text"))
    assert not meanings.is_status(table.columns[0], table)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("phone", True), ("cep", True), ("postal_code", True), ("phone_verified", False), ("telefone", True)],
)
def test_phone_numbers_and_postal_codes_are_known(name: str, *, expected: bool) -> None:
    table = table_of((name, "int"))
    assert meanings.is_phone_or_zip(table.columns[0], table) is expected


def test_a_reference_is_neither_money_nor_quantity() -> None:
    table = table_of(("price", "int"), ("quantity", "int"), references=("price", "quantity"))
    assert not any(meanings.is_money(c, table) or meanings.is_quantity(c, table) for c in table.columns)


def test_columns_with_unknown_names_are_called_unclear() -> None:
    table = table_of(("zork", "numeric"), ("price", "numeric"), ("nazwa", "text"))
    assert [column.name for column in meanings.unclear(table, ("numeric",))] == ["zork"]


def test_a_piece_of_the_tables_name_is_left_out_of_a_column() -> None:
    medicine = Table(name="medicine", columns=table_of(("namemed", "text"), ("id_med", "int")).columns)
    assert column_words("namemed", medicine) == ("name",)
    client = Table(name="client", columns=table_of(("numc", "int"), ("nomc", "text"), ("emailc", "text")).columns)
    assert column_words("emailc", client) == ("email",)


@pytest.mark.parametrize(("name", "expected"), [("ar", "price"), ("name_ar", "name ar"), ("db_host", "db host")])
def test_very_short_words_mean_something_only_alone(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


@pytest.mark.parametrize(("name", "line_price"), [("desconto", None), ("discount", None), ("line_total", "line_total")])
def test_a_discount_is_no_price_of_a_line(name: str, line_price: str | None) -> None:
    line = Table(name="order_items", columns=table_of(("quantity", "int"), (name, "numeric")).columns)
    shop = Shop(Schema(tables=(line,)), {"order_line": Role(table="order_items")})
    spot = shop.line_price()
    assert (spot.column.name if spot else None) == line_price


def test_an_amount_ordered_beside_a_price_counts_pieces() -> None:
    table = table_of(("amount_ordered", "int"), ("price", "numeric"))
    assert meanings.is_quantity(table.columns[0], table)
    other = table_of(("order_amount", "int"), ("price", "numeric"))
    assert not meanings.is_quantity(other.columns[0], other)


def test_a_birthday_is_known_in_other_languages() -> None:
    table = table_of(("dogum_tarihi", "timestamp"), ("created_at", "timestamp"))
    assert [meanings.is_birthday(column, table) for column in table.columns] == [True, False]


def test_a_region_is_no_state_of_an_order() -> None:
    table = table_of(("region", "text"))
    assert not meanings.is_status(table.columns[0], table)
