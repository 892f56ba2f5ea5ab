"""Mutants that give the same rows on all data the tables allow: proven by a rule, with the reason in words.

Everything here must be certain. What only a person can see stands in the list of the exercise. Both are tried, too:
a rule that is wrong is found by the data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from grader.sql.query.mutation.change import Change, written
from grader.sql.query.mutation.scope import Scope, conjuncts, only_filters, rejects, strictly_of
from grader.sql.query.smalldata import TableRules

Rule = Callable[[exp.Expr, exp.Expr | None, Scope], str]


def why_equal(node: exp.Expr, change: Change, tables: Sequence[TableRules]) -> str:
    """The reason why a change of this node changes no row; empty when no rule proves it."""
    rule = _RULES.get(change.kind)
    return rule(node, change.about, Scope(tables)) if rule is not None else ""


def _not_null(node: exp.Expr, about: exp.Expr | None, scope: Scope) -> str:
    asked = about if about is not None else node.this
    return f"`{written(asked)}` is never NULL here" if scope.never_null(asked) else ""


def _counted(node: exp.Expr, about: exp.Expr | None, scope: Scope) -> str:
    """A column that WHERE compares with something is not NULL in what is left."""
    select = node.parent_select
    kept = conjuncts(select.args.get("where")) if select is not None else []
    if isinstance(about, exp.Column) and any(rejects(one, {(about.table, about.name)}) for one in kept):
        return f"WHERE keeps no row on which `{written(about)}` is NULL"
    return _not_null(node, about, scope)


def _list_not_null(node: exp.Expr, about: exp.Expr | None, scope: Scope) -> str:
    return _not_null(node, about, scope) if about is not None else ""


def _sorted(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    """An ORDER BY may name a column of the result."""
    key, select = node.this, node.parent.parent if node.parent is not None else None
    if isinstance(select, exp.Select) and isinstance(key, exp.Column) and not key.table:
        named = {shown.alias: shown.this for shown in select.expressions if isinstance(shown, exp.Alias)}
        key = named.get(key.name, key)
    return _not_null(node, key, scope)


def _both_not_null(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    known = scope.never_null(node.this) and scope.never_null(node.expression)
    return "neither side is ever NULL here" if known else ""


def _one_not_null(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    """`a = b` with one side that has a value: NULL on the other side gives NULL or false, and both keep no row."""
    if _both_not_null(node, None, scope):
        return "neither side is ever NULL here"
    known = scope.never_null(node.this) or scope.never_null(node.expression)
    return "one side is never NULL, and a filter keeps neither NULL nor false" if known and only_filters(node) else ""


def _distinct(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    holder = node.parent.parent if isinstance(node.parent, exp.Subquery) else node.parent
    if isinstance(holder, exp.Exists | exp.In) and not node.args.get("limit"):
        return "EXISTS and IN ask whether there is a row, not how often"
    if not node.args.get("group") and node.expressions and all(_only_aggregates(one) for one in node.expressions):
        return "an aggregate without GROUP BY gives one row"
    return "its rows are different already: a key is among its columns" if scope.unique_rows(node) else ""


def _only_aggregates(shown: exp.Expr) -> bool:
    """True when every column in an expression stands inside an aggregate that is no window."""
    if shown.find(exp.Window, exp.Subquery) is not None or shown.find(exp.AggFunc) is None:
        return False
    return all(column.find_ancestor(exp.AggFunc) is not None for column in shown.find_all(exp.Column))


def _padded_right(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    """INNER or LEFT: a LEFT JOIN adds rows whose joined table is NULL."""
    if not isinstance(node, exp.Join) or not isinstance(node.parent, exp.Select):
        return ""
    for child, parent in _equal_columns(node):
        if parent.table == node.this.alias_or_name and scope.refers(child, parent):
            return "a foreign key that is NOT NULL finds its row always"
    if _rejected(node, {node.this.alias_or_name}):
        return "a condition on the joined table keeps no row without one"
    return _ignored(node.parent, node.this.alias_or_name)


def _padded_left(node: exp.Expr, _about: exp.Expr | None, scope: Scope) -> str:
    """INNER or RIGHT: a RIGHT JOIN adds rows whose tables on the left are NULL."""
    if not isinstance(node, exp.Join) or not isinstance(node.parent, exp.Select):
        return ""
    joins = node.parent.args["joins"]
    before = [node.parent.args["from_"], *joins[: joins.index(node)]]
    if len(before) == 1 and isinstance(before[0].this, exp.Table):
        for child, parent in _equal_columns(node):
            if parent.table == before[0].this.alias_or_name and scope.refers(child, parent):
                return "every row of the joined table has its parent on the left"
    if _rejected(node, {part.this.alias_or_name for part in before}):
        return "a condition on the tables on the left keeps no row without them"
    return ""


def _rejected(join: exp.Expr, names: set[str]) -> bool:
    """True when WHERE or a later inner join keeps no row on which the sources `names` are all NULL."""
    select = join.parent
    if select is None:
        return False
    joins = select.args["joins"]
    later = [one for one in joins[joins.index(join) + 1 :] if not one.side]
    conditions = conjuncts(select.args.get("where"))
    conditions += [part for one in later for part in conjuncts(one.args.get("on"))]
    return any(rejects(condition, {(name, "*") for name in names}) for condition in conditions)


def _ignored(select: exp.Expr, name: str) -> str:
    """All that is selected are aggregates of values that are NULL on the rows added."""
    if select.args.get("group") is not None or not all(_only_aggregates(one) for one in select.expressions):
        return ""
    found = [one for shown in select.expressions for one in shown.find_all(exp.AggFunc)]
    plain = all(isinstance(one, exp.Sum | exp.Max | exp.Min | exp.Avg | exp.Count) for one in found)
    ignored = plain and all(strictly_of(one.this, name) for one in found)
    where = select.args.get("where")
    read = {column.table for column in where.find_all(exp.Column)} if where is not None else set()
    return "the aggregates leave out the rows that it adds" if ignored and name not in read else ""


def _equal_columns(join: exp.Expr) -> list[tuple[exp.Column, exp.Column]]:
    """Both ways round, when the condition is one equality of columns."""
    on = join.args.get("on")
    if not isinstance(on, exp.EQ) or not isinstance(on.this, exp.Column) or not isinstance(on.expression, exp.Column):
        return []
    return [(on.this, on.expression), (on.expression, on.this)]


def _inner_order(node: exp.Expr, _about: exp.Expr | None, _scope: Scope) -> str:
    select = node.parent
    if not isinstance(select, exp.Select) or select.parent is None:
        return ""
    pages = any(select.args.get(name) for name in ("limit", "offset", "distinct"))
    return "" if pages else "the order of a subquery that cuts nothing off is lost anyway"


def _distinct_count(node: exp.Expr, about: exp.Expr | None, scope: Scope) -> str:
    """count(DISTINCT key) over the one table whose key it is."""
    select = node.parent_select
    sources = scope.sources(select) if select is not None else []
    if not isinstance(about, exp.Column) or len(sources) != 1 or sources[0].rules is None:
        return ""
    own = about.table in ("", sources[0].name) and sources[0].rules.key == (about.name,)
    return f"`{written(about)}` is the key of the only table" if own else ""


_RULES: dict[str, Rule] = {
    "ne-with-null": _both_not_null,
    "eq-with-null": _one_not_null,
    "null-passes": _not_null,
    "is-null-always": _list_not_null,
    "nulls-moved": _sorted,
    "lost-coalesce": _not_null,
    "coalesce-to-null": _not_null,
    "count-of-column": _counted,
    "count-rows": _not_null,
    "count-distinct": _distinct_count,
    "count-all": _distinct_count,
    "list-without-null": _list_not_null,
    "made-distinct": _distinct,
    "lost-distinct": _distinct,
    "inner-to-left": _padded_right,
    "left-to-inner": _padded_right,
    "inner-to-right": _padded_left,
    "left-to-full": _padded_left,
    "lost-order": _inner_order,
}
