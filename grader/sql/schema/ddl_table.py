"""Read the elements of a table: columns with their constraints, and constraints of their own."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from grader.evidence.catalog import CheckRule, Column, ForeignKey, Place, Unique
from grader.sql.schema.ddl_draft import UNNAMED, Draft, actions, folded, names
from grader.sql.schema.ddl_types import read_type


class TableReader:
    """Adds elements to a draft. How tables are named and where things stand is the script reader's to know."""

    def __init__(
        self,
        name: Callable[[exp.Expression | None], str],
        place: Callable[[exp.Expression | None], Place | None],
        copy: Callable[[str, Draft], None],
    ) -> None:
        self._name, self._place, self._copy_columns = name, place, copy

    def item(self, draft: Draft, item: exp.Expression) -> None:
        """One element of CREATE TABLE or one ADD of ALTER TABLE."""
        if isinstance(item, exp.ColumnDef):
            self._column(draft, item)
        elif isinstance(item, exp.LikeProperty):
            self._copy_columns(self._name(item.this), draft)
        elif isinstance(item, exp.Constraint):
            given = "" if item.name == UNNAMED else item.name
            for part in item.expressions:
                self._constraint(draft, part, given, self._place(item.this if given else part))
        else:
            self._constraint(draft, item, "", self._place(item))

    def _constraint(self, draft: Draft, item: exp.Expression, name: str, place: Place | None) -> None:
        if isinstance(item, exp.PrimaryKey):
            draft.primary_key = names(item.expressions)
            for column in draft.primary_key:
                draft.change(column, nullable=False)
        elif isinstance(item, exp.ForeignKey):
            self._foreign_key(draft, names(item.expressions), item, name, place)
        elif isinstance(item, exp.UniqueColumnConstraint) and item.this is not None:
            columns = names(item.this.expressions if isinstance(item.this, exp.Schema) else [item.this])
            draft.uniques.append(Unique(columns=columns, name=name, place=place))
        elif isinstance(item, exp.CheckColumnConstraint):
            draft.checks.append(self._check(item, name, place))

    def _check(self, item: exp.CheckColumnConstraint, name: str, place: Place | None) -> CheckRule:
        used = dict.fromkeys(folded(column.this) for column in item.find_all(exp.Column))
        return CheckRule(text=item.this.sql("postgres"), columns=tuple(used), name=name, place=place)

    def _foreign_key(
        self, draft: Draft, columns: tuple[str, ...], key: exp.Expression, name: str, place: Place | None
    ) -> None:
        """`key` is FOREIGN KEY … REFERENCES, or the REFERENCES of a column."""
        reference = key.args["reference"] if isinstance(key, exp.ForeignKey) else key
        target = reference.this
        delete, update = actions(reference, key)
        draft.foreign_keys.append(
            ForeignKey(
                columns=columns,
                table=self._name(target),
                references=names(target.expressions) if isinstance(target, exp.Schema) else (),
                on_delete=delete,
                on_update=update,
                name=name,
                place=place,
            )
        )

    def _column(self, draft: Draft, item: exp.ColumnDef) -> None:
        name, kind, place = folded(item.this), read_type(item.args.get("kind")), self._place(item.this)
        if name in draft.columns:
            return
        values = item.args["kind"].args.get("values") if item.args.get("kind") is not None else None
        draft.columns[name] = Column(
            name=name,
            type=kind.text,
            family=kind.family,
            args=kind.args,
            array=kind.array,
            nullable=not (kind.serial or values),  # `integer array not null` is read as an array of NOT NULL
            serial=kind.serial,
            place=place,
        )
        if kind.named:
            draft.named_types[name] = kind.named
        for constraint in item.args.get("constraints") or ():
            if isinstance(constraint, exp.ColumnConstraint):
                self._column_constraint(draft, name, constraint, place)

    def _column_constraint(
        self, draft: Draft, name: str, constraint: exp.ColumnConstraint, place: Place | None
    ) -> None:
        kind = constraint.args["kind"]
        own = constraint.this.name if constraint.this is not None else ""
        if isinstance(kind, exp.NotNullColumnConstraint):
            draft.change(name, nullable=bool(kind.args.get("allow_null")))
        elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
            draft.primary_key = (name,)
            draft.change(name, nullable=False)
        elif isinstance(kind, exp.UniqueColumnConstraint):
            draft.uniques.append(Unique(columns=(name,), name=own, place=place))
        elif isinstance(kind, exp.CheckColumnConstraint):
            draft.checks.append(self._check(kind, own, self._place(kind) or place))
        elif isinstance(kind, exp.DefaultColumnConstraint):
            draft.change(name, default=kind.this.sql("postgres"))
        elif isinstance(kind, exp.Reference):
            self._foreign_key(draft, (name,), kind, own, place)
        else:
            self._generated(draft, name, kind)

    @staticmethod
    def _generated(draft: Draft, name: str, kind: exp.Expression) -> None:
        if isinstance(kind, exp.ComputedColumnConstraint):
            draft.change(name, generated=True)
        elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint):
            if kind.args.get("expression") is not None:
                draft.change(name, generated=True)
            else:
                draft.change(name, identity="always" if kind.this else "by default", nullable=False)
