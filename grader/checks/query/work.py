"""How much less work the rewritten query does, and which half of the answer did it."""

from __future__ import annotations

import math
from typing import Any

from grader.checks.query.elsewhere import only_here
from grader.checks.query.facts import (
    LEAST_GAIN,
    cpu_ceiling,
    efficiency,
    explain_it,
    final_cell,
    not_same,
    part_gains,
    plan_of,
    settings_gains,
    work_of,
)
from grader.evidence.query import Part, QueryAnswer, Which
from grader.exhibits import AnyExhibit, RowsExhibit, TextExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed
from grader.sql.query.plan import work
from grader.visible import one_line

_COMPUTES = (
    "Work counts rows and blocks. What is computed inside a row or between rows is not in it: patterns over texts, "
    "searching a long list for every row, sorting inside an aggregate. So the time that PostgreSQL's process computes "
    "is a ceiling for what the counted work earns. The times stand beside the run, they differ a little every time."
)


def ask_work(evidence: QueryAnswer, *, full: float = 0.90, least_gain: float = LEAST_GAIN) -> Finding:
    """The part of the possible gain in work that was reached; `full` of it earns everything.

    The scale is logarithmic: every halving of the work counts the same. Below `least_gain` nothing is earned. CPU time
    is a ceiling that only bites where the counted work clearly says too little.
    """
    missing = not_same(evidence) or only_here(evidence)
    if missing is not None:
        return missing
    before, after = work_of(evidence, "given", setup=False), final_cell(evidence)
    if before is None or after is None or not evidence.reference_work:
        return blocked("The query was not measured")
    done = work(plan_of(after))
    times = before.total / max(1, done.total)
    reached = efficiency(before.total, done.total, evidence.reference_work)
    ceiling = cpu_ceiling(evidence)
    told = f"{before.total:,} → {done.total:,} work: {_times(times)}, {100 * reached:.0f} % of what is possible"
    shown: tuple[AnyExhibit, ...] = (_two_by_two(evidence), _measured(evidence), explain_it(evidence))
    if ceiling < min(reached, full):
        told += "; it computes longer than these counts show, so less of it is earned"
        shown = (*shown, TextExhibit(title="Why CPU time is a ceiling", text=_COMPUTES))
        reached = ceiling
    if reached >= full:
        return passed(told, exhibits=shown)
    enough = before.total / math.exp(full * math.log(before.total / evidence.reference_work))
    return failed(
        told,
        expected=f"{enough:,.0f} work or less for full points",
        where="query.sql",
        score=reached / full if times >= least_gain else 0.0,
        exhibits=shown,
    )


def _times(times: float) -> str:
    if f"{times:.1f}" == "1.0":
        return "no less"
    if times < 1:
        return f"{1 / times:,.1f} times more"
    return f"{times:,.0f} times less" if times >= 10 else f"{times:,.1f} times less"  # noqa: PLR2004 - one digit


def _measured(evidence: QueryAnswer) -> RowsExhibit:
    """Rows, blocks and temporary blocks of both queries."""
    rows = []
    cells = (("given query", evidence.cell("given", setup=False)), ("your answer", final_cell(evidence)))
    for name, cell in cells:
        if cell is not None:
            done = work(plan_of(cell))
            rows.append((name, f"{done.rows:,}", f"{done.buffers:,}", f"{done.temp:,}", f"{done.total:,}"))
    return RowsExhibit(
        title="Work on the large data",
        head=("", "rows handled", "blocks touched", "temporary blocks", "work"),
        rows=tuple(rows),
        note="work = rows + 8 × blocks + 30 × temporary blocks, counted by PostgreSQL",
    )


def _two_by_two(evidence: QueryAnswer) -> RowsExhibit:
    """Work of both queries with and without the setup."""
    has_setup = any(cell.setup for cell in evidence.cells)
    rows = []
    for query, name in (("given", "given query"), ("submitted", "your query")):
        cells = [work_of(evidence, query, setup=setup) for setup in (False, True)]  # type: ignore[arg-type] # two names
        if not has_setup:
            cells[1] = cells[0]
        rows.append((name, *(f"{cell.total:,}" if cell is not None else "not measured" for cell in cells)))
    return RowsExhibit(
        title="What did the work?",
        head=("work", "without setup.sql", "with setup.sql"),
        rows=tuple(rows),
        note="Each part of the answer is measured alone"
        if has_setup
        else "There is no setup.sql: both columns are equal",
    )


def ask_two_by_two(evidence: QueryAnswer) -> Finding:
    """Which half of the answer made the difference: the rewrite, the setup, or both."""
    missing = not_same(evidence)
    if missing is not None:
        return missing
    setup, rewrite = part_gains(evidence)
    by_setup, by_rewrite = setup >= LEAST_GAIN, rewrite >= LEAST_GAIN
    if by_setup and by_rewrite:
        told = f"Both count: without the rewrite {rewrite:,.1f} times more work, without the setup {_or_never(setup)}"
    elif by_rewrite:
        told = f"The rewrite did it: without it {rewrite:,.1f} times more work"
    elif by_setup:
        told = f"The setup did it: without it {_or_never(setup)}"
    else:
        told = "Neither the rewrite nor the setup makes a difference"
    return passed(told, exhibits=(_two_by_two(evidence),))


def _or_never(times: float) -> str:
    return "the query does not end in time" if math.isinf(times) else f"{times:,.1f} times more work"


def ask_settings(evidence: QueryAnswer) -> Finding:
    """What the submitted settings do, apart from the indexes and the rewrite."""
    if not evidence.settings:
        return not_applicable("setup.sql changes no setting")
    missing = not_same(evidence)
    if missing is not None:
        return missing
    mine, alone = settings_gains(evidence)
    named = one_line(", ".join(f"{setting.name} = {setting.value}" for setting in evidence.settings), 120)
    if mine >= LEAST_GAIN:
        told = f"The settings count: without them ({named}) {_or_never(mine)}"
    elif mine <= 1 / LEAST_GAIN:
        told = f"The settings harm: without them ({named}) {1 / mine:,.1f} times less work"
    else:
        told = f"The settings make no difference to your query ({named}): they can be left out"
    if alone >= LEAST_GAIN:
        told += f"; alone they already make the given query's work {alone:,.1f} times less"
    return passed(told, exhibits=(_with_settings(evidence),))


def _with_settings(evidence: QueryAnswer) -> RowsExhibit:
    """Work and temporary blocks with and without the settings."""
    has_parts = any(cell.part != "whole" for cell in evidence.cells)
    fields: tuple[tuple[str, Which, bool, Part], ...] = (
        ("given query", "given", False, "whole"),
        ("given query, settings alone", "given", True, "settings" if has_parts else "whole"),
        ("your answer without its settings", "submitted", has_parts, "indexes" if has_parts else "whole"),
        ("your answer", "submitted", True, "whole"),
    )
    rows = []
    for name, query, setup, part in fields:
        done = work_of(evidence, query, setup=setup, part=part)
        rows.append((name, *(("not measured", "") if done is None else (f"{done.total:,}", f"{done.temp:,}"))))
    return RowsExhibit(
        title="What the settings do",
        head=("", "work", "temporary blocks"),
        rows=tuple(rows),
        note="A large work_mem keeps sorts and hash tables off the disk; where a list fits, the plan changes too",
    )


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.work",
        needs=QueryAnswer,
        ask=ask_work,
        title="The query does less work",
        why="Rows and blocks that a query touches are what it costs on every machine, every time it runs",
        fix="Find the node with the largest share of the work and ask which rows it reads in vain or again",
    ),
    Check(
        name="query.two_by_two",
        needs=QueryAnswer,
        ask=ask_two_by_two,
        title="Which half of the answer did it",
        why="An index that hides a bad query, and a good query that needs no index, are different lessons",
        fix="Measure the rewrite without the indexes and the indexes without the rewrite",
    ),
    Check(
        name="query.settings",
        needs=QueryAnswer,
        ask=ask_settings,
        title="What the settings do",
        why="A setting holds for every query of its session; more memory may hide a plan that reads too much",
        fix="Measure with and without each setting, and keep those that your query needs",
    ),
)
