"""Read an entity-relationship diagram written in Mermaid; recognise the other formats.

Both ways of writing Mermaid cardinalities are read: symbols (`||--o{`) and words (`only one to zero or more`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

from grader.evidence.drawing import Cardinality, DiagramFile, DrawnColumn, DrawnEntity, DrawnRelationship

MOST = 500
MAX_SHOWN = 4_000
LONGEST_LINE = 2_000  # a longer one is not read: patterns that try every way through it would take minutes

Format = Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "other", "unknown"]

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_NAME = r'(?:"[^"\n]+"|[^\s"{}\[\]:|]+)'
_SIGNS: dict[str, Cardinality] = {
    "||": "1",
    **dict.fromkeys(("|o", "o|"), "0..1"),
    **dict.fromkeys(("}|", "|{"), "1..*"),
    **dict.fromkeys(("}o", "o{"), "0..*"),
}
_WORDS: dict[str, Cardinality] = {
    **dict.fromkeys(("only one", "one", "1"), "1"),
    **dict.fromkeys(("one or zero", "zero or one"), "0..1"),
    **dict.fromkeys(("one or more", "one or many", "many(1)", "1+"), "1..*"),
    **dict.fromkeys(("zero or more", "zero or many", "many(0)", "many", "0+"), "0..*"),
}
_COUNT = "|".join(re.escape(words) for words in sorted(_WORDS, key=len, reverse=True))
_SIGN = "|".join(re.escape(sign) for sign in _SIGNS)
_STYLED = r"(?::::[\w,]+)?"
# Mermaid takes signs and words on either side of either line.
_RELATIONSHIP = re.compile(
    rf"^(?P<left>{_NAME}){_STYLED}(?:\s*(?P<from_sign>{_SIGN})|\s+(?P<from_words>{_COUNT}))\s*"
    rf"(?:--|\.\.|\.-|-\.|\b(?:optionally\s+)?to\b)"
    rf"\s*(?:(?P<to_sign>{_SIGN})\s*|(?P<to_words>{_COUNT})\s+)(?P<right>{_NAME}){_STYLED}\s*(?::\s*(?P<label>.*))?$",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    rf"^(?P<name>{_NAME})(?:\s*\[\s*(?P<alias>\"[^\"]*\"|[^\]]*)\s*\])?(?:::+[\w,]+)?\s*(?P<open>\{{)?\s*(?P<close>\}})?$"
)
_ATTRIBUTE = re.compile(
    r"^(?P<type>[^\s\"]+)\s+(?P<name>`[^`]+`|[^\s\",]+)\s*(?P<keys>(?:(?:PK|FK|UK)\s*,?\s*)*)(?:\"(?P<comment>.*)\")?$"
)
_IGNORED = re.compile(
    r"^(?:(?:direction|style|classDef|class|title|linkStyle|subgraph)\s|(?:accTitle|accDescr)\b|end$)", re.IGNORECASE
)
_DESCRIPTION = re.compile(r"^[ \t]*accDescr[ \t]*\{[^}]{0,2000}\}", re.MULTILINE | re.IGNORECASE)
_BLOCK = re.compile(r"^[ \t]*erDiagram\b", re.MULTILINE | re.IGNORECASE)
# What a text holds that draws something in a way we do not read: another kind of Mermaid, an arrow, a picture, a frame.
_DRAWS = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*\S|!\[[^\]\n]{0,200}\]\(|<(?:img|svg|iframe|pre|table)\b|"
    r"[-=~.]>|<[-=]|\w[ \t]*-{2,}[ \t]*[\w*]|"
    r"[\u2190-\u21ff\u2500-\u257f]|\b[1nm01]\s?(?::|\.\.|-|to)\s?[nm*]|^[ \t]*\+-{3,}|"
    r"^[ \t]*(?:classDiagram|flowchart|graph|digraph|strict)\b",
    re.MULTILINE | re.IGNORECASE,
)
_PROSE = (".md", ".markdown", ".txt", ".sql", "")
_TEXT_FORMATS: tuple[tuple[Format, re.Pattern[str]], ...] = (
    ("mermaid", _BLOCK),
    ("plantuml", re.compile(r"@start(?:uml|chen)")),
    ("drawio", re.compile(r"<mxfile|<mxGraphModel")),
    (
        "dbml",
        re.compile(
            r"(?im)^[ \t]*table[ \t]+[\w\".]{1,200}(?:[ \t]+as[ \t]+\w{1,100})?[ \t]{0,20}"
            r"(?:\[[^\]]{0,500}\])?\s{0,20}\{"
        ),
    ),
)


def diagram(name: str, data: bytes, size: int) -> DiagramFile:
    """What a file draws; format `other` when that cannot be told from here, `unknown` when it plainly draws nothing."""
    kind = recognised(name, data)
    if kind in ("picture", "pdf"):
        return DiagramFile(name=name, format=kind, size=size)
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if kind == "mermaid":
        return mermaid(name, text, size)
    return DiagramFile(name=name, format=kind, size=size, text=text[:MAX_SHOWN])


def recognised(name: str, data: bytes) -> Format:
    """The format, by content first: names promise much."""
    if data.startswith(b"%PDF"):
        return "pdf"
    text = data.decode("utf-8", errors="replace")
    path = PurePosixPath(name.lower())
    if data.startswith(_PICTURES) or (path.suffix == ".svg" and "<svg" in text):
        return "picture"
    known = next((kind for kind, mark in _TEXT_FORMATS if mark.search(text)), None)
    return known or ("other" if path.stem.startswith("erd") and _may_draw(path.suffix, text) else "unknown")


def _may_draw(suffix: str, text: str) -> bool:
    """A text in a format of its own, or one in which something looks drawn."""
    return bool(text.strip()) and (suffix not in _PROSE or _DRAWS.search(text) is not None)


def mermaid(name: str, text: str, size: int) -> DiagramFile:
    """Entities and relationships of every `erDiagram` in a text."""
    reader = _Reader()
    for begin in _BLOCK.finditer(text):
        end = _block_end(text, begin.end())
        told = _DESCRIPTION.sub(lambda found: "\n" * found.group().count("\n"), text[begin.end() : end])
        reader.block(told, text.count("\n", 0, begin.end()) + 1)
    return DiagramFile(
        name=name,
        format="mermaid",
        size=size,
        entities=tuple(
            DrawnEntity(name=key, columns=tuple(columns), line=reader.lines[key])
            for key, columns in reader.entities.items()
        ),
        relationships=tuple(reader.relationships),
        unread=tuple(reader.unread[:20]),
        text=text[:MAX_SHOWN],
    )


def _block_end(text: str, begin: int) -> int:
    ends = [text.find("\n```", begin), text.find("\n~~~", begin)]
    following = _BLOCK.search(text, begin)
    ends.append(following.start() if following else -1)
    return min((end for end in ends if end >= 0), default=len(text))


class _Reader:
    def __init__(self) -> None:
        self.entities: dict[str, list[DrawnColumn]] = {}
        self.lines: dict[str, int] = {}
        self.aliases: dict[str, str] = {}
        self.relationships: list[DrawnRelationship] = []
        self.unread: list[str] = []
        self.inside = ""

    def block(self, text: str, first_line: int) -> None:
        """Read the lines of one diagram."""
        self.inside = ""
        for number, raw in enumerate(text.split("\n"), first_line):
            line = " ".join(raw.partition("%%")[0].split()).rstrip(";")
            if len(line) > LONGEST_LINE:
                self.unread.append(line[:120])
            elif line and not _IGNORED.match(line) and len(self.entities) + len(self.relationships) < MOST:
                self._line(line, number)

    def _line(self, line: str, number: int) -> None:
        if self.inside:
            self._attribute(line)
            return
        if found := _RELATIONSHIP.match(line):
            self._relationship(found, number)
        elif entity := _ENTITY.match(line):
            key = self._known(entity["name"], number)
            if entity["alias"]:
                self.aliases[key] = entity["alias"].strip('" ')
            self.inside = key if entity["open"] and not entity["close"] else ""
        else:
            self._entity_on_one_line(line, number)

    def _entity_on_one_line(self, line: str, number: int) -> None:
        whole = re.match(rf"^({_NAME})(?::::[\w,]+)?\s*\{{(.*)\}}$", line)
        if not whole:
            self.unread.append(line[:120])
            return
        self.inside = self._known(whole[1], number)
        self._attribute(whole[2].strip())
        self.inside = ""

    def _attribute(self, line: str) -> None:
        if line.startswith("}"):
            self.inside = ""
            return
        closes = line.endswith("}")
        found = _ATTRIBUTE.match(line.rstrip("} \t"))
        if found:
            keys = tuple(re.findall(r"PK|FK|UK", found["keys"] or ""))
            column = DrawnColumn(name=found["name"].strip("*`"), type=found["type"], keys=keys)
            self.entities[self.inside].append(column)
        else:
            self.unread.append(line[:120])
        if closes:
            self.inside = ""

    def _relationship(self, found: re.Match[str], number: int) -> None:
        left, right = self._known(found["left"], number), self._known(found["right"], number)
        self.relationships.append(
            DrawnRelationship(
                left=left,
                right=right,
                left_many=_many(found["from_sign"], found["from_words"]),
                right_many=_many(found["to_sign"], found["to_words"]),
                label=(found["label"] or "").strip(' "')[:80],
                line=number,
            )
        )

    def _known(self, name: str, number: int) -> str:
        key = name.strip('"').partition(":::")[0]
        self.entities.setdefault(key, [])
        self.lines.setdefault(key, number)
        return key


def _many(sign: str | None, words: str | None) -> Cardinality:
    return _SIGNS[sign.lower()] if sign else _WORDS[" ".join((words or "").lower().split())]
