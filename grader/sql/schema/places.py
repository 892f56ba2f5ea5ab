"""Give the catalog's tables, columns and constraints their places in the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Schema, Table, Unique

Keyed = TypeVar("Keyed", ForeignKey, Unique, CheckRule, Index)


def placed(catalog: Schema, written: Schema) -> Schema:
    """The catalog with the places that the reading of the script knows."""
    tables = []
    for table in catalog.tables:
        source = written.table(table.name) or _anywhere(written, table.name)
        tables.append(_table(table, source) if source else table)
    return Schema(tables=tuple(tables))


def _anywhere(written: Schema, name: str) -> Table | None:
    """The only table written under that name: a script that sets its search path does not repeat the schema's name."""
    found = [table for table in written.tables if table.name == name.rpartition(".")[2]]
    return found[0] if len(found) == 1 else None


def _table(table: Table, source: Table) -> Table:
    return msgspec.structs.replace(
        table,
        place=source.place,
        columns=tuple(_column(column, source) for column in table.columns),
        foreign_keys=tuple(_like(key, source.foreign_keys, lambda k: k.columns) for key in table.foreign_keys),
        uniques=tuple(_like(unique, source.uniques, lambda u: u.columns) for unique in table.uniques),
        checks=tuple(_like(rule, source.checks, lambda r: r.columns) for rule in table.checks),
        indexes=tuple(_like(index, source.indexes, lambda i: i.keys) for index in table.indexes),
    )


def _column(column: Column, source: Table) -> Column:
    found = source.column(column.name)
    return msgspec.structs.replace(column, place=found.place, type_place=found.type_place) if found else column


def _like(item: Keyed, others: Sequence[Keyed], key: Callable[[Keyed], object]) -> Keyed:
    """The item with the place of the one of the same name, else of the first with the same columns."""
    named = next((other for other in others if other.name and other.name == item.name), None)
    match = named or next((other for other in others if key(other) == key(item)), None)
    return msgspec.structs.replace(item, place=match.place) if match else item
