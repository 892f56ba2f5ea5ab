"""Faults in the shape of a query: joins, set operations, order and paging."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.mutation.change import Change, Make, Mutator, becomes, built, sets, written


def joins(node: exp.Expr) -> Iterator[Change]:
    """Another kind of join, a join without its condition."""
    if not isinstance(node, exp.Join):
        return
    bound = node.args.get("on") is not None or node.args.get("using")
    name = written(node.this, 30)
    if not bound:
        return
    if not node.side:
        yield Change("inner-to-left", f"JOIN {name} became LEFT JOIN", sets("side", "LEFT"))
        yield Change("inner-to-right", f"JOIN {name} became RIGHT JOIN", sets("side", "RIGHT"))
    else:
        yield Change(f"{node.side}-to-inner".lower(), f"{node.side} JOIN {name} became JOIN", sets("side", None))
        if node.side != "FULL":
            yield Change(f"{node.side}-to-full".lower(), f"{node.side} JOIN {name} became FULL JOIN", _full)
    yield Change("lost-join-condition", f"JOIN {name} without its condition", _unbound)


def _full(node: exp.Expr) -> None:
    node.set("side", "FULL")


def _unbound(node: exp.Expr) -> None:
    node.set("using", None)
    node.set("on", exp.true())


def set_operations(node: exp.Expr) -> Iterator[Change]:
    """UNION for UNION ALL and the reverse, another operation, one side only."""
    if not isinstance(node, exp.SetOperation):
        return
    distinct = bool(node.args.get("distinct"))
    name = type(node).__name__.upper()
    yield Change(
        f"{name}-{'all' if distinct else 'distinct'}".lower(),
        f"{name} {'became' if distinct else 'ALL became'} {name}{' ALL' if distinct else ''}",
        sets("distinct", not distinct),
    )
    for new in (exp.Union, exp.Except, exp.Intersect):
        if not isinstance(node, new):
            other = built(new, **{**node.args, "distinct": True})
            yield Change(f"{name}-to-{new.__name__}".lower(), f"{name} became {new.__name__.upper()}", becomes(other))


def order(node: exp.Expr) -> Iterator[Change]:
    """A key of ORDER BY that is missing, in the other direction or in another place."""
    if isinstance(node, exp.Ordered):
        down = bool(node.args.get("desc"))
        yield Change("other-direction", f"`{written(node.this)}` is sorted the other way", _turned(down=down))
    if not isinstance(node, exp.Order):
        return
    if len(node.expressions) > 1:
        for place, key in enumerate(node.expressions):
            yield Change("lost-order-key", f"ORDER BY without {written(key)}", _less(place))
        for place in range(len(node.expressions) - 1):
            yield Change("order-keys-swapped", f"keys {place + 1} and {place + 2} of ORDER BY swapped", _swapped(place))
    if not isinstance(node.parent, exp.Window | exp.WithinGroup):
        yield Change("lost-order", f"{written(node)} is lost", lambda copy: (copy.pop(), None)[1])


def _turned(*, down: bool) -> Make:
    def make(node: exp.Expr) -> None:
        first = bool(node.args.get("nulls_first"))
        default = first == down
        node.set("desc", None if down else True)
        if default:  # NULLs go along, as they do when a person writes ASC for DESC
            node.set("nulls_first", not down)

    return make


def _less(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        kept = list(node.expressions)
        del kept[place]
        node.set("expressions", kept)

    return make


def _swapped(place: int) -> Make:
    def make(node: exp.Expr) -> None:
        kept = list(node.expressions)
        kept[place], kept[place + 1] = kept[place + 1], kept[place]
        node.set("expressions", kept)

    return make


def pages(node: exp.Expr) -> Iterator[Change]:
    """No LIMIT, no OFFSET."""
    if isinstance(node, exp.Limit | exp.Offset | exp.Fetch):
        yield Change(f"lost-{node.key}", f"{written(node)} is lost", lambda copy: (copy.pop(), None)[1])


MUTATORS: tuple[Mutator, ...] = (joins, set_operations, order, pages)
