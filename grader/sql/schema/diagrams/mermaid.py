"""Read entity-relationship diagrams written in Mermaid (https://mermaid.js.org/syntax/entityRelationshipDiagram.html).

Both ways of writing cardinalities are read: symbols (`||--o{`) and words (`only one to zero or more`).
"""

from __future__ import annotations

import re
from itertools import islice

from grader.evidence.drawing import Cardinality
from grader.sql.schema.diagrams.sheet import LONGEST_LINE, Sheet

MOST_BLOCKS = 50
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
_STYLED = r"(?:::+[\w,]+)?"
_SHOWN_AS = r"(?:\s?\[\s?(?:\"[^\"]*\"|[^\]\"]*)\s?\])?"
# Mermaid takes signs and words on either side of either line.
_RELATIONSHIP = re.compile(
    rf"^(?P<left>{_NAME}){_SHOWN_AS}{_STYLED}(?:\s*(?P<from_sign>{_SIGN})|\s+(?P<from_words>{_COUNT}))\s*"
    rf"(?:--|\.\.|\.-|-\.|\b(?:optionally\s+)?to\b)"
    rf"\s*(?:(?P<to_sign>{_SIGN})\s*|(?P<to_words>{_COUNT})\s+)(?P<right>{_NAME}){_SHOWN_AS}{_STYLED}"
    rf"\s*(?::\s*(?P<label>.*))?$",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    rf"^(?P<name>{_NAME})(?:\s*\[\s*(?P<label>\"[^\"]*\"|[^\]]*)\s*\])?{_STYLED}\s*(?P<open>\{{)?\s*(?P<close>\}})?$"
)
_WHOLE = re.compile(rf"^({_NAME})(?:\s?\[\s?(\"[^\"]*\"|[^\]\"]*)\s?\])?{_STYLED}\s*\{{(.*)\}}$")
_ATTRIBUTE = re.compile(
    r"^(?P<type>[^\s\"(]+(?:\([^()\"]{0,60}\)[^\s\"(]*)?)\s+(?P<name>`[^`]+`|[^\s\",]+)\s*"
    r"(?P<keys>(?:(?:PK|FK|UK)\s*,?\s*)*)(?:\"(?P<comment>.*)\")?$"
)
_ONE_OF_SEVERAL = re.compile(
    r"(?P<type>[^\s\"(]+(?:\([^()\"]{0,60}\)[^\s\"(]*)?)\s+(?P<name>`[^`]+`|[^\s\",]+)"
    r"(?P<keys>(?:\s*,?\s*(?:PK|FK|UK)\b)*)(?:\s*\"(?P<comment>[^\"]*)\")?(?:\s+|$)"
)
_OPENED = re.compile(rf"^({_NAME})(?:\s?\[\s?(\"[^\"]*\"|[^\]\"]*)\s?\])?{_STYLED}\s*\{{\s*([^{{}}]+)$")
_IGNORED = re.compile(
    r"^(?:(?:direction|style|classDef|class|title|linkStyle|subgraph|click)\s|(?:accTitle|accDescr)\b|end$)",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(r"^[ \t]*accDescr[ \t]*\{[^}]{0,2000}\}", re.MULTILINE | re.IGNORECASE)
_END = re.compile(r"^[ \t>]*(?:```|~~~)|^[ \t]*</", re.MULTILINE)
BLOCK = re.compile(r"^[ \t>]*erDiagram\b", re.MULTILINE | re.IGNORECASE)


def read(text: str) -> Sheet:
    """Entities and relationships of every `erDiagram` in a text."""
    reader = _Reader()
    for begin in islice(BLOCK.finditer(text), MOST_BLOCKS):
        end = _block_end(text, begin.end())
        told = _DESCRIPTION.sub(lambda found: "\n" * found.group().count("\n"), text[begin.end() : end])
        reader.block(told, text.count("\n", 0, begin.end()) + 1, quoted=">" in begin.group())
    return reader.sheet


def _block_end(text: str, begin: int) -> int:
    """Where a diagram ends: at the end of its fence, in Markdown or HTML, or where the next begins."""
    ends = (_END.search(text, begin), BLOCK.search(text, begin))
    return min((end.start() for end in ends if end), default=len(text))


class _Reader:
    def __init__(self) -> None:
        self.sheet = Sheet()
        self.inside = ""

    def block(self, text: str, first_line: int, *, quoted: bool) -> None:
        """Read the lines of one diagram; `quoted` says that it stands in a quotation of Markdown."""
        self.inside = ""
        for number, raw in enumerate(text.split("\n"), first_line):
            told = raw.lstrip(" \t>") if quoted else raw
            line = " ".join(told.split())
            if len(line) > LONGEST_LINE:
                self.sheet.missed(line)
            elif not self.sheet.full and (line := _uncommented(line).rstrip("; ")):
                self._line(line, number)

    def _line(self, line: str, number: int) -> None:
        if self.inside:
            self._attribute(line, number)
        elif _IGNORED.match(line) and not _RELATIONSHIP.match(line):
            return
        elif found := _RELATIONSHIP.match(line):
            self._relationship(found, number)
        elif entity := _ENTITY.match(line):
            key = self._known(entity["name"], number, entity["label"] or "")
            self.inside = key if entity["open"] and not entity["close"] else ""
        else:
            self._entity_on_one_line(line, number)

    def _entity_on_one_line(self, line: str, number: int) -> None:
        whole = _WHOLE.match(line)
        opened = None if whole else _OPENED.match(line)
        found = whole or opened
        if not found or (opened and not _attributes(opened[3])):
            self.sheet.missed(line)
            return
        self.inside = self._known(found[1], number, found[2] or "")
        for attribute in found[3].split(";"):
            if attribute.strip():
                self._attribute(attribute.strip(), number)
        self.inside = self.inside if opened else ""

    def _attribute(self, line: str, number: int) -> None:
        if line.startswith("}"):
            self.inside = ""
            return
        closes = line.endswith("}")
        attributes = _attributes(line.rstrip("} \t"))
        for found in attributes:
            keys = tuple(dict.fromkeys(re.findall(r"PK|FK|UK", found["keys"] or "")))
            self.sheet.column(self.inside, found["name"].strip("*`"), type=found["type"], keys=keys, line=number)
        if not attributes:
            self.sheet.missed(line)
        if closes:
            self.inside = ""

    def _relationship(self, found: re.Match[str], number: int) -> None:
        self.sheet.line(
            self._known(found["left"], number),
            self._known(found["right"], number),
            left_many=_many(found["from_sign"], found["from_words"]),
            right_many=_many(found["to_sign"], found["to_words"]),
            label=(found["label"] or "").strip(' "'),
            line=number,
        )

    def _known(self, name: str, number: int, label: str = "") -> str:
        return self.sheet.entity(name.strip('"').partition(":::")[0], number, label.strip('" '))


def _attributes(line: str) -> list[re.Match[str]]:
    """The attribute of a line, or several: Mermaid needs no new line between them; none when not all of it is read."""
    if single := _ATTRIBUTE.match(line):
        return [single]
    found: list[re.Match[str]] = []
    at = 0
    while at < len(line):
        one = _ONE_OF_SEVERAL.match(line, at)
        if one is None:
            return []
        found.append(one)
        at = one.end()
    return found


def _uncommented(line: str) -> str:
    """The line without a comment; a `%%` between quotes is none."""
    at = line.find("%%")
    while at >= 0 and line.count('"', 0, at) % 2:
        at = line.find("%%", at + 2)
    return line if at < 0 else line[:at]


def _many(sign: str | None, words: str | None) -> Cardinality:
    return _SIGNS[sign.lower()] if sign else _WORDS[" ".join((words or "").lower().split())]
