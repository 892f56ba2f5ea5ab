"""What a finding shows as evidence: each kind is one record that every report format knows how to draw.

Texts are already bounded and free of values that differ between two runs of one submission
(clock times, random ids), so that the same answer gives the same document.
"""

from __future__ import annotations

import msgspec


class Exhibit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """One piece of evidence. `title` says what the reader is looking at."""

    title: str = ""


class HttpExhibit(Exhibit, frozen=True, kw_only=True, tag="http"):
    """A request we sent and what came back. `command` is a shell command that shows it again."""

    request: str
    response: str
    command: str = ""


class CodeExhibit(Exhibit, frozen=True, kw_only=True, tag="code"):
    """Lines of a submitted file with a caret. `line` and `column` count from 1; `lines` starts at `first_line`."""

    file: str
    line: int
    lines: tuple[str, ...]
    first_line: int = 1
    column: int = 1
    length: int = 1
    label: str = ""


class SqlExhibit(Exhibit, frozen=True, kw_only=True, tag="sql"):
    """A statement the grader ran and what PostgreSQL answered. `command` is a `psql` command that shows it again."""

    statement: str
    answer: str
    command: str = ""


class RowsExhibit(Exhibit, frozen=True, kw_only=True, tag="rows"):
    """A small table: query results, measurements, a comparison. Cells are text, `head` names the columns."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class TextExhibit(Exhibit, frozen=True, kw_only=True, tag="text"):
    """Plain text: a log tail, a sentence of the submission's own explanation.

    One that is `whole` is of use only when all of it can be copied, such as a script.
    """

    text: str
    whole: bool = False


class PlanNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of an execution plan.

    `rows` and `planned` are per loop; `share` is this node's own part of the work, 0 to 1; `flags` are short
    reasons why it stands out. `part` names the part of the query that begins here: `SubPlan 1`, `CTE people`.
    """

    depth: int
    name: str
    object: str = ""
    part: str = ""
    index: str = ""
    planned: float = 0
    rows: float = 0
    loops: int = 1
    removed: float = 0
    buffers: int = 0
    temp_blocks: int = 0
    share: float = 0.0
    condition: str = ""
    flags: tuple[str, ...] = ()


class PlanExhibit(Exhibit, frozen=True, kw_only=True, tag="plan"):
    """An execution plan in depth-first order. `json` is PostgreSQL's own form of it, to be pasted into a viewer."""

    nodes: tuple[PlanNode, ...]
    note: str = ""
    json: str = ""


class DiagramColumn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of a table box. `keys` holds any of PK, FK, UQ; `warning` marks a finding."""

    name: str
    type: str
    keys: tuple[str, ...] = ()
    nullable: bool = False
    warning: str = ""


class DiagramTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table box of an entity-relationship diagram.

    `concept` is what the matcher took it for; `warning` marks a finding about the table as a whole.
    """

    name: str
    columns: tuple[DiagramColumn, ...]
    concept: str = ""
    warning: str = ""


class DiagramEdge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A foreign key from `child.column` to `parent`. `one` says that a parent has at most one such child.

    `warning` marks a finding about the reference itself, such as what a deletion takes with it. One that is `implied`
    is only named like a reference: the database does not know it.
    """

    child: str
    column: str
    parent: str
    one: bool = False
    optional: bool = False
    implied: bool = False
    warning: str = ""


class DiagramExhibit(Exhibit, frozen=True, kw_only=True, tag="diagram"):
    """An entity-relationship diagram, drawn by the reports from the catalog."""

    tables: tuple[DiagramTable, ...]
    edges: tuple[DiagramEdge, ...]
    note: str = ""


class PictureExhibit(Exhibit, frozen=True, kw_only=True, tag="picture"):
    """A picture of the submission, for people only.

    `media` is its type (`image/png`), `data` its bytes in base64, empty when it is too large to be shown; `width` and
    `height` are pixels, 0 when it does not say.
    """

    file: str
    media: str
    data: str = ""
    width: int = 0
    height: int = 0


AnyExhibit = (
    HttpExhibit | CodeExhibit | SqlExhibit | RowsExhibit | TextExhibit | PlanExhibit | DiagramExhibit | PictureExhibit
)
