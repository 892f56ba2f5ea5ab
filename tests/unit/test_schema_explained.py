"""Every finding about a fact kept twice shows two rows that contradict each other, and what the notes say of it."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ask, changed, facts

from grader.checks.schema.explained import sentences
from grader.evidence.schema import Disagreement, SchemaFacts
from grader.exhibits import RowsExhibit, SqlExhibit, TextExhibit
from grader.model import Finding, Outcome

SUPPLIERS = "CREATE TABLE suppliers (id bigint PRIMARY KEY, name text NOT NULL);"
COPY = (
    SUPPLIERS
    + changed()
    + (
        "ALTER TABLE products ADD COLUMN supplier_id bigint REFERENCES suppliers;"
        "ALTER TABLE products ADD COLUMN supplier_name text;"
    )
)
LINKS = """CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products,
    category_id bigint NOT NULL REFERENCES categories,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
"""
CATEGORIES = """CREATE TABLE categories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
"""
WORD = changed((CATEGORIES, ""), (LINKS, "")) + "ALTER TABLE products ADD COLUMN category text NOT NULL;"
TWO = changed((LINKS, "")) + (
    "ALTER TABLE products ADD COLUMN category1_id bigint REFERENCES categories;"
    "ALTER TABLE products ADD COLUMN category2_id bigint REFERENCES categories;"
)
COUNTED = "    quantity int NOT NULL CHECK (quantity > 0),\n"
NO_PRICE = changed((COUNTED + "    price numeric(10, 2) NOT NULL CHECK (price >= 0),\n", COUNTED))
COPY_ID = "schema.copied:products.supplier_name"


def added(table: str, *columns: str) -> str:
    return changed() + "".join(f"ALTER TABLE {table} ADD COLUMN {column};\n" for column in columns)


def rows_of(finding: Finding) -> RowsExhibit:
    (shown,) = [exhibit for exhibit in finding.exhibits if isinstance(exhibit, RowsExhibit)]
    return shown


def said_of(finding: Finding) -> list[str]:
    return [exhibit.text for exhibit in finding.exhibits if isinstance(exhibit, TextExhibit)]


def tried(evidence: SchemaFacts, *found: Disagreement) -> SchemaFacts:
    return msgspec.structs.replace(evidence, disagreements=found)


@pytest.mark.parametrize(
    ("check", "sql", "head", "rows"),
    [
        (
            "schema.copied",
            COPY,
            ("id", "supplier_id", "supplier_name"),
            (("2", "1", "Acme"), ("3", "1", "Acme Ltd")),
        ),
        ("schema.category_as_text", WORD, ("id", "category"), (("1", "Footwear"), ("2", "Shoes"))),
        (
            "schema.repeating",
            added("products", "image1 text", "image2 text"),
            ("id", "image1", "image2"),
            (("1", "front.jpg", "side.jpg"), ("2", "side.jpg", "front.jpg")),
        ),
        (
            "schema.lists",
            added("products", "category_ids int[]"),
            ("id", "category_ids"),
            (("1", "{1,2}"), ("2", "{2,1}")),
        ),
        (
            "schema.several_categories",
            TWO,
            ("id", "category1_id", "category2_id"),
            (("3", "1", "2"), ("4", "2", "1")),
        ),
        (
            "schema.header",
            added("orders", "product_id bigint REFERENCES products"),
            ("table", "order", "product_id / product_id"),
            (("orders", "3", "1"), ("order_items", "3", "1"), ("order_items", "3", "2")),
        ),
        (
            "schema.price_at_purchase",
            NO_PRICE,
            ("read", "order_id", "product_id", "quantity", "products.price"),
            (("before", "2", "1", "…", "10.00"), ("after", "2", "1", "…", "12.00")),
        ),
    ],
)
def test_a_finding_shows_the_rows_by_hand_where_none_could_be_inserted(
    check: str, sql: str, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    found = ask(check, facts(sql))
    assert found.outcome is Outcome.FAIL
    shown = rows_of(found)
    assert (shown.head, shown.rows) == (head, rows)
    assert "the rows were not inserted" in shown.note


def test_rows_that_were_inserted_are_shown_as_postgresql_returned_them() -> None:
    change = "UPDATE suppliers SET name = 'Acme Ltd' WHERE id = 900001;"
    rows = (("900002", "900001", "Acme"), ("900003", "900001", "Acme Ltd"))
    found = Disagreement(id=COPY_ID, statements=(change,), change=change, answer="UPDATE 1", rows=rows)
    finding = ask("schema.copied", tried(facts(COPY), found))
    assert rows_of(finding).rows == rows
    (made,) = [e for e in finding.exhibits if isinstance(e, SqlExhibit) and e.statement == change]
    assert made.answer == "UPDATE 1"
    assert change in made.command


def test_a_copy_that_the_database_keeps_in_step_costs_nothing() -> None:
    held = Disagreement(id=COPY_ID, change="UPDATE …;", answer="UPDATE 1", kept=True)
    found = ask("schema.copied", tried(facts(COPY), held))
    assert found.outcome is Outcome.PASS
    assert "`products.supplier_name` in step" in found.message


def test_a_copy_that_could_not_be_tried_is_judged_by_the_catalog() -> None:
    stuck = Disagreement(id=COPY_ID, obstacle="no row of suppliers could be inserted", kept=True)
    found = ask("schema.copied", tried(facts(COPY), stuck))
    assert found.outcome is Outcome.FAIL
    assert rows_of(found).rows


def test_what_the_notes_say_of_the_column_is_put_beside_the_finding_and_changes_no_point() -> None:
    notes = "# Notes\nKeys are bigint. We keep supplier_name on products on purpose.\n\n- Orders keep prices.\n"
    silent, spoken = ask("schema.copied", facts(COPY)), ask("schema.copied", facts(COPY, notes=notes))
    assert said_of(spoken) == ["We keep supplier_name on products on purpose"]
    assert (spoken.outcome, spoken.score, spoken.message) == (silent.outcome, silent.score, silent.message)


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("The column price_paid is a snapshot. Nothing else.", ("The column price_paid is a snapshot",)),
        ("products is denormalised for speed", ("products is denormalised for speed",)),
        ("products has a key.", ()),
        ("my_price_paid_too is another column", ()),
        ("- price_paid: copied\n- name: not", ("price_paid: copied",)),
        ("", ()),
    ],
)
def test_sentences_of_the_notes_are_found_by_column_or_by_table_and_argument(
    notes: str, expected: tuple[str, ...]
) -> None:
    assert sentences(notes, "products", ("price_paid",)) == expected


def test_long_notes_are_bounded_and_control_characters_made_visible() -> None:
    found = sentences("price_paid " * 100_000 + "\x1b[31m", "products", ("price_paid",))
    assert len(found) == 1
    assert len(found[0]) <= 400
    assert "\x1b" not in "".join(sentences("price_paid \x1b[31m red", "products", ("price_paid",)))


def test_a_name_full_of_marks_is_taken_as_it_is() -> None:
    assert sentences("we keep a(b twice", "t", ("a(b",)) == ("we keep a(b twice",)


@pytest.mark.parametrize(
    ("table", "column"), [("orders", "user_email text"), ("order_items", "product_name text NOT NULL")]
)
def test_what_an_order_copies_is_shown_and_never_a_fault(table: str, column: str) -> None:
    found = ask("schema.snapshots", facts(added(table, column)))
    assert found.outcome is Outcome.PASS
    assert len(rows_of(found).rows) == 2
    assert ask("schema.copied", facts(added(table, column))).outcome is Outcome.PASS
    assert ask("schema.snapshots", facts()).outcome is Outcome.NOT_APPLICABLE
