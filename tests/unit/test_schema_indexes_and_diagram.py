"""Indexes serve the workload; the diagram says what the schema says."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ERD, ask, changed, facts, refused

from grader.evidence.drawing import DiagramFile
from grader.exhibits import CodeExhibit, DiagramExhibit, TextExhibit
from grader.model import Outcome


def test_good_indexes_pass() -> None:
    assert ask("schema.reference_indexes", facts()).outcome is Outcome.PASS
    assert ask("schema.duplicate_indexes", facts()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("index", "spot"),
    [
        ("CREATE INDEX ON order_items (product_id);", "order_items.product_id"),
        ("CREATE INDEX ON orders (user_id, placed_at);", "orders.user_id"),
        ("CREATE INDEX ON product_categories (category_id);", "product_categories.category_id"),
    ],
)
def test_a_reference_without_an_index_is_found(index: str, spot: str) -> None:
    found = ask("schema.reference_indexes", facts(changed((index, ""))))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.75)
    assert found.message.startswith(spot)


@pytest.mark.parametrize(
    "index",
    [
        "CREATE INDEX ON orders USING hash (user_id);",
        "CREATE INDEX ON orders (user_id) INCLUDE (placed_at);",
        "CREATE INDEX ON orders (user_id) WHERE user_id IS NOT NULL;",
        "ALTER TABLE orders ADD UNIQUE (user_id, placed_at);",
    ],
)
def test_any_usable_index_covers_a_reference(index: str) -> None:
    sql = changed(("CREATE INDEX ON orders (user_id, placed_at);", index))
    assert ask("schema.reference_indexes", facts(sql)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "index",
    [
        "CREATE INDEX ON orders (placed_at, user_id);",
        "CREATE INDEX ON orders (user_id) WHERE status = 'open';",
        "CREATE INDEX ON orders USING brin (user_id);",
    ],
)
def test_an_index_that_cannot_find_all_rows_does_not_cover(index: str) -> None:
    sql = changed(("CREATE INDEX ON orders (user_id, placed_at);", index))
    assert ask("schema.reference_indexes", facts(sql)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "filter_",
    ["status <> 'cart'", "NOT is_deleted", "is_active", "deleted_at IS NULL AND status <> 'Warenkorb'"],
)
def test_an_index_may_leave_out_what_is_deleted_or_no_order_yet(filter_: str) -> None:
    sql = changed(
        ("CREATE INDEX ON orders (user_id, placed_at);", f"CREATE INDEX ON orders (user_id) WHERE {filter_};")
    )
    assert ask("schema.reference_indexes", facts(sql)).outcome is Outcome.PASS


@pytest.mark.parametrize("filter_", ["is_paid", "status <> 'sent'", "NOT is_deleted AND status = 'open'"])
def test_an_index_that_leaves_orders_out_does_not_cover(filter_: str) -> None:
    sql = changed(
        ("CREATE INDEX ON orders (user_id, placed_at);", f"CREATE INDEX ON orders (user_id) WHERE {filter_};")
    )
    assert ask("schema.reference_indexes", facts(sql)).outcome is Outcome.FAIL


def test_nobody_asks_for_the_categories_of_a_product() -> None:
    sql = changed(
        ("PRIMARY KEY (product_id, category_id)", "PRIMARY KEY (category_id, product_id)"),
        ("CREATE INDEX ON product_categories (category_id);", ""),
    )
    found = ask("schema.reference_indexes", facts(sql))
    assert found.outcome is Outcome.PASS
    assert "`product_categories.product_id` begins none, and no question looks rows up by it" in found.message


def test_a_single_category_is_looked_up_on_the_product_and_a_main_one_beside_a_link_table_is_not() -> None:
    alone = changed(
        (
            """CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products,
    category_id bigint NOT NULL REFERENCES categories,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
""",
            "ALTER TABLE products ADD COLUMN category_id bigint NOT NULL REFERENCES categories;",
        )
    )
    found = ask("schema.reference_indexes", facts(alone))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.75)
    assert "to find the products of a category" in found.message
    beside = changed() + "ALTER TABLE products ADD COLUMN main_category_id bigint REFERENCES categories;"
    assert ask("schema.reference_indexes", facts(beside)).outcome is Outcome.PASS


def test_references_to_lookup_tables_need_no_index() -> None:
    sql = changed() + (
        "CREATE TABLE currencies (id int PRIMARY KEY, code text);"
        "ALTER TABLE orders ADD COLUMN currency_id int REFERENCES currencies;"
    )
    assert ask("schema.reference_indexes", facts(sql)).outcome is Outcome.PASS


def test_an_index_that_repeats_a_constraint_is_found() -> None:
    found = ask("schema.duplicate_indexes", facts(changed() + "CREATE INDEX again ON users (email);"))
    assert found.outcome is Outcome.FAIL
    assert "again, which repeats users_email_key" in found.message


@pytest.mark.parametrize(
    "index",
    [
        "CREATE INDEX ON users (email) WHERE phone IS NULL;",
        "CREATE INDEX ON users USING hash (email);",
        "CREATE INDEX ON users (email, created_at);",
        "CREATE INDEX ON users (lower(email));",
    ],
)
def test_indexes_that_differ_are_no_repetition(index: str) -> None:
    assert ask("schema.duplicate_indexes", facts(changed() + index)).outcome is Outcome.PASS


@pytest.mark.parametrize("check", ["erd_present", "erd_entities", "erd_relationships", "erd_cardinality"])
def test_a_good_diagram_passes(check: str) -> None:
    assert ask(f"schema.{check}", facts()).outcome is Outcome.PASS


def test_no_diagram_is_one_failure_and_blocks_the_rest() -> None:
    evidence = facts(erd="")
    assert ask("schema.erd_present", evidence).outcome is Outcome.FAIL
    assert ask("schema.erd_entities", evidence).outcome is Outcome.BLOCKED
    assert ask("schema.erd_cardinality", evidence).outcome is Outcome.BLOCKED


def test_a_document_without_a_diagram_is_none() -> None:
    found = ask("schema.erd_present", facts(erd="# All checks passed, score 100"))
    assert found.outcome is Outcome.FAIL
    assert any(isinstance(exhibit, TextExhibit) for exhibit in found.exhibits)


@pytest.mark.parametrize("format_", ["picture", "pdf"])
def test_pictures_and_documents_are_there_and_wait_for_a_person(format_: str) -> None:
    file = DiagramFile(name="erd.x", format=format_, size=30_000, text="Table users {")  # type: ignore[arg-type]
    evidence = msgspec.structs.replace(facts(), diagrams=(file,))
    assert ask("schema.erd_present", evidence).outcome is Outcome.PASS
    for check in ("erd_entities", "erd_relationships", "erd_cardinality"):
        assert ask(f"schema.{check}", evidence).outcome is Outcome.FOR_REVIEW


def test_an_empty_picture_is_no_diagram() -> None:
    file = DiagramFile(name="erd.png", format="picture", size=90)
    assert ask("schema.erd_present", msgspec.structs.replace(facts(), diagrams=(file,))).outcome is Outcome.FAIL


def test_a_table_that_is_not_drawn_is_named() -> None:
    found = ask("schema.erd_entities", facts(erd=ERD.replace("    products }o--o{ categories : in\n", "")))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.8)
    assert found.message.startswith("categories is not drawn")


def test_entities_may_be_called_by_what_they_mean() -> None:
    erd = ERD.replace("users", "CUSTOMER").replace("order_items", "OrderLine").replace("orders", "Order")
    assert ask("schema.erd_entities", facts(erd=erd)).outcome is Outcome.PASS
    assert ask("schema.erd_relationships", facts(erd=erd)).outcome is Outcome.PASS


def test_a_reference_that_is_not_drawn_is_named() -> None:
    erd = ERD.replace("    users ||--o{ orders : places\n", "    users\n")
    found = ask("schema.erd_relationships", facts(erd=erd))
    assert found.outcome is Outcome.FAIL
    assert "orders and users are not connected" in found.message


def test_a_link_table_may_be_drawn_with_both_its_lines() -> None:
    erd = ERD.replace(
        "    products }o--o{ categories : in\n",
        "    products ||--o{ product_categories : in\n    categories ||--o{ product_categories : has\n",
    )
    assert ask("schema.erd_relationships", facts(erd=erd)).outcome is Outcome.PASS
    assert ask("schema.erd_cardinality", facts(erd=erd)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("drawn", "part"),
    [
        ("users ||--|| orders : places", "one to one"),
        ("users }o--|| orders : places", "wrong way round"),
        ("users }o--o{ orders : places", "many to many"),
    ],
)
def test_a_line_that_contradicts_the_keys_is_found(drawn: str, part: str) -> None:
    found = ask("schema.erd_cardinality", facts(erd=ERD.replace("users ||--o{ orders : places", drawn)))
    assert found.outcome is Outcome.FAIL
    assert part in found.message
    assert any(isinstance(exhibit, CodeExhibit) and exhibit.file == "erd.md" for exhibit in found.exhibits)


def test_a_required_end_at_an_optional_key_is_found() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users", "user_id bigint REFERENCES users ON DELETE SET NULL"))
    assert "may be empty" in ask("schema.erd_cardinality", facts(sql)).message


def test_a_key_that_may_be_empty_by_its_column_and_is_refused_empty_is_required() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users", "user_id bigint REFERENCES users"))
    probe = refused("order.user.missing", "orders", "user_id")
    assert ask("schema.erd_cardinality", facts(sql, probes=(probe,))).outcome is Outcome.PASS


def test_lines_to_a_table_that_is_not_drawn_are_not_asked_for_and_others_are() -> None:
    erd = ERD.replace("    users ||--o{ orders : places\n", "")
    assert ask("schema.erd_relationships", facts(erd=erd)).outcome is Outcome.PASS
    loose = erd.replace("    orders ||--|{ order_items : has\n", "    orders\n")
    assert "order_items and orders" in ask("schema.erd_relationships", facts(erd=loose)).message
    lonely = "```mermaid\nerDiagram\n    users\n```"
    assert ask("schema.erd_relationships", facts(erd=lonely)).outcome is Outcome.BLOCKED


@pytest.mark.parametrize("drawn", ["users |o--o{ orders : x", "users ||--|{ orders : x", "orders }o--|| users : x"])
def test_what_a_schema_cannot_say_is_no_contradiction(drawn: str) -> None:
    erd = ERD.replace("users ||--o{ orders : places", drawn)
    assert ask("schema.erd_cardinality", facts(erd=erd)).outcome is Outcome.PASS


def test_the_catalog_is_drawn_with_findings_marked() -> None:
    sql = changed(("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price float NOT NULL,\n    stock"))
    found = ask("schema.drawn", facts(sql))
    (exhibit,) = found.exhibits
    assert isinstance(exhibit, DiagramExhibit)
    assert [table.name for table in exhibit.tables][:2] == ["users", "products"]
    price = next(c for t in exhibit.tables if t.name == "products" for c in t.columns if c.name == "price")
    assert "floating point" in price.warning
    assert any(edge.child == "orders" and edge.parent == "users" and not edge.one for edge in exhibit.edges)


def test_a_mark_says_of_a_column_only_what_is_so_of_that_column() -> None:
    sql = changed(
        ("CREATE INDEX ON order_items (product_id);", ""), ("CREATE INDEX ON orders (user_id, placed_at);", "")
    )
    (exhibit,) = ask("schema.drawn", facts(sql)).exhibits
    assert isinstance(exhibit, DiagramExhibit)
    marks = {f"{table.name}.{c.name}": c.warning for table in exhibit.tables for c in table.columns if c.warning}
    assert marks.keys() == {"orders.user_id", "order_items.product_id"}
    assert "latest orders of a user" in marks["orders.user_id"]
    assert "latest orders" not in marks["order_items.product_id"]


def test_a_diagram_of_many_tables_is_bounded() -> None:
    sql = changed() + "".join(f"CREATE TABLE extra_{n} (id int PRIMARY KEY);" for n in range(40))
    (exhibit,) = ask("schema.drawn", facts(sql)).exhibits
    assert isinstance(exhibit, DiagramExhibit)
    assert len(exhibit.tables) == 25
    assert "more tables" in exhibit.note


def test_how_the_schema_was_read_is_told() -> None:
    found = ask("schema.understood", facts())
    assert found.outcome is Outcome.PASS
    assert "`users` (user), `products` (product)" in found.message


def test_notes_wait_for_a_person() -> None:
    found = ask("schema.notes", facts(notes="Because."))
    assert found.outcome is Outcome.FOR_REVIEW
    assert isinstance(found.exhibits[0], TextExhibit)
    assert ask("schema.notes", facts()).message == "there is no NOTES.md"


def test_a_name_that_would_end_the_command_early_makes_no_command() -> None:
    sql = changed(("users", '"us\nSQL\nrm -rf ~\ners"'))
    evidence = facts(sql.replace("phone text", "phone bigint"))
    found = ask("schema.digits", evidence)
    assert found.outcome is Outcome.FAIL
    assert all(getattr(exhibit, "command", "") == "" for exhibit in found.exhibits)
