"""Make a database smaller while two queries still differ on it, so that a person sees why at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grader.evidence.query import Row
from grader.sql.query.literals import family
from grader.sql.query.smalldata import ColumnRules, TableRules

MOST_ROWS_ALONE = 6

Tables = Mapping[str, tuple[Row, ...]]


def shrink(
    tables: Tables, rules: Sequence[TableRules], differs: Callable[[Tables], bool], *, tries: int
) -> tuple[Tables, int]:
    """The smallest database found in at most `tries` questions to `differs`, and how many were asked.

    Rows are taken away in halves, quarters and so on; a parent's children go with it. Then values that do not matter
    become plain ones, a column at a time, so that the others stand out. The count is bounded, not the time, so that
    the same difference always shrinks to the same rows.
    """
    state = _State(dict(tables), rules, differs, tries)
    before = -1
    while state.size() != before and state.left:
        before = state.size()
        for table in rules:
            state.thin(table.name)
    for table in rules:
        for place, column in enumerate(table.columns):
            if column.name not in table.key and column.name not in table.parents:
                state.plain(table.name, place, plain_value(column))
    return state.tables, tries - state.left


class _State:
    def __init__(
        self,
        tables: dict[str, tuple[Row, ...]],
        rules: Sequence[TableRules],
        differs: Callable[[Tables], bool],
        left: int,
    ) -> None:
        self.tables, self.rules, self.differs, self.left = tables, rules, differs, left

    def size(self) -> int:
        return sum(len(rows) for rows in self.tables.values())

    def thin(self, name: str) -> None:
        chunk = max(1, len(self.tables[name]) // 2)
        while chunk and self.left:
            start = 0
            while start < len(self.tables[name]) and self.left:
                if not self._without(name, start, start + chunk):
                    start += chunk
            chunk //= 2

    def plain(self, name: str, place: int, value: str) -> None:
        """Try one value for a column of all rows, else for all rows but those whose value matters."""
        rows = self.tables[name]
        if (
            self._with(name, tuple((*row[:place], value, *row[place + 1 :]) for row in rows))
            or len(rows) > MOST_ROWS_ALONE
        ):
            return
        for number in range(len(rows)) if len(rows) > 1 else ():
            rows = self.tables[name]
            row = (*rows[number][:place], value, *rows[number][place + 1 :])
            self._with(name, (*rows[:number], row, *rows[number + 1 :]))

    def _with(self, name: str, rows: tuple[Row, ...]) -> bool:
        """Try other rows of a table; True when they are there to stay."""
        changed = {**self.tables, name: rows}
        if changed == self.tables:
            return True
        if not self.left:
            return False
        self.left -= 1
        if self.differs(changed):
            self.tables = changed
        return self.tables is changed

    def _without(self, name: str, start: int, end: int) -> bool:
        """Try without some rows of a table; True when they are gone for good."""
        rows = self.tables[name]
        smaller = orphans_removed({**self.tables, name: rows[:start] + rows[end:]}, self.rules)
        self.left -= 1
        if not self.differs(smaller):
            return False
        self.tables = smaller
        return True


def plain_value(column: ColumnRules) -> str:
    """A value that nobody looks at twice and that the rules of the column allow."""
    return column.domain[0] if column.domain else _PLAIN[family(column.type)]


_PLAIN = {
    "int": "1",
    "number": "1.00",
    "text": "a",
    "boolean": "f",
    "time": "2020-01-01 00:00:00",
    "date": "2020-01-01",
}


def orphans_removed(tables: dict[str, tuple[Row, ...]], rules: Sequence[TableRules]) -> dict[str, tuple[Row, ...]]:
    """The tables without rows whose parents are not there; `rules` name parents before children."""
    out = dict(tables)
    for table in rules:
        for place, column in enumerate(table.columns):
            if column.name in table.parents:
                parent, key = table.parents[column.name]
                known = _values(out[parent], rules, parent, key) | {None}
                out[table.name] = tuple(row for row in out[table.name] if row[place] in known)
    return out


def _values(rows: tuple[Row, ...], rules: Sequence[TableRules], table: str, column: str) -> set[str | None]:
    names = [c.name for c in next(t for t in rules if t.name == table).columns]
    place = names.index(column)
    return {row[place] for row in rows}
