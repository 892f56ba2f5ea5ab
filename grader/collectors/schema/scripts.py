"""A submitted SQL file as text: its encoding, and a migration without its way back."""

from __future__ import annotations

import re

from grader.errors import SubmissionFault

MOST_LOOKED_AT = 8_192
MOST_CONTROLS = 0.02  # of the first characters; text has none
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PGDMP", "a dump in PostgreSQL's custom format"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"{\\rtf", "a document in RTF"),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|html|\?xml|head|body)\b", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_MARKS = (
    r"(?:migrate:|\+goose[ \t]+|\+migrate[ \t]+|rambler[ \t]+|!)(up|down)s?\b",  # dbmate, goose, sql-migrate …, Play
    r"(up|down)[ \t]+migration\b",  # node-pg-migrate
    r"//[ \t]*@(undo)\b",  # MyBatis
    r"[-=*# \t]*(up|down)[-=*#: \t]*$",
)
_SECTION = re.compile(rf"^[ \t]*(?:--|#)[-\s]*(?:{'|'.join(_MARKS)})", re.IGNORECASE)
_ANY_SECTION = re.compile(_SECTION.pattern, re.IGNORECASE | re.MULTILINE)


def decoded(data: bytes, name: str) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, or Latin-1; raises `SubmissionFault` E332 for anything else."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _lines(data.decode("utf-16", errors="replace").replace("\0", ""))
    kind = next((kind for begin, kind in _KINDS if data.startswith(begin)), "")
    if _PAGE.match(data[:MOST_LOOKED_AT]):
        kind = "a web page or XML"
    if kind:
        raise _no_text(name, f"it is {kind}")
    if b"\0" in data:
        raise _no_text(name, "it holds NUL bytes, as binary files do")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if len(_CONTROLS.findall(text[:MOST_LOOKED_AT])) > MOST_CONTROLS * len(text[:MOST_LOOKED_AT]):
        raise _no_text(name, "it is full of control characters, as binary files are")
    return _lines(text)


def _lines(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")


def _no_text(name: str, why: str) -> SubmissionFault:
    return SubmissionFault(
        "E332",
        f"`{name}` is not SQL text",
        where=name,
        note=why,
        help="hand in the statements as plain text (`pg_dump --schema-only --format=plain` writes it so)",
    )


def up_only(text: str) -> str:
    """A migration without its way back (`-- migrate:down`, `-- +goose Down` …): those lines are left empty."""
    if not _ANY_SECTION.search(text):
        return text
    lines, going_up = [], True
    for line in text.split("\n"):
        if mark := _SECTION.match(line):
            going_up = next(word for word in mark.groups() if word).lower() == "up"
        lines.append(line if going_up else "")
    return "\n".join(lines)


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these spans, in order, left empty: lines keep their numbers."""
    out, at = [], 0
    for begin, end in spans:
        out += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end
    return "".join([*out, text[at:]])
