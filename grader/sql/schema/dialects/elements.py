"""The elements of a table in MySQL and SQLite: columns with their attributes, keys, indexes and rules.

Grammars: https://dev.mysql.com/doc/refman/8.0/en/create-table.html, https://sqlite.org/lang_createtable.html.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Place, Unique
from grader.evidence.schema import Dialect
from grader.sql.schema.dialects.draft import OtherDraft, type_fields
from grader.sql.schema.dialects.keys import keys, options, primary
from grader.sql.schema.dialects.tokens import Cursor, Token
from grader.sql.schema.dialects.types import mysql_type, sqlite_type

CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
MOST_COLUMNS = 1_600  # of a table in PostgreSQL
_INDEXES = frozenset({"KEY", "INDEX", "FULLTEXT", "SPATIAL"})
_ENDS = frozenset(
    {
        *("CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED"),
        *("AS", "ON", "AUTOINCREMENT", "AUTO_INCREMENT", "COMMENT", "DEFERRABLE"),
    }
)
_IGNORED_WITH_VALUE = ("COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "SRID", "MATCH")
_IGNORED = ("VISIBLE", "INVISIBLE", "VIRTUAL", "STORED", "PERSISTENT", "ASC", "DESC", "BINARY", "ASCII", "UNICODE")


class Elements:
    """Adds elements to a draft. Where a token stands is the script reader's to know."""

    def __init__(self, dialect: Dialect, place: Callable[[Token | None], Place | None]) -> None:
        self.dialect, self.place = dialect, place
        self.checked = True  # MySQL looks at what a foreign key refers to

    def element(self, draft: OtherDraft, cursor: Cursor) -> None:
        """One element of CREATE TABLE; in SQLite a comma between constraints may be missing."""
        if not self._constrains(cursor):
            self.column(draft, cursor)
        while not cursor.done and self._constrains(cursor):
            self.constraint(draft, cursor)
        if not cursor.done:
            raise cursor.lost("this clause is not known")

    def _constrains(self, cursor: Cursor) -> bool:
        token = cursor.peek()
        if token is None or token.kind != "word":
            return False
        if token.upper in CONSTRAINTS:
            return True
        return self.dialect == "mysql" and token.upper in _INDEXES

    # columns

    def column(self, draft: OtherDraft, cursor: Cursor, *, instead_of: str = "") -> str:
        """A column with its type and attributes; answers its name. `instead_of` is the one that it redefines."""
        token = cursor.name()
        name = draft.known(token.value)
        old = draft.columns.get(instead_of or name)
        if len(draft.columns) >= MOST_COLUMNS:
            raise cursor.lost(f"a table has at most {MOST_COLUMNS} columns")
        if old is not None and not instead_of:
            raise cursor.lost(f"the column `{name}` is there already")
        kind = mysql_type(cursor) if self.dialect == "mysql" else sqlite_type(cursor, _ENDS, strict=draft.strict)
        if instead_of and instead_of != name:
            draft.rename_column(instead_of, name)
        draft.types[name] = kind
        draft.collations.pop(name, None)
        nullable = not kind.serial and name not in draft.primary_key
        draft.columns[name] = Column(
            name=name, type="", family="", serial=kind.serial, nullable=nullable, place=self.place(token)
        )
        draft.change(name, **type_fields(kind))
        if kind.serial:
            draft.uniques.append(Unique(columns=(name,), name=name, place=self.place(token)))
        while not cursor.done and not cursor.sees_any(frozenset({"FIRST", "AFTER"})):
            self._attribute(draft, name, cursor, self.place(token))
        return name

    def _attribute(self, draft: OtherDraft, name: str, cursor: Cursor, place: Place | None) -> None:
        own = cursor.name().value if cursor.take("CONSTRAINT") and not cursor.sees_any(CONSTRAINTS) else ""
        if cursor.take("NOT", "NULL"):
            draft.change(name, nullable=False)
        elif cursor.take("NULL"):
            pass
        elif cursor.take("DEFAULT"):
            draft.change(name, default=_value(cursor))
        elif cursor.take("PRIMARY", "KEY") or (self.dialect == "mysql" and cursor.take("KEY")):
            cursor.take_any("ASC", "DESC")
            draft.primary_key = (name,)
            draft.change(name, nullable=self._nullable_key(draft, name))
        elif cursor.take("UNIQUE"):
            cursor.take("KEY")
            draft.uniques.append(Unique(columns=(name,), name=own or draft.index_name("", (name,)), place=place))
        elif cursor.take("REFERENCES"):
            key = self._reference(draft, (name,), cursor, own, place)
            (draft.inline_keys if self.dialect == "mysql" else draft.foreign_keys).append(key)
        elif cursor.sees("CHECK"):
            self._check(draft, cursor, own, self.place(cursor.peek()))
        else:
            self._remark(draft, name, cursor)
        self._conflict(cursor)

    def _nullable_key(self, draft: OtherDraft, name: str) -> bool:
        """Only SQLite's keys that are no rowid may stay NULL."""
        alias = draft.columns[name].declared == "integer"
        return self.dialect == "sqlite" and not alias and draft.columns[name].nullable

    def _remark(self, draft: OtherDraft, name: str, cursor: Cursor) -> None:
        """Attributes that are no rule about values."""
        if word := cursor.take_any("AUTO_INCREMENT", "AUTOINCREMENT"):
            if (word == "AUTOINCREMENT") != (self.dialect == "sqlite"):
                draft.misspelt_numbers.add(name)
            draft.change(name, identity="by default", nullable=False)
        elif cursor.take("COMMENT"):
            draft.change(name, comment=cursor.next().value)
        elif cursor.take("COLLATE"):
            draft.collations[name] = cursor.name().value.lower()
        elif cursor.take("CHARACTER", "SET") or cursor.take("CHARSET"):
            draft.collations.setdefault(name, cursor.name().value.lower())
        elif cursor.take("GENERATED", "ALWAYS", "AS") or cursor.take("AS"):
            draft.change(name, generated=True, default=cursor.enclosed().source())
        elif cursor.take("ON", "UPDATE"):
            _value(cursor)
        elif cursor.take("SERIAL", "DEFAULT", "VALUE"):
            draft.change(name, identity="by default", nullable=False)
        elif not self._of_no_meaning(draft, name, cursor):
            raise cursor.lost("this clause is not known")

    @staticmethod
    def _of_no_meaning(draft: OtherDraft, name: str, cursor: Cursor) -> bool:
        """Pass over an attribute that says nothing about values; BINARY speaks of their case."""
        if cursor.take_any(*_IGNORED_WITH_VALUE):
            cursor.take("=")
            cursor.next()
            return True
        word = cursor.take_any(*_IGNORED)
        if word == "BINARY":
            draft.collations[name] = "binary"
        return bool(word)

    @staticmethod
    def _conflict(cursor: Cursor) -> None:
        """What SQLite does about a conflict; the rule is the same."""
        if cursor.take("ON", "CONFLICT"):
            cursor.next()

    # constraints and indexes

    def constraint(self, draft: OtherDraft, cursor: Cursor) -> None:
        """A key, an index or a rule of a table."""
        begin = cursor.peek()
        own = ""
        if cursor.take("CONSTRAINT") and not cursor.sees_any(CONSTRAINTS):
            begin = cursor.peek()
            own = cursor.name().value
        place = self.place(begin)
        if cursor.take("PRIMARY", "KEY"):
            draft.primary_key = primary(draft, cursor, numbered=self.dialect == "sqlite")
            for column in set(draft.primary_key) & draft.columns.keys():
                draft.change(column, nullable=self.dialect == "sqlite" and draft.columns[column].nullable)
        elif cursor.take("UNIQUE"):
            cursor.take_any("KEY", "INDEX")
            self._unique(draft, cursor, own, place)
        elif cursor.take("FOREIGN", "KEY"):
            name = own or (cursor.name().value if not cursor.sees("(") else "")
            columns = tuple(draft.known(token.value) for token in _names(cursor.enclosed()))
            cursor.expect("REFERENCES")
            draft.foreign_keys.append(self._reference(draft, columns, cursor, name, place))
        elif cursor.sees("CHECK"):
            self._check(draft, cursor, own, place)
        elif self.dialect == "mysql" and cursor.sees_any(_INDEXES):
            method = {"FULLTEXT": "fulltext", "SPATIAL": "spatial"}.get(cursor.next().upper, "btree")
            cursor.take_any("KEY", "INDEX")
            self.index(draft, cursor, _index_name(cursor), place, method=method)
        else:
            raise cursor.lost("this clause is not known")
        self._conflict(cursor)

    def _unique(self, draft: OtherDraft, cursor: Cursor, own: str, place: Place | None) -> None:
        name = _index_name(cursor) or own
        parts, shape = keys(draft, cursor)
        name = draft.index_name(name, parts)
        options(draft, cursor, name)
        if any("(" in key for key in parts):
            draft.indexes.append(Index(name=name, keys=parts, unique=True, shape=shape, place=place))
        else:
            draft.uniques.append(Unique(columns=parts, name=name, place=place))

    def index(
        self,
        draft: OtherDraft,
        cursor: Cursor,
        name: str,
        place: Place | None,
        *,
        unique: bool = False,
        method: str = "btree",
    ) -> None:
        """The keys of an index and what may follow them."""
        parts, shape = keys(draft, cursor, unique=unique)
        where = ""
        if self.dialect == "sqlite" and cursor.take("WHERE"):
            where = cursor.text[cursor.next().begin : cursor.tokens[-1].end]
            cursor.at = len(cursor.tokens)
        name = draft.index_name(name, parts)
        options(draft, cursor, name)
        draft.indexes.append(
            Index(
                name=name,
                keys=parts,
                unique=unique,
                where=where,
                method=method,
                shape=shape,
                place=place,
            )
        )

    def _reference(
        self, draft: OtherDraft, columns: tuple[str, ...], cursor: Cursor, name: str, place: Place | None
    ) -> ForeignKey:
        """What follows REFERENCES."""
        table = cursor.path().value
        references = tuple(token.value for token in _names(cursor.enclosed())) if cursor.sees("(") else ()
        done = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
        while True:
            if cursor.take("MATCH"):
                cursor.next()
            elif cursor.sees("ON", "DELETE") or cursor.sees("ON", "UPDATE"):
                cursor.next()
                when = cursor.next().upper
                done[when] = _action(cursor)
            elif cursor.take("NOT", "DEFERRABLE") or cursor.take("DEFERRABLE"):
                if cursor.take("INITIALLY"):
                    cursor.next()
            else:
                break
        if not self.checked:
            draft.unchecked.add(place)
        return ForeignKey(
            columns=columns,
            table=table,
            references=references,
            on_delete=done["DELETE"],
            on_update=done["UPDATE"],
            name=name,
            place=place,
        )

    @staticmethod
    def _check(draft: OtherDraft, cursor: Cursor, name: str, place: Place | None) -> None:
        """A rule; one that is NOT ENFORCED is kept with that word as its domain until the table is finished."""
        cursor.expect("CHECK")
        text = cursor.enclosed().source()
        enforced = not cursor.take("NOT", "ENFORCED")
        cursor.take("ENFORCED")
        draft.checks.append(CheckRule(text=text, name=name, domain="" if enforced else "NOT ENFORCED", place=place))


def _names(cursor: Cursor) -> list[Token]:
    return [part.name() for part in cursor.parts() if not part.done]


def _index_name(cursor: Cursor) -> str:
    return "" if cursor.sees("(") or cursor.sees("USING") else cursor.name().value


def _action(cursor: Cursor) -> str:
    word = cursor.next().upper
    if word in ("SET", "NO"):
        return f"{word} {cursor.next().upper}"
    return word


def _value(cursor: Cursor) -> str:
    """A literal, a function or an expression in parentheses, as written."""
    begin = cursor.at
    if cursor.sees("("):
        cursor.skip_enclosed()
        return cursor.between(begin)
    cursor.take_any("+", "-")
    cursor.next()
    if cursor.sees("("):
        cursor.skip_enclosed()
    else:
        token, before = cursor.peek(), cursor.tokens[cursor.at - 1]
        if token is not None and token.kind == "text" and before.kind == "word" and token.begin == before.end:
            cursor.next()  # b'0', x'00', _utf8mb4'…'
    return cursor.between(begin)
