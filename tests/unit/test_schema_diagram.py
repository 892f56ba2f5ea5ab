"""A diagram is compared with the schema: the same drawing gives the same verdicts in every format."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import GOOD, ask, changed, deleted, facts

from grader.checks.schema import CHECKS
from grader.checks.schema.marks import MARKING
from grader.evidence.schema import SchemaFacts
from grader.exhibits import CodeExhibit, DiagramExhibit, TextExhibit
from grader.model import Outcome
from grader.sql.schema.diagrams.sniffing import diagram

OF_DIAGRAM = ("present", "entities", "relationships", "cardinality", "keys")
Line = tuple[str, str, str, str]
Boxes = dict[str, tuple[tuple[str, str], ...]]

BOXES: Boxes = {
    "users": (("id", "PK"), ("email", "UK")),
    "categories": (("id", "PK"),),
    "products": (("id", "PK"), ("price", "")),
    "orders": (("id", "PK"), ("user_id", "")),
    "order_items": (("order_id", "PK"), ("product_id", "PK")),
}
LINES: tuple[Line, ...] = (
    ("users", "1", "*", "orders"),
    ("orders", "1", "*", "order_items"),
    ("products", "1", "*", "order_items"),
    ("products", "*", "*", "categories"),
)


def mermaid(boxes: Boxes, lines: tuple[Line, ...]) -> str:
    told = [f"  {name} {{\n" + "".join(f"    int {c} {k}\n" for c, k in rows) + "  }" for name, rows in boxes.items()]
    left, right = {"1": "||", "*": "}o"}, {"1": "||", "*": "o{"}
    told += [f"  {a} {left[m]}--{right[n]} {b} : x" for a, m, n, b in lines]
    return "```mermaid\nerDiagram\n" + "\n".join(told) + "\n```\n"


def plantuml(boxes: Boxes, lines: tuple[Line, ...]) -> str:
    told = []
    for name, rows in boxes.items():
        told.append(f"entity {name} {{\n" + "".join(f"  {c} : int{f' <<{k}>>' if k else ''}\n" for c, k in rows) + "}")
    told += [f'{a} "{"1" if m == "1" else "0..*"}" -- "{"1" if n == "1" else "0..*"}" {b}' for a, m, n, b in lines]
    return "@startuml\n" + "\n".join(told) + "\n@enduml\n"


def dbml(boxes: Boxes, lines: tuple[Line, ...]) -> str:
    says = {"PK": " [pk]", "UK": " [unique]", "": "", "FK": ""}
    told = []
    for name, rows in boxes.items():
        told.append(f"Table {name} {{\n" + "".join(f"  {c} int{says[k]}\n" for c, k in rows) + "}")
    sign = {("1", "*"): "<", ("*", "1"): ">", ("1", "1"): "-", ("*", "*"): "<>"}
    told += [f"Ref: {a}.id {sign[m, n]} {b}.id" for a, m, n, b in lines]
    return "\n".join(told)


def drawio(boxes: Boxes, lines: tuple[Line, ...]) -> str:
    cells = []
    for name, rows in boxes.items():
        cells.append(f'<mxCell id="{name}" value="{name}" style="shape=table;" vertex="1" parent="1"/>')
        for column, key in rows:
            row = f"{name}.{column}"
            cells.append(f'<mxCell id="{row}" style="shape=tableRow;" vertex="1" parent="{name}"/>')
            cells.append(
                f'<mxCell id="{row}k" value="{key}" style="shape=partialRectangle" vertex="1" parent="{row}"/>'
            )
            cells.append(
                f'<mxCell id="{row}n" value="{column} int" style="shape=partialRectangle" vertex="1" parent="{row}"/>'
            )
    foot = {"1": "ERmandOne", "*": "ERzeroToMany"}
    for i, (a, m, n, b) in enumerate(lines):
        style = f"startArrow={foot[m]};endArrow={foot[n]}"
        cells.append(f'<mxCell id="e{i}" style="{style}" edge="1" parent="1" source="{a}" target="{b}"/>')
    return f"<mxfile><diagram><mxGraphModel><root>{''.join(cells)}</root></mxGraphModel></diagram></mxfile>"


WRITTEN = {"erd.md": mermaid, "erd.puml": plantuml, "erd.dbml": dbml, "erd.drawio": drawio}


def drawn(name: str, boxes: Boxes = BOXES, lines: tuple[Line, ...] = LINES, *, sql: str = GOOD) -> SchemaFacts:
    text = WRITTEN[name](boxes, lines)
    return with_file(name, text, facts(sql))


def with_file(name: str, text: str, evidence: SchemaFacts) -> SchemaFacts:
    return msgspec.structs.replace(evidence, diagrams=(diagram(name, text.encode(), len(text)),))


@pytest.mark.parametrize("name", WRITTEN)
def test_the_schema_drawn_as_it_is_passes_in_every_format(name: str) -> None:
    evidence = drawn(name)
    for check in OF_DIAGRAM:
        assert ask(f"schema.erd_{check}", evidence).outcome is Outcome.PASS, check


@pytest.mark.parametrize("name", WRITTEN)
def test_what_contradicts_the_schema_is_found_in_every_format(name: str) -> None:
    turned = (("users", "*", "1", "orders"), *LINES[1:])
    found = ask("schema.erd_cardinality", drawn(name, lines=turned))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)
    assert found.message == "users and orders are drawn the wrong way round: the reference is `orders.user_id`"
    assert any(isinstance(exhibit, CodeExhibit | TextExhibit) for exhibit in found.exhibits)
    absent = {key: rows for key, rows in BOXES.items() if key != "categories"}
    found = ask("schema.erd_entities", drawn(name, absent, LINES[:3]))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.8)
    found = ask("schema.erd_relationships", drawn(name, lines=LINES[:3]))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.75)
    assert found.message == "products and categories are not connected"
    wrong = {**BOXES, "order_items": (("id", "PK"), ("order_id", ""))}
    found = ask("schema.erd_keys", drawn(name, wrong))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.6)
    assert "`id`, but its key is `order_id`, `product_id`" in found.message


@pytest.mark.parametrize("name", WRITTEN)
def test_a_diagram_without_attributes_says_nothing_about_keys(name: str) -> None:
    evidence = drawn(name, dict.fromkeys(BOXES, ()))
    assert ask("schema.erd_keys", evidence).outcome is Outcome.NOT_APPLICABLE
    assert ask("schema.erd_cardinality", evidence).outcome is Outcome.PASS


def test_lines_that_do_not_say_how_many_are_not_asked_how_many() -> None:
    text = "@startuml\n" + "\n".join(f"{a} --> {b}" for a, _, _, b in LINES) + "\n@enduml"
    evidence = with_file("erd.puml", text, facts())
    assert ask("schema.erd_cardinality", evidence).outcome is Outcome.NOT_APPLICABLE
    assert ask("schema.erd_relationships", evidence).outcome is Outcome.PASS
    mixed = with_file("erd.puml", text.replace("users -->", 'users "1" -- "1"'), facts())
    assert ask("schema.erd_cardinality", mixed).outcome is Outcome.FAIL


def test_one_category_drawn_where_the_table_in_between_takes_several_is_found() -> None:
    found = ask("schema.erd_cardinality", drawn("erd.md", lines=(*LINES[:3], ("products", "*", "1", "categories"))))
    assert found.outcome is Outcome.FAIL
    assert "one of `categories` for each of `products`, but `product_categories` takes several" in found.message


def test_a_line_for_which_the_schema_has_nothing_is_found() -> None:
    found = ask("schema.erd_cardinality", drawn("erd.md", lines=(*LINES, ("users", "*", "*", "categories"))))
    assert "users and categories are drawn as connected, but nothing in the schema connects them" in found.message
    assert ask("schema.erd_cardinality", drawn("erd.md", lines=(*LINES, ("orders", "*", "*", "products")))).outcome is (
        Outcome.PASS
    )


@pytest.mark.parametrize(
    ("box", "rows"),
    [
        ("orders", (("order_no", "PK"), ("customer_id", "FK"))),
        ("orders", (("ID", "PK"), ("UserId", "FK"))),
        ("users", (("email", "PK"),)),
        ("order_items", (("order_id", "PK"), ("product_id", "FK"), ("product_id", "PK"))),
        ("product_categories", (("product_id", "PK"), ("category_id", "PK"))),
    ],
)
def test_keys_called_otherwise_and_candidate_keys_are_no_contradiction(
    box: str, rows: tuple[tuple[str, str], ...]
) -> None:
    evidence = drawn("erd.md", {**BOXES, box: rows})
    assert ask("schema.erd_keys", evidence).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("box", "rows", "said"),
    [
        ("order_items", (("order_id", "PK"),), "primary key `order_id`, but its key is `order_id`, `product_id`"),
        ("users", (("id", "PK"), ("order_id", "FK")), "foreign key `order_id`, which it does not have"),
        ("orders", (("id", "PK"), ("status", "FK")), "foreign key `status`, which refers to nothing"),
        ("users", (("id", "PK"), ("phone", "UK")), "`phone` unique, but two rows may share it"),
    ],
)
def test_marks_that_the_schema_contradicts_are_found(box: str, rows: tuple[tuple[str, str], ...], said: str) -> None:
    found = ask("schema.erd_keys", drawn("erd.md", {**BOXES, box: rows}))
    assert found.outcome is Outcome.FAIL
    assert said in found.message


def test_a_key_that_the_schema_lacks_is_told_there_and_costs_once() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users", "user_id bigint NOT NULL"))
    evidence = drawn("erd.md", {**BOXES, "orders": (("id", "PK"), ("user_id", "FK"))}, sql=sql)
    found = ask("schema.erd_keys", evidence)
    assert found.outcome is Outcome.PASS
    told = ask("schema.erd_keys", drawn("erd.md", {"orders": (("id", ""), ("user_id", "FK"))}, sql=sql))
    assert set(told.symptoms) <= set(ask("schema.foreign_keys", evidence).symptoms)


def test_boxes_may_be_called_by_their_label_and_in_another_language() -> None:
    text = """erDiagram
      u["Kunden"] ||--o{ b["Bestellungen"] : x
      b ||--|{ p["Bestellpositionen"] : x
      a["Artikel"] ||--o{ p : x
      a }o--o{ k["Kategorien"] : x
      u["Kunden"]
      b["Bestellungen"]
      p["Bestellpositionen"]
      a["Artikel"]
      k["Kategorien"]
    """
    evidence = with_file("erd.md", text, facts())
    for check in ("entities", "relationships", "cardinality"):
        assert ask(f"schema.erd_{check}", evidence).outcome is Outcome.PASS, check


def test_a_box_beside_the_one_that_bears_the_name_is_not_taken_for_the_same_table() -> None:
    lines = (*LINES, ("customers", "1", "1", "orders"))
    evidence = drawn("erd.md", {**BOXES, "customers": (("id", "PK"),)}, lines)
    assert ask("schema.erd_cardinality", evidence).outcome is Outcome.PASS


# the diagram that the report draws


def marked(sql: str, evidence: SchemaFacts | None = None) -> DiagramExhibit:
    (exhibit,) = ask("schema.drawn", evidence or facts(sql)).exhibits
    assert isinstance(exhibit, DiagramExhibit)
    return exhibit


def test_tables_without_a_key_and_pairs_that_are_not_unique_are_marked() -> None:
    sql = changed(
        (
            "bigint NOT NULL REFERENCES categories,\n    PRIMARY KEY (product_id, category_id)",
            "bigint NOT NULL REFERENCES categories",
        ),
    )
    tables = {table.name: table.warning for table in marked(sql).tables if table.warning}
    assert tables.keys() == {"product_categories"}
    assert "has no primary key" in tables["product_categories"]


def test_a_reference_without_a_foreign_key_is_a_dashed_line_with_a_mark() -> None:
    sql = changed(
        ("product_id bigint NOT NULL REFERENCES products,\n    quantity", "product_id bigint NOT NULL,\n    quantity")
    )
    exhibit = marked(sql)
    (edge,) = [edge for edge in exhibit.edges if edge.implied]
    assert (edge.child, edge.column, edge.parent, edge.warning) == (
        "order_items",
        "product_id",
        "products",
        "no foreign key",
    )
    told = {c.name: c.warning for t in exhibit.tables if t.name == "order_items" for c in t.columns if c.warning}
    assert "product_id" not in told


def test_what_a_deletion_takes_with_it_is_marked_at_the_reference() -> None:
    evidence = facts(probes=(deleted("user.delete", "users", "user_id", left=0),))
    warnings = {(e.child, e.parent): e.warning for e in marked("", evidence).edges if e.warning}
    assert warnings == {("orders", "users"): "deleting one of `users` takes the user's orders with it"}


def test_every_check_that_marks_is_a_check() -> None:
    assert set(MARKING) <= {check.name for check in CHECKS}
