"""ALTER TABLE of MySQL and SQLite, and the options of a table."""

from __future__ import annotations

from collections.abc import Iterator

from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.dialects.elements import Elements
from grader.sql.schema.dialects.tokens import Cursor, NotUnderstood

_CONSTRAINT = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "KEY", "INDEX", "FULLTEXT", "SPATIAL"})


class Alter:
    """Applies the actions of ALTER TABLE to a draft."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements

    def run(self, draft: OtherDraft, cursor: Cursor) -> Iterator[NotUnderstood]:
        """Every action in order; hands back the problem of each that is not understood."""
        for part in cursor.parts():
            try:
                self._action(draft, part)
            except NotUnderstood as problem:
                yield problem

    def _action(self, draft: OtherDraft, part: Cursor) -> None:
        if part.take("ADD"):
            self._add(draft, part)
        elif part.take("MODIFY"):
            part.take("COLUMN")
            name = part.peek()
            known = draft.known(name.value) if name else ""
            self._redefined(draft, part, known)
        elif part.take("CHANGE"):
            part.take("COLUMN")
            self._redefined(draft, part, draft.known(part.name().value))
        elif part.take("DROP"):
            self._drop(draft, part)
        elif part.take("RENAME"):
            self._rename(draft, part)
        elif part.take("ALTER"):
            self._alter(draft, part)
        elif part.take("CONVERT", "TO"):
            self._convert(draft, part)
        else:
            self._options(draft, part)

    def _options(self, draft: OtherDraft, part: Cursor) -> None:
        """Options of the table; partitions and switched-off keys say nothing about values."""
        if part.take("ENABLE", "KEYS") or part.take("DISABLE", "KEYS") or part.take("PARTITION"):
            return
        while not part.done:
            self.option(draft, part)

    @staticmethod
    def _convert(draft: OtherDraft, part: Cursor) -> None:
        """CONVERT TO CHARACTER SET gives every column the collation."""
        if not part.take("CHARSET"):
            part.expect("CHARACTER", "SET")
        draft.collation = part.name().value.lower()
        draft.collations.clear()
        if part.take("COLLATE"):
            draft.collation = part.name().value.lower()

    def _add(self, draft: OtherDraft, part: Cursor) -> None:
        if part.sees_any(_CONSTRAINT):
            self.elements.element(draft, part)
            return
        part.take("COLUMN")
        columns = part.enclosed().parts() if part.sees("(") else [part]
        for column in columns:
            self.elements.column(draft, column)
            _position(column)

    def _redefined(self, draft: OtherDraft, part: Cursor, old: str) -> None:
        if old not in draft.columns:
            raise part.lost(f"there is no column `{old}`")
        self.elements.column(draft, part, instead_of=old)
        _position(part)

    @staticmethod
    def _drop(draft: OtherDraft, part: Cursor) -> None:
        if part.take("PRIMARY", "KEY"):
            draft.primary_key = ()
        elif part.take("FOREIGN", "KEY") or part.take("CONSTRAINT") or part.take("CHECK"):
            name = part.name().value
            draft.drop_constraints([name])
        elif part.take_any("INDEX", "KEY"):
            draft.drop_index(part.name().value)
        else:
            part.take("COLUMN")
            draft.forget(draft.known(part.name().value))

    @staticmethod
    def _rename(draft: OtherDraft, part: Cursor) -> None:
        if part.take("COLUMN"):
            old = draft.known(part.name().value)
            part.expect("TO")
            draft.rename_column(old, part.name().value)
        elif not part.take_any("INDEX", "KEY"):
            part.take_any("TO", "AS")
            draft.name = part.path().value

    @staticmethod
    def _alter(draft: OtherDraft, part: Cursor) -> None:
        if part.take("INDEX"):
            draft.seen(part.name().value, visible=not part.take("INVISIBLE"))
            return
        if part.take_any("CHECK", "CONSTRAINT"):
            return
        part.take("COLUMN")
        name = draft.known(part.name().value)
        if part.take("SET", "DEFAULT"):
            draft.change(name, default=part.text[part.next().begin : part.tokens[-1].end])
        elif part.take("DROP", "DEFAULT"):
            draft.change(name, default="")
        else:
            raise part.lost("this clause is not known")

    @staticmethod
    def option(draft: OtherDraft, cursor: Cursor) -> None:
        """One option of a table, such as `ENGINE=InnoDB`; raises `NotUnderstood` where none comes."""
        cursor.take("DEFAULT")
        if cursor.take("CHARACTER", "SET") or cursor.take("CHARSET"):
            cursor.take("=")
            if not draft.collation:
                draft.collation = cursor.name().value.lower()
            else:
                cursor.next()
            return
        word = cursor.name().upper
        cursor.take("DIRECTORY")
        cursor.take("=")
        value = cursor.next().value
        if word == "ENGINE":
            draft.engine = value.lower()
        elif word == "COLLATE":
            draft.collation = value.lower()
        elif word == "COMMENT":
            draft.comment = value


def _position(cursor: Cursor) -> None:
    """`FIRST`, or `AFTER` a column: the order of columns says nothing."""
    if cursor.take("AFTER"):
        cursor.next()
    else:
        cursor.take("FIRST")
    if not cursor.done:
        raise cursor.lost("this clause is not known")
