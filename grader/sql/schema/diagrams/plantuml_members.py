"""Attributes as people write them in PlantUML: `* id : int <<PK>>`, `primary_key(id) int`, `PK,FK order_id int`."""

from __future__ import annotations

import re

from grader.evidence.drawing import DrawnColumn
from grader.sql.schema.diagrams.sheet import key_marks

_TAG = re.compile(r"<[/\w#&:$=\" -]{0,80}>")
_STEREOTYPE = re.compile(r"<<[^<>]{0,100}>>")
_MODIFIER = re.compile(r"\{(?:field|static|abstract|classifier)\}")
_CALL = re.compile(r"^(?P<macro>[\w$]{2,40})[ ]?\([ ]?(?P<name>\"[^\"]*\"|[\w$]+)[^)]*\)(?P<rest>.*)$")
_NAMED = re.compile(r"^(?P<name>\"[^\"]+\"|[\w$#.]+)(?P<rest>.*)$")
_MACROS = frozenset({"column", "col", "not_null", "nullable", "field", "attribute", "mandatory", "required"})
_MARKS = frozenset({"PK", "FK", "UK", "UQ", "AK"})


def member(line: str) -> DrawnColumn | None:
    """The attribute that a line in a box tells; None for a method."""
    keys = key_marks(" ".join(_STEREOTYPE.findall(line)))
    told = _MODIFIER.sub("", untagged(_STEREOTYPE.sub("", line))).strip().lstrip("*+#-~/ ").strip('" ')
    call = _CALL.match(told)
    if call:
        marks = key_marks(call["macro"].replace("_", " "))
        known = bool(marks) or call["macro"].lower() in _MACROS
        return _column(call["name"], call["rest"], keys + marks) if known else None
    words = told.split(" ", 1)
    while len(words) > 1 and only_marks(words[0]):
        keys += key_marks(words[0])
        words = words[1].split(" ", 1)
    named = _NAMED.match(" ".join(words))
    if named is None or (named["rest"].startswith("(") and not only_marks(named["rest"].partition(")")[0])):
        return None
    return _column(named["name"], named["rest"], keys)


def untagged(text: str) -> str:
    """Text without the tags that only change how it looks."""
    return _TAG.sub("", text)


def only_marks(word: str) -> bool:
    """True for `PK`, `(FK)`, `[PK,FK]`."""
    parts = [part.upper().rstrip("0123456789") for part in re.split(r"\W+", word) if part]
    return bool(parts) and _MARKS.issuperset(parts)


def _column(name: str, rest: str, keys: tuple[str, ...]) -> DrawnColumn:
    kind, _, remark = rest.strip(" :").partition(" ")
    if only_marks(kind):
        kind, remark = "", f"{kind} {remark}"
    marks = (*keys, *key_marks(remark))
    known = tuple(key for key in ("PK", "FK", "UK") if key in marks)
    return DrawnColumn(name=name.strip('"# '), type=kind, keys=known)
