"""Which of the submitted drawings is judged, and which table each of its boxes stands for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from grader.evidence.drawing import DiagramFile, DrawnEntity, DrawnRelationship
from grader.evidence.schema import SchemaFacts
from grader.exhibits import AnyExhibit, CodeExhibit, PictureExhibit, TextExhibit
from grader.model import Finding, blocked, for_review
from grader.sql.schema.matcher import concept_of
from grader.sql.schema.names import table_words
from grader.sql.schema.shop import Shop
from grader.visible import one_line

FORMATS = {
    "mermaid": "Mermaid",
    "dbml": "DBML",
    "plantuml": "PlantUML",
    "drawio": "draw.io",
    "picture": "a picture",
    "pdf": "PDF",
    "other": "in a form that the grader does not read",
    "unknown": "an unknown format",
}
READ = ("mermaid", "dbml", "plantuml", "drawio")
SMALLEST_PICTURE = 2_000  # bytes; a diagram of fewer is blank
NARROWEST, LOWEST = 400, 150  # pixels: names of five tables cannot be read on fewer
SHOWN = 4_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a drawing with the tables at its ends, empty where an end is no table of the schema."""

    file: DiagramFile
    drawn: DrawnRelationship
    left: str
    right: str


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box of a drawing with its table, empty when it is none of the schema."""

    file: DiagramFile
    drawn: DrawnEntity
    table: str


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What the files that could be read draw together."""

    files: tuple[DiagramFile, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """The names of the files."""
        return " and ".join(f"`{file.name}`" for file in self.files)

    @property
    def tables(self) -> frozenset[str]:
        """Every table that is drawn."""
        return frozenset(box.table for box in self.boxes if box.table)


def readable(file: DiagramFile) -> bool:
    """True when it was read and shows entities."""
    return file.format in READ and bool(file.entities)


def usable(facts: SchemaFacts) -> list[DiagramFile]:
    """The files that draw something: those named erd.* if there are any, of them the readable ones first."""
    found = [file for file in facts.diagrams if not shortcoming(file)]
    named = [file for file in found if PurePosixPath(file.name.lower()).stem.startswith("erd")] or found
    return sorted(named, key=lambda file: not readable(file))


def shortcoming(file: DiagramFile) -> str:
    """Why a file is no drawing that anybody could read; empty when it may be one."""
    if file.format in READ:
        return "" if file.entities or file.unread or file.format != "mermaid" else "holds no diagram"
    if file.format in ("picture", "pdf"):
        return _of_picture(file)
    return "" if file.format == "other" and file.size else "holds no diagram"


def _of_picture(file: DiagramFile) -> str:
    if file.fault:
        return f"cannot be looked at: {file.fault}"
    if file.media == "image/svg+xml":
        return ""  # it can be enlarged at will
    if file.size < SMALLEST_PICTURE:
        return f"is too small to show a diagram: {file.size} bytes"
    if file.width and (file.width < NARROWEST or file.height < LOWEST):
        return f"is too small to be read: {file.width} × {file.height} pixels"
    return ""


def drawing(facts: SchemaFacts, *, shows: bool = False) -> Drawing | Finding:
    """What is compared with the schema, or why nothing is; of all who ask only one `shows` a picture to people."""
    files = usable(facts)
    if not files:
        return blocked("there is no ER diagram")
    read = tuple(file for file in files if readable(file))
    if not read:
        first = files[0]
        return for_review(
            f"`{first.name}` is {form(first)}: a person must compare it with the schema",
            exhibits=text(first) if shows or first.format != "picture" else (),
        )
    boxes = tuple(box for file in read for box in _boxes(file, facts))
    tables = {(box.file.name, box.drawn.name): box.table for box in boxes}
    lines = tuple(
        Line(
            file=file,
            drawn=line,
            left=tables.get((file.name, line.left), ""),
            right=tables.get((file.name, line.right), ""),
        )
        for file in read
        for line in file.relationships
    )
    return Drawing(files=read, boxes=boxes, lines=lines)


def form(file: DiagramFile) -> str:
    """What a file is, in words."""
    return FORMATS["other" if file.format in READ and not file.entities else file.format]


def text(file: DiagramFile) -> tuple[AnyExhibit, ...]:
    """What a file says or shows, for a person."""
    if file.media.startswith("image/") and not file.fault:
        return (
            PictureExhibit(
                title="The diagram as it was handed in",
                file=file.name,
                media=file.media,
                data=file.data,
                width=file.width,
                height=file.height,
            ),
        )
    return (TextExhibit(title=file.name, text=file.text[:SHOWN]),) if file.text else ()


def unsure(facts: SchemaFacts, drawn: Drawing, absent: str) -> Finding | None:
    """What is absent may stand on lines that could not be read, or in another file: then nobody has lost a point."""
    file = next((file for file in drawn.files if file.unread), None)
    if file:
        lines = f"{len(file.unread)} of its lines could not be read, such as `{one_line(file.unread[0], 80)}`"
        return for_review(f"{absent} read from `{file.name}`, but {lines}: a person must look", exhibits=text(file))
    other = next((other for other in usable(facts) if other not in drawn.files), None)
    if other is None:
        return None
    return for_review(f"{absent} of {drawn.name}, but `{other.name}` may show it: a person must look")


def _boxes(file: DiagramFile, facts: SchemaFacts) -> Iterator[Box]:
    """The boxes of a file: each its table by name, else by what its name means where no other box is that table."""
    shop = Shop(facts.schema, facts.roles)
    named = {entity.name: _named(entity, shop) for entity in file.entities}
    by_concept = {concept: role.table for concept, role in facts.roles.items()}
    taken = set(named.values())
    for entity in file.entities:
        meant = next((by_concept[c] for c in map(concept_of, _names(entity)) if c in by_concept), "")
        table = named[entity.name] or ("" if meant in taken else meant)
        yield Box(file=file, drawn=entity, table=table)


def _names(entity: DrawnEntity) -> tuple[str, ...]:
    return tuple(name for name in (entity.label, entity.name) if name)


def _named(entity: DrawnEntity, shop: Shop) -> str:
    """The table that an entity is called after, in whatever number, case and language."""
    tables = shop.schema.tables
    by_words = {shop.links.words(table.name): table.name for table in tables}
    for name in _names(entity):
        folded, last = name.lower(), name.rpartition(".")[2].lower()
        exact = [table.name for table in tables if table.name.lower() == folded]
        alone = [table.name for table in tables if table.name.rpartition(".")[2].lower() == last]
        if found := exact or (alone if len(alone) == 1 else []):
            return found[0]
        if worded := by_words.get(table_words(name, shop.links.prefix)):
            return worded
    return ""


def boxes_shown(drawn: Drawing) -> TextExhibit:
    """The names of all boxes, those that are no table of the schema apart."""
    known = ", ".join(box.drawn.label or box.drawn.name for box in drawn.boxes if box.table)
    others = ", ".join(box.drawn.label or box.drawn.name for box in drawn.boxes if not box.table)
    told = known + (f"\nNot found in the schema: {others}" if others else "")
    return TextExhibit(title=f"Entities in {drawn.name}", text=told[:SHOWN])


def place_shown(file: DiagramFile, number: int, label: str, instead: str) -> tuple[AnyExhibit, ...]:
    """A line of the drawing's text with its neighbours; what it says where it has no text of its own."""
    lines = file.text.split("\n")
    if file.format == "drawio":
        return (TextExhibit(title=f"Drawn in {file.name}", text=instead),)
    if not 1 <= number <= len(lines):
        return ()
    first = max(1, number - 1)
    line = lines[number - 1]
    return (
        CodeExhibit(
            file=file.name,
            line=number,
            lines=tuple(shown[:200] for shown in lines[first - 1 : number + 1]),
            first_line=first,
            column=len(line) - len(line.lstrip()) + 1,
            length=max(1, len(line.strip())),
            label=label,
        ),
    )
