"""What does a file draw, and in which format? Told by content: names promise much."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Literal

from grader.evidence.drawing import DiagramFile
from grader.sql.schema.diagrams import dbml, drawio, mermaid, plantuml
from grader.sql.schema.diagrams.pictures import Picture, looked_at
from grader.sql.schema.diagrams.sheet import MAX_SHOWN, Sheet

Format = Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "other", "unknown"]

MAX_TEXT = 200_000
MAX_XML = 4 << 20
MAX_PICTURE = 600_000  # bytes; a diagram that people can read needs fewer

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_POINTER = b"version https://git-lfs"
# What a text holds that draws something in a way we do not read: another kind of Mermaid, an arrow, a picture, a frame.
_DRAWS = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*\S|!\[[^\]\n]{0,200}\]\(|<(?:img|svg|iframe|pre|table)\b|"
    r"[-=~.]>|<[-=]|\w[ \t]{0,9}-{2,9}[ \t]{0,9}[\w*]|"
    r"[\u2190-\u21ff\u2500-\u257f]|\b[1nm01]\s?(?::|\.\.|-|to)\s?[nm*]|^[ \t]*\+-{3,}|"
    r"^[ \t]*(?:classDiagram|flowchart|graph|digraph|strict)\b",
    re.MULTILINE | re.IGNORECASE,
)
_PROSE = (".md", ".markdown", ".txt", ".sql", "")
_SCRIPTS = (".sql", ".ddl")
_TEXT_FORMATS: tuple[tuple[Format, re.Pattern[str]], ...] = (
    ("mermaid", mermaid.BLOCK),
    ("plantuml", plantuml.MARK),
    ("drawio", drawio.MARK),
    ("dbml", dbml.MARK),
)
_READERS: dict[str, Callable[[str], Sheet]] = {
    "mermaid": mermaid.read,
    "plantuml": plantuml.read,
    "drawio": drawio.read,
    "dbml": dbml.read,
}


def diagram(name: str, data: bytes, size: int) -> DiagramFile:
    """What a file draws; format `other` when that cannot be told from here, `unknown` when it plainly draws nothing.

    Never raises: what is broken is noted in the record.
    """
    kind = recognised(name, data)
    seen = DiagramFile(name=name, format=kind, size=size)
    if kind in ("picture", "pdf"):
        return _picture(seen, data)
    text = _decoded(data)[: MAX_XML if kind == "drawio" else MAX_TEXT]
    if kind not in _READERS:
        return Sheet().file(seen, text)
    sheet = _READERS[kind](text)
    if kind != "mermaid" and not (sheet.columns or sheet.unread):
        seen = DiagramFile(name=name, format="unknown", size=size)  # a frame without a drawing
    return sheet.file(seen, _told(sheet) if kind == "drawio" else text)


def recognised(name: str, data: bytes) -> Format:
    """The format of a file."""
    path = PurePosixPath(name.lower())
    found = looked_at(data[:64])
    if found:
        return "pdf" if found.media == "application/pdf" else "picture"
    text = _decoded(data[:MAX_XML])
    known = next((kind for kind, mark in _TEXT_FORMATS if mark.search(text[: _far(kind)])), None)
    if path.suffix == ".svg" and "<svg" in text:
        return "picture"
    if known:
        return known
    if path.suffix in (*_PICTURES, ".pdf", ".svg"):
        return "pdf" if path.suffix == ".pdf" else "picture"
    return "other" if path.stem.startswith("erd") and _may_draw(path.suffix, text[:MAX_TEXT]) else "unknown"


def _far(kind: Format) -> int:
    return MAX_XML if kind == "drawio" else MAX_TEXT


def _may_draw(suffix: str, text: str) -> bool:
    """A text in a format of its own, or one in which something looks drawn."""
    return bool(text.strip()) and (suffix not in _PROSE or _DRAWS.search(text) is not None)


def _decoded(data: bytes) -> str:
    """Text in UTF-8, or UTF-16 with its mark, with plain ends of lines."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if marked else "utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _picture(seen: DiagramFile, data: bytes) -> DiagramFile:
    """A picture or PDF as evidence: its size, or what is wrong with it."""
    suffix = PurePosixPath(seen.name.lower()).suffix
    found = looked_at(data, svg=suffix == ".svg") or Picture(media="", fault=_no_picture(data, suffix))
    cut = len(data) < seen.size
    return DiagramFile(
        name=seen.name,
        format=seen.format,
        size=seen.size,
        fault="" if cut else found.fault,
        width=found.width,
        height=found.height,
        media=found.media,
        data=base64.b64encode(data).decode() if _shown(found, data, cut=cut) else "",
    )


def _shown(found: Picture, data: bytes, *, cut: bool) -> bool:
    """A whole picture that browsers know, and small enough for a report."""
    return not (cut or found.fault) and found.media.startswith("image/") and len(data) <= MAX_PICTURE


def _no_picture(data: bytes, suffix: str) -> str:
    if not data.strip():
        return "it is empty"
    if data.startswith(_POINTER):
        return "it is a pointer of Git LFS, without the picture itself"
    return f"it is no {suffix.lstrip('.').upper()} file"


def _told(sheet: Sheet) -> str:
    """What a drawing without a text of its own says, for people."""
    boxes = [f"{name}: {', '.join(column.name for column in columns)}" for name, columns in sheet.columns.items()]
    lines = [f"{one.left} {one.left_many or '?'} -- {one.right_many or '?'} {one.right}" for one in sheet.relationships]
    return "\n".join([*boxes, *lines])[:MAX_SHOWN]
