"""Faults in aggregates, windows, DISTINCT and GROUP BY."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.mutation.change import Change, Make, Mutator, becomes, built, sets, written

_OTHERS: dict[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.Sum: (exp.Max, exp.Avg),
    exp.Max: (exp.Min,),
    exp.Min: (exp.Max,),
    exp.Avg: (exp.Sum,),
    exp.LogicalAnd: (exp.LogicalOr,),
    exp.LogicalOr: (exp.LogicalAnd,),
}
_RANKS = {exp.Rank: "rank", exp.DenseRank: "dense_rank", exp.RowNumber: "row_number"}
_FRAMES = (
    ("whole", "UNBOUNDED", "PRECEDING", "UNBOUNDED", "FOLLOWING"),
    ("running", "UNBOUNDED", "PRECEDING", "CURRENT ROW", None),
    ("neighbour", "1", "PRECEDING", "CURRENT ROW", None),
)


def aggregates(node: exp.Expr) -> Iterator[Change]:
    """Another aggregate, one of distinct values, one without its FILTER."""
    for new in _OTHERS.get(type(node), ()):
        other = built(new, this=node.this)
        yield Change(f"{node.key}-to-{new.key}", f"{node.key}() became {new.key}()", becomes(other))
    if isinstance(node, exp.Sum | exp.Avg) and not isinstance(node.this, exp.Distinct):
        yield Change("of-distinct", f"{node.key}() of distinct values", sets("this", _distinct(node.this)))
    if isinstance(node, exp.Filter):
        yield Change("lost-filter", f"FILTER ({written(node.expression)}) is lost", becomes(node.this))
        node = node.this
    if isinstance(node, exp.Count):
        yield from _counts(node)


def _counts(node: exp.Count) -> Iterator[Change]:
    if isinstance(node.this, exp.Star):
        for column in _counted(node):
            yield Change("count-of-column", f"count(*) became count({written(column)})", sets("this", column), column)
            of_distinct = sets("this", _distinct(column))
            yield Change("count-distinct", f"count(*) became count(DISTINCT {written(column)})", of_distinct, column)
    elif isinstance(node.this, exp.Distinct):
        inner = node.this.expressions[0]
        yield Change("count-all", f"{written(node)} without DISTINCT", sets("this", inner), inner)
        yield Change("count-rows-distinct", f"{written(node)} became count(*)", sets("this", exp.Star()))
    else:
        yield Change("count-rows", f"{written(node)} became count(*)", sets("this", exp.Star()))
        of_distinct = sets("this", _distinct(node.this))
        yield Change("count-distinct", f"{written(node)} of distinct values", of_distinct, node.this)


def _counted(node: exp.Expr) -> list[exp.Column]:
    """Columns that the same SELECT names in its conditions: what a person might count."""
    select = node.parent_select
    if select is None:
        return []
    named = {written(column): column for column in select.find_all(exp.Column) if column.parent_select is select}
    return [named[name] for name in sorted(named)[:4]]


def _distinct(inner: exp.Expr) -> exp.Distinct:
    return exp.Distinct(expressions=[inner.copy()])


def distinct(node: exp.Expr) -> Iterator[Change]:
    """DISTINCT where there was none, and none where there was one."""
    if not isinstance(node, exp.Select):
        return
    now = node.args.get("distinct")
    if now is None:
        yield Change("made-distinct", "SELECT became SELECT DISTINCT", sets("distinct", exp.Distinct()))
    else:
        yield Change("lost-distinct", f"`{written(now)}` is lost", sets("distinct", None))
        for place, key in enumerate(_on(now)):
            yield Change("distinct-on-less", f"DISTINCT ON without {written(key)}", _less_distinct(place))


def _on(now: exp.Expr) -> list[exp.Expr]:
    on = now.args.get("on")
    return list(on.expressions) if isinstance(on, exp.Tuple) and len(on.expressions) > 1 else []


def _less_distinct(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        keys = list(node.args["distinct"].args["on"].expressions)
        del keys[place]
        node.args["distinct"].set("on", exp.Tuple(expressions=keys))

    return make


def keys(node: exp.Expr) -> Iterator[Change]:
    """A key of GROUP BY that is missing; what was selected of it becomes its smallest value."""
    group = node.args.get("group") if isinstance(node, exp.Select) else None
    if group is None or len(group.expressions) < 2:  # noqa: PLR2004 - the last key
        return
    for place, key in enumerate(group.expressions):
        yield Change("lost-group-key", f"GROUP BY without {written(key)}", _ungrouped(place))


def _ungrouped(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        group = node.args["group"]
        spelt = [_spelt(node, key) for key in group.expressions]
        lost = spelt.pop(place)
        group.set("expressions", spelt)
        name = lost.sql(dialect="postgres")
        for shown in node.expressions:
            inner = shown.this if isinstance(shown, exp.Alias) else shown
            if inner.sql(dialect="postgres") == name:
                smallest = exp.Min(this=inner.copy())
                if isinstance(shown, exp.Alias):
                    inner.replace(smallest)
                else:
                    shown.replace(exp.alias_(smallest, inner.alias_or_name))

    return make


def _spelt(select: exp.Expr, key: exp.Expr) -> exp.Expr:
    """The expression that a key means: `GROUP BY 1` is the first column, a name may be an alias."""
    if isinstance(key, exp.Literal) and not key.is_string and 0 < int(key.this) <= len(select.expressions):
        shown = select.expressions[int(key.this) - 1]
        shown_as: exp.Expr = shown.this if isinstance(shown, exp.Alias) else shown
        return shown_as.copy()
    named: dict[str, exp.Expr] = {one.alias: one.this for one in select.expressions if isinstance(one, exp.Alias)}
    if isinstance(key, exp.Column) and not key.table and key.name in named:
        return named[key.name].copy()
    return key


def windows(node: exp.Expr) -> Iterator[Change]:
    """Another ranking, partition, order or frame."""
    if not isinstance(node, exp.Window):
        return
    for new, name in _RANKS.items():
        if type(node.this) in _RANKS and type(node.this) is not new:
            yield Change(f"rank-to-{name}", f"{_RANKS[type(node.this)]}() became {name}()", sets("this", new()))
    parts = node.args.get("partition_by") or []
    for place, key in enumerate(parts):
        yield Change("lost-partition", f"PARTITION BY without {written(key)}", _unpartitioned(place))
    order = node.args.get("order")
    if order is not None and len(order.expressions) == 1:
        yield Change("lost-window-order", f"the window's {written(order)} is lost", sets("order", None))
    if isinstance(node.this, exp.AggFunc) and type(node.this) not in _RANKS:
        yield from _frames(node)


def _unpartitioned(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        kept = list(node.args["partition_by"])
        del kept[place]
        node.set("partition_by", kept)

    return make


def _frames(node: exp.Window) -> Iterator[Change]:
    """Another frame; a window without an order counts everything, so it gets one of its own argument."""
    order = node.args.get("order")
    for name, start, start_side, end, end_side in _FRAMES:
        spec = exp.WindowSpec(kind="ROWS", start=start, start_side=start_side, end=end, end_side=end_side)
        if order is not None:
            yield Change(f"frame-{name}", f"the window's frame is {spec.sql(dialect='postgres')}", sets("spec", spec))
    if order is None and isinstance(node.this.this, exp.Column):
        running = exp.Order(expressions=[built(exp.Ordered, this=node.this.this.copy(), nulls_first=False)])
        yield Change("window-ordered", "the window got an ORDER BY: a running total", sets("order", running))


MUTATORS: tuple[Mutator, ...] = (aggregates, distinct, keys, windows)
