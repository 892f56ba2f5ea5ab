"""A table of MySQL or SQLite while its script is being read."""

from __future__ import annotations

from itertools import chain, count

from grader.evidence.catalog import ForeignKey, Index, Place, Trigger
from grader.sql.schema.ddl_draft import Draft
from grader.sql.schema.dialects.types import OtherType


class OtherDraft(Draft):
    """A table under construction. Names are found whatever their case, and kept as they were first written."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name, place)
        self.at = place
        self.types: dict[str, OtherType] = {}
        self.collations: dict[str, str] = {}
        self.collation = ""
        self.engine = ""
        self.strict = False
        self.without_rowid = False
        self.inline_keys: list[ForeignKey] = []
        self.triggers: list[Trigger] = []
        self.renamed: dict[str, str] = {}
        self.prefixed: set[str] = set()
        self.invisible: set[str] = set()
        self.unchecked: set[Place | None] = set()
        self.refused: list[ForeignKey] = []
        self.misspelt_numbers: set[str] = set()

    def known(self, name: str) -> str:
        """The column's name as it was first written, or as it is called since it was renamed."""
        if name in self.columns:
            return name
        found = next((column for column in self.columns if column.lower() == name.lower()), "")
        return found or self.renamed.get(name.lower(), name)

    def rename_column(self, old: str, new: str) -> None:
        """Give a column another name, wherever it is used."""
        super().rename_column(old, new)
        self.renamed[old.lower()] = new
        if old in self.types:
            self.types[new] = self.types.pop(old)
        if old in self.collations:
            self.collations[new] = self.collations.pop(old)

    def forget(self, name: str) -> None:
        """Remove a column with everything that needs it."""
        self.drop_column(name)
        self.types.pop(name, None)
        self.collations.pop(name, None)

    def drop_index(self, name: str) -> None:
        """Remove an index or a unique key by its name."""
        self.indexes = [index for index in self.indexes if index.name.lower() != name.lower()]
        self.uniques = [unique for unique in self.uniques if unique.name.lower() != name.lower()]

    def seen(self, name: str, *, visible: bool) -> None:
        """Let questions use an index, or keep it from them."""
        (self.invisible.discard if visible else self.invisible.add)(name.lower())

    def index_name(self, wanted: str, keys: tuple[str, ...]) -> str:
        """The name of an index; MySQL calls one without a name after its first column."""
        if wanted:
            return wanted
        first = keys[0] if keys and "(" not in keys[0] else "functional_index"
        taken = {index.name for index in self.indexes} | {unique.name for unique in self.uniques}
        return next(name for name in chain([first], (f"{first}_{n}" for n in count(2))) if name not in taken)

    def covered(self, columns: tuple[str, ...]) -> bool:
        """An index, or a key, begins with these columns."""
        lists = [self.primary_key, *(unique.columns for unique in self.uniques)]
        lists += [index.keys for index in self.indexes if index.method == "btree"]
        return any(keys[: len(columns)] == columns for keys in lists)

    def add_key_indexes(self) -> None:
        """The indexes that InnoDB makes for foreign keys which no index of the script begins with.

        A key that is refused has one fault, and that is told: mending it brings the index.
        """
        for key in (*self.foreign_keys, *self.refused):
            if key.columns and not self.covered(key.columns):
                name = self.index_name(key.name, key.columns)
                self.indexes.append(Index(name=name, keys=key.columns, place=key.place))

    def copy_of(self, other: OtherDraft) -> None:
        """CREATE TABLE … LIKE copies columns, checks and indexes, but no foreign keys."""
        self.columns, self.types = dict(other.columns), dict(other.types)
        self.collations, self.collation, self.engine = dict(other.collations), other.collation, other.engine
        self.primary_key, self.uniques = other.primary_key, list(other.uniques)
        self.checks, self.indexes = list(other.checks), list(other.indexes)

    def nullable_key(self) -> bool:
        """SQLite lets a key that is no rowid be NULL unless the table says otherwise."""
        if self.strict or self.without_rowid or not self.primary_key:
            return False
        columns = [self.columns[name] for name in self.primary_key if name in self.columns]
        return any(column.nullable for column in columns)

    def change_type(self, name: str, kind: OtherType) -> None:
        """Give a column another type."""
        self.types[name] = kind
        self.change(name, **type_fields(kind))


def type_fields(kind: OtherType) -> dict[str, object]:
    """The fields of a column that come from its type."""
    return {
        "type": kind.copied,
        "declared": kind.declared or "no type",
        "family": kind.family,
        "args": kind.args if kind.family != "bit" else (),  # the catalog does not tell the length of bits
        "array": kind.array,
        "enum": kind.labels if kind.family == "enum" else (),
    }
