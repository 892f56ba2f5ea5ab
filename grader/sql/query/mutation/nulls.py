"""Faults with NULL: what replaces it, what compares with it, where it is sorted, NOT IN for NOT EXISTS."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.mutation.change import Change, Mutator, becomes, built, sets, written


def replaced(node: exp.Expr) -> Iterator[Change]:
    """COALESCE and NULLIF without effect or with another value."""
    if isinstance(node, exp.Coalesce):
        yield Change("lost-coalesce", f"`{written(node)}` became `{written(node.this)}`", becomes(node.this))
        if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Literal):
            yield Change("coalesce-to-null", "COALESCE gives NULL", sets("expressions", [exp.null()]))
        elif node.expressions:
            first, *rest = node.expressions
            turned = built(exp.Coalesce, this=first, expressions=[*rest, node.this])
            yield Change("coalesce-turned", f"`{written(node)}` became `{written(turned)}`", becomes(turned))
            yield Change("coalesce-second", f"`{written(node)}` became `{written(first)}`", becomes(first))
    if isinstance(node, exp.Nullif):
        yield Change("lost-nullif", f"`{written(node)}` became `{written(node.this)}`", becomes(node.this))
        zero = built(exp.Coalesce, this=node.this, expressions=[exp.Literal.number(1)])
        yield Change("nullif-to-coalesce", "NULLIF became COALESCE", becomes(zero))


def asked(node: exp.Expr) -> Iterator[Change]:
    """IS NULL for IS NOT NULL, `=` that takes NULL for equal, `<>` that takes NULL for different."""
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        negated = isinstance(node.parent, exp.Not) or bool(node.args.get("negate"))
        other = built(exp.Is, this=node.this, expression=exp.null())
        flipped = other if node.args.get("negate") else exp.Not(this=exp.paren(other))
        name = "IS NOT NULL became IS NULL" if negated else "IS NULL became IS NOT NULL"
        yield Change("is-null-flipped", name, becomes(flipped))
        yield Change("is-null-always", f"`{written(node)}` is always true", becomes(exp.true()))
    if isinstance(node, exp.NEQ):
        new = built(exp.NullSafeNEQ, this=node.this, expression=node.expression)
        yield Change("ne-with-null", "`<>` became IS DISTINCT FROM", becomes(new))
    if isinstance(node, exp.EQ):
        same = built(exp.NullSafeEQ, this=node.this, expression=node.expression)
        yield Change("eq-with-null", "`=` became IS NOT DISTINCT FROM", becomes(same))
    if isinstance(node, exp.NullSafeNEQ):
        yield Change("ne-without-null", "IS DISTINCT FROM became `<>`", becomes(built(exp.NEQ, **node.args)))
    if isinstance(node, exp.NullSafeEQ):
        yield Change("eq-without-null", "IS NOT DISTINCT FROM became `=`", becomes(built(exp.EQ, **node.args)))


def columns(node: exp.Expr) -> Iterator[Change]:
    """A compared column whose NULL counts as something else, as with `coalesce(status, '') <> 'x'`."""
    if isinstance(node, exp.EQ | exp.NEQ | exp.LT | exp.GT | exp.LTE | exp.GTE | exp.In):
        side = node.this
        if isinstance(side, exp.Column):
            new = built(exp.Is, this=side, expression=exp.null())
            either = exp.paren(exp.Or(this=exp.paren(node.copy()), expression=new))
            yield Change("null-passes", f"`{written(node)}` lets NULL pass", becomes(either))


def memberships(node: exp.Expr) -> Iterator[Change]:
    """NOT IN written as NOT EXISTS and the reverse; NULLs kept out of the list."""
    if isinstance(node, exp.In) and node.args.get("query") is not None:
        inner = _simple(node.args["query"])
        if inner is None:
            return
        picked = inner.expressions[0]
        meet = exp.EQ(this=picked.copy(), expression=node.this.copy())
        wanted = inner.copy().where(meet, copy=False)
        wanted.set("expressions", [exp.Literal.number(1)])
        if isinstance(node.parent, exp.Not):
            yield Change("not-in-to-not-exists", "NOT IN became NOT EXISTS", becomes(exp.Exists(this=wanted)))
            kept = inner.copy().where(exp.Not(this=exp.paren(picked.is_(exp.null()))), copy=False)
            new = built(exp.In, this=node.this, query=exp.Subquery(this=kept))
            yield Change("list-without-null", "the list of NOT IN has no NULLs", becomes(new), picked)
    if isinstance(node, exp.Exists) and isinstance(node.this, exp.Select):
        yield Change("always-exists", "EXISTS is always true", becomes(exp.true()))


def _simple(query: exp.Expr) -> exp.Select | None:
    """A SELECT of one column without groups."""
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or len(inner.expressions) != 1 or inner.args.get("group"):
        return None
    return inner if isinstance(inner.expressions[0], exp.Column) else None


def sorted_nulls(node: exp.Expr) -> Iterator[Change]:
    """NULLs at the other end."""
    if isinstance(node, exp.Ordered):
        first = bool(node.args.get("nulls_first"))
        yield Change(
            "nulls-moved",
            f"NULLS {'LAST' if first else 'FIRST'} for `{written(node.this)}`",
            sets("nulls_first", not first),
        )


MUTATORS: tuple[Mutator, ...] = (replaced, asked, columns, memberships, sorted_nulls)
