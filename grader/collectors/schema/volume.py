"""Many rows out of one: which columns of a table vary, and how, so that thousands of rows pass its own rules.

Pure: a row that the live schema took goes in, text for COPY comes out. Everything is fixed, so that two runs load the
same rows and the planner sees the same numbers.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grader.evidence.catalog import DATED, TEXT, WHOLE, Column, Table

FIRST = 1_000_000
MOST_RANKS = 20
LARGEST_SMALLINT = 32_767
DAYS = 540
MOMENTS = 3_600
LOOKED_AT = 5_000  # rows in which two of the same would be seen; the unique index looks at all
RARE, RARE_AT = 2_000, 7
LETTERS_OF_HEX = 6
GROWTH = 7  # enough for a hundred thousand of six letters

Cells = Sequence[str | None]


def rare(row: int) -> bool:
    """One row of two thousand is of the kind that a question looks for."""
    return row % RARE == RARE_AT


class CannotVary(Exception):
    """A column has no more values to give."""


@dataclass(slots=True)
class Sheet:
    """The rows of one table: the same text in every row of a column, or a list of cells."""

    table: Table
    size: int
    same: dict[str, str | None]
    cells: dict[str, Cells] = field(default_factory=dict)

    def cell(self, column: str, row: int) -> str | None:
        """The text in one cell; None is NULL."""
        varied = self.cells.get(column)
        return varied[row] if varied is not None else self.same.get(column)

    def columns(self) -> list[str]:
        """The columns that are given, in the table's order: all but generated ones."""
        return [column.name for column in self.table.columns if not column.generated]

    def picked(self, columns: Sequence[str], rows: Iterable[int]) -> dict[str, Cells | str | None]:
        """These columns for the given rows, one after the other; a column that never varies stays one text."""
        at = list(rows)
        found: dict[str, Cells | str | None] = {}
        for column in columns:
            varied = self.cells.get(column)
            found[column] = [varied[row] for row in at] if varied is not None else self.same.get(column)
        return found

    def text(self, rows: Sequence[int] | None = None) -> str:
        """Lines for COPY, of all rows or of some."""
        columns = self.columns()
        varied = [name for name in columns if name in self.cells]
        pattern = "\t".join("%s" if name in self.cells else _constant(self.same.get(name)) for name in columns) + "\n"
        lists = [self.cells[name] for name in varied]
        if rows is not None:
            lists = [[cells[row] for row in rows] for cells in lists]
        if not lists:
            return (pattern % ()) * (self.size if rows is None else len(rows))
        return "".join(map(pattern.__mod__, zip(*map(_escaped, lists), strict=True)))

    def sample(self) -> list[int]:
        """Rows that show whether the rest will be taken: some from the start, the end and in between."""
        if self.size <= 4 * SAMPLE:
            return list(range(self.size))
        step = self.size // SAMPLE
        ends = [*range(SAMPLE), *range(self.size - SAMPLE, self.size)]
        return sorted({*ends, *range(0, self.size, step), RARE_AT})


SAMPLE = 60
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _escape(text: str | None) -> str:
    return r"\N" if text is None else _SPECIAL.sub(lambda found: _ESCAPES[found.group()], text)


def _constant(text: str | None) -> str:
    return _escape(text).replace("%", "%%")


def _escaped(cells: Cells) -> Cells:
    """Cells are ours and seldom hold anything special: one look at all of them first."""
    known = [cell for cell in cells if cell is not None]
    if len(known) < len(cells) or _SPECIAL.search("\0".join(known)):
        return [_escape(cell) for cell in cells]
    return known


def distinct(column: Column, template: str | None, size: int, style: int, rank: int = 0) -> list[str]:
    """Texts of which no two are the same; `style` counts the ways tried before. Raises `CannotVary` after the last.

    `rank` tells apart the columns of one table, because one may have to be greater than the other.
    """
    if column.family in WHOLE or column.family == "numeric":
        return _numbers(column, size, style, rank)
    if column.family == "uuid" and style == 0:
        return [f"00000000-0000-4000-a000-{row:012x}" for row in range(size)]
    if column.family == "bytes" and style == 0:
        return [f"\\x{row:032x}" for row in range(size)]
    if column.family in (*TEXT, "ltree") and template is not None:
        return _texts(column, template, size, style)
    if column.family in DATED and column.family != "time" and template is not None and style == 0:
        step = {"days": 1} if column.family == "date" else {"seconds": 1}
        return _moments(template, [timedelta(**step) * row for row in range(size)], column.family)
    raise CannotVary(f"no {size} different values for `{column.name}` ({column.type}) could be made")


def _numbers(column: Column, size: int, style: int, rank: int) -> list[str]:
    """Far from the keys that seed rows have, else from 1 on."""
    apart = FIRST + rank * FIRST, FIRST + (MOST_RANKS - rank) * FIRST
    starts = [first for first in (*apart, 1) if first + size <= _largest(column)]
    if style >= len(starts):
        raise CannotVary(f"`{column.name}` ({column.type}) has no room for {size} values")
    return [str(number) for number in range(starts[style], starts[style] + size)]


def _largest(column: Column) -> int:
    if column.family == "numeric" and len(column.args) > 1:
        return int(10 ** max(column.args[0] - column.args[1], 0)) - 1
    return LARGEST_SMALLINT if column.family == "smallint" else 2**31 - 1


def _texts(column: Column, template: str, size: int, style: int) -> list[str]:
    made = next(itertools.islice(_ways(column, template, size), style, None), None)
    if made is None:
        raise CannotVary(f"no {size} different texts for `{column.name}` ({column.type}) could be made")
    return made


def _ways(column: Column, template: str, size: int) -> Iterator[list[str]]:
    """Plain counting first; then the letters and digits of a text that the table took, turned like a counter."""
    limit = column.args[0] if column.args else 0
    name, at, domain = template.partition("@")
    plain = f"u{{}}@{domain}" if at else f"{template}{'.' if column.family == 'ltree' else '-'}{{}}"
    if "{" not in template and (not limit or len(plain.format(size)) <= limit):
        yield [plain.format(row) for row in range(size)]
    for text in dict.fromkeys((name, _grown(name, limit - len(at + domain) if limit else 0))):
        for letters in (len(string.ascii_lowercase), LETTERS_OF_HEX):
            if turned := _turned(text, at + domain, size, letters):
                yield turned


def _grown(text: str, limit: int) -> str:
    """The last letter or digit several times over: what `/[a-z]+` takes of one letter it takes of five."""
    at = next((n for n in range(len(text), 0, -1) if text[n - 1] in string.ascii_letters + string.digits), 0)
    grown = text[:at] + text[at - 1 : at] * GROWTH + text[at:]
    return grown if not limit or len(grown) <= limit else text


def _turned(text: str, rest: str, size: int, letters: int) -> list[str]:
    """`AAA-0000`, `AAA-0001` …; empty when there are not as many."""
    wheels = {"d": string.digits, "u": string.ascii_uppercase[:letters], "l": string.ascii_lowercase[:letters]}
    chosen: list[str] = []
    many = 1
    for char in reversed(text):
        kind = "d" if char in string.digits else "u" if char in string.ascii_uppercase else "l"
        turns = char in string.digits + string.ascii_letters and many < size
        chosen.append(wheels[kind] if turns else char)
        many *= len(chosen[-1])
    if many < size:
        return []
    return [text + rest for text in map("".join, itertools.islice(itertools.product(*reversed(chosen)), size))]


def moments(column: Column, template: str, size: int, style: int) -> list[str]:
    """Points in time around one that the table took: first over many months, then within its day."""
    if style == 0:
        steps = [timedelta(days=-(row * 7 % DAYS), minutes=-row % 600) - timedelta(days=DAYS) for row in range(MOMENTS)]
    elif style == 1:
        steps = [timedelta(seconds=row) for row in range(MOMENTS)]
    else:
        raise CannotVary(column.name)
    made = _moments(template, steps, column.family)
    return [made[row * 7 % MOMENTS] for row in range(size)]


def _moments(template: str, steps: Iterable[timedelta], family: str) -> list[str]:
    try:
        first = datetime.fromisoformat(template)
    except ValueError as error:
        raise CannotVary(f"`{template}` is no date") from error
    width = len("2024-05-17") if family == "date" else None
    return [(first + step).isoformat(" ")[:width] for step in steps]


def named_in(text: str, table: Table) -> list[str]:
    """The columns of a table that an expression speaks of."""
    return [c.name for c in table.columns if re.search(rf"(?<![\w$]){re.escape(c.name)}(?![\w$])", text)]


def unique_columns(table: Table) -> list[tuple[str, ...]]:
    """Column sets in which rows must differ, those of expressions and filtered indexes included."""
    plain = list(table.unique_sets())
    for index in table.indexes:
        if index.unique and index.keys not in plain:
            plain.append(tuple(named_in(" ".join(index.keys), table)))
    return [keys for keys in dict.fromkeys(plain) if keys]


def same_twice(sheet: Sheet, keys: Sequence[str]) -> bool:
    """True when two rows of a sheet agree in all these columns and none of them is NULL."""
    if any(sheet.same.get(name) is None and name not in sheet.cells for name in keys):
        return False
    varied = [sheet.cells[name] for name in keys if name in sheet.cells]
    if len(varied[0] if varied else ()) > 2 * LOOKED_AT:
        varied = [[*cells[:LOOKED_AT], *cells[-LOOKED_AT:]] for cells in varied]
    return not varied or len(set(zip(*varied, strict=True))) < len(varied[0])


def conflicts(sheet: Sheet, found: Mapping[str, Cells | str | None]) -> bool:
    """True when a reference wants other values in columns that another reference has settled already."""
    for name, value in found.items():
        if name in sheet.cells and (isinstance(value, str) or value is None or list(sheet.cells[name]) != list(value)):
            return True
    return False
