"""The box of one table in a diagram: which columns it shows, how large it is, where lines meet it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.exhibits import DiagramColumn, DiagramTable

HEAD, ROW, FOOT = 28, 21, 6
LETTER = 7.0
NARROWEST, WIDEST = 150, 300
MOST_COLUMNS = 20
_SHORT = (
    ("character varying", "varchar"),
    ("character", "char"),
    ("double precision", "double"),
    (" without time zone", ""),
    ("integer", "int"),
)


@dataclass(frozen=True, slots=True)
class Box:
    """A table with its place. `columns` are those drawn, `cut` how many are not."""

    table: DiagramTable
    columns: tuple[DiagramColumn, ...]
    cut: int
    keys: float
    width: float
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """Height of the box."""
        return HEAD + ROW * (len(self.columns) + bool(self.cut)) + FOOT

    def port(self, column: str) -> float:
        """Height, from the top of the box, at which a line to `column` meets it: of several, the first."""
        names = [shown.name for shown in self.columns]
        first = column.split(",", maxsplit=1)[0].strip()
        return HEAD + ROW * (names.index(first) + 0.5) if first in names else HEAD / 2

    def key(self) -> str:
        """The column a foreign key is drawn to: the first of the primary key."""
        return next((column.name for column in self.columns if "PK" in column.keys), "")


def box_of(table: DiagramTable) -> Box:
    """The box of a table, as wide as its text, not placed yet."""
    columns = _drawn(table.columns)
    keys = max((len(" ".join(column.keys)) for column in columns), default=0) * LETTER
    keys += 12 if keys else 0
    rows = max((len(c.name) + len(type_text(c)) + 3 * bool(c.warning) for c in columns), default=0) * LETTER
    head = (len(table.name) + len(concept(table))) * (LETTER + 1) + 34 + (20 if table.warning else 0)
    width = min(max(NARROWEST, keys + rows + 34, head), WIDEST)
    return Box(table=table, columns=columns, cut=len(table.columns) - len(columns), keys=keys, width=width)


def type_text(column: DiagramColumn) -> str:
    """The type by its short name, with a question mark when the column may be null."""
    short = column.type
    for long, name in _SHORT:
        short = short.replace(long, name)
    if "timestamp" in short and short.endswith(" with time zone"):
        short = short.replace("timestamp", "timestamptz").removesuffix(" with time zone")
    return f"{short}?" if column.nullable else short


def concept(table: DiagramTable) -> str:
    """What the table was taken for, when its name does not say it."""
    said, meant = table.name.lower().replace("_", " "), table.concept.lower()
    return "" if said in (meant, f"{meant}s", f"{meant}es", f"{meant[:-1]}ies") else table.concept


def _drawn(columns: tuple[DiagramColumn, ...]) -> tuple[DiagramColumn, ...]:
    """All columns, or of a very long table those that matter in a diagram."""
    if len(columns) <= MOST_COLUMNS:
        return columns
    matter = sorted(range(len(columns)), key=lambda i: (not (columns[i].keys or columns[i].warning), i))
    return tuple(columns[i] for i in sorted(matter[:MOST_COLUMNS]))
