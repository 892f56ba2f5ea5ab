"""A table while its script is being read: columns and rules come, change and go until the last statement."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlglot import exp

from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Place, Unique

UNNAMED = "grader_unnamed"  # what we call a constraint so that sqlglot reads it
ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


class Draft:
    """A table under construction."""

    def __init__(self, name: str, place: Place | None) -> None:
        self.name, self.place = name, place
        self.columns: dict[str, Column] = {}
        self.named_types: dict[str, str] = {}
        self.primary_key: tuple[str, ...] = ()
        self.foreign_keys: list[ForeignKey] = []
        self.uniques: list[Unique] = []
        self.checks: list[CheckRule] = []
        self.indexes: list[Index] = []
        self.comment = ""

    def change(self, name: str, **changes: object) -> None:
        """Replace fields of a column, if there is one of that name."""
        if name in self.columns:
            self.columns[name] = msgspec.structs.replace(self.columns[name], **changes)

    def drop_constraints(self, gone: Iterable[str]) -> None:
        """Remove constraints by name."""
        named = set(gone)
        self.checks = [rule for rule in self.checks if rule.name not in named]
        self.uniques = [unique for unique in self.uniques if unique.name not in named]
        self.foreign_keys = [key for key in self.foreign_keys if key.name not in named]

    def drop_column(self, name: str) -> None:
        """Remove a column with everything that needs it."""
        self.columns.pop(name, None)
        self.foreign_keys = [key for key in self.foreign_keys if name not in key.columns]
        self.uniques = [unique for unique in self.uniques if name not in unique.columns]
        self.checks = [rule for rule in self.checks if name not in rule.columns]
        self.indexes = [index for index in self.indexes if name not in index.keys]

    def rename_column(self, old: str, new: str) -> None:
        """Give a column another name, wherever it is used."""

        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if column == old else column for column in columns)

        replace = msgspec.structs.replace
        self.columns = {
            column.name: column
            for column in (replace(c, name=new if c.name == old else c.name) for c in self.columns.values())
        }
        self.primary_key = renamed(self.primary_key)
        self.foreign_keys = [replace(key, columns=renamed(key.columns)) for key in self.foreign_keys]
        self.uniques = [replace(unique, columns=renamed(unique.columns)) for unique in self.uniques]
        self.indexes = [replace(index, keys=renamed(index.keys)) for index in self.indexes]


def folded(node: exp.Expression | str | None) -> str:
    """A name as PostgreSQL keeps it: lower case unless quoted."""
    if node is None or isinstance(node, str):
        return (node or "").lower()
    named = node if isinstance(node, exp.Identifier) else node.find(exp.Identifier)
    if named is None:
        return node.name.lower()
    return named.name if named.args.get("quoted") else named.name.lower()


def names(nodes: Iterable[exp.Expression]) -> tuple[str, ...]:
    """The names of columns in a list."""
    return tuple(folded(node) for node in nodes)


def index_key(key: exp.Expression) -> str:
    """A column's name, or an expression in parentheses."""
    inner = key.this if isinstance(key, exp.Ordered) else key
    while isinstance(inner, exp.Opclass | exp.Collate):
        inner = inner.this
    if isinstance(inner, exp.Column | exp.Identifier):
        return folded(inner)
    return f"({inner.sql('postgres').lower()})"


def actions(reference: exp.Expression, key: exp.Expression) -> tuple[str, str]:
    """What ON DELETE and ON UPDATE say; they may stand at the reference or at the key around it."""
    options = [*(reference.args.get("options") or ()), *(key.args.get("options") or ())]
    said = [(option if isinstance(option, str) else option.sql()).upper() for option in options]
    delete = next((text.removeprefix("ON DELETE ").strip() for text in said if text.startswith("ON DELETE")), "")
    update = next((text.removeprefix("ON UPDATE ").strip() for text in said if text.startswith("ON UPDATE")), "")
    delete = delete or str(key.args.get("delete") or "").upper()
    update = update or str(key.args.get("update") or "").upper()
    return (delete if delete in ACTIONS else "NO ACTION"), (update if update in ACTIONS else "NO ACTION")
