"""Read a schema from its script with sqlglot, and remember where everything stands.

The server's catalog is the truth; this reading gives the catalog its line numbers, and works where no server is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.evidence.catalog import CheckRule, Index, Place, Schema, Table
from grader.evidence.schema import Dialect
from grader.sql.schema.ddl_draft import Draft, folded, index_key, names
from grader.sql.schema.ddl_fallback import Fragment, domain, enum_in_body, fragments
from grader.sql.schema.ddl_table import TableReader
from grader.sql.schema.ddl_types import ReadType, read_type
from grader.sql.schema.dialects import script
from grader.sql.schema.splitter import Statement
from grader.sql.schema.written import Unread, Written

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns about every statement it keeps as text


LONGEST_STATEMENT = 50_000
LONGEST_SCRIPT = 400_000
_DATA = re.compile(r"(?:insert|copy|update|delete|with|values|table|truncate|merge|call|grant|revoke)\b", re.IGNORECASE)


def read(statements: Iterable[Statement], dialect: Dialect = "postgres") -> Written:
    """The schema that a script describes, statement by statement; what comes after the first `LONGEST_SCRIPT` is left.

    Seed data are passed over: parsing megabytes of them takes minutes and tells nothing.
    """
    if dialect != "postgres":
        return script.read(statements, dialect)
    reader, size = _Reader(), 0
    for statement in statements:
        if statement.kind != "sql" or _DATA.match(statement.text):
            continue
        if len(statement.text) > LONGEST_STATEMENT or size > LONGEST_SCRIPT:
            reader.unread.append(Unread(text=statement.text[:200], place=statement.place()))
            continue
        size += len(statement.text)
        reader.take(statement)
    return reader.written()


class _Reader:
    """Follows a script; every statement changes the drafts."""

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self.domains: dict[str, tuple[ReadType, bool, tuple[str, ...]]] = {}
        self.unread: list[Unread] = []
        self.search_path = "public"
        self.statement = Statement(text="", file="", line=1, column=1)
        self.shift = 0
        self.table = TableReader(self._name, self._place, self._copy_columns)

    def take(self, statement: Statement) -> None:
        """Read one statement; what cannot be read whole is read in parts."""
        self.statement, self.shift = statement, 0
        for fragment in fragments(statement.text):
            self._fragment(fragment)

    def _fragment(self, fragment: Fragment) -> None:
        self.shift = fragment.shift
        try:
            found = sqlglot.parse_one(fragment.text, dialect="postgres")
        except (SqlglotError, RecursionError, ValueError):
            self._lost(fragment)
            return
        if isinstance(found, exp.Command | exp.Set):
            self._command(fragment)
        elif isinstance(found, exp.Create):
            self._create(found)
        elif isinstance(found, exp.Alter):
            self._alter(found)
        elif isinstance(found, exp.Drop):
            self._drop(found)
        elif isinstance(found, exp.Comment):
            self._comment(found)

    def _lost(self, fragment: Fragment) -> None:
        if fragment.divisible:
            for part in fragment.parts():
                self._fragment(part)
        else:
            self.unread.append(Unread(text=fragment.text[:200], place=self.statement.place()))

    def _command(self, fragment: Fragment) -> None:
        """What sqlglot keeps as text: domains, enums made in a DO block, search_path, identity added later."""
        if path := fragment.search_path():
            self.search_path = path
        elif made := domain(fragment.text):
            self.domains[made.name] = (made.type, made.not_null, made.checks)
        elif enums := enum_in_body(fragment.text):
            self.enums.update(enums)
        elif numbered := fragment.identity():
            table, column, always = numbered
            if draft := self.drafts.get(self._qualified(*table)):
                draft.change(column, identity="always" if always else "by default", nullable=False)
        elif fragment.divisible or fragment.adds:
            self._lost(fragment)

    # names and places

    def _qualified(self, schema: str, name: str) -> str:
        schema = schema or self.search_path
        return name if schema in ("public", "") else f"{schema}.{name}"

    def _name(self, table: exp.Expression | None) -> str:
        node = table.find(exp.Table) if table is not None and not isinstance(table, exp.Table) else table
        if not isinstance(node, exp.Table):
            return ""
        return self._qualified(folded(node.args.get("db")), folded(node.this))

    def _place(self, node: exp.Expression | None) -> Place | None:
        """Where the first identifier of a node stands."""
        named = node if isinstance(node, exp.Identifier) else node.find(exp.Identifier) if node is not None else None
        if named is None or "start" not in named.meta:
            return None
        start, end = int(named.meta["start"]) + self.shift, int(named.meta["end"]) + self.shift
        return self.statement.place(start, end - start + 1) if 0 <= start < len(self.statement.text) else None

    # statements

    def _create(self, found: exp.Create) -> None:
        kind = str(found.args.get("kind") or "").upper()
        if kind == "TABLE":
            self._table(found)
        elif kind == "INDEX":
            self._index(found)
        elif kind == "TYPE" and isinstance(found.expression, exp.DataType):
            labels = tuple(label.name for label in found.expression.expressions)
            self.enums[folded(found.this.this)] = labels

    def _table(self, found: exp.Create) -> None:
        properties = found.args.get("properties")
        kinds = {type(item) for item in properties.expressions} if properties is not None else set()
        schema = found.this
        name = self._name(schema)
        if not isinstance(schema, exp.Schema) or name in self.drafts or exp.TemporaryProperty in kinds:
            return
        draft = self.drafts[name] = Draft(name, self._place(schema.this.this))
        if properties is not None:
            for parents in properties.find_all(exp.InheritsProperty):
                for parent in parents.expressions:
                    self._copy_columns(self._name(parent), draft)
        for item in schema.expressions:
            self.table.item(draft, item)

    def _copy_columns(self, name: str, draft: Draft) -> None:
        if source := self.drafts.get(name):
            draft.columns.update(source.columns)
            draft.named_types.update(source.named_types)

    def _index(self, found: exp.Create) -> None:
        index = found.this
        draft = self.drafts.get(self._name(index.args.get("table")))
        if draft is None:
            return
        options = index.args.get("params")
        where, using = options.args.get("where"), options.args.get("using")
        draft.indexes.append(
            Index(
                name=folded(index.this),
                keys=tuple(index_key(key) for key in options.args.get("columns") or ()),
                unique=bool(found.args.get("unique")),
                where=where.this.sql("postgres") if where is not None else "",
                include=names(options.args.get("include") or ()),
                method=using.name.lower() if using is not None else "btree",
                place=self._place(index.this) or self._place(index.args.get("table")),
            )
        )

    def _alter(self, found: exp.Alter) -> None:
        draft = self.drafts.get(self._name(found.this))
        if str(found.args.get("kind") or "").upper() != "TABLE" or draft is None:
            return
        for action in found.args.get("actions") or ():
            self._action(draft, action)

    def _action(self, draft: Draft, action: exp.Expression) -> None:
        if isinstance(action, exp.AddConstraint):
            for item in action.expressions:
                self.table.item(draft, item)
        elif isinstance(action, exp.AlterColumn):
            self._alter_column(draft, action)
        elif isinstance(action, exp.Drop):
            gone = [folded(table.this) for table in action.args.get("tables") or () if table is not None]
            if str(action.args.get("kind") or "").upper() == "CONSTRAINT":
                draft.drop_constraints(gone)
            for name in gone:
                draft.drop_column(name)
        elif isinstance(action, exp.RenameColumn):
            draft.rename_column(folded(action.this.this), folded(action.args["to"].this))
        elif isinstance(action, exp.AlterRename):
            del self.drafts[draft.name]
            schema, dot, _ = draft.name.rpartition(".")
            draft.name = schema + dot + folded(action.this.this)
            self.drafts[draft.name] = draft
        else:
            self.table.item(draft, action)

    def _alter_column(self, draft: Draft, action: exp.AlterColumn) -> None:
        name = folded(action.this)
        if action.args.get("allow_null") is not None:
            draft.change(name, nullable=bool(action.args["allow_null"]))
        elif action.args.get("default") is not None:
            default = action.args["default"].sql("postgres")
            draft.change(name, default=default, serial="nextval(" in default.lower())
        elif action.args.get("dtype") is not None:
            kind = read_type(action.args["dtype"])
            draft.named_types.pop(name, None)
            if kind.named:
                draft.named_types[name] = kind.named
            draft.change(name, type=kind.text, family=kind.family, args=kind.args, array=kind.array)
            draft.change(name, type_place=self._place(action.this))
        elif action.args.get("drop"):
            draft.change(name, default="")

    def _drop(self, found: exp.Drop) -> None:
        if str(found.args.get("kind") or "").upper() == "TABLE":
            for table in found.args.get("tables") or ():
                self.drafts.pop(self._name(table), None)

    def _comment(self, found: exp.Comment) -> None:
        text = found.expression.name if found.expression is not None else ""
        kind = str(found.args.get("kind") or "").upper()
        if kind == "TABLE" and (draft := self.drafts.get(self._name(found.this))):
            draft.comment = text
        elif kind == "COLUMN" and isinstance(found.this, exp.Column):
            table = self._qualified(folded(found.this.args.get("db")), folded(found.this.args.get("table")))
            if draft := self.drafts.get(table):
                draft.change(folded(found.this.this), comment=text)

    # the result

    def written(self) -> Written:
        """All tables, types resolved and references completed."""
        tables = tuple(self._finished(draft) for _, draft in sorted(self.drafts.items()))
        return Written(schema=Schema(tables=tables), unread=tuple(self.unread))

    def _finished(self, draft: Draft) -> Table:
        for name, kind in draft.named_types.items():
            self._resolve(draft, name, kind)
        for column in draft.primary_key:
            draft.change(column, nullable=False)
        keys = [
            key if key.references else msgspec.structs.replace(key, references=self._target_key(key.table))
            for key in draft.foreign_keys
        ]
        return Table(
            name=draft.name,
            columns=tuple(draft.columns.values()),
            primary_key=draft.primary_key,
            foreign_keys=tuple(keys),
            uniques=tuple(draft.uniques),
            checks=tuple(draft.checks),
            indexes=tuple(draft.indexes),
            comment=draft.comment,
            place=draft.place,
        )

    def _resolve(self, draft: Draft, name: str, kind: str) -> None:
        if kind in self.enums:
            draft.change(name, family="enum", enum=self.enums[kind])
        elif kind in self.domains:
            base, not_null, checks = self.domains[kind]
            draft.change(name, family=base.family, args=base.args, domain=kind)
            if not_null:
                draft.change(name, nullable=False)
            draft.checks += [CheckRule(text=text, columns=(name,), domain=kind) for text in checks]

    def _target_key(self, table: str) -> tuple[str, ...]:
        return self.drafts[table].primary_key if table in self.drafts else ()
