"""How the columns of many rows differ, and what a refusal teaches about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from grader.collectors.schema.layout import Unfillable, placed_at
from grader.collectors.schema.rows import UNIQUE
from grader.collectors.schema.session import state_of
from grader.collectors.schema.skew import Skew
from grader.collectors.schema.volume import (
    CannotVary,
    Cells,
    Sheet,
    distinct,
    moments,
    named_in,
    same_twice,
    unique_columns,
)
from grader.evidence.catalog import NUMBERS, Column, Table
from grader.sql.schema.shop import Shop

PRICES = 900
_PLACE = re.compile(r"column (\"[^\"]+\"|[^\s:,]+)[:,]")


@dataclass(slots=True)
class Style:
    """How the columns of one table vary: ways tried so far by column. What need not vary may stop doing so."""

    unique: dict[str, int] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)


class Variation:
    """Fills the cells of sheets so that their rows differ where they must, and where the questions need it."""

    def __init__(self, shop: Shop, skews: Mapping[str, Skew]) -> None:
        self.shop, self.skews = shop, skews

    def style(self, sheet: Sheet) -> Style:
        """The first way to try; raises `Unfillable` when rows cannot differ as they must."""
        return Style(free=dict.fromkeys(self._free(sheet), 0), unique=dict.fromkeys(self._unique(sheet), 0))

    def _unique(self, sheet: Sheet) -> list[str]:
        """Columns that must differ from row to row, one for each unique set that does not differ yet."""
        tied = {name for key in sheet.table.foreign_keys for name in key.columns}
        login = self.shop.login()
        asked = login is not None and login.table.name == sheet.table.name and login.column.name not in tied
        chosen = [login.column.name] if asked and login else []
        for keys in unique_columns(sheet.table):
            if set(chosen) & set(keys) or not same_twice(sheet, keys):
                continue
            different = _most_different(sheet.table, keys)
            if different is None:
                raise Unfillable(f"no {sheet.size} different values of ({', '.join(keys)}) in `{sheet.table.name}`")
            chosen.append(different)
        return chosen

    def _free(self, sheet: Sheet) -> list[str]:
        """Columns that vary to make the questions real, if the table lets them."""
        found = [skew.column for skew in self.skews.values() if skew.table == sheet.table.name]
        order, price = self.shop.table("order"), self.shop.price()
        if order is not None and order.name == sheet.table.name:
            found.append(placed_at(order))
        if price is not None and price.table.name == sheet.table.name and price.column.family in NUMBERS:
            found.append(price.column.name)
        taken = {name for keys in unique_columns(sheet.table) for name in keys} | set(sheet.cells)
        columns = [c for name in found if name not in taken and (c := sheet.table.column(name)) is not None]
        return [column.name for column in columns if not column.generated and sheet.same.get(column.name) is not None]

    def vary(self, sheet: Sheet, style: Style) -> None:
        """Fill the cells in a way; raises `CannotVary` when there is no such way for a column that must differ."""
        for rank, (name, way) in enumerate(style.unique.items()):
            sheet.cells[name] = self._different(sheet, name, way, rank)
        for name in list(style.free):
            column = sheet.table.column(name)
            try:
                if column is not None:
                    sheet.cells[name] = self._varied(sheet, column, style.free[name])
            except CannotVary:
                sheet.cells.pop(name, None)
                del style.free[name]

    @staticmethod
    def _different(sheet: Sheet, name: str, way: int, rank: int) -> Cells:
        """Numbers of lines begin anew with every order, so that they fit; everything else is counted through."""
        column = sheet.table.column(name)
        if column is None:
            raise CannotVary(name)
        beside = [cells for other, cells in sheet.cells.items() if other != name and _keyed(sheet.table, name, other)]
        if beside and column.family in ("int", "smallint", "bigint", "numeric") and way == 0:
            seen: dict[tuple[str | None, ...], int] = {}
            numbers = []
            for group in zip(*beside, strict=True):
                seen[group] = seen.get(group, 0) + 1
                numbers.append(str(seen[group]))
            return numbers
        return distinct(column, sheet.same.get(name), sheet.size, way - 1 if beside and way else way, rank)

    def _varied(self, sheet: Sheet, column: Column, way: int) -> Cells:
        skew = next((s for s in self.skews.values() if (s.table, s.column) == (sheet.table.name, column.name)), None)
        if skew is not None:
            if way:
                raise CannotVary(column.name)
            return skew.cells(sheet.size)
        if column.family in NUMBERS:
            if way:
                raise CannotVary(column.name)
            return [str(1 + row * 7 % PRICES) for row in range(sheet.size)]
        return moments(column, sheet.same.get(column.name) or "", sheet.size, way)


def _keyed(table: Table, one: str, other: str) -> bool:
    """Both are in the smallest unique set that holds the first."""
    sets = sorted((keys for keys in unique_columns(table) if one in keys), key=len)
    return bool(sets) and other in sets[0]


def _plain_first(column: Column) -> int:
    order = ("uuid", "bigint", "int", "smallint", "numeric", "text", "varchar", "char", "ltree", "timestamptz")
    return order.index(column.family) if column.family in order else len(order)


def _most_different(table: Table, keys: Iterable[str]) -> str | None:
    """The column of these that can have the most values; none that refers to other rows."""
    tied = {name for key in table.foreign_keys for name in key.columns}
    columns = [c for name in keys if (c := table.column(name)) and not c.generated and name not in tied]
    columns = [column for column in columns if column.family not in ("bool", "enum") and not column.array]
    return min(columns, key=_plain_first).name if columns else None


def changed(table: Table, style: Style, problem: psycopg.Error, names: Sequence[str]) -> bool:
    """Vary the columns that a refusal is about in another way; False when it is not about values, or nothing varies."""
    if state_of(problem)[:2] not in ("22", "23"):
        return False
    blamed = _blamed(table, problem, names)
    if state_of(problem) == UNIQUE and blamed and not blamed & {*style.unique, *style.free}:
        different = _most_different(table, sorted(blamed, key=names.index))
        if different is not None:
            style.unique[different] = 0  # two rows are the same there although one of the columns is empty
            return True
    for varied in (style.free, style.unique):
        chosen = [name for name in varied if name in blamed] or (
            [] if blamed & {*style.unique, *style.free} else varied
        )
        for name in list(chosen):
            varied[name] += 1
        if chosen:
            return True
    return False


def _blamed(table: Table, problem: psycopg.Error, names: Sequence[str]) -> set[str]:
    diag = problem.diag
    found = {diag.column_name} if diag.column_name else set()
    for rule in table.checks:
        if diag.constraint_name and rule.name == diag.constraint_name:
            found |= set(rule.columns) or set(named_in(rule.text, table))
    for index in table.indexes:
        if diag.constraint_name and index.name == diag.constraint_name:
            found |= set(named_in(" ".join(index.keys), table))
    if place := _PLACE.search(diag.context or ""):
        found.add(place[1].strip('"'))
    return {name for name in found if name in names}
