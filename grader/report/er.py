"""An entity-relationship diagram: boxes from the catalog, crow's feet on the many side, ⚠ where a finding is."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from grader.exhibits import DiagramColumn, DiagramEdge, DiagramExhibit, DiagramTable
from grader.report.er_box import HEAD, LETTER, ROW, Box, concept, type_text
from grader.report.er_layout import End, Line, layout
from grader.report.svg import clipped, drawing, element, path, rect, shortened, text

READABLE = 25
MOST = 40
FITS = 1400  # wider pictures keep their size and scroll


def diagram(exhibit: DiagramExhibit) -> Markup:
    """The diagram as a picture; a table with the same content stands beside it."""
    tables = drawn_tables(exhibit)
    placed = layout(tables, exhibit.edges)
    lines = [part for line in placed.lines for part in _line(line)]
    boxes = [_box(box) for box in placed.boxes]
    kind = "er" if placed.width <= FITS else "er wide"
    title = exhibit.title or "Entity-relationship diagram"
    said = "; ".join(_said(edge) for edge in exhibit.edges)
    return drawing(kind, round(placed.width), round(placed.height), title, said, *lines, *boxes)


def drawn_tables(exhibit: DiagramExhibit) -> tuple[DiagramTable, ...]:
    """All tables, or of a schema too large to read those with a finding and their neighbours."""
    if len(exhibit.tables) <= READABLE:
        return exhibit.tables
    marked = {t.name for t in exhibit.tables if t.warning or any(column.warning for column in t.columns)}
    marked |= {edge.child for edge in exhibit.edges if edge.warning}
    near = {name for edge in exhibit.edges if {edge.child, edge.parent} & marked for name in (edge.child, edge.parent)}
    chosen = [table for table in exhibit.tables if table.name in marked | near]
    return tuple((chosen or exhibit.tables)[:MOST])


def warnings(exhibit: DiagramExhibit) -> tuple[tuple[str, str], ...]:
    """Every finding marked in the diagram: the table, column or reference, and what is wrong."""
    tables = [(table.name, table.warning) for table in exhibit.tables]
    columns = [(f"{table.name}.{c.name}", c.warning) for table in exhibit.tables for c in table.columns]
    edges = [(f"{edge.child}.{edge.column} → {edge.parent}", edge.warning) for edge in exhibit.edges]
    return tuple((where, what) for where, what in (*tables, *columns, *edges) if what)


def remarks(column: DiagramColumn, table: DiagramTable, edges: Sequence[DiagramEdge]) -> str:
    """The findings of a column and its references; the table's own stand at its first column."""
    own = table.warning if table.columns and column is table.columns[0] else ""
    of_edges = [e.warning for e in edges if e.child == table.name and column.name in _names(e)]
    return "; ".join(said for said in (own, column.warning, *of_edges) if said)


def _names(edge: DiagramEdge) -> list[str]:
    return [name.strip() for name in edge.column.split(",")]


def reference(column: DiagramColumn, table: DiagramTable, edges: Sequence[DiagramEdge]) -> str:
    """Tables that a column references."""
    own = (edge for edge in edges if edge.child == table.name)
    return ", ".join(edge.parent for edge in own if column.name in _names(edge))


def _said(edge: DiagramEdge) -> str:
    number = f"{'one' if edge.one else 'many'} to {'at most one' if edge.optional else 'one'}"
    how = "is named like a reference to" if edge.implied else "references"
    return f"{edge.child}.{edge.column} {how} {edge.parent} ({number})"


def _line(line: Line) -> list[Markup]:
    kind = "er-line er-line-bad" if line.edge.warning else "er-line"
    parts = [path(line.path, f"{kind} er-implied" if line.edge.implied else kind), path(_one(line.parent), kind)]
    parts.append(path(_one(line.child) if line.edge.one else _crows_foot(line.child), kind))
    if line.edge.optional:
        end = line.parent
        parts.append(element("circle", class_="er-zero", cx=end.x + 16 * end.outward, cy=end.y, r=4))
    if line.edge.warning:
        child = line.child
        parts.append(path(_sign(child.x + 20 * child.outward - 7, child.y - 7), "er-warning"))
    return parts


def _sign(x: float, y: float) -> str:
    """A warning triangle of 14 by 12 whose box begins at `x` and `y`."""
    return f"M{x + 7:.0f} {y:.0f}l7 12h-14zm0 4.5v3.6m0 1.3v1"


def _crows_foot(end: End) -> str:
    tip, back = f"M{end.x + 12 * end.outward:.0f} {end.y:.0f}", -12 * end.outward
    return f"{tip}l{back} -6{tip}l{back} 6"


def _one(end: End) -> str:
    return f"M{end.x + 8 * end.outward:.0f} {end.y - 6:.0f}v12"


def _box(box: Box) -> Markup:
    x, y, width = box.x, box.y, box.width
    head = f"M{x:.0f} {y + HEAD - 2:.0f}v-20a6 6 0 0 1 6-6h{width - 12:.0f}a6 6 0 0 1 6 6v20z"
    meaning = concept(box.table)
    mark = 20 if box.table.warning else 0
    room = width - 20 - mark - (len(meaning) * 6.6 + 8 if meaning else 0)
    parts = [
        rect("er-box", x, y, width, box.height, radius=6),
        *_head(head, box.table),
        text(clipped(box.table.name, room, 13.5), x + 10, y + 18, "er-table"),
    ]
    if meaning:
        parts.append(text(clipped(meaning, width / 2, 11), x + width - 9 - mark, y + 18, "er-concept", anchor="end"))
    if mark:
        parts.append(path(_sign(x + width - 22, y + 8), "er-warning"))
    for i, column in enumerate(box.columns):
        parts += _column(box, column, y + HEAD + i * ROW)
    if box.cut:
        more = f"{box.cut} more columns"
        parts.append(text(more, x + 10 + box.keys, y + HEAD + len(box.columns) * ROW + 15, "er-type"))
    return element("g", *parts)


def _head(outline: str, table: DiagramTable) -> list[Markup]:
    if not table.warning:
        return [path(outline, "er-head")]
    said = element("title", f"{table.name}: {table.warning}")
    return [element("path", said, class_="er-head er-bad", d=outline)]


def _column(box: Box, column: DiagramColumn, y: float) -> list[Markup]:
    x, width = box.x, box.width
    parts = []
    if column.warning:
        marked = element("title", f"{box.table.name}.{column.name}: {column.warning}")
        parts.append(element("rect", marked, class_="er-bad", x=x + 3, y=y + 1, width=width - 6, height=ROW - 2, rx=3))
        parts.append(path(_sign(x + width - 23, y + 4), "er-warning"))
    right = x + width - (28 if column.warning else 10)
    left = x + 10 + box.keys
    name, kind = _fitted(column.name, type_text(column), int((right - left) / LETTER))
    parts.append(text(" ".join(column.keys), x + 10, y + 15, "er-keys"))
    parts.append(text(name, left, y + 15, "er-column"))
    parts.append(text(kind, right, y + 15, "er-type", anchor="end"))
    return parts


def _fitted(name: str, kind: str, letters: int) -> tuple[str, str]:
    """Name and type cut to one line of so many letters; the name keeps most of it."""
    if len(name) + len(kind) + 1 <= letters:
        return name, kind
    short = shortened(name, max(letters - len(kind) - 1, letters * 3 // 5))
    return short, shortened(kind, letters - len(short) - 1)
