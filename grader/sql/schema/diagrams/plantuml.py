"""Read diagrams written in PlantUML (https://plantuml.com/ie-diagram, https://plantuml.com/class-diagram).

Crow's feet (`||--o{`) and multiplicities (`"1" -- "0..*"`) are read; an arrow without either states no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from grader.evidence.drawing import Cardinality
from grader.sql.schema.diagrams.plantuml_members import member, untagged
from grader.sql.schema.diagrams.sheet import LONGEST_LINE, Sheet, counted

MARK = re.compile(r"@startuml", re.IGNORECASE)
MOST_BLOCKS = 50
_EDGE = re.compile(
    r"^[ \t>*]{0,40}(?:(?P<mark>@startuml\b[^\n]*)|(?P<end>@enduml\b)|"
    r"(?:```|~~~)[ \t]{0,20}(?P<fence>(?:plantuml|puml)\b)?)",
    re.IGNORECASE | re.MULTILINE,
)

_NAME = r'(?:"[^"]{1,200}"|[\w$][\w$.]*)'
_BOX = re.compile(
    r"^(?:abstract[ ]|static[ ])?(?P<kind>entity|class|object|struct|abstract|interface|dataclass|record|enum|map|json)"
    rf"[ ](?P<name>{_NAME})(?:[ ]as[ ](?P<alias>{_NAME}))?(?P<rest>[^{{]*)(?P<open>\{{)?"
    r"(?P<inner>[^}]*)(?P<close>\})?$",
    re.IGNORECASE,
)
_MACRO = re.compile(
    rf"^(?:table|entity|class)[ ]?\([ ]?(?P<name>{_NAME})[ ]?(?:,[ ]?(?P<label>\"[^\"]*\"|[^,)]*))?[^)]*\)"
    r"[^{]*(?P<open>\{)?(?P<close>[^}]*\})?$",
    re.IGNORECASE,
)
_ARROW = re.compile(
    r"(?P<left>[|}{<>o*+#x^]{0,2})"
    r"(?P<line>[-.=~]{1,10}(?:\[[^\]\s]{0,60}\]|up|down|left|right|do|le|ri|u|d|l|r){0,3}[-.=~]{0,10})"
    r"(?P<right>[|}{<>o*+#x^]{0,2})"
)


def _side(name: str) -> str:
    return rf"(?P<{name}>{_NAME})(?:::(?P<{name}_field>[\w$]+))?"


_LINE = re.compile(
    _side("one") + r"[ ]?(?P<count_one>\"[^\"]*\"[ ]?)?(?P<arrow>\S{2,80}?)[ ]?(?P<count_other>\"[^\"]*\"[ ]?)?"
    r"(?<![\w$.])" + _side("other") + r"[ ]?(?::[ ]?(?P<label>.*))?$"
)
_PAIR = re.compile(rf"^\([ ]?(?P<a>{_NAME})[ ]?,[ ]?(?P<b>{_NAME})[ ]?\)[ ]?[-.]{{1,5}}[ ]?(?P<c>{_NAME})$")
_PAIR_AFTER = re.compile(rf"^(?P<c>{_NAME})[ ]?[-.]{{1,5}}[ ]?\([ ]?(?P<a>{_NAME})[ ]?,[ ]?(?P<b>{_NAME})[ ]?\)$")
_MEMBER_LINE = re.compile(rf"^(?P<name>{_NAME})[ ]?:[ ]?(?P<member>.+)$")
_IGNORED = re.compile(
    r"^(?:!|@|'|<style|</style|\}$|\{$|end[ ]?(?:note|legend|title|header|footer)?$|--+$|\.\.+$|==+$|"
    r"(?:left to right|top to bottom) direction$|newpage|"
    r"(?:hide|show|remove|restore|skinparam|title|caption|scale|header|footer|legend|note|package|namespace|rectangle|"
    r"together|frame|folder|node|cloud|database|set|skin|center|right|left|mainframe|sprite|page|allowmixing|"
    r"allow_mixing|autonumber|url|style|enum)\b)",
    re.IGNORECASE,
)
_LONG = re.compile(  # what goes on up to a line of its own that ends it
    r"^(?:(?P<braces>skinparam[^{]*\{)|(?P<style><style>)|(?:legend\b.*|title|header|footer|note [^:]*|!procedure\b.*|"
    r"!function\b.*|!unquoted\b.*))$",
    re.IGNORECASE,
)
_FOOT: dict[str, Cardinality] = {
    "||": "1",
    "|": "one",
    **dict.fromkeys(("|o", "o|"), "0..1"),
    **dict.fromkeys(("}|", "|{"), "1..*"),
    **dict.fromkeys(("}o", "o{"), "0..*"),
    **dict.fromkeys(("}", "{"), "many"),
}


def read(text: str) -> Sheet:
    """Entities and relationships of every drawing in a text."""
    reader = _Reader()
    for begin, end in islice(_blocks(text), MOST_BLOCKS):
        reader.block(text[begin:end], text.count("\n", 0, begin) + 1)
    return reader.sheet


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where drawings begin and end: at their marks, or at a fence that says what it holds."""
    begin = -1
    for edge in _EDGE.finditer(text):
        if edge["mark"] or (edge["fence"] and begin < 0):
            begin = edge.end()
        elif begin >= 0:
            yield begin, edge.start()
            begin = -1
    if begin >= 0:
        yield begin, len(text)


class _Reader:
    def __init__(self) -> None:
        self.sheet = Sheet()
        self.inside = ""  # the entity whose attributes are read
        self.skipping = ""  # what is passed over up to its end
        self.depth = 0
        self.macros: dict[str, tuple[str, ...]] = {}

    def block(self, text: str, first_line: int) -> None:
        """Read the lines of one drawing."""
        self.inside, self.skipping = "", ""
        comment = False
        for number, raw in enumerate(text.split("\n"), first_line):
            line = " ".join(raw.split())
            if comment or line.startswith("/'"):
                comment = "'/" not in line
                continue
            if len(line) > LONGEST_LINE:
                self.sheet.missed(line)
            elif line and not line.startswith("'") and not self.sheet.full:
                self._line(line.rstrip(";"), number)

    def _line(self, line: str, number: int) -> None:
        if self.skipping:
            self._skip(line)
        elif self.inside:
            self._member(line, number)
        elif not self._passed(line):
            self._statement(line, number)

    def _skip(self, line: str) -> None:
        if self.skipping == "{":
            self.depth += line.count("{") - line.count("}")
            self.skipping = "{" if self.depth > 0 else ""
        elif line.lower().startswith(("end", "</style", "!end")):
            self.skipping = ""

    def _passed(self, line: str) -> bool:
        """True for what draws nothing: settings, notes, frames; of several lines they are passed over up to the end."""
        if _connects(line) or _BOX.match(line):
            return False
        begins = _LONG.match(line)
        if begins and not line.lower().startswith('note "'):
            self.skipping, self.depth = ("{", 1) if begins["braces"] else ("end", 0)
        return begins is not None or _IGNORED.match(line) is not None

    def _statement(self, line: str, number: int) -> None:
        if box := _BOX.match(line):
            self._box(box, number)
        elif macro := _MACRO.match(line):
            key = self._known(macro["name"], number, (macro["label"] or "").strip(' "'))
            self.inside = key if macro["open"] and not macro["close"] else ""
        elif _connects(line) and (found := _LINE.match(line)):
            self._relationship(found, number)
        elif pair := _PAIR.match(line) or _PAIR_AFTER.match(line):
            for end in ("a", "b"):
                self.sheet.line(self._known(pair[end], number), self._known(pair["c"], number), line=number)
        elif (alone := _MEMBER_LINE.match(line)) and _plain(alone["name"]) in self.sheet.columns:
            self.inside = _plain(alone["name"])
            self._member(alone["member"], number)
            self.inside = ""
        elif not _IGNORED.match(line):
            self.sheet.missed(line)

    def _box(self, box: re.Match[str], number: int) -> None:
        opens = bool(box["open"]) and not box["close"]
        if box["kind"].lower() in ("enum", "map", "json", "interface"):
            self.skipping, self.depth = ("{", 1) if opens else ("", 0)
            return
        name, alias = _plain(box["name"]), _plain(box["alias"] or "")
        if alias and box["alias"].startswith('"'):
            name, alias = alias, name  # `class users as "The users"`
        key = self._known(alias or name, number, name if alias else "")
        self.inside = key
        for inner in (box["inner"] or "").split(";"):
            if inner.strip():
                self._member(inner.strip(), number)
        self.inside = key if opens else ""

    def _member(self, line: str, number: int) -> None:
        if line.startswith("}"):
            self.inside = ""
            return
        closes = line.endswith("}") and "{" not in line
        told = line.rstrip("} ") if closes else line
        if not re.match(r"^(?:--|\.\.|==|__|~~|\.\.\.|<style)", told):
            attribute = member(told)
            if attribute:
                self.sheet.column(self.inside, attribute.name, type=attribute.type, keys=attribute.keys, line=number)
        if closes:
            self.inside = ""

    def _relationship(self, found: re.Match[str], number: int) -> None:
        arrow = _ARROW.fullmatch(found["arrow"])
        if arrow is None or "hidden" in arrow["line"]:
            return
        left = counted((found["count_one"] or "").strip('" ')) or _FOOT.get(arrow["left"], "")
        right = counted((found["count_other"] or "").strip('" ')) or _FOOT.get(arrow["right"], "")
        if "<|" in arrow.group() or "|>" in arrow.group():
            left = right = ""  # a kind of, not a reference
        self.sheet.line(
            self._known(found["one"], number),
            self._known(found["other"], number),
            left_many=left,
            right_many=right,
            label=(found["label"] or "").strip(' "<>'),
            line=number,
        )

    def _known(self, name: str, number: int, label: str = "") -> str:
        return self.sheet.entity(_plain(name), number, label)


def _connects(line: str) -> bool:
    found = _LINE.match(line)
    return found is not None and _ARROW.fullmatch(found["arrow"]) is not None


def _plain(name: str) -> str:
    return untagged(name.strip('"')).replace("\\n", " ").strip()
