"""PlantUML is read: entities and classes in every dress, crow's feet, multiplicities, arrows with directions."""

from __future__ import annotations

import pytest

from grader.evidence.drawing import DiagramFile
from grader.sql.schema.diagrams.sniffing import diagram

SHOP = """
@startuml shop
!theme plain
!define Table(name,desc) class name as "desc" << (T,#FFAAAA) >>
!define primary_key(x) <b>x</b>
hide circle
skinparam linetype ortho
skinparam class {
  BackgroundColor White
}
left to right direction
title The shop
' entities
entity "users" as u {
  *id : bigint <<generated>> <<PK>>
  --
  *email : text <<UK>>
  name : varchar(20)
  + rename(text) : void
}
package "sales" {
  entity orders <<table>> #lightblue {
    * id : int <<PK>>
    ..
    * user_id : int <<FK>>
  }
  class "Order Line" as ol <<(T,#FFAAAA)>> {
    PK,FK order_id int
    product_id int (FK)
    quantity INT
    {field} price : numeric(10,2)
  }
}
Table(products, "products") {
  primary_key(id) INTEGER
  foreign_key(brand_id) INTEGER
  name text
}
class categories
enum status {
  open
}
note left of u
  users --> everything
end note
note "floating" as N1
/' a comment
   a --> b
'/
legend right
  x --> y
endlegend

u ||--o{ orders : places
orders "1" *-- "1..*" ol : contains
ol }o-up-|| products
products }o-[#red,dashed]-o{ categories
u -[hidden]- categories
@enduml
"""


def read(text: str, name: str = "erd.puml") -> DiagramFile:
    return diagram(name, text.encode(), len(text))


def drawn(line: str) -> list[tuple[str, str, str, str]]:
    found = read(f"@startuml\n{line}\n@enduml")
    assert found.unread == ()
    return [(r.left, r.left_many, r.right_many, r.right) for r in found.relationships]


def test_entities_with_their_attributes_and_keys_are_read() -> None:
    found = read(SHOP)
    assert found.unread == ()
    assert [(entity.name, entity.label) for entity in found.entities] == [
        ("u", "users"),
        ("orders", ""),
        ("ol", "Order Line"),
        ("products", ""),
        ("categories", ""),
    ]
    columns = {entity.name: [(c.name, c.type, c.keys) for c in entity.columns] for entity in found.entities}
    assert columns["u"] == [
        ("id", "bigint", ("PK",)),
        ("email", "text", ("UK",)),
        ("name", "varchar(20)", ()),
    ]
    assert columns["ol"] == [
        ("order_id", "int", ("PK", "FK")),
        ("product_id", "int", ("FK",)),
        ("quantity", "INT", ()),
        ("price", "numeric(10,2)", ()),
    ]
    assert columns["products"] == [("id", "INTEGER", ("PK",)), ("brand_id", "INTEGER", ("FK",)), ("name", "text", ())]


def test_lines_are_read_and_those_that_only_place_boxes_are_not() -> None:
    found = read(SHOP)
    assert [(r.left, r.left_many, r.right_many, r.right) for r in found.relationships] == [
        ("u", "1", "0..*", "orders"),
        ("orders", "1", "1..*", "ol"),
        ("ol", "0..*", "1", "products"),
        ("products", "0..*", "0..*", "categories"),
    ]
    assert found.relationships[0].line == 54
    assert found.relationships[0].label == "places"


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("A ||--|{ B", ("1", "1..*")),
        ("A |o..o| B : maybe", ("0..1", "0..1")),
        ("A}|--||B", ("1..*", "1")),
        ('A "1" -- "0..*" B', ("1", "0..*")),
        ('A "1" --> "many" B : has', ("1", "many")),
        ('A "0..1" -right- "1..n" B', ("0..1", "1..*")),
        ('A "*" o--o "*" B', ("many", "many")),
        ("A --> B", ("", "")),
        ("A *-- B", ("", "")),
        ("A::id ||--o{ B::a_id", ("1", "0..*")),
        ("A -[#blue]-> B", ("", "")),
        ("A ||-d-o{ B", ("1", "0..*")),
        ('"A" ||--{ B', ("1", "many")),
    ],
)
def test_every_kind_of_line_is_read(line: str, ends: tuple[str, str]) -> None:
    assert drawn(line) == [("A", *ends, "B")]


def test_a_class_beside_a_line_is_tied_to_both_ends() -> None:
    assert drawn("(A, B) .. C") == [("A", "", "", "C"), ("B", "", "", "C")]


def test_blocks_in_a_document_are_read_with_and_without_their_mark() -> None:
    text = "# ERD\n\n```plantuml\n@startuml\nA ||--o{ B\n@enduml\n```\n\nC --> D\n\n~~~puml\nB ||--o{ E\n~~~\n"
    found = read(text, "erd.md")
    assert [entity.name for entity in found.entities] == ["A", "B", "E"]
    assert found.relationships[1].line == 12


def test_a_line_that_cannot_be_read_is_kept() -> None:
    assert read("@startuml\nentity A\n?? what ??\n@enduml").unread == ("?? what ??",)


def test_a_frame_without_a_drawing_is_none() -> None:
    assert read("@startuml\nhide circle\n@enduml").format == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "@startuml\n" + "A " + "-" * 100_000 + " B",
        "@startuml\n" + "A" * 1_900 + " - " * 30 + "\n" * 50_000,
        "@startuml\nentity A {\n" + "* " * 90_000,
        "@startuml\n" * 20_000,
        "@startuml\n" + '"' * 1_999 + "\n" + "A" + ' "1' * 600,
        "@startuml\nclass A " + "<<" * 900 + "\n" + ("class A <" + " " * 900 + "\n") * 200,
        "@startuml\n" + ("A" + "-" * 900 + "B:" + ":" * 900 + "\n") * 100,
        "```puml\n" * 20_000 + "@startuml",
    ],
)
def test_a_drawing_made_to_keep_us_busy_is_read_all_the_same(text: str) -> None:
    found = read(text)
    assert len(found.entities) + len(found.relationships) <= 500
