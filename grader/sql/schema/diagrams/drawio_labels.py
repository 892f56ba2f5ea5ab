"""Labels of draw.io: HTML that says what a box is called and which attributes it has."""

from __future__ import annotations

import html
import re

from grader.evidence.drawing import DrawnColumn
from grader.sql.schema.diagrams.plantuml_members import member

LONGEST_LABEL = 8_000
_BREAK = re.compile(r"<(?:br|hr|/?p|/?div|/?tr|/?li|/?h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,1000}>")


def plain(label: str) -> str:
    """A label as text; what stands on lines of its own is on lines of its own."""
    broken = _CELL.sub(" ", _BREAK.sub("\n", label[:LONGEST_LABEL]))
    return html.unescape(_TAG.sub("", broken)).replace("\xa0", " ")


def headline(label: str) -> tuple[str, tuple[str, ...]]:
    """What a box is called, its first line, and the lines after it."""
    lines = [line.strip() for line in plain(label).split("\n") if line.strip()]
    lines = [line for line in lines if not line.startswith(("«", "<<"))]
    return (lines[0], tuple(lines[1:])) if lines else ("", ())


def columns_in(text: str) -> list[DrawnColumn]:
    """The attributes that the lines of a box or a row tell."""
    found = [member(" ".join(line.split())[:500]) for line in text.split("\n") if line.strip(" -_=.")]
    return [column for column in found if column is not None]
