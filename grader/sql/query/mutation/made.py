"""Every mutant of a query: one fault each, with a name that stays as long as the query does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import sqlglot
from sqlglot import exp

from grader.excerpt import position
from grader.sql.query.mutation import computing, conditions, grouping, nulls, shape
from grader.sql.query.mutation.change import Change, Mutator, written
from grader.sql.query.mutation.equal import why_equal
from grader.sql.query.smalldata import TableRules


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """A query with one fault.

    `name` is the kind of fault and its number from the front; `fault` says it; `edit` is the SQL before and after;
    `line` is where in the query. `equal` is the reason why it gives the same rows on all data that the tables
    allow, empty when it is none.
    """

    name: str
    fault: str
    edit: str
    line: int
    query: str
    equal: str = ""


def mutants(query: str, tables: Sequence[TableRules]) -> list[Mutant]:
    """Every mutant of `query`, each SQL text once. Raises `sqlglot.errors.SqlglotError` for a query it cannot read."""
    tree = sqlglot.parse_one(query, read="postgres")
    seen = {tree.sql(dialect="postgres")}
    counts: Counter[str] = Counter()
    out = []
    for number, node, change in _changes(tree, tables):
        counts[change.kind] += 1
        try:
            changed, new = _changed(tree, number, change)
        except (AttributeError, KeyError, TypeError, ValueError):  # a form that this change does not fit
            continue
        if changed in seen:
            continue
        seen.add(changed)
        mutant = Mutant(
            name=f"{change.kind}-{counts[change.kind]}",
            fault=change.fault,
            edit=new,
            line=_line(query, node),
            query=changed,
            equal=why_equal(node, change, tables),
        )
        out.append(mutant)
    return out


def unchanged(query: str) -> str:
    """The query as mutants are written: it must give the same rows, or no mutant proves anything."""
    return sqlglot.parse_one(query, read="postgres").sql(dialect="postgres")


def _changes(tree: exp.Expr, tables: Sequence[TableRules]) -> Iterator[tuple[int, exp.Expr, Change]]:
    mutators: tuple[Mutator, ...] = (
        *conditions.MUTATORS,
        *nulls.MUTATORS,
        *grouping.MUTATORS,
        *shape.MUTATORS,
        *computing.MUTATORS,
        computing.wrong_columns(tables),
    )
    for number, node in enumerate(tree.walk(bfs=False)):
        for mutator in mutators:
            for change in mutator(node):
                yield number, node, change


def _changed(tree: exp.Expr, number: int, change: Change) -> tuple[str, str]:
    """The changed query, and the smallest part around the change before and after."""
    whole = tree.copy()
    node = next(node for place, node in enumerate(whole.walk(bfs=False)) if place == number)
    part = node.parent if node.parent is not None else node
    before = written(part)
    change.make(node)
    return whole.sql(dialect="postgres"), f"{before}  →  {written(part)}"


def _line(query: str, node: exp.Expr) -> int:
    """The line of the first thing in the node whose place is known; 1 when there is none."""
    starts = [int(one.meta["start"]) for one in node.walk() if "start" in one.meta]
    return position(query, min(starts))[0] if starts else 1
