"""Mermaid diagrams are read in both spellings, and other formats are recognised."""

from __future__ import annotations

import pytest

from grader.sql.schema.erd import diagram, recognised


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
        ("erd.sql", b'Table "order items" as oi {\n', "unknown"),
        ("erd.md", b"Score: 100", "unknown"),
    ],
)
def test_formats_are_told_by_content(name: str, data: bytes, expected: str) -> None:
    assert recognised(name, data) == expected
