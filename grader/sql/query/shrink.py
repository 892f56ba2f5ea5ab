"""Make a database smaller while two queries still differ on it, so that a person sees why at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grader.evidence.query import Row
from grader.sql.query.smalldata import TableRules

Tables = Mapping[str, tuple[Row, ...]]


def shrink(
    tables: Tables, rules: Sequence[TableRules], differs: Callable[[Tables], bool], *, tries: int
) -> tuple[Tables, int]:
    """The smallest database found in at most `tries` questions to `differs`, and how many were asked.

    Rows are taken away in halves, quarters and so on; a parent's children go with it. The count is bounded, not
    the time, so that the same difference always shrinks to the same rows.
    """
    state = _State(dict(tables), rules, differs, tries)
    before = -1
    while state.size() != before and state.left:
        before = state.size()
        for table in rules:
            state.thin(table.name)
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

    def _without(self, name: str, start: int, end: int) -> bool:
        """Try without some rows of a table; True when they are gone for good."""
        rows = self.tables[name]
        smaller = orphans_removed({**self.tables, name: rows[:start] + rows[end:]}, self.rules)
        self.left -= 1
        if not self.differs(smaller):
            return False
        self.tables = smaller
        return True


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
