"""Read diagrams drawn with draw.io (diagrams.net): the XML of its pages, plain or deflated.

A page is a list of cells. A table is a cell whose rows are cells in it; a line is a cell with a source and a target,
which may be rows; its ends carry crow's feet (`endArrow=ERoneToMany`) or labels (`0..*`). In Chen's notation a rhombus
between two entities is the relationship.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote

import msgspec

from grader.evidence.drawing import Cardinality
from grader.sql.schema.diagrams.drawio_labels import columns_in, headline, plain
from grader.sql.schema.diagrams.markup import Refused, walk
from grader.sql.schema.diagrams.sheet import Sheet, counted

MARK = re.compile(r"<mxfile|<mxGraphModel")
MAX_INFLATED = 4 << 20
MOST_PAGES = 20
MOST_CELLS = 20_000
_HIGHEST = 50  # parents looked through for the entity that a row belongs to
_ROWS = ("tablerow", "partialrectangle")
_NO_ENTITIES = frozenset({*_ROWS, "text", "edgelabel", "rhombus", "ellipse", "group", "image", "note"})
_FEET: dict[str, Cardinality] = {
    "ermandone": "1",
    "erone": "one",
    "erzerotoone": "0..1",
    "eronetomany": "1..*",
    "erzerotomany": "0..*",
    "ermany": "many",
}


class _Cell(msgspec.Struct):
    """A cell of a page; `style` in lower case."""

    id: str
    label: str = ""
    style: dict[str, str] = {}
    parent: str = ""
    vertex: bool = False
    edge: bool = False
    source: str = ""
    target: str = ""
    along: float = 0.0  # of a label on a line: from -1 at its source to 1 at its target

    @property
    def shape(self) -> str:
        """What it looks like: `table`, `tablerow`, `rhombus`, `swimlane`; empty for a box."""
        named = ("swimlane", "rhombus", "ellipse", "text", "edgelabel", "group", "image")
        return self.style.get("shape", "") or next((name for name in named if name in self.style), "")


def read(text: str) -> Sheet:
    """Entities and relationships of all pages. What cannot be opened is noted as unread."""
    sheet = Sheet()
    room = MAX_INFLATED
    try:
        pages = _pages(text)
    except Refused as refused:
        sheet.missed(str(refused))
        return sheet
    for cells, deflated in pages[:MOST_PAGES]:
        try:
            model = _inflated(deflated, room) if deflated else ""
            room -= len(model)
            _Page(_pages(model)[0][0] if model else cells, sheet).read()
        except Refused as refused:
            sheet.missed(f"a page of the drawing: {refused}")
    return sheet


def _pages(text: str) -> list[tuple[list[_Cell], str]]:
    """Of each page the cells, or its deflated text. Raises `Refused`."""
    collecting = _Collecting()
    walk(text, collecting.begun, collecting.ended, collecting.said)
    return collecting.pages or [([], "")]


class _Collecting:
    """Cells of the pages of a document, as its elements go by."""

    def __init__(self) -> None:
        self.pages: list[tuple[list[_Cell], str]] = []
        self.cells: list[_Cell] = []
        self.text: list[str] = []
        self.wrapper: dict[str, str] = {}
        self.page = ""  # the element that the page is

    def begun(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        if name in ("diagram", "mxGraphModel") and not self.page:
            self.cells, self.text, self.page = [], [], name
        elif name in ("object", "UserObject"):
            self.wrapper = given
        elif name == "mxCell" and len(self.cells) < MOST_CELLS:
            self.cells.append(_cell({**given, **_of_wrapper(self.wrapper)}))
            self.wrapper = {}
        elif name == "mxGeometry" and self.cells and given.get("relative") == "1":
            self.cells[-1].along = _number(given.get("x", "0"))

    def ended(self, name: str) -> None:
        """An element ends."""
        if name == self.page:
            self.pages.append((self.cells, "" if self.cells else "".join(self.text).strip()))
            self.page = ""

    def said(self, text: str) -> None:
        """Text between elements."""
        if self.page and not self.cells:
            self.text.append(text)


def _of_wrapper(given: dict[str, str]) -> dict[str, str]:
    return {"id": given.get("id", ""), "value": given.get("label", "")} if given else {}


def _cell(given: dict[str, str]) -> _Cell:
    style = {}
    for part in given.get("style", "")[:2_000].split(";"):
        name, _, value = part.partition("=")
        style[name.strip().lower()] = value.strip().lower()
    return _Cell(
        id=given.get("id", ""),
        label=given.get("value", ""),
        style=style,
        parent=given.get("parent", ""),
        vertex=given.get("vertex") == "1",
        edge=given.get("edge") == "1",
        source=given.get("source", ""),
        target=given.get("target", ""),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _inflated(text: str, room: int) -> str:
    """The XML of a deflated page: base64, raw deflate, percent-encoding. Raises `Refused`."""
    try:
        packed = base64.b64decode("".join(text.split()), validate=True)
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        data = unpacking.decompress(packed, max(1, room))
    except (binascii.Error, ValueError, zlib.error) as error:
        raise Refused("it is neither XML nor deflated XML") from error
    if unpacking.unconsumed_tail:
        raise Refused(f"it unfolds to more than {MAX_INFLATED >> 20} MB")
    return unquote(data.decode(errors="replace"))


class _Page:
    """One page: which cells are entities, what they hold, what connects them."""

    def __init__(self, cells: list[_Cell], sheet: Sheet) -> None:
        self.sheet = sheet
        self.cells = {cell.id: cell for cell in cells}
        self.children: dict[str, list[_Cell]] = {}
        for cell in cells:
            self.children.setdefault(cell.parent, []).append(cell)
        self.ends: dict[str, list[_Cell]] = {}  # of each cell: the lines that meet it
        for cell in cells:
            for end in {cell.source, cell.target} if cell.edge else ():
                self.ends.setdefault(end, []).append(cell)
        self.names: dict[str, str] = {}

    def read(self) -> None:
        """Note everything on the sheet."""
        for cell in list(self.cells.values()):
            if cell.vertex and self._is_entity(cell):
                self._entity(cell)
        for cell in self.cells.values():
            if cell.vertex and cell.shape in ("rhombus", "er.associative_entity") and cell.id not in self.names:
                self._rhombus(cell)
            elif cell.edge:
                self._line(cell)
        if not self.names and any(cell.vertex for cell in self.cells.values()):
            self.sheet.missed("a page whose shapes are no tables")

    def _is_entity(self, cell: _Cell) -> bool:
        """A table, a list, or a box with a name that stands for itself and not in an entity."""
        if cell.shape in _NO_ENTITIES:
            return False
        above = self.cells.get(cell.parent)
        if above is not None and (above.edge or self._holding(above)):
            return False
        return bool(plain(cell.label).strip())

    def _holding(self, cell: _Cell) -> bool:
        """The cell or one above it is an entity: what stands in it is a part of it."""
        for _ in range(_HIGHEST):
            if cell.id in self.names:
                return True
            above = self.cells.get(cell.parent)
            if above is None or above is cell:
                return False
            cell = above
        return True

    def _entity(self, cell: _Cell) -> None:
        inner = self.children.get(cell.id, [])
        if cell.shape != "table" and any(self._has_rows(child) for child in inner):
            return  # a frame around tables
        name, rest = headline(cell.label)
        if not name:
            return
        key = self.names[cell.id] = self.sheet.entity(name, 1)
        for text in rest:
            self._columns(key, text)
        for row in inner:
            if row.vertex and row.shape != "edgelabel":
                self._columns(key, self._row(row))

    def _has_rows(self, cell: _Cell) -> bool:
        holds = cell.shape in ("table", "swimlane") or bool(self.children.get(cell.id))
        return cell.vertex and holds and cell.shape not in _ROWS

    def _row(self, row: _Cell) -> str:
        """The text of a row: its own, or that of its cells from left to right."""
        inner = [plain(cell.label) for cell in self.children.get(row.id, []) if cell.vertex]
        return " ".join(part.strip() for part in [plain(row.label), *inner] if part.strip())

    def _columns(self, key: str, text: str) -> None:
        for column in columns_in(text):
            self.sheet.column(key, column.name, type=column.type, keys=column.keys)

    def _end(self, id_: str) -> str:
        """The entity that a line meets, at one of its rows perhaps; empty when there is none."""
        for _ in range(_HIGHEST):
            if id_ in self.names:
                return self.names[id_]
            cell = self.cells.get(id_)
            if cell is None or cell.parent == id_:
                return ""
            id_ = cell.parent
        return ""

    def _line(self, edge: _Cell) -> None:
        left, right = self._end(edge.source), self._end(edge.target)
        if left and right:
            first, last = self._labels(edge)
            left_many = _FEET.get(edge.style.get("startarrow", ""), "") or counted(first)
            right_many = _FEET.get(edge.style.get("endarrow", ""), "") or counted(last)
            self.sheet.line(left, right, left_many=left_many, right_many=right_many, label=plain(edge.label))
        elif not edge.source or not edge.target:
            self.sheet.missed(f"a line at {left or right or 'no entity'} of which an end is not attached to anything")

    def _labels(self, edge: _Cell) -> tuple[str, str]:
        """What stands at both ends of a line."""
        labels = sorted(
            (child for child in self.children.get(edge.id, []) if child.vertex), key=lambda child: child.along
        )
        first = [plain(label.label).strip() for label in labels if label.along < 0]
        last = [plain(label.label).strip() for label in labels if label.along > 0]
        return next(iter(first), ""), next(reversed(last), "")

    def _rhombus(self, cell: _Cell) -> None:
        """Chen's notation: both entities at a rhombus, each with the number that stands at its line."""
        ends: list[tuple[str, Cardinality]] = []
        for edge in self.ends.get(cell.id, []):
            other = edge.target if edge.source == cell.id else edge.source
            if entity := self._end(other):
                said = [plain(edge.label).strip(), *self._labels(edge)]
                feet = (_FEET.get(edge.style.get(arrow, ""), "") for arrow in ("startarrow", "endarrow"))
                ends.append((entity, next((count for count in (*feet, *map(counted, said)) if count), "")))
        if len(ends) == 2:  # noqa: PLR2004 - both ends
            (left, left_many), (right, right_many) = ends
            self.sheet.line(left, right, left_many=left_many, right_many=right_many, label=plain(cell.label))
