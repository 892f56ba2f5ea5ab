"""Read an entity-relationship diagram written in Mermaid; recognise the other formats.

Both ways of writing Mermaid cardinalities are read: symbols (`||--o{`) and words (`only one to zero or more`).
"""

from __future__ import annotations

import re
from typing import Literal

from grader.evidence.schema import Cardinality, DiagramFile, DrawnColumn, DrawnEntity, DrawnRelationship

MOST = 500
MAX_SHOWN = 4_000

Format = Literal["mermaid", "dbml", "plantuml", "drawio", "picture", "pdf", "unknown"]

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_NAME = r'(?:"[^"\n]+"|[^\s"{}\[\]:|]+)'
_LEFT: dict[str, Cardinality] = {"||": "1", "|o": "0..1", "}|": "1..*", "}o": "0..*"}
_RIGHT: dict[str, Cardinality] = {"||": "1", "o|": "0..1", "|{": "1..*", "o{": "0..*"}
_WORDS: dict[str, Cardinality] = {
    **dict.fromkeys(("only one", "1"), "1"),
    **dict.fromkeys(("one or zero", "zero or one"), "0..1"),
    **dict.fromkeys(("one or more", "one or many", "many(1)", "1+"), "1..*"),
    **dict.fromkeys(("zero or more", "zero or many", "many(0)", "many", "0+"), "0..*"),
}
_COUNT = "|".join(re.escape(words) for words in sorted(_WORDS, key=len, reverse=True))
_SYMBOLS = re.compile(
    rf"^(?P<left>{_NAME})\s*(?P<from>\|\||\|o|\}}\||\}}o)(?:--|\.\.)(?P<to>\|\||o\||\|\{{|o\{{)\s*(?P<right>{_NAME})\s*(?::\s*(?P<label>.*))?$"
)
_SPELLED = re.compile(
    rf"^(?P<left>{_NAME})\s+(?P<from>{_COUNT})\s+(?:optionally\s+)?to\s+(?P<to>{_COUNT})\s+(?P<right>{_NAME})\s*(?::\s*(?P<label>.*))?$",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    rf"^(?P<name>{_NAME})(?:\s*\[\s*(?P<alias>\"[^\"]*\"|[^\]]*)\s*\])?(?:::+[\w,]+)?\s*(?P<open>\{{)?\s*(?P<close>\}})?$"
)
_ATTRIBUTE = re.compile(
    r"^(?P<type>[^\s\"]+)\s+(?P<name>[^\s\",]+)\s*(?P<keys>(?:(?:PK|FK|UK)\s*,?\s*)*)(?:\"(?P<comment>.*)\")?$"
)
_IGNORED = re.compile(r"^(direction|style|classDef|class|title|accTitle|accDescr|linkStyle)\b")
_BLOCK = re.compile(r"^[ \t]*erDiagram\b", re.MULTILINE)
_TEXT_FORMATS: tuple[tuple[Format, re.Pattern[str]], ...] = (
    ("mermaid", _BLOCK),
    ("plantuml", re.compile(r"@start(?:uml|chen)")),
    ("drawio", re.compile(r"<mxfile|<mxGraphModel")),
    ("dbml", re.compile(r"(?im)^\s*table\s+[\w\".]+(?:\s+as\s+\w+)?\s*(?:\[[^\]]*\])?\s*\{")),
)


def diagram(name: str, data: bytes, size: int) -> DiagramFile:
    """What a file draws; format `unknown` when it holds no diagram that we know."""
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
    if data.startswith(_PICTURES) or (name.lower().endswith(".svg") and "<svg" in text):
        return "picture"
    return next((kind for kind, mark in _TEXT_FORMATS if mark.search(text)), "unknown")


def mermaid(name: str, text: str, size: int) -> DiagramFile:
    """Entities and relationships of every `erDiagram` in a text."""
    reader = _Reader()
    for begin in _BLOCK.finditer(text):
        end = _block_end(text, begin.end())
        reader.block(text[begin.end() : end], text.count("\n", 0, begin.end()) + 1)
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
            line = re.sub(r"%%.*", "", raw).strip().rstrip(";")
            if line and not _IGNORED.match(line) and len(self.entities) + len(self.relationships) < MOST:
                self._line(line, number)

    def _line(self, line: str, number: int) -> None:
        if self.inside:
            self._attribute(line)
            return
        found = _SYMBOLS.match(line) or _SPELLED.match(line)
        if found:
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
            column = DrawnColumn(name=found["name"].lstrip("*"), type=found["type"], keys=keys)
            self.entities[self.inside].append(column)
        else:
            self.unread.append(line[:120])
        if closes:
            self.inside = ""

    def _relationship(self, found: re.Match[str], number: int) -> None:
        left, right = self._known(found["left"], number), self._known(found["right"], number)
        start, end = found["from"], found["to"]
        self.relationships.append(
            DrawnRelationship(
                left=left,
                right=right,
                left_many=_LEFT.get(start) or _WORDS[_spaced(start)],
                right_many=_RIGHT.get(end) or _WORDS[_spaced(end)],
                label=(found["label"] or "").strip(' "')[:80],
                line=number,
            )
        )

    def _known(self, name: str, number: int) -> str:
        key = name.strip('"').partition(":::")[0]
        self.entities.setdefault(key, [])
        self.lines.setdefault(key, number)
        return key


def _spaced(words: str) -> str:
    return " ".join(words.lower().split())
