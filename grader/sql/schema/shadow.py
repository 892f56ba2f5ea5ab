"""A PostgreSQL copy of a schema for MySQL or SQLite: our own statements, written from the model that was read.

Nothing of the candidate's text is run: names are quoted, types come from families, and conditions were taken apart and
put together again. Each statement knows where the original stands, so that a refusal points into the candidate's file.
What PostgreSQL cannot be told is optional: when it does not load it becomes a caveat, never a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count

import msgspec

from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Place, Schema, Table, Unique
from grader.evidence.schema import Dialect
from grader.sql.schema.dialects.expressions import default
from grader.sql.schema.splitter import Statement
from grader.sql.schema.written import Written

ANY_CASE, UNSEEN = "any case: ", "no look-up: "  # begin the names of indexes that only the copy has
LONGEST_LABEL = 63
_NAME_BYTES = 63

Item = Table | Column | CheckRule | ForeignKey | Index | Unique


class Copied(Statement, frozen=True, kw_only=True):
    """A statement of the copy. `item` is what it makes; `optional` when PostgreSQL may be unable to."""

    origin: Place
    table: str
    item: Item
    optional: bool = False

    def place(self, offset: int = 0, length: int = 1) -> Place:  # noqa: ARG002 - offsets in our text mean nothing there
        """Where the original stands."""
        return self.origin


def shadow(written: Written, dialect: Dialect) -> tuple[Copied, ...]:
    """The statements of the copy, in the order of the originals.

    References come last when the original lets tables refer to later ones.
    """
    writer = _Writer(written.schema, dialect)
    order = {table.lower(): number for number, table in enumerate(written.tables)}
    tables = sorted(written.schema.tables, key=lambda table: order.get(table.name.lower(), len(order)))
    lost = {problem.table.lower() for problem in written.unread if writer.known(problem.table) is None}
    keys = [key for table in tables for key in writer.references(table, lost)]
    made = [statement for table in tables for statement in writer.table(table)]
    if written.forward:
        return (*made, *keys)
    places = {table.name: table.place for table in tables}
    files = {statement.origin.file: number for number, statement in reversed(list(enumerate(made)))}

    def position(one: Copied) -> tuple[int, int, int]:
        """What is declared in a table comes with it; a reference comes where it is declared."""
        origin = one.origin if isinstance(one.item, ForeignKey) else places[one.table] or one.origin
        return files.get(origin.file, 0), origin.line, origin.column

    return tuple(sorted([*made, *keys], key=position))


def text(statements: tuple[Copied, ...]) -> str:
    """The copy as one script."""
    return "".join(f"{statement.text};\n" for statement in statements)


class _Writer:
    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self.schema, self.dialect = schema, dialect
        self.tables = {table.name.lower(): table for table in schema.tables}
        self.taken = {table.name for table in schema.tables}

    def known(self, name: str) -> Table | None:
        """The table of that name, whatever its case."""
        return self.tables.get(name.lower())

    def _free(self, wanted: str, table: str) -> str:
        """A name that no table or index has: PostgreSQL keeps them in one list, the others in one for each table."""
        options = chain([wanted, f"{table}.{wanted}"], (f"{n} {table}.{wanted}" for n in count(2)))
        name = next(name for name in map(_cut, options) if name not in self.taken)
        self.taken.add(name)
        return name

    def table(self, table: Table) -> Iterator[Copied]:
        """The table with its types, keys, rules and indexes; references come by themselves."""
        place = table.place or Place(file="", line=1)
        for column in table.columns:
            if column.family == "enum":
                labels = ", ".join(_text(label) for label in column.enum)
                yield self._one(f"CREATE TYPE {_quoted(_enum(table, column))} AS ENUM ({labels})", table, place, column)
        parts = [self._column(table, column) for column in table.columns]
        if table.primary_key:
            name = _quoted(self._free(f"{table.name}_pkey", table.name))
            parts.append(f"CONSTRAINT {name} PRIMARY KEY ({_list(table.primary_key)})")
        for unique in table.uniques:
            name = _quoted(self._free(unique.name, table.name))
            parts.append(f"CONSTRAINT {name} UNIQUE ({_list(unique.columns)})")
        body = ",\n".join(f"    {part}" for part in parts)
        yield self._one(f"CREATE TABLE {_quoted(table.name)} (\n{body}\n)", table, place, table)
        yield from self._values(table, place)
        yield from self._rules(table, place)
        yield from self._indexes(table, place)

    def _column(self, table: Table, column: Column) -> str:
        kind = _quoted(_enum(table, column)) if column.family == "enum" else column.type
        parts = [_quoted(column.name), kind]
        if column.generated:
            return " ".join([*parts, f"GENERATED ALWAYS AS (NULL::{kind}) STORED"])
        if column.numbered:
            parts.append("GENERATED BY DEFAULT AS IDENTITY")
        elif column.default and (value := default(column.default, column)):
            parts.append(f"DEFAULT {value}")
        return " ".join([*parts, *(["NOT NULL"] if not column.nullable else [])])

    def _values(self, table: Table, place: Place) -> Iterator[Copied]:
        """What generated columns hold, by itself: an expression that PostgreSQL does not know costs only itself."""
        for column in table.columns:
            if column.generated:
                name = _quoted(column.name)
                change = f"ALTER COLUMN {name} SET EXPRESSION AS ({column.default})"
                change += f", ALTER COLUMN {name} SET NOT NULL" if not column.nullable else ""
                yield self._one(self._alter(table, change), table, column.place or place, column, optional=True)

    def _rules(self, table: Table, place: Place) -> Iterator[Copied]:
        used: set[str] = set()
        for rule in table.checks:
            named = rule.name and rule.name not in used
            used.add(rule.name)
            change = f"ADD CONSTRAINT {_quoted(_cut(rule.name))} CHECK" if named else "ADD CHECK"
            made = self._alter(table, f"{change} ({rule.text})")
            yield self._one(made, table, rule.place or place, rule, optional=True)

    def _indexes(self, table: Table, place: Place) -> Iterator[Copied]:
        for index in table.indexes:
            if index.method == "btree":
                made = self._index(table, index, index.shape)
                hard = any("(" in key for key in index.keys) or bool(index.where)
                yield self._one(made, table, index.place or place, index, optional=hard)
            elif index.method == "invisible" and index.unique:
                yield self._unseen(table, index, place)
        for columns, index in self._distinct(table):
            keys = ", ".join(self._folded(table, column) for column in columns)
            made = self._index(table, index, keys)
            yield self._one(made, table, index.place or place, index, optional=True)

    def _unseen(self, table: Table, index: Index, place: Place) -> Copied:
        """What is unique by an index that no look-up may use: over arrays of one, for which nobody asks."""
        parts = [key if "(" in key else self._folded(table, key) for key in index.keys]
        keys = ", ".join(f"(ARRAY[{part}])" for part in parts)
        where = " AND ".join(f"{part} IS NOT NULL" for part in parts)
        alike = msgspec.structs.replace(index, name=f"{UNSEEN}{index.name}", where=where)
        return self._one(self._index(table, alike, keys), table, index.place or place, alike, optional=True)

    def _distinct(self, table: Table) -> Iterator[tuple[tuple[str, ...], Index]]:
        """Keys over texts that are the same in any case: an index of its own refuses what the original refuses."""
        seen = [index for index in table.indexes if index.method == "btree"]
        made = [index for index in seen if index.unique and not any("(" in key for key in index.keys)]
        keys = [(table.primary_key, "", table.place)]
        keys += [(unique.columns, "", unique.place) for unique in table.uniques]
        keys += [(index.keys, index.where, index.place) for index in made]
        for columns, where, place in keys:
            if any((column := table.column(name)) is not None and column.any_case for name in columns):
                name = f"{ANY_CASE}{table.name} {' '.join(columns)}"
                yield columns, Index(name=name, keys=columns, unique=True, where=where, place=place)

    @staticmethod
    def _folded(table: Table, name: str) -> str:
        column = table.column(name)
        return f"lower({_quoted(name)})" if column is not None and column.any_case else _quoted(name)

    def _index(self, table: Table, index: Index, keys: str) -> str:
        kind = "CREATE UNIQUE INDEX" if index.unique else "CREATE INDEX"
        where = f" WHERE {index.where}" if index.where else ""
        keys = keys or _list(index.keys)
        return f"{kind} {_quoted(self._free(index.name, table.name))} ON {_quoted(table.name)} ({keys}){where}"

    def references(self, table: Table, lost: set[str]) -> Iterator[Copied]:
        """The foreign keys, but for those that lead to a table which could not be read."""
        used: set[str] = set()
        for key in table.foreign_keys:
            if key.table.lower() in lost:
                continue
            named = key.name and key.name not in used
            used.add(key.name)
            change = f"ADD CONSTRAINT {_quoted(_cut(key.name))} " if named else "ADD "
            change += f"FOREIGN KEY ({_list(key.columns)}) REFERENCES {_quoted(key.table)}"
            change += f" ({_list(key.references)})" if key.references else ""
            change += f" ON DELETE {key.on_delete}" if key.on_delete != "NO ACTION" else ""
            change += f" ON UPDATE {key.on_update}" if key.on_update != "NO ACTION" else ""
            yield self._one(self._alter(table, change), table, key.place or table.place or Place(file="", line=1), key)

    @staticmethod
    def _alter(table: Table, change: str) -> str:
        return f"ALTER TABLE {_quoted(table.name)} {change}"

    @staticmethod
    def _one(sql: str, table: Table, origin: Place, item: Item, *, optional: bool = False) -> Copied:
        return Copied(
            text=sql,
            file=origin.file,
            line=origin.line,
            column=origin.column,
            origin=origin,
            table=table.name,
            item=item,
            optional=optional,
        )


def _enum(table: Table, column: Column) -> str:
    return _cut(f"{table.name}.{column.name}")


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _cut(name: str) -> str:
    """The name as long as PostgreSQL keeps it."""
    return name.encode()[:_NAME_BYTES].decode(errors="ignore")
