"""What MySQL surely refuses although it can be read. Each rule is one of its documented errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.evidence.catalog import ForeignKey, Place
from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.written import Unread

_LONG = ("tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob", "json", "geometry")


def refused_tables(draft: OtherDraft) -> Iterator[Unread]:
    """Clauses of a table for which MySQL refuses the statement."""
    for column in draft.columns.values():
        place = column.place or draft.at
        long = column.declared.split("(")[0].split(" ")[0] in _LONG
        plain = column.default and not column.generated and not column.default.startswith("(")
        if long and plain and column.default.upper() != "NULL":  # error 1101
            why = f"MySQL refuses a DEFAULT of {column.declared} that is no expression in parentheses"
            yield _refusal(draft, f"{column.name} {column.declared} DEFAULT {column.default}", why, place)
        if long and column.declared != "json" and column.name not in draft.prefixed and _keyed(draft, column.name):
            why = f"MySQL refuses a key over {column.declared} without a length (error 1170): `{column.name}`"
            yield _refusal(draft, f"{column.name} {column.declared}", why, place)
        if column.identity and not draft.covered((column.name,)):  # error 1075
            why = f"MySQL refuses AUTO_INCREMENT on a column that begins no key (error 1075): `{column.name}`"
            yield _refusal(draft, f"{column.name} {column.declared} AUTO_INCREMENT", why, place)


def _keyed(draft: OtherDraft, name: str) -> bool:
    """The column is part of a key or an index, as a whole."""
    lists = [draft.primary_key, *(unique.columns for unique in draft.uniques)]
    lists += [index.keys for index in draft.indexes if index.method == "btree"]
    return any(name in keys for keys in lists)


def refused_key(draft: OtherDraft, key: ForeignKey, tables: Mapping[str, OtherDraft]) -> Unread | None:
    """Why MySQL refuses a foreign key; None when it takes it.

    Whole numbers on both sides must have the same size and sign (error 3780), and what ON DELETE SET NULL empties must
    be allowed to be empty (error 1830).
    """
    target = tables.get(key.table.lower())
    what = f"FOREIGN KEY ({', '.join(key.columns)}) REFERENCES {key.table}"
    place = key.place or draft.at
    required = [name for name in key.columns if name in draft.columns and not draft.columns[name].nullable]
    if "SET NULL" in (key.on_delete, key.on_update) and (required or set(key.columns) & set(draft.primary_key)):
        name = (*required, *key.columns)[0]
        return _refusal(draft, what, f"MySQL refuses SET NULL for `{draft.name}.{name}`, which is NOT NULL", place)
    for name, reference in zip(key.columns, key.references, strict=False):
        one, other = draft.types.get(name), target.types.get(reference) if target else None
        if target and one and other and one.size and other.size and one.size != other.size:
            sides = f"`{draft.name}.{name}` is {one.declared}, but `{target.name}.{reference}` is {other.declared}"
            return _refusal(draft, what, f"MySQL refuses this foreign key: {sides}", place)
    return None


def _refusal(draft: OtherDraft, text: str, why: str, place: Place) -> Unread:
    return Unread(text=text, place=place, table=draft.name, why=why, wrong=True)
