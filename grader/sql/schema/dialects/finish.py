"""What is known only when a script has been read to its end: names, rules for PostgreSQL, what the database ignores."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from grader.evidence.catalog import TEXT, CheckRule, Column, ForeignKey, Index, Schema, Table
from grader.evidence.schema import Dialect
from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.dialects.expressions import carried, index_key, numbers_beside
from grader.sql.schema.dialects.refusals import KEYLESS_ENGINES, refused_key, refused_numbering, refused_tables
from grader.sql.schema.written import Unread

_FLAG_DEFAULTS = ("", "0", "1", "TRUE", "FALSE", "NULL", "B'0", "B'1")
_replace = msgspec.structs.replace


class Finish:
    """Makes tables of drafts, and remembers what must be said about them."""

    def __init__(self, dialect: Dialect, drafts: dict[str, OtherDraft], collation: str) -> None:
        self.dialect, self.drafts, self.collation = dialect, drafts, collation
        self.said: list[str] = []
        self.unread: list[Unread] = []

    def caveats(self) -> tuple[str, ...]:
        """What the database does otherwise than the script may suggest, each said once."""
        return tuple(dict.fromkeys(self.said))

    def schema(self) -> Schema:
        """All tables in order of name."""
        for draft in self.drafts.values():
            self._ignored(draft)
            self._flags(draft)
            self._cases(draft)
        for draft in self.drafts.values():
            draft.foreign_keys = self._kept(draft)
            self.unread += refused_tables(draft) if self.dialect == "mysql" else refused_numbering(draft)
        tables = [self._table(draft) for draft in self.drafts.values()]
        return Schema(tables=tuple(sorted(tables, key=lambda table: table.name)))

    def _ignored(self, draft: OtherDraft) -> None:
        """Clauses without effect are not part of the schema."""
        if draft.inline_keys:
            spots = _spots(draft, draft.inline_keys)
            self.said.append(
                f"MySQL 8 reads REFERENCES in a column and ignores it, so there is no foreign key for {spots}: "
                "it must stand by itself, as FOREIGN KEY (column) REFERENCES table (column)"
            )
        if draft.engine in KEYLESS_ENGINES and draft.foreign_keys:
            self.said.append(
                f"`{draft.name}` has the engine {draft.engine}, which ignores foreign keys, so there is none for "
                f"{_spots(draft, draft.foreign_keys)}; InnoDB keeps them"
            )
            draft.foreign_keys = []
        loose = [rule for rule in draft.checks if rule.domain]
        if loose:
            self.said.append(f"a CHECK of `{draft.name}` is NOT ENFORCED, so it refuses nothing")
            draft.checks = [rule for rule in draft.checks if not rule.domain]
        if self.dialect == "sqlite" and draft.nullable_key():
            self.said.append(
                f"SQLite takes NULL in the primary key of `{draft.name}` unless it is NOT NULL; PostgreSQL does not"
            )

    def _flags(self, draft: OtherDraft) -> None:
        """TINYINT(1) is a truth value unless something says that it counts."""
        beside = [numbers_beside(rule.text, self.dialect) for rule in draft.checks]
        for name, kind in draft.types.items():
            if not kind.flag or name not in draft.columns:
                continue
            numbers = {number for rule in beside for number in rule.get(name.lower(), ())}
            counts = bool(numbers - {"0", "1"}) or draft.columns[name].numbered
            counts |= draft.columns[name].default.strip("'()").upper() not in _FLAG_DEFAULTS
            family = "smallint" if counts else "bool"
            draft.change(name, family=family, type="smallint" if counts else "boolean", args=())

    def _cases(self, draft: OtherDraft) -> None:
        """Which texts are compared whatever their case."""
        for name, column in draft.columns.items():
            collation = draft.collations.get(name, "") or draft.collation or self.collation
            if self.dialect == "sqlite":
                any_case = draft.collations.get(name) == "nocase"
            else:
                any_case = not collation.endswith(("_bin", "_cs", "binary")) and not column.array
            draft.change(name, any_case=any_case and column.family in TEXT)

    # references

    def _key(self, key: ForeignKey) -> ForeignKey:
        """The reference with names as they are written at its target."""
        target = self.drafts.get(key.table.lower())
        if target is None:
            return key
        references = tuple(target.known(name) for name in key.references) or target.primary_key
        return _replace(key, table=target.name, references=references)

    def _kept(self, draft: OtherDraft) -> list[ForeignKey]:
        """The references, but for those that MySQL surely refuses."""
        kept = []
        for key in map(self._key, draft.foreign_keys):
            if self._unkept(draft, key):
                continue
            refusal = refused_key(draft, key, self.drafts) if self.dialect == "mysql" else None
            if refusal is None:
                kept.append(key)
            else:
                self.unread.append(refusal)
                draft.refused.append(key)
        return kept

    def _unkept(self, draft: OtherDraft, key: ForeignKey) -> bool:
        """MySQL took the key unseen, because FOREIGN_KEY_CHECKS was 0, and nothing can make it hold."""
        target = self.drafts.get(key.table.lower())
        if target is None or target.engine not in KEYLESS_ENGINES or key.place not in draft.unchecked:
            return False
        self.said.append(
            f"MySQL ignores the foreign key {_spots(draft, [key])}, which it took while FOREIGN_KEY_CHECKS was 0: "
            f"`{target.name}` has the engine {target.engine}, which knows none"
        )
        return True

    # the table

    def _table(self, draft: OtherDraft) -> Table:
        if self.dialect == "mysql" and draft.engine not in KEYLESS_ENGINES:
            draft.add_key_indexes()
        self._unseen(draft)
        self._not_null(draft)
        columns = {old: draft.columns[new] for old, new in draft.renamed.items() if new in draft.columns}
        columns |= {column.name.lower(): column for column in draft.columns.values()}
        made = [self._column(column, columns) for column in draft.columns.values()]
        return Table(
            name=draft.name,
            columns=tuple(made),
            primary_key=draft.primary_key,
            foreign_keys=tuple(draft.foreign_keys),
            uniques=tuple(draft.uniques),
            checks=(*(self._rule(rule, columns) for rule in draft.checks), *self._unsigned(draft)),
            indexes=tuple(self._index(index, columns) for index in draft.indexes),
            triggers=tuple(draft.triggers),
            comment=draft.comment,
            place=draft.place,
        )

    def _unseen(self, draft: OtherDraft) -> None:
        """Invisible indexes keep what is unique, and are used for no look-up."""
        hidden = [unique for unique in draft.uniques if unique.name.lower() in draft.invisible]
        found = [index for index in draft.indexes if index.name.lower() in draft.invisible]
        for name in (*(unique.name for unique in hidden), *(index.name for index in found)):
            self.said.append(f"the index `{name}` of `{draft.name}` is INVISIBLE: MySQL uses it for no look-up")
        draft.uniques = [unique for unique in draft.uniques if unique not in hidden]
        made = [Index(name=one.name, keys=one.columns, unique=True, place=one.place) for one in hidden]
        rest = [index for index in draft.indexes if index not in found]
        draft.indexes = [*rest, *(_replace(index, method="invisible") for index in (*found, *made))]

    def _not_null(self, draft: OtherDraft) -> None:
        """Keys are never NULL; a lone INTEGER key of SQLite is the number of its row."""
        for name in draft.primary_key:
            draft.change(name, nullable=False)
        if self.dialect == "sqlite" and len(draft.primary_key) == 1 and not draft.without_rowid:
            column = draft.columns.get(draft.primary_key[0])
            if column is not None and column.declared == "integer":
                draft.change(column.name, identity="by default", nullable=False)

    def _column(self, column: Column, columns: dict[str, Column]) -> Column:
        if not column.generated:
            return column
        return _replace(column, default=carried(column.default, self.dialect, columns).text)

    def _rule(self, rule: CheckRule, columns: dict[str, Column]) -> CheckRule:
        found = carried(rule.text, self.dialect, columns)
        return _replace(rule, text=found.text, columns=found.columns)

    def _unsigned(self, draft: OtherDraft) -> list[CheckRule]:
        """UNSIGNED refuses what is below zero; on keys it says nothing of interest."""
        keys = {name for key in draft.foreign_keys for name in key.columns} | set(draft.primary_key)
        return [
            CheckRule(text=f'"{name}" >= 0', columns=(name,), place=draft.columns[name].place)
            for name, kind in draft.types.items()
            if kind.unsigned
            and name in draft.columns
            and name not in keys
            and not draft.columns[name].numbered
            and not draft.columns[name].generated
        ]

    def _index(self, index: Index, columns: dict[str, Column]) -> Index:
        keys = tuple(self._index_key(key, columns) for key in index.keys)
        orders = [" DESC" if key.endswith(" DESC") else "" for key in index.shape.split("\n")] if index.shape else []
        shape = ", ".join(
            (key if "(" in key else _quoted(key)) + order
            for key, order in zip(keys, orders or [""] * len(keys), strict=True)
        )
        where = carried(index.where, self.dialect, columns).text if index.where else ""
        return _replace(index, keys=keys, shape=shape, where=where)

    def _index_key(self, key: str, columns: dict[str, Column]) -> str:
        return index_key(key[1:-1], self.dialect, columns) if "(" in key else key


def _spots(draft: OtherDraft, keys: Iterable[ForeignKey]) -> str:
    return ", ".join(f"`{draft.name}.{key.columns[-1]}`" for key in keys)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
