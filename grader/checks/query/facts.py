"""What several checks of a rewritten query ask of the evidence first."""

from __future__ import annotations

import math

from msgspec import structs

from grader.checks.query.exhibits import short
from grader.evidence.query import Cell, QueryAnswer, Which
from grader.exhibits import CodeExhibit, SqlExhibit
from grader.model import Finding, blocked, for_review
from grader.sql.query.claims import Ground
from grader.sql.query.plan import Node, Work, as_text, read_plan, work
from grader.visible import visible

LEAST_GAIN = 1.25
LINES_SHOWN = 12


def plan_of(cell: Cell) -> Node:
    """The plan of a measurement."""
    return read_plan(cell.plan)


def final_cell(evidence: QueryAnswer) -> Cell | None:
    """The submitted query as it was handed in: with its setup when it has one that ran."""
    return evidence.cell("submitted", setup=True) or (
        None if evidence.cell("given", setup=True) else evidence.cell("submitted", setup=False)
    )


def work_of(evidence: QueryAnswer, query: Which, *, setup: bool) -> Work | None:
    """The work of one field of the 2×2."""
    cell = evidence.cell(query, setup=setup)
    return work(plan_of(cell)) if cell is not None else None


def not_run(evidence: QueryAnswer) -> Finding | None:
    """Why nothing can be said about the submitted query's rows: told by another check."""
    if any(refusal.file == "query.sql" for refusal in evidence.refusals):
        return blocked("The query was not run: it holds what the brief does not allow")
    if evidence.unread:
        return not_read(evidence)
    if evidence.failure is not None and not ran_on_the_large_data(evidence):
        return blocked("The query did not run to its end")
    if not evidence.comparisons:
        return blocked("The query was not run")
    return None


def not_read(evidence: QueryAnswer) -> Finding:
    """PostgreSQL can read the query and our guard cannot: a limit of ours, which costs nothing and spares nothing."""
    found = for_review(
        "PostgreSQL can read this query, the grader cannot, so it was not run: a person must look at it",
        exhibits=(CodeExhibit(file="query.sql", line=1, lines=_beginning(evidence), label="not read by the grader"),),
    )
    return structs.replace(found, fix=f"Write this in a plainer form and hand it in again: {evidence.unread[:160]}")


def _beginning(evidence: QueryAnswer) -> tuple[str, ...]:
    return tuple(visible(line, keep="\t")[:200] for line in evidence.query.splitlines()[:LINES_SHOWN])


def ran_on_the_large_data(evidence: QueryAnswer) -> bool:
    """True when a failure, if there is one, is an edge case: the query answered on the large data."""
    return any(comparison.data == "big" for comparison in evidence.comparisons)


def not_same(evidence: QueryAnswer) -> Finding | None:
    """Why the work of the submitted query says nothing."""
    missing = not_run(evidence)
    if missing is not None:
        return missing
    if any(comparison.failed for comparison in evidence.comparisons):
        return blocked("The query fails where the given one gives rows: doing another task cheaply earns nothing")
    if not all(comparison.same for comparison in evidence.comparisons):
        return blocked("The query gives other rows than the given one: doing another task cheaply earns nothing")
    if final_cell(evidence) is None or evidence.cell("given", setup=False) is None:
        return blocked("The query was not measured")
    return None


def mostly_different(evidence: QueryAnswer) -> bool:
    """True when the queries differ on more than half of the data sets: no edge case was missed, it is another query."""
    wrong = sum(not comparison.same for comparison in evidence.comparisons)
    return wrong > len(evidence.comparisons) / 2


def explain_it(evidence: QueryAnswer) -> SqlExhibit:
    """How to see the counted plan of the submitted query again."""
    first = "psql -d practice -f setup.sql -c ANALYZE && " if evidence.setup.strip() else ""
    final = final_cell(evidence)
    answer = as_text(plan_of(final)) if final is not None else "no plan: the query was not measured"
    return SqlExhibit(
        title="See it again (other data, so other figures)",
        statement="EXPLAIN (ANALYZE, BUFFERS)\n" + short(evidence.query),
        answer=answer,
        command=first + "(echo 'EXPLAIN (ANALYZE, BUFFERS)'; cat query.sql) | psql -d practice",
    )


def gain(evidence: QueryAnswer) -> float:
    """How many times less work the submission does than the given query; 1 when it was not measured."""
    before, cell = work_of(evidence, "given", setup=False), final_cell(evidence)
    if before is None or cell is None:
        return 1.0
    return before.total / max(1, work(plan_of(cell)).total)


def efficiency(before: int, after: int, best: int) -> float:
    """The part of the possible gain that was reached, 0 to 1, on a logarithmic scale."""
    if best >= before or after <= 0:
        return 0.0
    return min(1.0, max(0.0, math.log(before / after) / math.log(before / best)))


def part_gains(evidence: QueryAnswer) -> tuple[float, float]:
    """How many times less work the setup and the rewrite make, each measured against the answer as a whole."""
    cell = final_cell(evidence)
    if cell is None:
        return 1.0, 1.0
    after = max(1, work(plan_of(cell)).total)
    bare = work_of(evidence, "submitted", setup=False)
    given = work_of(evidence, "given", setup=cell.setup)
    setup = (bare.total / after if bare is not None else math.inf) if cell.setup else 1.0
    return setup, (given.total / after if given is not None else 1.0)


def ground(evidence: QueryAnswer) -> Ground | None:
    """What the explanation is compared with; `None` when there is no plan of the submitted query."""
    given, final = evidence.cell("given", setup=False), final_cell(evidence)
    if given is None or final is None:
        return None
    return Ground(
        given=plan_of(given),
        final=plan_of(final),
        others=tuple(plan_of(cell) for cell in evidence.cells if cell not in (given, final)),
        tables=evidence.tables,
        added={index.name: (index.table, *index.columns) for index in evidence.added},
        existing=tuple(index.name for index in evidence.existing),
        named=f"{evidence.setup}\n{evidence.query}",
        gain=gain(evidence),
    )
