"""What MySQL surely refuses although it can be read. Each rule is one of its documented errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.evidence.catalog import ForeignKey, Place
from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.written import Unread

_LONG = ("tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob", "json", "geometry")


KEYLESS_ENGINES = (
    *("myisam", "memory", "csv", "archive", "aria", "heap", "blackhole", "merge", "mrg_myisam", "federated"),
)


def refused_numbering(draft: OtherDraft) -> Iterator[Unread]:
    """SQLite numbers the rows of a lone INTEGER key only."""
    for column in draft.columns.values():
        if column.name in draft.misspelt_numbers:
            why = "SQLite knows no AUTO_INCREMENT: it is spelt AUTOINCREMENT, behind INTEGER PRIMARY KEY"
            yield _refusal(draft, f"{column.name} {column.declared} AUTO_INCREMENT", why, column.place or draft.at)
        elif column.identity and (column.declared != "integer" or draft.primary_key != (column.name,)):
            why = "SQLite refuses the table: AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY"
            yield _refusal(draft, f"{column.name} {column.declared} AUTOINCREMENT", why, column.place or draft.at)


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
        if column.name in draft.misspelt_numbers:
            why = "MySQL knows no AUTOINCREMENT: it is spelt AUTO_INCREMENT"
            yield _refusal(draft, f"{column.name} {column.declared} AUTOINCREMENT", why, place)
        elif column.identity and not _begins_key(draft, column.name):  # error 1075
            why = f"MySQL refuses AUTO_INCREMENT on a column that begins no key (error 1075): `{column.name}`"
            yield _refusal(draft, f"{column.name} {column.declared} AUTO_INCREMENT", why, place)


def _begins_key(draft: OtherDraft, name: str) -> bool:
    """It begins a key; where numbers count within a group of rows, it may stand further back in it."""
    return _keyed(draft, name) if draft.engine in ("myisam", "aria") else draft.covered((name,))


def _keyed(draft: OtherDraft, name: str) -> bool:
    """The column is part of a key or an index, as a whole."""
    lists = [draft.primary_key, *(unique.columns for unique in draft.uniques)]
    lists += [index.keys for index in draft.indexes if index.method == "btree"]
    return any(name in keys for keys in lists)


def refused_key(draft: OtherDraft, key: ForeignKey, tables: Mapping[str, OtherDraft]) -> Unread | None:
    """Why MySQL refuses a foreign key; None when it takes it.

    What is referred to must be a table that keeps foreign keys (error 1824).
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
    if target and target.engine in KEYLESS_ENGINES:  # error 1824
        why = f"`{target.name}` has the engine {target.engine}, which knows no foreign keys"
        return _refusal(draft, what, f"MySQL refuses this foreign key (error 1824): {why}", place)
    for name, reference in zip(key.columns, key.references, strict=False):
        one, other = draft.types.get(name), target.types.get(reference) if target else None
        if target and one and other and one.size and other.size and one.size != other.size:
            sides = f"`{draft.name}.{name}` is {one.declared}, but `{target.name}.{reference}` is {other.declared}"
            return _refusal(draft, what, f"MySQL refuses this foreign key: {sides}", place)
    return None


def _refusal(draft: OtherDraft, text: str, why: str, place: Place) -> Unread:
    return Unread(text=text, place=place, table=draft.name, why=why, wrong=True)
