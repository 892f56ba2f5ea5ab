"""Tables that say with their name, or with their rows, what columns should say: one per year, names and values."""

from __future__ import annotations

import re

import msgspec

from grader.evidence.catalog import TEXT, Column, Table
from grader.sql.schema.links import polymorphic
from grader.sql.schema.names import column_words, has, understood, words
from grader.sql.schema.shop import Shop

SAME_COLUMNS = 0.8
_PERIOD = re.compile(
    r"^(?P<stem>.*?[a-z])_?(?:(?:y|m|q)?_?(?:19|20)\d\d(?:_?(?:0?[1-9]|1[0-2]|q[1-4]))?|q[1-4]"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)$",
    re.IGNORECASE,
)
_NAME = ("attribute", "property", "key", "name", "field", "option")
_TOLD = ("language", "locale", "lang", "translation", "country", "comment", "note", "url", "image", "file")
_WIDEST = 8
_SHORTEST_STEM = 3


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Tables of one shape whose names differ in a year or month only."""

    tables: tuple[Table, ...]


class NamesAndValues(msgspec.Struct, frozen=True, kw_only=True):
    """A table with a row per attribute: its name and its value as text. `anything`: of rows of any table."""

    table: Table
    name: str
    value: str
    anything: bool


def per_period(shop: Shop) -> list[Family]:
    """Several tables of one shape, one per year, quarter or month; partitions of a table are not in the schema."""
    groups: dict[str, list[Table]] = {}
    for table in shop.schema.tables:
        found = _PERIOD.match(table.name)
        if found and not has(shop.links.words(table.name), ("log", "audit", "archive", "backup", "report")):
            groups.setdefault(found["stem"].lower(), []).append(table)
    return [Family(tables=tuple(tables)) for _, tables in sorted(groups.items()) if len(tables) > 1 and _alike(tables)]


def _alike(tables: list[Table]) -> bool:
    names = [{column.name for column in table.columns} for table in tables]
    shared, every = set.intersection(*names), set.union(*names)
    return bool(shared) and len(shared) >= SAME_COLUMNS * len(every)


def names_and_values(shop: Shop) -> list[NamesAndValues]:
    """Narrow tables whose rows name an attribute and give its value as text."""
    core = {table.name for table in shop.core().values()}
    return [
        found
        for table in shop.schema.tables
        if table.name not in core and (found := _names_and_values(table)) is not None
    ]


def _names_and_values(table: Table) -> NamesAndValues | None:
    keys = {name for key in table.foreign_keys for name in key.columns}
    texts = [column for column in table.columns if column.family in (*TEXT, "json") and column.name not in keys]
    value = next((c for c in texts if column_words(c.name, table)[-1:] == ("value",)), None)
    name = next((c for c in texts if c is not value and has(column_words(c.name, table), _NAME)), None)
    if len(table.columns) > _WIDEST:
        return None
    if value is None or name is None:
        return _by_structure(table, texts)
    anything = any(polymorphic(column, table) for column in table.columns)
    return NamesAndValues(table=table, name=name.name, value=value.name, anything=anything)


def _by_structure(table: Table, texts: list[Column]) -> NamesAndValues | None:
    """In words nobody knows: a type and a number of anything with a text make a row unique, and one text is the rest.

    What is said of any row in several languages, or as a remark, has the same shape and is no such table.
    """
    owners = {c.name: _kind_of(c, table) for c in table.columns if c.family not in (*TEXT, "json")}
    for unique in table.unique_sets():
        kind = next((kind for owner, kind in owners.items() if kind and {owner, kind} < set(unique)), "")
        named = [c for c in texts if c.name in unique and c.name != kind]
        said = [c for c in texts if c.name not in unique]
        if kind and len(named) == len(said) == 1 and not any(has(column_words(c.name, table), _TOLD) for c in texts):
            return NamesAndValues(table=table, name=named[0].name, value=said[0].name, anything=True)
    return None


def _is_kind(rest: str) -> bool:
    """`type`, or what nobody knows."""
    found = words(rest)
    return found == ("type",) or (bool(found) and not understood(found))


def _kind_of(column: Column, table: Table) -> str:
    """The text beside a number that says of what it is one: `objekttyp` beside `objekt_id`; empty without one."""
    stem = re.sub(r"_?(?:id|nr|no)$", "", column.name.lower())
    if stem == column.name.lower() or len(stem) < _SHORTEST_STEM:
        return ""
    kinds = (
        c.name
        for c in table.columns
        if c.family in (*TEXT, "enum") and c.name.lower().startswith(stem) and _is_kind(c.name[len(stem) :])
    )
    declared = any(column.name in key.columns for key in table.foreign_keys)
    return "" if declared else next(kinds, "")
