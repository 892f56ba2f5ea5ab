"""What several checks of a rewritten query ask of the evidence first."""

from __future__ import annotations

import math

from msgspec import structs

from grader.checks.query.exhibits import short
from grader.evidence.query import Cell, Part, QueryAnswer, Which
from grader.exhibits import CodeExhibit, SqlExhibit
from grader.model import Finding, blocked, for_review
from grader.sql.query.ground import Ground
from grader.sql.query.plan import Node, Work, as_text, read_plan, work
from grader.visible import visible

LEAST_GAIN = 1.25
LINES_SHOWN = 12
# CPU time is a ceiling, not a measure: it bites where the counted work clearly says too little about a query.
# Counted work and CPU time of honest answers lie up to a quarter of the scale apart (bench/query_work-*.txt)
CPU_MARGIN = 0.25
CPU_STEP = 0.02  # coarser than what two runs differ by, and less than a point
LESS_COMPUTING = 2
CPU_FLOOR = 1.0  # milliseconds: below it the time to begin and end a statement decides


def plan_of(cell: Cell) -> Node:
    """The plan of a measurement."""
    return read_plan(cell.plan)


def final_cell(evidence: QueryAnswer) -> Cell | None:
    """The submitted query as it was handed in: with its setup when it has one that ran."""
    return evidence.cell("submitted", setup=True) or (
        None if evidence.cell("given", setup=True) else evidence.cell("submitted", setup=False)
    )


def work_of(evidence: QueryAnswer, query: Which, *, setup: bool, part: Part = "whole") -> Work | None:
    """The work of one field of the 2×2, or of a part of the setup."""
    cell = evidence.cell(query, setup=setup, part=part)
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
    """True when it is another query and no edge case was missed: most data sets differ, data as they are among them.

    Small made databases hold edge cases on purpose, so many of them show one and the same slip.
    """
    wrong = [comparison for comparison in evidence.comparisons if not comparison.same]
    ordinary = any(comparison.data in ("big", "private") for comparison in wrong)
    return ordinary and len(wrong) > len(evidence.comparisons) / 2


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


def computes_less(evidence: QueryAnswer) -> bool:
    """True when the server clearly computed less, even where it read as much: at most half, which no noise makes."""
    given, final = evidence.cell("given", setup=False), final_cell(evidence)
    if given is None or final is None or not given.cpu or not final.cpu:
        return False
    return max(given.cpu, CPU_FLOOR) >= LESS_COMPUTING * max(final.cpu, CPU_FLOOR)


def changed(evidence: QueryAnswer) -> bool:
    """True when there is a gain that an explanation can be about: less work, or far less computing for the same."""
    return gain(evidence) >= LEAST_GAIN or computes_less(evidence)


def efficiency(before: float, after: float, best: float) -> float:
    """The part of the possible gain that was reached, 0 to 1, on a logarithmic scale."""
    if best >= before or after <= 0:
        return 0.0
    return min(1.0, max(0.0, math.log(before / after) / math.log(before / best)))


def cpu_ceiling(evidence: QueryAnswer) -> float:
    """The most that CPU time lets the counted work be worth, 0 to 1, in coarse steps; 1 where it was not taken."""
    given, final = evidence.cell("given", setup=False), final_cell(evidence)
    if given is None or final is None or not (given.cpu and final.cpu and evidence.reference_cpu):
        return 1.0
    before, after, best = (max(spent, CPU_FLOOR) for spent in (given.cpu, final.cpu, evidence.reference_cpu))
    if best * LEAST_GAIN >= before:
        return 1.0  # the exercise is not about computing
    steps = (efficiency(before, after, best) + CPU_MARGIN) / CPU_STEP
    return min(1.0, round(math.ceil(steps) * CPU_STEP, 2))


def settings_gains(evidence: QueryAnswer) -> tuple[float, float]:
    """How many times less work the submitted settings make: of the answer, and of the given query alone.

    1 where there are no settings, infinite where the query does not end in time without them.
    """
    final, given = final_cell(evidence), work_of(evidence, "given", setup=False)
    if not evidence.settings or final is None or given is None:
        return 1.0, 1.0
    without = work_of(evidence, "submitted", setup=True, part="indexes")
    alone = work_of(evidence, "given", setup=True, part="settings")
    if without is None and alone is None and not evidence.added:  # the whole setup is settings
        without, alone = work_of(evidence, "submitted", setup=False), work_of(evidence, "given", setup=True)
    mine = without.total / max(1, work(plan_of(final)).total) if without is not None else math.inf
    return mine, given.total / max(1, alone.total) if alone is not None else 1.0


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
        bare=_plan_or_none(evidence.cell("submitted", setup=False)),
        tables=evidence.tables,
        table_blocks=evidence.table_blocks,
        added={index.name: (index.table, *index.columns) for index in evidence.added},
        existing=tuple(index.name for index in evidence.existing),
        definitions={index.name: index.definition for index in (*evidence.existing, *evidence.added)},
        settings={setting.name: setting.value for setting in evidence.settings},
        named=f"{evidence.setup}\n{evidence.query}",
        asked=evidence.given,
        gain=gain(evidence),
        computes_less=computes_less(evidence),
    )


def _plan_or_none(cell: Cell | None) -> Node | None:
    return plan_of(cell) if cell is not None else None
