"""How much less work the rewritten query does, which half of the answer did it, and what the plans show."""

from __future__ import annotations

import math
from typing import Any

from grader.checks.query.facts import (
    LEAST_GAIN,
    efficiency,
    explain_it,
    final_cell,
    not_read,
    not_same,
    part_gains,
    plan_of,
    work_of,
)
from grader.evidence.query import QueryAnswer
from grader.exhibits import AnyExhibit, PlanExhibit, RowsExhibit, SqlExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed
from grader.sql.query.claims import used_indexes
from grader.sql.query.plan import exhibit, work
from grader.sql.query.plan_findings import plan_findings
from grader.visible import one_line

MOST_FINDINGS = 6
_SIZES = (
    "SELECT relname, pg_relation_size(oid) / 8192 AS blocks FROM pg_class "
    "WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace ORDER BY relname"
)


def ask_work(evidence: QueryAnswer, *, full: float = 0.90, least_gain: float = LEAST_GAIN) -> Finding:
    """The part of the possible gain in work that was reached; `full` of it earns everything.

    The scale is logarithmic: every halving of the work counts the same. Below `least_gain` nothing is earned.
    """
    missing = not_same(evidence)
    if missing is not None:
        return missing
    before, after = work_of(evidence, "given", setup=False), final_cell(evidence)
    if before is None or after is None or not evidence.reference_work:
        return blocked("The query was not measured")
    done = work(plan_of(after))
    times = before.total / max(1, done.total)
    reached = efficiency(before.total, done.total, evidence.reference_work)
    told = f"{before.total:,} → {done.total:,} work: {_times(times)}, {100 * reached:.0f} % of what is possible"
    shown = (_two_by_two(evidence), _measured(evidence), explain_it(evidence))
    if reached >= full:
        return passed(told, exhibits=shown)
    enough = before.total / math.exp(full * math.log(before.total / evidence.reference_work))
    return failed(
        told,
        expected=f"{enough:,.0f} work or less for full points",
        where="query.sql",
        score=reached if times >= least_gain else 0.0,
        exhibits=shown,
    )


def _times(times: float) -> str:
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


def ask_plans(evidence: QueryAnswer) -> Finding:
    """Both plans, with what stands out in them."""
    before, after = evidence.cell("given", setup=False), final_cell(evidence)
    if evidence.unread:
        return not_read(evidence)
    if before is None or after is None:
        return blocked("There is no plan of the submitted query")
    shown: list[AnyExhibit] = []
    counts = []
    for title, cell in (("Given query", before), ("Your answer", after)):
        plan = plan_of(cell)
        found = plan_findings(plan)
        flags: dict[int, tuple[str, ...]] = {}
        for one in found:
            flags[one.node] = (*flags.get(one.node, ()), one.text)
        shown.append(exhibit(plan, title, flags))
        counts.append(f"{title.lower()}: {len(found)}")
        if found:
            shown.append(
                RowsExhibit(
                    title=f"What stands out: {title.lower()}",
                    head=("rule", "on", "share of the work", "what"),
                    rows=tuple(
                        (f.rule, one_line(f.object, 60), f"{100 * f.share:.0f} %", f.text)
                        for f in found[:MOST_FINDINGS]
                    ),
                )
            )
    shown.sort(key=lambda one: not isinstance(one, PlanExhibit))
    return passed(f"What stands out in the plans: {', '.join(counts)}", exhibits=tuple(shown))


def ask_indexes_used(evidence: QueryAnswer) -> Finding:
    """Every index that setup.sql adds is read by the new plan."""
    missing = not_same(evidence)
    if missing is not None:
        return missing
    if _setup_left_out(evidence):
        return blocked("Nothing of setup.sql could be run")
    final = final_cell(evidence)
    if not evidence.added or final is None:
        return not_applicable("No index was added")
    used = used_indexes(plan_of(final))
    unused = [index for index in evidence.added if index.name.lower() not in used]
    table = _index_table(evidence, used)
    if not unused:
        return passed(f"The new plan reads every added index ({len(evidence.added)})", exhibits=(table,))
    names = ", ".join(one_line(index.name, 60) for index in unused)
    return failed(
        f"The new plan does not read {len(unused)} of {len(evidence.added)} added indexes: {names}",
        expected="only indexes that the new plan reads",
        where="setup.sql",
        score=1 - len(unused) / len(evidence.added),
        exhibits=(table, explain_it(evidence)),
    )


def _setup_left_out(evidence: QueryAnswer) -> bool:
    """True when setup.sql was meant to add something and nothing of it ran; another check tells why."""
    faulty = evidence.setup_failure is not None or any(r.file == "setup.sql" for r in evidence.refusals)
    return faulty and not evidence.added


def _index_table(evidence: QueryAnswer, used: set[str]) -> RowsExhibit:
    rows = [
        (
            one_line(index.name, 60),
            one_line(index.definition.partition(" USING ")[2], 120),
            f"{index.blocks:,}",
            "yes" if index.name.lower() in used else "no",
        )
        for index in evidence.added
    ]
    return RowsExhibit(
        title="Added indexes",
        head=("index", "definition", "blocks of 8 kB", "read by the new plan"),
        rows=tuple(rows),
    )


def ask_index_size(evidence: QueryAnswer, *, most: float = 0.75) -> Finding:
    """The added indexes together are at most `most` times as large as the tables."""
    missing = not_same(evidence)
    if missing is not None:
        return missing
    if _setup_left_out(evidence):
        return blocked("Nothing of setup.sql could be run")
    tables = sum(evidence.table_blocks.values())
    if not evidence.added or not tables:
        return not_applicable("No index was added")
    size = sum(index.blocks for index in evidence.added)
    told = f"The added indexes take {size:,} blocks, {100 * size / tables:.0f} % of the tables' {tables:,}"
    final = final_cell(evidence)
    table = _index_table(evidence, used_indexes(plan_of(final)) if final is not None else set())
    shown = (
        table,
        _sizes(evidence),
    )
    if size <= most * tables:
        return passed(told, exhibits=shown)
    return failed(told, expected=f"at most {most * tables:,.0f} blocks", where="setup.sql", exhibits=shown)


def _sizes(evidence: QueryAnswer) -> SqlExhibit:
    """Where the sizes of the added indexes come from, as psql shows them."""
    lines = [f"{one_line(index.name, 60)} | {index.blocks}" for index in sorted(evidence.added, key=lambda i: i.name)]
    return SqlExhibit(
        title="See it again: how large the added indexes are",
        statement=_SIZES,
        answer="\n".join(["relname | blocks", *lines, "…"]),
        command=f'psql -d practice -f setup.sql && psql -d practice -c "{_SIZES}"',
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
        name="query.plans",
        needs=QueryAnswer,
        ask=ask_plans,
        title="Both plans",
        why="The plan says where the work is done",
        fix="Read the plan from the inside out and compare planned with actual rows",
    ),
    Check(
        name="query.indexes_used",
        needs=QueryAnswer,
        ask=ask_indexes_used,
        title="Every added index is used",
        why="Every index is paid for on every INSERT and UPDATE; one that no query reads is only cost",
        fix="Leave out the indexes that the plan does not read",
    ),
    Check(
        name="query.index_size",
        needs=QueryAnswer,
        ask=ask_index_size,
        title="The added indexes are small beside the tables",
        why="Indexes that copy the tables take their memory and make every write slower",
        fix="Index the columns that find the rows; include further columns only where the plan gains by it",
    ),
)
