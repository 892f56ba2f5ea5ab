"""What is certain about an expression where it stands: which table a column is of, whether it can be NULL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from grader.sql.query.smalldata import ColumnRules, TableRules

_NEVER_NULL = (exp.Literal, exp.Boolean, exp.Star, exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Exists)
_STRICT = (exp.Add, exp.Sub, exp.Mul, exp.Paren, exp.Cast, exp.Lower, exp.Upper, exp.Round, exp.TimestampTrunc)
_READING = (*_STRICT, exp.Div, exp.Extract, exp.TimeToStr, exp.Date)  # NULL in, NULL out
_COMPARING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.Like, exp.ILike)
_OF_VALUES = (exp.Sum, exp.Max, exp.Min, exp.Avg)


class Source(NamedTuple):
    """What a SELECT reads by one name: a table of the exercise, or a query inside (WITH or a subquery in FROM).

    `optional`: an outer join can give a row of NULLs in its place.
    """

    name: str
    rules: TableRules | None
    inner: exp.Expr | None
    optional: bool
    join: exp.Join | None


class Scope:
    """The tables of an exercise, and what follows from them at a place of a query."""

    def __init__(self, tables: Sequence[TableRules]) -> None:
        self._tables = {table.name: table for table in tables}

    def sources(self, select: exp.Expr) -> list[Source]:
        """What FROM and its joins read, in their order."""
        parts = [select.args.get("from_"), *(select.args.get("joins") or ())]
        sides = [part.args.get("side") if isinstance(part, exp.Join) else None for part in parts]
        out = []
        for place, part in enumerate(parts):
            if part is not None:
                padded = sides[place] in ("LEFT", "FULL") or any(s in ("RIGHT", "FULL") for s in sides[place + 1 :])
                out.append(self._source(part.this, padded, part if isinstance(part, exp.Join) else None))
        return out

    def _source(self, node: exp.Expr, padded: bool, join: exp.Join | None) -> Source:  # noqa: FBT001 - a field's value
        inner: exp.Expr | None = node.this if isinstance(node, exp.Subquery) else None
        if isinstance(node, exp.Table):
            named = (cte for cte in node.root().find_all(exp.CTE) if cte.alias == node.name)
            inner = next((cte.this for cte in named), None)
        rules = self._tables.get(node.name) if isinstance(node, exp.Table) and inner is None else None
        return Source(node.alias_or_name, rules, inner, padded, join)

    def of(self, column: exp.Column) -> Source | None:
        """The source of a column: in its own SELECT or in one around it."""
        select = column.parent_select
        while select is not None:
            for source in self.sources(select):
                names = {c.name for c in source.rules.columns} if source.rules else set()
                if column.table == source.name or (not column.table and column.name in names):
                    return source
            if not column.table:
                return None  # it may be of a query inside: nothing is certain
            select = select.parent_select
        return None

    def shown(self, column: exp.Column) -> exp.Expr | None:
        """The expression that a column of a query inside shows."""
        source = self.of(column)
        inner = source.inner if source is not None else None
        if not isinstance(inner, exp.Select):
            return None
        found = next((one for one in inner.expressions if one.alias_or_name == column.name), None)
        return found.this if isinstance(found, exp.Alias) else found

    def rule(self, column: exp.Column) -> ColumnRules | None:
        """The rule of a column of a table."""
        source = self.of(column)
        known = source.rules.columns if source is not None and source.rules is not None else ()
        return next((rule for rule in known if rule.name == column.name), None)

    def never_null(self, node: exp.Expr | None) -> bool:
        """True when the expression has a value on every row."""
        if isinstance(node, exp.Column):
            return self._column_never_null(node)
        if isinstance(node, _OF_VALUES):  # of a group, which has a row, when no FILTER takes it away
            grouped = node.parent_select is not None and node.parent_select.args.get("group") is not None
            return grouped and not isinstance(node.parent, exp.Filter) and self.never_null(node.this)
        if isinstance(node, exp.Coalesce):
            return any(self.never_null(one) for one in (node.this, *node.expressions))
        if isinstance(node, exp.Extract):
            return self.never_null(node.expression)
        if isinstance(node, (*_STRICT, exp.TimeToStr, exp.Date, exp.Alias, exp.Window)):
            return all(self.never_null(one) for one in (node.this, node.args.get("expression")) if one is not None)
        return isinstance(node, _NEVER_NULL)

    def _column_never_null(self, column: exp.Column) -> bool:
        source = self.of(column)
        if source is None or (source.optional and not _joins(column, source)):
            return False
        rule = self.rule(column)
        if rule is not None:
            return not rule.nullable or self.filtered(column)
        return self.never_null(self.shown(column)) or self.filtered(column)

    def filtered(self, column: exp.Column) -> bool:
        """True when WHERE of the column's own SELECT keeps no row on which it is NULL, and it stands outside WHERE."""
        select = column.parent_select
        if select is None or column.find_ancestor(exp.Where, exp.Join) is not None:
            return False
        return any(rejects(part, {(column.table, column.name)}) for part in conjuncts(select.args.get("where")))

    def origin(self, column: exp.Column) -> tuple[str, str, bool] | None:
        """Table, column, and whether the value can be missing, through queries that only pass it on."""
        source, rule = self.of(column), self.rule(column)
        if source is None:
            return None
        if rule is not None and source.rules is not None:
            return source.rules.name, rule.name, rule.nullable or source.optional
        shown = self.shown(column)
        found = self.origin(shown) if isinstance(shown, exp.Column) else None
        return (found[0], found[1], found[2] or source.optional) if found is not None else None

    def refers(self, child: exp.Column, parent: exp.Column) -> bool:
        """True when `child` holds, never missing, a reference to the key `parent` of a whole table."""
        one, other = self.origin(child), self.of(parent)
        if one is None or one[2] or other is None or other.rules is None:
            return False
        rules = self._tables.get(one[0])
        return rules is not None and rules.parents.get(one[1]) == (other.rules.name, parent.name)

    def unique_rows(self, select: exp.Expr) -> bool:
        """True when no two rows of a SELECT can be alike, so that DISTINCT takes none away."""
        shown = {_column(one) for one in select.expressions}
        group = select.args.get("group")
        if group is not None:
            keys = [_column(key) for key in group.expressions]
            plain = not any(group.args.get(name) for name in ("rollup", "cube", "grouping_sets"))
            ordinals = all(isinstance(key, exp.Literal) for key in group.expressions)
            return plain and (ordinals or set(keys) <= shown)
        sources = self.sources(select)
        if not sources or any(source.rules is None for source in sources):
            return self._passes_unique(select, sources)
        first, *rest = sources
        if any(source.join is None or not _met_by_key(source) for source in rest):
            return False
        key = set(first.rules.key) if first.rules is not None else set()
        return bool(key) and key <= {name for table, name in shown if table in ("", first.name)}

    def _passes_unique(self, select: exp.Expr, sources: list[Source]) -> bool:
        """One query inside, whose unique rows are passed on whole."""
        if len(sources) != 1 or not isinstance(sources[0].inner, exp.Select) or not self.unique_rows(sources[0].inner):
            return False
        inner = {one.alias_or_name for one in sources[0].inner.expressions}
        passed = {one.this.name if isinstance(one, exp.Alias) else one.name for one in select.expressions}
        return inner <= passed


def _joins(column: exp.Column, source: Source) -> bool:
    """True in the condition of the source's own join, which is asked before rows of NULLs are added."""
    return source.join is not None and column.find_ancestor(exp.Join) is source.join


def rejects(condition: exp.Expr, columns: set[tuple[str, str]]) -> bool:
    """True when a condition is never true while one of `columns` (table's name in the query, column) is NULL."""
    if isinstance(condition, exp.Paren):
        return rejects(condition.this, columns)
    if isinstance(condition, exp.Or):
        return rejects(condition.this, columns) and rejects(condition.expression, columns)
    if not isinstance(condition, _COMPARING):
        return False
    return any(_reads(side, columns) for side in (condition.this, condition.args.get("expression")))


def _reads(node: exp.Expr | None, columns: set[tuple[str, str]]) -> bool:
    if isinstance(node, exp.Column):
        return (node.table, node.name) in columns or (node.table, "*") in columns
    if isinstance(node, exp.Extract):
        return _reads(node.expression, columns)
    if isinstance(node, _READING):
        return _reads(node.this, columns) or _reads(node.args.get("expression"), columns)
    return False


def strictly_of(node: exp.Expr, name: str) -> bool:
    """True when an expression is NULL as soon as the source `name` gives a row of NULLs."""
    return _reads(node, {(name, "*")})


def conjuncts(node: exp.Expr | None) -> list[exp.Expr]:
    """The conditions that must all hold."""
    if isinstance(node, exp.Where | exp.Paren):
        return conjuncts(node.this)
    if isinstance(node, exp.And):
        return [*conjuncts(node.this), *conjuncts(node.expression)]
    return [] if node is None else [node]


def only_filters(node: exp.Expr) -> bool:
    """True where NULL and false do the same: in WHERE, ON, HAVING and FILTER under AND and OR alone."""
    child = node
    parent = node.parent
    while isinstance(parent, exp.And | exp.Or | exp.Paren):
        child, parent = parent, parent.parent
    return isinstance(parent, exp.Where | exp.Having) or (isinstance(parent, exp.Join) and parent.args["on"] is child)


def _met_by_key(source: Source) -> bool:
    """True when a join finds at most one row: all columns of the key are compared for equality."""
    on = source.join.args.get("on") if source.join is not None else None
    met = {
        side.name
        for equal in conjuncts(on)
        if isinstance(equal, exp.EQ)
        for side in (equal.this, equal.expression)
        if isinstance(side, exp.Column) and side.table == source.name
    }
    return source.rules is not None and bool(source.rules.key) and set(source.rules.key) <= met


def _column(node: exp.Expr) -> tuple[str, str]:
    inner = node.this if isinstance(node, exp.Alias) else node
    return (inner.table, inner.name) if isinstance(inner, exp.Column) else ("", inner.sql(dialect="postgres"))
