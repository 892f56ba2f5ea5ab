"""Mermaid diagrams are read in both spellings, in files and in documents; formats are told by what they hold."""

from __future__ import annotations

import pytest

from grader.sql.schema.diagrams.sniffing import diagram, recognised


def read(text: str) -> tuple[list[str], list[tuple[str, str, str, str]], tuple[str, ...]]:
    found = diagram("erd.md", text.encode(), len(text))
    lines = [(r.left, r.left_many, r.right_many, r.right) for r in found.relationships]
    return [entity.name for entity in found.entities], lines, found.unread


def test_symbols_are_read() -> None:
    entities, lines, unread = read("""
erDiagram
    A ||--o{ B : has
    B }|..|| C : "belongs to"
    C |o--o| D : maybe
    E }o--|{ A
""")
    assert entities == ["A", "B", "C", "D", "E"]
    assert lines == [
        ("A", "1", "0..*", "B"),
        ("B", "1..*", "1", "C"),
        ("C", "0..1", "0..1", "D"),
        ("E", "0..*", "1..*", "A"),
    ]
    assert unread == ()


def test_words_are_read() -> None:
    _, lines, unread = read("""
erDiagram
  CUSTOMER only one to zero or more ORDER : places
  ORDER 1 to 1+ LINE : has
  PRODUCT many(0) optionally to zero or one CATEGORY : in
""")
    assert lines == [
        ("CUSTOMER", "1", "0..*", "ORDER"),
        ("ORDER", "1", "1..*", "LINE"),
        ("PRODUCT", "0..*", "0..1", "CATEGORY"),
    ]
    assert unread == ()


def test_attributes_keys_aliases_and_styles_are_read() -> None:
    found = diagram(
        "erd.mmd",
        b"""---
title: Shop
---
erDiagram
    %% a comment
    direction LR
    p["Person of interest"] {
        uuid id PK
        varchar(20) *name "how they are called"
        int boss_id FK, UK
        numeric(10,2) balance
    }
    "ORDER LINE":::loud { int id PK }
    empty
    classDef loud fill:#f00
""",
        300,
    )
    person, line, empty = found.entities
    assert [(c.name, c.keys) for c in person.columns] == [
        ("id", ("PK",)),
        ("name", ()),
        ("boss_id", ("FK", "UK")),
        ("balance", ()),
    ]
    assert (line.name, len(line.columns), empty.name) == ("ORDER LINE", 1, "empty")
    assert found.unread == ()


def test_only_the_block_of_a_document_is_read() -> None:
    entities, _, _ = read("# Notes\n\nA ||--o{ B\n\n```mermaid\nerDiagram\n  C ||--o{ D : x\n```\n\nE ||--o{ F\n")
    assert entities == ["C", "D"]


def test_what_cannot_be_read_is_kept() -> None:
    _, _, unread = read("erDiagram\n  A =====> B\n  A ||--o{ B : ok\n")
    assert unread == ("A =====> B",)


def test_lines_know_where_they_stand() -> None:
    found = diagram("erd.md", b"\n\nerDiagram\n\n  A ||--o{ B : x\n", 40)
    assert found.relationships[0].line == 5


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("erd.png", b"\x89PNG\r\n\x1a\n....", "picture"),
        ("erd.md", b"\x89PNG\r\n\x1a\n....", "picture"),
        ("erd.pdf", b"%PDF-1.7", "pdf"),
        ("erd.svg", b"<svg xmlns='x'></svg>", "picture"),
        ("erd.puml", b"@startuml\nentity A\n@enduml", "plantuml"),
        ("erd.drawio", b"<mxfile><diagram/></mxfile>", "drawio"),
        ("erd.dbml", b"Table users {\n id int [pk]\n}", "dbml"),
        ("erd.sql", b'Table "order items" as oi {\n', "dbml"),
        ("erd.md", b"# ERD\n\n```dbml\nTable shop.users [note: 'x'] {\n id int\n}\n```", "dbml"),
        ("erd.txt", b"  erDiagram\n A ||--|| B : x", "mermaid"),
        ("erd.md", b"BMW cars are sold", "unknown"),
        ("erd.md", b"Table users has an id", "unknown"),
        ("erd.png", b"users, orders", "picture"),
        ("erd.png", b"@startuml\nentity A\n@enduml", "plantuml"),
        ("erd.html", b"<table><tr><td>users</td></tr></table>", "other"),
        ("notes.txt", b"users -> orders", "unknown"),
        ("erd.md", b"Score: 100", "unknown"),
    ],
)
def test_formats_are_told_by_content(name: str, data: bytes, expected: str) -> None:
    assert recognised(name, data) == expected


def test_labels_of_boxes_are_kept_beside_their_names() -> None:
    text = b'erDiagram\n  p[Person] {\n    int id PK\n  }\n  o["Customer order"]\n  p ||--o{ o : x\n'
    found = diagram("erd.md", text, len(text))
    assert [(entity.name, entity.label) for entity in found.entities] == [("p", "Person"), ("o", "Customer order")]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("A one or more to zero or many B : x", ("1..*", "0..*")),
        ("A only one to many(0) B : x", ("1", "0..*")),
        ("A zero or one optionally to many(1) B : x", ("0..1", "1..*")),
        ("A many to 1 B", ("0..*", "1")),
        ("A 0+ to 1+ B : x", ("0..*", "1..*")),
        ("A |o..o{ B : x %% the end", ("0..1", "0..*")),
        ('"A" ||--o{ "B" : "50 %% off"', ("1", "0..*")),
        ("A ||--o{ B : x;", ("1", "0..*")),
    ],
)
def test_cardinalities_are_read_in_every_spelling(line: str, ends: tuple[str, str]) -> None:
    _, lines, unread = read(f"erDiagram\n  {line}\n")
    assert [(left, first, second, right) for left, first, second, right in lines] == [("A", *ends, "B")]
    assert unread == ()


def test_several_diagrams_in_one_document_are_read_together() -> None:
    text = """# Model

  ~~~mermaid
  erDiagram
    users ||--o{ orders : places
  ~~~

Text that says A ||--o{ B.

> ```mermaid
> erDiagram
>   orders ||--|{ lines : has
> ```

<pre class="mermaid">
erDiagram
  products ||--o{ lines : in
</pre>
"""
    entities, lines, unread = read(text)
    assert entities == ["users", "orders", "lines", "products"]
    assert len(lines) == 3
    assert unread == ()


def test_windows_line_ends_and_byte_order_marks_do_no_harm() -> None:
    text = "erDiagram\r\n  A ||--o{ B : x\r\n  A {\r\n    int id PK\r\n  }\r\n"
    for data in (text.encode("utf-8-sig"), text.encode("utf-16")):
        found = diagram("erd.mmd", data, len(data))
        assert [entity.name for entity in found.entities] == ["A", "B"]
        assert found.entities[0].columns[0].line == 4
        assert found.unread == ()


def test_a_drawing_is_read_up_to_a_bound() -> None:
    text = "erDiagram\n" + "".join(f"  t{n} ||--o{{ t{n + 1} : x\n" for n in range(5_000))
    found = diagram("erd.md", text.encode(), len(text))
    assert len(found.entities) + len(found.relationships) <= 500
    wide = "erDiagram\n  t {\n" + "".join(f"    int c{n}\n" for n in range(5_000)) + "  }\n"
    assert len(diagram("erd.md", wide.encode(), len(wide)).entities[0].columns) == 200
