"""Rules about queries inside of queries."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.lint.comparisons import equalities
from grader.sql.query.lint.names import conditions, has_query, own_columns
from grader.sql.query.lint.reader import Mark, Reader, Rule

_ORDER_MATTERS = (exp.ArrayAgg, exp.GroupConcat, exp.RowNumber, exp.First, exp.Last, exp.FirstValue, exp.LastValue)


def _correlated(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        around = _used_by(select)
        if around is None or _is_joined(around) or not _asks_outside(select, reader) or _looks_up(select, reader):
            continue
        word = reader.source.select_word(select)
        may = "may run" if isinstance(around, exp.Exists) else "runs"
        yield reader.word(word, select, f"{may} again for every row of the query around it")


def _looks_up(select: exp.Select, reader: Reader) -> bool:
    """Whether it reads one row of one table by its key: a join does the same."""
    read = list(reader.names.sources(select).items())
    if len(read) != 1 or any(item.find(exp.AggFunc) is not None for item in select.selects):
        return False
    alias, node = read[0]
    equal = {column for mine, column in equalities(select, reader.names) if mine == alias}
    return any(key <= equal for key in reader.names.catalog.keys(reader.names.table(node)))


def _used_by(select: exp.Expr) -> exp.Expr | None:
    """What a subquery serves as a value or condition; `None` for one in FROM, WITH, a LATERAL or a UNION."""
    above = select.parent
    if isinstance(above, exp.Subquery):
        if isinstance(
            above.parent, exp.From | exp.Join | exp.Lateral | exp.CTE | exp.SetOperation | exp.Subquery | None
        ):
            return None
        return above
    return above if isinstance(above, exp.Exists | exp.In | exp.Any | exp.All) else None


def _is_joined(around: exp.Expr) -> bool:
    """EXISTS and IN that must hold are made joins by the planner: they do not run for every row."""
    node = around if isinstance(around, exp.Exists | exp.In) else around.parent
    if not isinstance(node, exp.Exists | exp.In):
        return False
    above = node.parent
    negated_in = isinstance(node, exp.In)
    while isinstance(above, exp.Paren | exp.And | exp.Not):
        if isinstance(above, exp.Not) and negated_in:
            return False
        above = above.parent
    return isinstance(above, exp.Where | exp.Join)


def _asks_outside(select: exp.Select, reader: Reader) -> bool:
    """Whether a column in a query belongs to a query around it."""
    inner = {id(node) for node in select.walk()}
    for column in select.find_all(exp.Column):
        place = reader.names.place(column) if not column.is_star else None
        if place is not None and id(place.select) not in inner:
            return True
    return False


def _count_for_existence(reader: Reader) -> Iterator[Mark]:
    for node in reader.source.nodes:
        if not isinstance(node, _COMPARISONS):
            continue
        for side, other, said in ((node.left, node.right, _AS_IT_IS), (node.right, node.left, _TURNED)):
            count = _counts(side)
            if count is not None and isinstance(other, exp.Literal) and (said[type(node)], other.name) in _EXISTENCE:
                yield reader.mark(count, "counts all rows only to know whether there is one")


def _counts(side: exp.Expr) -> exp.Expr | None:
    """The count of a subquery that gives nothing but a count."""
    if not isinstance(side, exp.Subquery):
        return None
    select = side.unnest()
    if not isinstance(select, exp.Select) or select.args.get("group") or len(select.selects) != 1:
        return None
    value = select.selects[0].unalias()
    return value if isinstance(value, exp.Count) and not isinstance(value.this, exp.Distinct) else None


_COMPARISONS = (exp.GT, exp.GTE, exp.EQ, exp.NEQ, exp.LT, exp.LTE)
_AS_IT_IS: dict[type[exp.Expr], str] = {
    exp.GT: ">",
    exp.GTE: ">=",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
}
_TURNED: dict[type[exp.Expr], str] = {
    exp.LT: ">",
    exp.LTE: ">=",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: "<",
    exp.GTE: "<=",
}
_EXISTENCE = {(">", "0"), (">=", "1"), ("<>", "0"), ("=", "0"), ("<", "1"), ("<=", "0")}


def _ordered_subquery(reader: Reader) -> Iterator[Mark]:
    for query in reader.source.all(exp.Select, exp.SetOperation):
        order = query.args.get("order")
        if order is None or query is reader.source.tree or query.args.get("limit") or query.args.get("offset"):
            continue
        distinct = query.args.get("distinct")
        if query.args.get("fetch") or (isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None):
            continue
        above = query.find_ancestor(exp.Select)
        if above is not None and above.find(*_ORDER_MATTERS) is None:
            word = reader.before(order, "ORDER BY")
            yield reader.word(word, order, "the query around it does not keep this order")


def _materialized(reader: Reader) -> Iterator[Mark]:
    for cte in reader.source.all(exp.CTE):
        query = cte.this
        if cte.args.get("materialized") is not True or not isinstance(query, exp.Select) or query.args.get("limit"):
            continue
        if query.find(exp.Window) is None and any(_filters(select, query, reader) for select in reader.selects()):
            word = reader.source.select_word(query)
            place = reader.source.word_before(word, "MATERIALIZED") if word is not None else None
            label = "all its rows are made before the conditions of the query around it are asked"
            yield reader.word(place, cte.args["alias"], label)


def _filters(select: exp.Select, query: exp.Select, reader: Reader) -> bool:
    """Whether a query sorts out rows of another by what could have been asked inside of it."""
    mine = {alias for alias, node in reader.names.sources(select).items() if reader.names.query(node) is query}
    made = {item.alias_or_name.lower() for item in query.selects if item.find(exp.AggFunc) is not None}
    for condition in conditions(select) if mine else ():
        columns = own_columns(condition)
        places = [reader.names.place(column) for column in columns]
        alone = all(p is not None and p.alias in mine and p.select is select and p.column not in made for p in places)
        if columns and alone and not has_query(condition):
            return True
    return False


RULES = (
    Rule(
        name="correlated-subquery",
        title="A correlated subquery",
        why="It asks for columns of the query around it, so it runs again for every row of it",
        how="Group once in a query of its own and join it, or use LATERAL or a window; mind rows without a match",
        find=_correlated,
    ),
    Rule(
        name="count-for-existence",
        title="COUNT where EXISTS is meant",
        why="COUNT reads all rows to the end; EXISTS stops at the first",
        how="Write EXISTS (…) for > 0 and NOT EXISTS (…) for = 0",
        find=_count_for_existence,
    ),
    Rule(
        name="ordered-subquery",
        title="ORDER BY in a subquery without LIMIT",
        why="The rows are sorted, and the query around it may use them in any order",
        how="Sort once, at the end",
        find=_ordered_subquery,
    ),
    Rule(
        name="materialized-cte",
        title="MATERIALIZED keeps conditions out",
        why="Conditions of the query around it cannot reach the tables inside: all rows are made first",
        how="Leave MATERIALIZED out, or put the conditions into the WITH query",
        find=_materialized,
    ),
)
