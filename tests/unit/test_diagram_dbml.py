"""DBML is read: tables, settings, references in all their forms; what is no table is passed over."""

from __future__ import annotations

import pytest

from grader.evidence.drawing import DiagramFile
from grader.sql.schema.diagrams.sniffing import diagram

SHOP = """
// https://dbdiagram.io
Project shop {
  database_type: 'PostgreSQL'
  Note: '''
    # A shop
    Table "not a table" { id int }
    It's simple.
  '''
}

Enum order_status {
  open [note: 'not paid yet']
  paid
}

Table users as U [headercolor: #3498DB, note: 'who logs in'] {
  id bigint [pk, increment]
  email varchar(255) [not null, unique, note: 'it\\'s lower case, [always]']
  "full name" text
  created_at timestamptz [default: `now()`, not null]

  Note: 'people'
}

Table shop.orders {
  id bigint [primary key]
  user_id bigint [not null, ref: > U.id]
  coupon_id bigint [null, ref: > coupons.id]
  status order_status [default: 'open']
  kind ENUM("a", "b")
  tags text[] /* several
  of them */
  indexes {
    (user_id, created_at) [name: 'latest']
    `lower(email)`
    coupon_id
  }
}

Table coupons { id bigint [pk] }

Table order_items {
  order_id bigint
  product_id bigint
  quantity int
  indexes {
    (order_id, product_id) [pk]
  }
}
Table products {
  id bigint [pk]
  sku text
  indexes {
    sku [unique]
  }
}
TableGroup sales {
  users
  orders
}

Ref: order_items.order_id > shop.orders.id [delete: cascade]
Ref in_items { products.id < order_items.product_id }
"""


def read(text: str, name: str = "erd.dbml") -> DiagramFile:
    return diagram(name, text.encode(), len(text))


def lines(text: str) -> list[tuple[str, str, str, str]]:
    return [(r.left, r.left_many, r.right_many, r.right) for r in read(text).relationships]


def test_tables_with_their_columns_and_keys_are_read() -> None:
    found = read(SHOP)
    assert [entity.name for entity in found.entities] == ["users", "shop.orders", "coupons", "order_items", "products"]
    columns = {e.name: {c.name: (c.type, c.keys) for c in e.columns} for e in found.entities}
    assert columns["users"] == {
        "id": ("bigint", ("PK",)),
        "email": ("varchar(255)", ("UK",)),
        "full name": ("text", ()),
        "created_at": ("timestamptz", ()),
    }
    assert list(columns["shop.orders"]) == ["id", "user_id", "coupon_id", "status", "kind", "tags"]
    assert columns["order_items"]["order_id"][1] == columns["order_items"]["product_id"][1] == ("PK",)
    assert columns["products"]["sku"][1] == ("UK",)
    assert found.unread == ()


def test_references_say_which_end_is_many_and_whether_the_other_may_be_missing() -> None:
    assert lines(SHOP) == [
        ("shop.orders", "many", "1", "users"),
        ("shop.orders", "many", "0..1", "coupons"),
        ("order_items", "many", "one", "shop.orders"),
        ("products", "one", "many", "order_items"),
    ]
    assert read(SHOP).relationships[0].line == 28


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("Ref: a.x > b.y", ("a", "many", "one", "b")),
        ("Ref: a.x < b.y", ("a", "one", "many", "b")),
        ("Ref: a.x - b.y", ("a", "one", "one", "b")),
        ("Ref: a.x <> b.y", ("a", "many", "many", "b")),
        ("ref named: a.(x, y) > b.(x, y) [update: no action]", ("a", "many", "one", "b")),
        ("Ref {\n  a.x > b.y\n}", ("a", "many", "one", "b")),
        ('Ref: public."a".x > "b".y', ("a", "many", "one", "b")),
    ],
)
def test_references_are_read_in_every_form(reference: str, expected: tuple[str, str, str, str]) -> None:
    assert lines(f"Table a {{\n x int\n}}\nTable b {{\n y int\n}}\n{reference}\n") == [expected]


def test_a_block_in_a_document_is_read_and_the_text_around_it_is_not() -> None:
    text = (
        "# ERD\n\nIt's drawn with dbdiagram, don't worry. Ref: c.x > d.y\n\n  ~~~dbml\n"
        + SHOP
        + "\n  ~~~\n\nTable x {\n"
    )
    found = read(text, "erd.md")
    assert found.format == "dbml"
    assert len(found.entities) == 5
    assert found.entities[0].line == 22


def test_a_part_that_several_tables_share_is_read() -> None:
    text = "TablePartial base {\n  id int [pk]\n}\nTable a {\n  ~base\n  name text\n}\n"
    assert [(c.name, c.keys) for c in read(text).entities[0].columns] == [("id", ("PK",)), ("name", ())]


def test_a_reference_that_cannot_be_read_is_kept() -> None:
    assert read("Table a {\n x int [ref: ~ b.y]\n}\nRef: a > b\n").unread == ("a.x [ref : ~ b . y]", "Ref: a>b")


@pytest.mark.parametrize(
    "text",
    [
        "Table a {" * 20_000,
        "Table a {\n x int [" + "[" * 150_000,
        "Table a {\n x int ['" + "\\'" * 80_000,
        "Table a {\n'''" + "x" * 190_000,
        "Table a {\n" + "x int [ref: > b.y]\n" * 10_000,
        "Ref: " + "a." * 90_000 + "\nTable a {\n}",
        "Table a {\n" + "'" * 190_000,
        "Table a {\n/*" * 15_000,
    ],
)
def test_a_drawing_made_to_keep_us_busy_is_read_all_the_same(text: str) -> None:
    found = read(text)
    assert len(found.entities) + len(found.relationships) <= 500
