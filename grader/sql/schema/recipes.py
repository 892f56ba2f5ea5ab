"""How two rows come to contradict each other: what to insert, what to change, and which cells then disagree.

A recipe is made from the candidate's own tables. The collector follows it on the live schema; where no row can be
inserted, `by_hand` says what it would have shown. Nothing depends on the clock or on chance.
"""

from __future__ import annotations

import re

import msgspec

from grader.evidence.catalog import NUMBERS, TEXT, WHOLE, Column, Table
from grader.sql.schema.meanings import is_money, is_quantity
from grader.sql.schema.names import column_words

_LISTED = re.compile(r"'((?:[^']|'')+)'")
_USUAL: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("email", ("anna@example.com", "a.smith@example.com", "info@example.com")),
    ("phone", ("+49 30 1234567", "+49 30 7654321", "+49 30 1112223")),
    ("category", ("Shoes", "Footwear", "Hats")),
    ("type", ("Shoes", "Footwear", "Hats")),
    ("genre", ("Crime", "Thriller", "Drama")),
    ("supplier", ("Acme", "Acme Ltd", "Bolt")),
    ("brand", ("Acme", "Acme Ltd", "Bolt")),
    ("image", ("front.jpg", "side.jpg", "back.jpg")),
    ("color", ("red", "blue", "green")),
    ("product", ("Blue mug", "Mug, blue", "Red mug")),
    ("name", ("Acme", "Acme Ltd", "Bolt")),
    ("title", ("Blue mug", "Mug, blue", "Red mug")),
)
COUNT = "how many rows"  # stands for the number of rows that came with the change
_WORDS = ("first", "second", "third")


class Value(msgspec.Struct, frozen=True):
    """A plausible value of a column: the first, second or third that comes to mind."""

    of: Column
    number: int = 0


class Key(msgspec.Struct, frozen=True):
    """What another row of the recipe has in a column."""

    row: str
    column: str


class Raw(msgspec.Struct, frozen=True):
    """A literal as it stands in a statement."""

    literal: str


Given = Value | Key | Raw


class NewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert, under a name that other parts of the recipe use."""

    name: str
    table: Table
    given: dict[str, Given] = {}


class Cell(msgspec.Struct, frozen=True):
    """A cell to show."""

    row: str
    column: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to insert, one change to one of them, and cells to show.

    `shown` are the lines of the result, `head` names its columns; a text stands for itself. `twice`: the lines are
    read before and after the change. Where the cells of `differ` still agree, or the cell of `follows` has changed
    with the rows that came `later`, the database keeps the copies in step. `said` tells the reader what to see.
    """

    id: str
    rows: tuple[NewRow, ...]
    change: tuple[str, dict[str, Given]] | None = None
    later: tuple[NewRow, ...] = ()
    head: tuple[str, ...]
    shown: tuple[tuple[Cell | str, ...], ...]
    twice: bool = False
    differ: tuple[Cell, Cell] | None = None
    follows: Cell | None = None
    said: str

    def row(self, name: str) -> NewRow:
        """The row of that name."""
        return next(row for row in (*self.rows, *self.later) if row.name == name)


def literal(value: Value, table: Table) -> str:
    """A plausible value as a literal."""
    column = value.of
    if column.enum:
        return quoted(column.enum[value.number % len(column.enum)])
    listed = [
        t.replace("''", "'") for r in table.checks if r.columns == (column.name,) for t in _LISTED.findall(r.text)
    ]
    if column.family in TEXT and len(listed) > value.number and "~" not in "".join(r.text for r in table.checks):
        return quoted(listed[value.number])
    if column.array or column.family == "json":
        return _several(column, value.number)
    if column.family in NUMBERS:
        return _number(column, table, value.number)
    if column.family in TEXT:
        return quoted(_text(column, table, value.number))
    return quoted(_WORDS[value.number])


def _number(column: Column, table: Table, number: int) -> str:
    money = is_money(column, table)
    if column.family in WHOLE:
        return str((1000, 1200, 2500)[number] if money else (1, 2, 3)[number])
    return ("10.00", "12.00", "25.00")[number] if money or not is_quantity(column, table) else ("1", "2", "3")[number]


def _text(column: Column, table: Table, number: int) -> str:
    found = column_words(column.name, table)
    if column.name.lower().endswith(("ids", "list", "s")) and ("id" in found or column.name.lower().endswith("s")):
        return ("1,2", "2,1", "2,3")[number]
    text = next((texts[number] for word, texts in _USUAL if word in found), _WORDS[number])
    limit = column.args[0] if column.args else 0
    return text if not limit or len(text) <= limit else _WORDS[number][:limit]


def _several(column: Column, number: int) -> str:
    pair = ((1, 2), (2, 1), (2, 3))[number]
    if column.array:
        texts = [str(part) if column.family in NUMBERS else "ab c"[part] for part in pair]
        return quoted("{" + ",".join(texts) + "}")
    return quoted(f"[{pair[0]}, {pair[1]}]")


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def unquoted(literal: str) -> str:
    """What a literal of ours says."""
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal


def by_hand(recipe: Recipe) -> tuple[tuple[str, ...], ...]:
    """The lines that the recipe would show, where no row could be inserted to try it."""
    made: dict[str, dict[str, str]] = {}
    for number, row in enumerate(recipe.rows, 1):
        made[row.name] = _filled(row, made, number)
    before = _lines(recipe, made) if recipe.twice else ()
    if recipe.change is not None:
        name, changes = recipe.change
        table = recipe.row(name).table
        made[name] |= {column: _said(given, made, table) for column, given in changes.items()}
    for number, row in enumerate(recipe.later, len(recipe.rows) + 1):
        made[row.name] = _filled(row, made, number)
    return read_twice(before, _lines(recipe, made)) if recipe.twice else _lines(recipe, made)


def read_twice(before: tuple[tuple[str, ...], ...], after: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """The same lines read before and after a change; what is counted was none before and is one after."""
    return (
        *(("before", *("0" if cell == COUNT else cell for cell in line)) for line in before),
        *(("after", *("1" if cell == COUNT else cell for cell in line)) for line in after),
    )


def _filled(row: NewRow, made: dict[str, dict[str, str]], number: int) -> dict[str, str]:
    keys = {name: str(number) for name in row.table.primary_key}
    return keys | {column: _said(given, made, row.table) for column, given in row.given.items()}


def _said(given: Given, made: dict[str, dict[str, str]], table: Table) -> str:
    if isinstance(given, Key):
        return made[given.row].get(given.column, "1")
    return unquoted(given.literal if isinstance(given, Raw) else literal(given, table))


def _lines(recipe: Recipe, made: dict[str, dict[str, str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(made[cell.row].get(cell.column, "…") if isinstance(cell, Cell) else cell for cell in line)
        for line in recipe.shown
    )
