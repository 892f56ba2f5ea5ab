"""Verdicts that were wrong once: unusual but right answers that lost points, and faults that went unseen."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ERD, GOOD, ask, changed, deleted, facts, refused, stuck, took

from grader.collectors.schema.probes import _negative
from grader.collectors.schema.values import candidates
from grader.evidence.catalog import Column, ForeignKey, Schema, Table
from grader.evidence.drawing import DiagramFile, DrawnEntity
from grader.evidence.schema import SchemaFacts
from grader.model import Outcome
from grader.sql.schema import ddl, meanings
from grader.sql.schema.diagrams.sniffing import diagram
from grader.sql.schema.names import words
from grader.sql.schema.shop import Spot
from grader.sql.schema.splitter import split

DIAGRAM_CHECKS = ("erd_present", "erd_entities", "erd_relationships", "erd_cardinality")


def drawn(*files: tuple[str, str]) -> SchemaFacts:
    """The good schema with diagram files of these names and texts."""
    read = tuple(diagram(name, text.encode(), len(text)) for name, text in files)
    return msgspec.structs.replace(facts(), diagrams=read)


def test_a_script_that_drops_what_it_made_is_told_so() -> None:
    empty = msgspec.structs.replace(facts(), schema=Schema(), roles={})
    found = ask("schema.loads", empty)
    assert found.outcome is Outcome.FAIL
    assert found.message == "none of the 6 tables that it creates is left when it has run"


# names


@pytest.mark.parametrize(
    "name",
    [
        *("price_at_purchase", "priceAtPurchase", "price_at_order_time", "price_incl_vat", "price_excl_vat"),
        *(
            "net_price",
            "gross_price",
            "price_on_order_date",
            "amount_at_sale",
            "price_before_tax",
            "birim_fiyat",
            "单价",
        ),
    ],
)
def test_a_price_is_known_whatever_says_when_and_how_it_held(name: str) -> None:
    column = Column(name=name, type="numeric(10,2)", family="numeric", args=(10, 2))
    assert meanings.price_of(Table(name="order_items", columns=(column,))) is column


@pytest.mark.parametrize("name", ["price_updated_at", "tax_amount", "vat_included", "price_list_id", "price_valid_on"])
def test_what_is_about_a_price_is_none(name: str) -> None:
    column = Column(name=name, type="numeric(10,2)", family="numeric", args=(10, 2))
    assert meanings.price_of(Table(name="order_items", columns=(column,))) is None


def test_a_float_price_at_purchase_is_found_beside_an_exact_total() -> None:
    line = "    price_at_purchase float8,\n    line_total numeric(12, 2) NOT NULL CHECK (line_total >= 0),\n"
    sql = changed(("    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    PRIMARY", line + "    PRIMARY"))
    found = ask("schema.money", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith("order_items.price_at_purchase keeps money in binary floating point")


@pytest.mark.parametrize(
    "name",
    [
        "product_count",
        "num_items",
        "number_of_units",
        "no_of_pieces",
        "pieces",
        "units_ordered",
        "count",
        "adet",
        "数量",
    ],
)
def test_a_quantity_is_known_by_any_name(name: str) -> None:
    column = Column(name=name, type="integer", family="int")
    assert meanings.is_quantity(column, Table(name="order_items", columns=(column,)))


@pytest.mark.parametrize(
    "name", ["item_number", "product_number", "number", "line_number", "order_number", "unit_price"]
)
def test_what_numbers_a_thing_is_no_quantity(name: str) -> None:
    column = Column(name=name, type="integer", family="int")
    assert not meanings.is_quantity(column, Table(name="order_items", columns=(column,)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("stock_level", True), ("inventory_level", True), ("min_stock_level", False), ("reorder_level", False)],
)
def test_a_stock_level_is_the_stock_and_its_limits_are_not(name: str, *, expected: bool) -> None:
    column = Column(name=name, type="integer", family="int")
    assert meanings.is_stock(column, Table(name="products", columns=(column,))) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kullan\u0131c\u0131lar", ("user",)),
        ("siparis_kalemleri", ("order", "item")),
        ("stukprijs", ("unit", "price")),
        ("categorieën", ("category",)),
        ("Warengruppen", ("category",)),
        ("Bezeichnung", ("name",)),
        ("订单明细", ("order", "detail")),
        ("商品编号", ("product", "id")),
        ("zamówienia", ("order",)),
    ],
)
def test_names_in_more_languages_are_read(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


# money, dates, cents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("most recent version", False),
        ("10 percent", False),
        ("a discount of 5 per cent", False),
        ("prices are in full units (not cents)", False),
        ("whole cents", True),
        ("price_cents counts", True),
        ("centavos", True),
        ("in the smallest currency unit", True),
    ],
)
def test_only_a_word_for_cents_says_cents(text: str, *, expected: bool) -> None:
    assert meanings.mentions_cents(text) is expected


def test_one_decimal_place_is_not_exact_to_the_cent() -> None:
    found = ask("schema.money", facts(changed(("price numeric(10, 2)", "price numeric(10, 1)"))))
    assert found.outcome is Outcome.FAIL
    assert "only one decimal place" in found.message


@pytest.mark.parametrize(
    "column",
    [
        "discount smallint NOT NULL DEFAULT 0",
        "discount numeric(4, 1)",
        "discount real NOT NULL CHECK (discount BETWEEN 0 AND 1)",
        "discount real CHECK (discount >= 0 AND discount <= 100)",
        "tax numeric(3, 0)",
    ],
)
def test_a_discount_or_tax_that_may_be_a_share_is_no_amount_of_money(column: str) -> None:
    sql = changed(("    quantity int", f"    {column},\n    quantity int"))
    assert ask("schema.money", facts(sql)).outcome is Outcome.PASS


def test_a_discount_without_bounds_in_floating_point_is_found() -> None:
    sql = changed(("    quantity int", "    discount real,\n    quantity int"))
    assert ask("schema.money", facts(sql)).outcome is Outcome.FAIL


@pytest.mark.parametrize("kind", ["bigint", "integer", "numeric(20, 0)", "double precision"])
def test_a_time_kept_as_a_number_is_found(kind: str) -> None:
    sql = changed(("placed_at timestamptz NOT NULL DEFAULT now()", f"placed_at {kind} NOT NULL"))
    found = ask("schema.dates", facts(sql))
    assert found.outcome is Outcome.FAIL
    assert "keeps a date as a number" in found.message


def test_a_reference_to_a_calendar_is_no_date() -> None:
    sql = "CREATE TABLE calendar (id int PRIMARY KEY);" + changed(
        (
            "    status text",
            "    date_id int REFERENCES calendar,\n    order_date int REFERENCES calendar,\n    status text",
        )
    )
    assert ask("schema.dates", facts(sql)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("family", "args", "expected"),
    [
        ("numeric", (10, 2), "-0.01"),
        ("numeric", (), "-0.01"),
        ("numeric", (10, 0), "-1"),
        ("float", (), "-0.01"),
        ("int", (), "-1"),
    ],
)
def test_the_price_that_is_tried_is_just_below_nothing(family: str, args: tuple[int, ...], expected: str) -> None:
    column = Column(name="price", type=family, family=family, args=args)
    assert _negative(Spot(table=Table(name="products"), column=column)) == expected


def test_a_status_is_tried_with_common_words() -> None:
    column = Column(name="status", type="text", family="text")
    tried = candidates(column, Table(name="orders", columns=(column,)), 1)
    assert {"'pending'", "'new'", "'open'", "'placed'"} <= set(tried)


# references


def related(sql: str, child: str, parent: str) -> tuple[Outcome, str]:
    """How two concepts are found to be related."""
    found = ask("schema.related", facts(sql), child=child, parent=parent)
    return found.outcome, found.message


@pytest.mark.parametrize(
    ("old", "new", "child", "parent", "part"),
    [
        (
            "PRIMARY KEY (order_id, product_id)",
            "PRIMARY KEY (order_id)",
            "order_line",
            "order",
            "`order_items.order_id` is unique",
        ),
        (
            "user_id bigint NOT NULL REF",
            "user_id bigint NOT NULL UNIQUE REF",
            "order",
            "user",
            "`orders.user_id` is unique",
        ),
    ],
)
def test_a_reference_that_allows_one_row_only_is_found(old: str, new: str, child: str, parent: str, part: str) -> None:
    outcome, message = related(changed((old, new)), child, parent)
    assert outcome is Outcome.FAIL
    assert part in message


def test_a_reference_the_wrong_way_round_is_found() -> None:
    sql = changed(
        ("    user_id bigint NOT NULL REFERENCES users,\n", ""), ("CREATE INDEX ON orders (user_id, placed_at);", "")
    )
    sql += "ALTER TABLE users ADD COLUMN order_id bigint REFERENCES orders;"
    outcome, message = related(sql, "order", "user")
    assert outcome is Outcome.FAIL
    assert "`users.order_id` refers the wrong way round" in message


def test_a_latest_order_on_the_user_beside_the_right_reference_is_fine() -> None:
    sql = changed() + "ALTER TABLE users ADD COLUMN last_order_id bigint REFERENCES orders;"
    assert related(sql, "order", "user")[0] is Outcome.PASS


def test_a_unique_pair_is_no_unique_reference() -> None:
    sql = changed() + "ALTER TABLE orders ADD UNIQUE (user_id, placed_at);"
    assert related(sql, "order", "user")[0] is Outcome.PASS


def test_a_reference_to_the_wrong_table_is_named() -> None:
    sql = changed(
        (
            "product_id bigint NOT NULL REFERENCES products,\n    quantity",
            "product_id bigint NOT NULL REFERENCES categories,\n    quantity",
        )
    )
    outcome, message = related(sql, "order_line", "product")
    assert outcome is Outcome.FAIL
    assert message.endswith("`order_items.product_id` refers to `categories`")


def test_a_key_that_is_not_enforced_guards_nothing() -> None:
    evidence = facts()
    tables = tuple(
        msgspec.structs.replace(table, foreign_keys=tuple(_slack(key) for key in table.foreign_keys))
        if table.name == "order_items"
        else table
        for table in evidence.schema.tables
    )
    slack = msgspec.structs.replace(evidence, schema=msgspec.structs.replace(evidence.schema, tables=tables))
    assert ask("schema.foreign_keys", evidence).outcome is Outcome.PASS
    assert ask("schema.foreign_keys", slack).outcome is Outcome.FAIL


def _slack(key: ForeignKey) -> ForeignKey:
    return msgspec.structs.replace(key, enforced=False)


def test_lines_that_sell_variants_still_leave_the_product_the_product() -> None:
    sql = changed(
        (
            "    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock int NOT NULL CHECK (stock >= 0)\n",
            "    slug text\n",
        ),
        (
            "product_id bigint NOT NULL REFERENCES products,\n    quantity",
            "variant_id bigint NOT NULL REFERENCES product_variants,\n    quantity",
        ),
        ("PRIMARY KEY (order_id, product_id)", "PRIMARY KEY (order_id, variant_id)"),
        ("CREATE INDEX ON order_items (product_id);", "CREATE INDEX ON order_items (variant_id);"),
    )
    sql += (
        "CREATE TABLE product_variants (variant_id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES products,"
        "sku text NOT NULL UNIQUE, size text, color text, price_cents bigint NOT NULL, stock int NOT NULL);"
    )
    evidence = facts(sql)
    assert evidence.roles["product"].table == "products"
    assert ask("schema.attributes", evidence).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE stock_movements (id int PRIMARY KEY, product_id bigint REFERENCES products, delta int NOT NULL);",
        "CREATE TABLE inventory (product_id bigint PRIMARY KEY REFERENCES products, on_hand int NOT NULL);",
    ],
)
def test_stock_may_follow_from_a_table_of_its_own(table: str) -> None:
    sql = changed((",\n    stock int NOT NULL CHECK (stock >= 0)\n", "\n")) + table
    assert ask("schema.attributes", facts(sql)).outcome is Outcome.PASS


# diagrams


@pytest.mark.parametrize(
    "line",
    [
        *("users ||.-o{ orders : places", "users ||-.o{ orders : places", "users one to many orders : places"),
        *("users one optionally to zero or many orders : places", "users 1 to 0+ orders : places"),
        *("users one to o{ orders : places", "users||--o{orders : places", "orders o{--|| users : of"),
        *("users:::big ||--o{ orders:::small : places", '"users" ||--o{ "orders" : places', "USERS ||--O{ ORDERS : x"),
    ],
)
def test_every_way_of_writing_a_mermaid_line_is_read(line: str) -> None:
    evidence = drawn(("erd.md", ERD.replace("users ||--o{ orders : places", line)))
    assert not evidence.diagrams[0].unread
    for check in DIAGRAM_CHECKS:
        assert ask(f"schema.{check}", evidence).outcome is Outcome.PASS


def test_descriptions_and_groups_of_a_diagram_are_no_entities() -> None:
    extra = "    accDescr {\n      The shop\n    }\n    subgraph sales\n    end\n"
    evidence = drawn(("erd.md", ERD.replace("    users ||", extra + "    users ||")))
    assert not evidence.diagrams[0].unread
    assert [entity.name for entity in evidence.diagrams[0].entities][:2] == ["users", "orders"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("erd.dot", "digraph erd { users -> orders }"),
        ("erd.txt", "users 1---* orders"),
        ("erd.excalidraw", '{"type": "excalidraw"}'),
        ("erd.html", "<!doctype html><p>users</p>"),
        ("erd.d2", "users: {shape: sql_table}"),
        ("erd.md", "```mermaid\nclassDiagram\n users --> orders\n```"),
        ("erd.md", "![the diagram](images/erd.png)"),
        ("erd.md", "```\n┌───────┐\n│ users │\n└───────┘\n```"),
        ("erd.md", "```mermaid\nerDiagram\n ?? !! ??\n```"),
    ],
)
def test_a_drawing_that_we_cannot_read_waits_for_a_person(name: str, text: str) -> None:
    evidence = drawn((name, text))
    for check in DIAGRAM_CHECKS:
        assert ask(f"schema.{check}", evidence).outcome is Outcome.FOR_REVIEW


@pytest.mark.parametrize(("name", "text"), [("erd.md", "See the schema."), ("erd.md", "  \n"), ("erd.dot", " ")])
def test_words_and_nothing_are_no_drawing(name: str, text: str) -> None:
    assert ask("schema.erd_present", drawn((name, text))).outcome is Outcome.FAIL


def test_what_may_stand_on_lines_that_were_not_read_is_not_absent() -> None:
    erd = ERD.replace("users ||--o{ orders : places", "users ==places==> orders")
    for check in ("erd_entities", "erd_relationships"):
        found = ask(f"schema.{check}", drawn(("erd.md", erd)))
        assert found.outcome is Outcome.FOR_REVIEW
        assert "`users ==places==> orders`" in found.message


def test_what_may_stand_in_a_second_diagram_is_not_absent() -> None:
    erd = ERD.replace("    users ||--o{ orders : places\n", "")
    evidence = drawn(("erd.md", erd), ("erd.dot", "digraph { users -> orders }"))
    assert ask("schema.erd_entities", evidence).outcome is Outcome.FOR_REVIEW
    assert ask("schema.erd_entities", drawn(("erd.md", erd))).outcome is Outcome.FAIL


def test_drawings_that_can_be_read_are_one_drawing() -> None:
    erd = ERD.replace("    users ||--o{ orders : places\n", "")
    evidence = drawn(("erd.md", erd), ("erd-users.dbml", "Table users {\n id int\n}\nRef: orders.user_id > users.id"))
    for check in DIAGRAM_CHECKS:
        assert ask(f"schema.{check}", evidence).outcome is Outcome.PASS


def test_the_file_named_erd_is_the_diagram_and_not_an_example_in_the_readme() -> None:
    picture = DiagramFile(name="erd.png", format="picture", size=30_000)
    example = DiagramFile(name="README.md", format="mermaid", entities=(DrawnEntity(name="orders"),))
    evidence = msgspec.structs.replace(facts(), diagrams=(picture, example))
    assert "`erd.png` is a picture" in ask("schema.erd_entities", evidence).message


def test_a_reference_of_two_columns_is_one_category() -> None:
    sql = """
        CREATE TABLE users (shop int, id int, email text, PRIMARY KEY (shop, id));
        CREATE TABLE categories (shop int, id int, name text, PRIMARY KEY (shop, id));
        CREATE TABLE products (
            shop int, id int, name text, price numeric(10, 2), category_id int, PRIMARY KEY (shop, id),
            FOREIGN KEY (shop, category_id) REFERENCES categories (shop, id)
        );
        CREATE TABLE orders (
            shop int, id int, user_id int, placed_at timestamptz, PRIMARY KEY (shop, id),
            FOREIGN KEY (shop, user_id) REFERENCES users (shop, id)
        );
    """
    assert ask("schema.several_categories", facts(sql)).outcome is Outcome.PASS


# what could not be tried


def test_a_value_that_could_not_be_tried_is_not_passed_over_for_one_that_was_refused() -> None:
    sql = changed(("quantity int NOT NULL CHECK (quantity > 0)", "quantity int NOT NULL"))
    probes = (
        refused("product.price.negative", "products", "price"),
        refused("order_line.price.negative", "order_items", "price"),
        stuck("order_line.quantity.zero", "order_items", "quantity"),
    )
    found = ask("schema.value_ranges", facts(sql, probes=probes))
    assert found.outcome is Outcome.FOR_REVIEW
    assert "order_items.quantity" in found.message


def test_a_deletion_that_could_not_be_tried_is_not_passed_over_for_one_that_was() -> None:
    probes = (stuck("user.delete", "users"), deleted("product.delete", "products", "product_id", left=1, state="23503"))
    found = ask("schema.deletes", facts(probes=probes))
    assert found.outcome is Outcome.FOR_REVIEW
    assert "users (no row could be inserted)" in found.message


# unguarded by another name


def test_a_negative_stock_level_is_found() -> None:
    sql = changed(("stock int NOT NULL CHECK (stock >= 0)", "stock_level int NOT NULL"))
    found = ask(
        "schema.value_ranges",
        facts(sql, probes=(took("product.stock.negative", "products", "stock_level", value="-1"),)),
    )
    assert found.outcome is Outcome.FAIL


def test_the_good_answer_stays_good() -> None:
    for check in ("related", "attributes", "money", "dates", "foreign_keys"):
        options = {"child": "order", "parent": "user"} if check == "related" else {}
        assert ask(f"schema.{check}", facts(GOOD), **options).outcome is Outcome.PASS


# texts made to keep a reader busy: each takes hours when something is read again and again


@pytest.mark.parametrize(
    "script",
    [
        "create rule r as on insert to u do also (" + ";" * 200_000,
        "create function f() returns int begin atomic " + "select 1;" * 20_000,
    ],
)
def test_a_body_of_very_many_semicolons_is_one_statement(script: str) -> None:
    assert len(split(script, "schema.sql")) == 1


def test_a_body_in_standard_sql_ends_where_it_ends() -> None:
    script = """
        CREATE FUNCTION a() RETURNS int BEGIN /* now */ ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
        CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM x WHERE y = ';)'; DELETE FROM z);
        SELECT 1
    """
    assert [s.text.split()[1] for s in split(script, "schema.sql")] == ["FUNCTION", "RULE", "1"]


@pytest.mark.parametrize(
    "text",
    [
        "erDiagram\n a [" + " " * 200_000,
        "erDiagram\n a {\n int id PK" + " " * 100_000 + "x\n",
        "![" * 100_000,
        "\n" * 200_000 + "x",
        "erDiagram\n " + "order" * 40_000 + "\n",
        "erDiagram\n" + "accDescr{\n" * 20_000,
    ],
)
def test_a_drawing_made_to_keep_us_busy_is_read_all_the_same(text: str) -> None:
    evidence = drawn(("erd.md", text))
    assert ask("schema.erd_entities", evidence).outcome is not Outcome.PASS


def test_seed_data_and_endless_statements_are_not_parsed() -> None:
    rows = ", ".join(f"({n}, 'a name', 1.50)" for n in range(20_000))
    checks = ", ".join(["CHECK (id > (0))"] * 20_000)
    script = f"INSERT INTO users VALUES {rows}; CREATE TABLE wide (id int, {checks}); CREATE TABLE users (id int)"
    found = ddl.read(split(script, "schema.sql"))
    assert [table.name for table in found.schema.tables] == ["users"]
    assert len(found.unread) == 1


def test_a_script_is_parsed_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ddl, "LONGEST_SCRIPT", 50)
    found = ddl.read(split("CREATE TABLE a (id int PRIMARY KEY, name text NOT NULL);" * 3, "schema.sql"))
    assert len(found.unread) == 2
