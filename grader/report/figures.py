"""Exhibits made ready for the page: drawings drawn, code numbered, long texts and tables bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup
from rich.cells import cell_len

from grader.exhibits import (
    AnyExhibit,
    CodeExhibit,
    DiagramExhibit,
    HttpExhibit,
    PlanExhibit,
    RowsExhibit,
    SqlExhibit,
    TextExhibit,
)
from grader.report.er import diagram
from grader.report.plan_tree import plan_tree
from grader.visible import visible

BODY = 4096  # characters of a request, a response, an answer
LINE = 400
MOST_ROWS = 50
TAB = 4
NOTHING = Markup("")
_NUMBER = re.compile(r"[-+\u2212]?[\d.,\s]*\d[\d.,\s]*(?:%|×|ms|s)?")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A numbered line; `caret` stands under it, after `pad` blanks."""

    number: int
    text: str
    pad: int = 0
    caret: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """An exhibit and what the page needs to show it. `id` is unique on the page."""

    id: str
    kind: str
    exhibit: AnyExhibit
    drawing: Markup = NOTHING
    code: tuple[CodeRow, ...] = ()
    numeric: tuple[bool, ...] = ()


def figure(exhibit: AnyExhibit, id: str) -> Figure:
    """The figure of one exhibit."""
    kind = str(exhibit.__struct_config__.tag)
    if isinstance(exhibit, PlanExhibit):
        return Figure(id=id, kind=kind, exhibit=exhibit, drawing=plan_tree(exhibit))
    if isinstance(exhibit, DiagramExhibit):
        return Figure(id=id, kind=kind, exhibit=exhibit, drawing=diagram(exhibit))
    if isinstance(exhibit, CodeExhibit):
        return Figure(id=id, kind=kind, exhibit=exhibit, code=code_rows(exhibit))
    if isinstance(exhibit, RowsExhibit):
        return Figure(id=id, kind=kind, exhibit=exhibit, numeric=_numeric(exhibit))
    return Figure(id=id, kind=kind, exhibit=exhibit)


def side_by_side(figures: Sequence[Figure]) -> list[tuple[Figure, ...]]:
    """Figures in rows: plans that follow each other share one, so before and after can be compared."""
    rows: list[tuple[Figure, ...]] = []
    for is_plan, group in groupby(figures, key=lambda figure: figure.kind == "plan"):
        members = tuple(group)
        rows += [members] if is_plan else [(member,) for member in members]
    return rows


def code_rows(exhibit: CodeExhibit) -> tuple[CodeRow, ...]:
    """Numbered lines, tabs as blanks, with the caret under what was meant (wide characters count twice)."""
    rows = []
    for number, line in enumerate(exhibit.lines, start=exhibit.first_line):
        shown = _flat(line)
        if number != exhibit.line:
            rows.append(CodeRow(number, shown))
            continue
        start = max(0, exhibit.column - 1)
        pad = cell_len(_flat(line[:start]))
        upto = cell_len(_flat(line[: start + max(1, exhibit.length)]))
        rows.append(CodeRow(number, shown, pad=min(pad, LINE), caret=max(1, min(upto, LINE) - pad)))
    return tuple(rows)


def weight(exhibit: AnyExhibit) -> int:
    """About how many bytes an exhibit takes on the page."""
    texts: tuple[str, ...] = ()
    match exhibit:
        case HttpExhibit():
            texts = (exhibit.request[:BODY], exhibit.response[:BODY], exhibit.command[:BODY])
        case SqlExhibit():
            texts = (exhibit.statement[:BODY], exhibit.answer[:BODY], exhibit.command[:BODY])
        case TextExhibit():
            texts = (exhibit.text[:BODY],)
        case CodeExhibit():
            texts = tuple(line[:LINE] for line in exhibit.lines)
        case RowsExhibit():
            return sum(40 + _escaped(cell) for row in exhibit.rows[:MOST_ROWS] for cell in row)
        case PlanExhibit():
            return 1200 * len(exhibit.nodes)
        case DiagramExhibit():
            return 2000 * len(exhibit.tables) + 500 * sum(len(table.columns) for table in exhibit.tables)
    return 400 + sum(_escaped(text) for text in texts)


def _escaped(text: str) -> int:
    return len(str(Markup.escape(visible(text))).encode())


def _flat(line: str) -> str:
    return visible(line.expandtabs(TAB), keep="")[:LINE]


def _numeric(exhibit: RowsExhibit) -> tuple[bool, ...]:
    """For each column whether it holds only numbers, which line up on the right."""
    columns = range(len(exhibit.head))
    cells = [[row[i] for row in exhibit.rows if i < len(row)] for i in columns]
    return tuple(bool(column) and all(_NUMBER.fullmatch(cell) for cell in column) for column in cells)
