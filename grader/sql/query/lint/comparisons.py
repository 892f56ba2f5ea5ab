"""Conditions taken apart into single tests of a column or expression against something."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlglot import exp

from grader.sql.query.lint.names import Names, Place, conditions, conjuncts, has_query, own_columns

RANGES = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


class Compared(msgspec.Struct, frozen=True):
    """`side` is compared with `others` by `how`."""

    side: exp.Expr
    others: tuple[exp.Expr, ...]
    how: exp.Expr

    def against_constants(self, names: Names) -> bool:
        """Whether nothing on the other side belongs to the same query: values, or columns of a query around it."""
        places = [names.place(column) for other in self.others for column in own_columns(other)]
        return not any(map(has_query, self.others)) and all(place is not None and place.outer for place in places)


def comparisons(condition: exp.Expr) -> Iterator[Compared]:
    """The comparisons in a condition, each seen from both sides; those that are negated, and queries, are left out."""
    plain = condition.unnest() if isinstance(condition, exp.Paren) else condition
    if isinstance(plain, exp.And | exp.Or):
        yield from comparisons(plain.left)
        yield from comparisons(plain.right)
    elif isinstance(plain, RANGES):
        yield Compared(plain.left, (plain.right,), plain)
        yield Compared(plain.right, (plain.left,), plain)
    elif isinstance(plain, exp.Between):
        yield Compared(plain.this, (plain.args["low"], plain.args["high"]), plain)
    elif isinstance(plain, exp.In) and plain.expressions:
        yield Compared(plain.this, tuple(plain.expressions), plain)
    elif isinstance(plain, exp.Like | exp.ILike) and not plain.args.get("negate"):
        yield Compared(plain.this, (plain.expression,), plain)


def all_comparisons(select: exp.Expr) -> Iterator[Compared]:
    """The comparisons by which a query chooses and joins its rows."""
    for condition in conditions(select):
        yield from comparisons(condition)


def branches(condition: exp.Expr) -> list[exp.Expr]:
    """The sides of an OR."""
    plain = condition.unnest() if isinstance(condition, exp.Paren) else condition
    if isinstance(plain, exp.Or):
        return [*branches(plain.left), *branches(plain.right)]
    return [plain]


def entries(condition: exp.Expr, names: Names) -> set[tuple[str, str]]:
    """Alias and column of every bare column that must pass a test against constants: an index could find its rows."""
    found = set()
    for part in conjuncts(condition):
        if isinstance(part, exp.Or):
            continue
        for test in comparisons(part):
            place = bare(test.side, names)
            if place is not None and not place.outer and not _starts_open(test) and test.against_constants(names):
                found.add((place.alias, place.column))
    return found


def equalities(select: exp.Expr, names: Names, *, constants: bool = False) -> set[tuple[str, str]]:
    """Alias and column of every bare column of a query that must equal something, or something outside of it only."""
    found = set()
    for condition in conditions(select):
        for test in comparisons(condition) if isinstance(condition, exp.EQ) else ():
            place = bare(test.side, names)
            if place is not None and not place.outer and (not constants or test.against_constants(names)):
                found.add((place.alias, place.column))
    return found


def bare(side: exp.Expr, names: Names) -> Place | None:
    """Where a column comes from that stands for itself."""
    plain = side.unnest() if isinstance(side, exp.Paren) else side
    return names.place(plain) if isinstance(plain, exp.Column) else None


def _starts_open(test: Compared) -> bool:
    return isinstance(test.how, exp.ILike) or (isinstance(test.how, exp.Like) and open_pattern(test.others[0]))


def open_pattern(pattern: exp.Expr) -> bool:
    """Whether a LIKE pattern begins with a wildcard."""
    first = pattern
    while isinstance(first, exp.DPipe | exp.Concat | exp.Paren):
        first = first.left if isinstance(first, exp.DPipe) else first.this or first.expressions[0]
    return isinstance(first, exp.Literal) and bool(first.is_string) and first.name[:1] in ("%", "_")
