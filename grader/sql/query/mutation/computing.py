"""Faults in what is computed: arithmetic, functions, CASE, the wrong column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from grader.sql.query.literals import family
from grader.sql.query.mutation.change import Change, Make, Mutator, becomes, built, sets, written
from grader.sql.query.smalldata import TableRules

_ARITHMETIC: dict[type[exp.Expr], tuple[type[exp.Expr], str]] = {
    exp.Add: (exp.Sub, "-"),
    exp.Sub: (exp.Add, "+"),
    exp.Mul: (exp.Add, "+"),
    exp.Div: (exp.Mul, "*"),
}
_TRANSPARENT = (
    *(exp.Lower, exp.Upper, exp.Trim, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Trunc, exp.Cast),
    *(exp.TimeToStr, exp.Date, exp.TimestampTrunc),
)
_OPPOSITE: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Greatest: exp.Least,
    exp.Least: exp.Greatest,
    exp.Floor: exp.Ceil,
    exp.Ceil: exp.Floor,
    exp.Lower: exp.Upper,
    exp.Upper: exp.Lower,
}
_COMPARED = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between)


def arithmetic(node: exp.Expr) -> Iterator[Change]:
    """Another operation, an operand that is missing."""
    if type(node) in _ARITHMETIC and not isinstance(node.expression, exp.Interval):
        new, sign = _ARITHMETIC[type(node)]
        other = exp.paren(built(new, this=node.this, expression=node.expression))
        yield Change(f"{node.key}-to-{new.key}", f"`{written(node)}` computes with `{sign}`", becomes(other))
        yield Change("lost-operand", f"`{written(node)}` became `{written(node.this)}`", becomes(node.this))
        yield Change("lost-operand", f"`{written(node)}` became `{written(node.expression)}`", becomes(node.expression))
    if isinstance(node, exp.Neg):
        yield Change("lost-minus", f"`{written(node)}` without its sign", becomes(node.this))


def functions(node: exp.Expr) -> Iterator[Change]:
    """A function that is missing or another one."""
    if isinstance(node, _TRANSPARENT):
        yield Change(f"lost-{node.key}", f"`{written(node)}` became `{written(node.this)}`", becomes(node.this))
    other = _OPPOSITE.get(type(node))
    if other is not None:
        new = built(other, **node.args)
        yield Change(f"{node.key}-to-{other.key}", f"{node.key}() became {other.key}()", becomes(new))
    if isinstance(node, exp.Round) and node.args.get("decimals") is not None:
        cut = built(exp.Trunc, this=node.this, decimals=node.args["decimals"])
        yield Change("round-to-trunc", "round() became trunc()", becomes(cut))
        if isinstance(node.this, exp.Div):
            yield from _rounded_early(node, node.this)


def _rounded_early(node: exp.Round, division: exp.Div) -> Iterator[Change]:
    """`round(a / b, 4)` as `round(a, 4) / b`."""
    early = built(exp.Round, this=division.this, decimals=node.args["decimals"])
    new = built(exp.Div, this=early, expression=division.expression, typed=True, safe=False)
    yield Change("rounded-early", "rounded before it is divided", becomes(new))


def cases(node: exp.Expr) -> Iterator[Change]:
    """A branch of CASE that is missing, an ELSE that is missing."""
    if not isinstance(node, exp.Case):
        return
    branches = node.args["ifs"]
    for place, branch in enumerate(branches):
        if len(branches) > 1:
            yield Change("lost-branch", f"CASE without `{written(branch.this)}`", _without(place))
    if node.args.get("default") is not None:
        yield Change("lost-else", "CASE without its ELSE", sets("default", None))


def _without(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        kept = list(node.args["ifs"])
        del kept[place]
        node.set("ifs", kept)

    return make


def wrong_columns(tables: Sequence[TableRules]) -> Mutator:
    """A compared, added or sorted column mistaken for another of the same table and kind."""
    kinds = {table.name: {column.name: family(column.type) for column in table.columns} for table in tables}

    def mutate(node: exp.Expr) -> Iterator[Change]:
        if not isinstance(node, exp.Column) or not isinstance(node.parent, _COMPARED + tuple(_ARITHMETIC)):
            return
        table = _table(node, kinds)
        kind = kinds.get(table, {}).get(node.name)
        others = [name for name, one in kinds.get(table, {}).items() if one == kind and name != node.name]
        for other in others[:2]:
            new = exp.column(other, table=node.table or None)
            yield Change("wrong-column", f"`{written(node)}` became `{written(new)}`", becomes(new))

    return mutate


def _table(column: exp.Column, kinds: dict[str, dict[str, str]]) -> str:
    """The table that a column belongs to, as far as its SELECT says; empty when it does not."""
    select = column.parent_select
    while select is not None:
        sources = [source for source in select.find_all(exp.Table) if source.parent_select is select]
        for source in sources:
            if column.table and source.alias_or_name == column.table:
                return str(source.name)
            if not column.table and column.name in kinds.get(source.name, {}):
                return str(source.name)
        select = select.parent_select
    return ""


MUTATORS: tuple[Mutator, ...] = (arithmetic, functions, cases)
