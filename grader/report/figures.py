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
    PictureExhibit,
    PlanExhibit,
    RowsExhibit,
    SqlExhibit,
    TextExhibit,
)
from grader.report.er import diagram
from grader.report.plan_tree import plan_tree
from grader.report.wording import cut, folded
from grader.visible import visible

BODY = 4096  # characters of a request, a response, an answer
WHOLE = 60_000  # of a text that is there to be copied
MOST_ROWS = 50
TALL = 24  # lines of a box that are shown at once
WIDE = 64  # characters of a line in the narrowest box of a wide page
AROUND = 60  # cells of a long line of code shown on either side of the caret
TAB = 4
NOTHING = Markup("")
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_NUMBER = re.compile(r"[-+\u2212]?[\d.,\s]*\d[\d.,\s]*(?:%|×|ms|s)?")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A numbered line; `caret` stands under it, after `pad` blanks, and means the letters from `start` to `end`."""

    number: int
    text: str
    pad: int = 0
    caret: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """An exhibit and what the page needs to show it. `id` is unique on the page."""

    id: str
    kind: str
    exhibit: AnyExhibit
    drawing: Markup = NOTHING
    code: tuple[CodeRow, ...] = ()
    numeric: tuple[bool, ...] = ()
    source: str = ""


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
    if isinstance(exhibit, PictureExhibit):
        return Figure(id=id, kind=kind, exhibit=exhibit, source=address(exhibit))
    return Figure(id=id, kind=kind, exhibit=exhibit)


def address(exhibit: PictureExhibit) -> str:
    """The picture as a `data:` address for `<img>`, where no script in it can run; empty when it cannot be shown."""
    whole = exhibit.media in PICTURES and _BASE64.fullmatch(exhibit.data)
    return f"data:{exhibit.media};base64,{exhibit.data}" if whole else ""


def side_by_side(figures: Sequence[Figure]) -> list[tuple[Figure, ...]]:
    """Figures in rows: plans that follow each other share one, so before and after can be compared."""
    rows: list[tuple[Figure, ...]] = []
    for is_plan, group in groupby(figures, key=lambda figure: figure.kind == "plan"):
        members = tuple(group)
        rows += [members] if is_plan else [(member,) for member in members]
    return rows


def code_rows(exhibit: CodeExhibit) -> tuple[CodeRow, ...]:
    """Numbered lines, tabs as blanks, with the caret under what was meant (wide characters count twice).

    Of lines too long for a page the part around the caret is shown, with an ellipsis where something is missing.
    """
    lines = dict(enumerate(exhibit.lines, start=exhibit.first_line))
    before = _flat(lines.get(exhibit.line, "")[: max(0, exhibit.column - 1)])
    start = max(0, len(before) - AROUND)
    return tuple(
        _caret_row(exhibit, line, before, start)
        if number == exhibit.line
        else CodeRow(number, _part(_flat(line), start))
        for number, line in lines.items()
    )


def _caret_row(exhibit: CodeExhibit, line: str, before: str, start: int) -> CodeRow:
    upto = _flat(line[: max(0, exhibit.column - 1) + max(1, exhibit.length)])
    shown = _part(_flat(line), start)
    first = len(_part(before, start))
    last = max(first, len(upto) - start + bool(start))
    pad = cell_len(shown[:first])
    caret = max(1, cell_len(shown[:last]) - pad)
    return CodeRow(exhibit.line, shown, pad=pad, caret=caret, start=first, end=last)


def _part(text: str, start: int) -> str:
    """The window of a line that begins at `start`."""
    shown = text[start : start + 2 * AROUND]
    return ("…" if start and text else "") + shown + ("…" if len(text) > start + 2 * AROUND else "")


def body(text: str) -> str:
    """A text for a box: repetitions folded, cut where it is too long."""
    return cut(folded(text), BODY)


def whole(text: str) -> str:
    """A text to be copied, as it is: nothing of it is folded."""
    return cut(text, WHOLE)


def is_cut(command: str) -> bool:
    """True for a command too long for the page: what is shown of it would not run."""
    return len(command) > BODY


def is_tall(text: str) -> bool:
    """True for a text that takes more lines than a box shows at once."""
    return sum(1 + len(line) // WIDE for line in body(text).splitlines()) > TALL


def weight(exhibit: AnyExhibit) -> int:
    """About how many bytes an exhibit takes on the page."""
    texts: tuple[str, ...] = ()
    match exhibit:
        case HttpExhibit():
            texts = (body(exhibit.request), body(exhibit.response), *_commands(exhibit.command))
        case SqlExhibit():
            texts = (body(exhibit.statement), body(exhibit.answer), *_commands(exhibit.command))
        case TextExhibit():
            texts = (whole(exhibit.text) if exhibit.whole else body(exhibit.text),)
        case CodeExhibit():
            texts = tuple(line[: 2 * AROUND] for line in exhibit.lines)
        case RowsExhibit():
            return sum(40 + _escaped(cell) for row in exhibit.rows[:MOST_ROWS] for cell in row)
        case PictureExhibit():
            return 400  # its bytes are bounded where it is read, and it is on the page once or twice
        case PlanExhibit():
            return 1200 * len(exhibit.nodes) + _escaped(exhibit.json)
        case DiagramExhibit():
            return 2000 * len(exhibit.tables) + 500 * sum(len(table.columns) for table in exhibit.tables)
    return 400 + sum(_escaped(text) for text in texts)


def _commands(command: str) -> tuple[str, ...]:
    """What stands on the page of a command: the short form as well, when it differs."""
    short = body(command)
    return (command,) if short == command else (short, cut(command, BODY))


def _escaped(text: str) -> int:
    return len(str(Markup.escape(visible(text))).encode())


def _flat(line: str) -> str:
    return visible(line.expandtabs(TAB), keep="")


def _numeric(exhibit: RowsExhibit) -> tuple[bool, ...]:
    """For each column whether it holds only numbers, which line up on the right."""
    columns = range(len(exhibit.head))
    cells = [[row[i] for row in exhibit.rows if i < len(row)] for i in columns]
    return tuple(bool(column) and all(_NUMBER.fullmatch(cell) for cell in column) for column in cells)
