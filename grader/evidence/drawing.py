"""An entity-relationship diagram as somebody drew it."""

from __future__ import annotations

from typing import Literal

from grader.evidence.catalog import Fact

Cardinality = Literal["1", "0..1", "1..*", "0..*"]


class DrawnColumn(Fact, frozen=True, kw_only=True):
    """An attribute of a drawn entity."""

    name: str
    type: str = ""
    keys: tuple[str, ...] = ()


class DrawnEntity(Fact, frozen=True, kw_only=True):
    """A box of the candidate's diagram."""

    name: str
    columns: tuple[DrawnColumn, ...] = ()
    line: int = 1


class DrawnRelationship(Fact, frozen=True, kw_only=True):
    """A line of the candidate's diagram: each end with how many of it belong to one of the other end."""

    left: str
    right: str
    left_many: Cardinality
    right_many: Cardinality
    label: str = ""
    line: int = 1


class DiagramFile(Fact, frozen=True, kw_only=True):
    """A file that holds a diagram. Only `mermaid` is read; other formats are shown to people.

    `other` may be a drawing in a form that we do not know; `unknown` draws nothing.
    """

    name: str
    format: Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "other", "unknown"]
    size: int = 0
    entities: tuple[DrawnEntity, ...] = ()
    relationships: tuple[DrawnRelationship, ...] = ()
    unread: tuple[str, ...] = ()
    text: str = ""
