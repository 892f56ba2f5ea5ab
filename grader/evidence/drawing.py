"""An entity-relationship diagram as somebody drew it."""

from __future__ import annotations

from typing import Literal

from grader.evidence.catalog import Fact

# `one` and `many` leave open whether there may be none; nothing where a line does not say how many.
Cardinality = Literal["", "1", "0..1", "one", "1..*", "0..*", "many"]


class DrawnColumn(Fact, frozen=True, kw_only=True):
    """An attribute of a drawn entity; `keys` holds any of PK, FK, UK."""

    name: str
    type: str = ""
    keys: tuple[str, ...] = ()
    line: int = 0


class DrawnEntity(Fact, frozen=True, kw_only=True):
    """A box of the candidate's diagram. Lines call it `name`; `label` stands in the box when that differs."""

    name: str
    label: str = ""
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
    """A file that holds a diagram: read, or (pictures, PDF, `other`) shown to people.

    `other` may be a drawing in a form that we do not know; `unknown` draws nothing. `unread` are lines that could not
    be read. `fault` says why the file is no whole picture or document; `width` and `height` are its pixels, 0 when it
    does not say; `media` is its type, such as `image/png`; `data` is the file in base64, empty when it is large.
    """

    name: str
    format: Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "other", "unknown"]
    size: int = 0
    entities: tuple[DrawnEntity, ...] = ()
    relationships: tuple[DrawnRelationship, ...] = ()
    unread: tuple[str, ...] = ()
    text: str = ""
    fault: str = ""
    width: int = 0
    height: int = 0
    media: str = ""
    data: str = ""
