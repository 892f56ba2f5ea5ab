"""What was read of one drawing so far, whatever its format: bounded, and in the order of the file."""

from __future__ import annotations

import re

from grader.evidence.drawing import Cardinality, DiagramFile, DrawnColumn, DrawnEntity, DrawnRelationship

MOST = 500  # entities and relationships together
MOST_COLUMNS = 200  # of one entity
MOST_UNREAD = 20
LONGEST_LINE = 2_000  # a longer one is not read: patterns that try every way through it would take minutes
LONGEST_NAME = 200
MAX_SHOWN = 20_000

_KEYS = re.compile(
    r"\b(?:(?P<pk>pk|primary[ _]?key|primary)|(?P<fk>fk|foreign[ _]?key|foreign)|"
    r"(?P<uk>uk|uq|ak|unique(?:[ _]key)?))\d{0,2}\b",
    re.IGNORECASE,
)


class Sheet:
    """A drawing while it is read. Entities may be spoken of before they are described."""

    def __init__(self) -> None:
        self.columns: dict[str, list[DrawnColumn]] = {}
        self.lines: dict[str, int] = {}
        self.labels: dict[str, str] = {}
        self.relationships: list[DrawnRelationship] = []
        self.unread: list[str] = []

    @property
    def full(self) -> bool:
        """True when no more is taken."""
        return len(self.columns) + len(self.relationships) >= MOST

    def entity(self, name: str, line: int, label: str = "") -> str:
        """Note an entity; its name as lines call it comes back."""
        key = name[:LONGEST_NAME]
        if key not in self.columns and not self.full:
            self.columns[key] = []
            self.lines[key] = line
        if label and label != key:
            self.labels[key] = label[:LONGEST_NAME]
        return key

    def column(self, entity: str, name: str, *, type: str = "", keys: tuple[str, ...] = (), line: int = 0) -> None:
        """Note an attribute of an entity that was noted before."""
        columns = self.columns.get(entity)
        if columns is not None and len(columns) < MOST_COLUMNS:
            columns.append(DrawnColumn(name=name[:LONGEST_NAME], type=type[:LONGEST_NAME], keys=keys, line=line))

    def line(
        self,
        left: str,
        right: str,
        *,
        left_many: Cardinality = "",
        right_many: Cardinality = "",
        label: str = "",
        line: int = 1,
    ) -> None:
        """Note a relationship, and its ends as entities."""
        one, other = self.entity(left, line), self.entity(right, line)
        if not self.full and one in self.columns and other in self.columns:
            self.relationships.append(
                DrawnRelationship(
                    left=one, right=other, left_many=left_many, right_many=right_many, label=label[:80], line=line
                )
            )

    def missed(self, text: str) -> None:
        """Note something that could not be read."""
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(text[:120])

    def file(self, seen: DiagramFile, text: str) -> DiagramFile:
        """The drawing as evidence, with the text of the file or what stands for it."""
        return DiagramFile(
            name=seen.name,
            format=seen.format,
            size=seen.size,
            entities=tuple(
                DrawnEntity(name=key, label=self.labels.get(key, ""), columns=tuple(columns), line=self.lines[key])
                for key, columns in self.columns.items()
            ),
            relationships=tuple(self.relationships),
            unread=tuple(self.unread),
            text=text[:MAX_SHOWN],
        )


def key_marks(text: str) -> tuple[str, ...]:
    """PK, FK and UK as a short text says them: `PK, FK`, `<<primary key>>`, `(unique)`."""
    found = [str(match.lastgroup).upper() for match in _KEYS.finditer(text[:LONGEST_LINE])]
    return tuple(dict.fromkeys(found))


_COUNTS: dict[str, Cardinality] = {
    **dict.fromkeys(("1", "1..1", "1:1", "1,1", "(1,1)", "one", "exactly one", "only one"), "1"),
    **dict.fromkeys(("0..1", "0:1", "0,1", "(0,1)", "zero or one", "0-1"), "0..1"),
    **dict.fromkeys(("1..*", "1..n", "1..m", "1,n", "1,m", "(1,n)", "(1,m)", "(1,*)", "1+", "one or more"), "1..*"),
    **dict.fromkeys(("0..*", "0..n", "0..m", "0,n", "0,m", "(0,n)", "(0,m)", "(0,*)", "0+", "zero or more"), "0..*"),
    **dict.fromkeys(("*", "n", "m", "many", "∞"), "many"),
}


def counted(text: str) -> Cardinality:
    """A multiplicity as UML and Chen write it (`0..*`, `1`, `N`); empty when it is none."""
    return _COUNTS.get(" ".join(text.lower().split()).replace(" ..", "..").replace(".. ", ".."), "")
