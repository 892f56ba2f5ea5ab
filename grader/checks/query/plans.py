"""Both plans, and what stands out in them before and after."""

from __future__ import annotations

from collections import Counter
from typing import Any

from grader.checks.query.facts import final_cell, not_read, plan_of
from grader.evidence.query import Cell, QueryAnswer
from grader.exhibits import PlanExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, passed
from grader.sql.query.plan_findings import Change, Fate, PlanFinding, changes, plan_findings
from grader.sql.query.plan_shown import exhibit
from grader.visible import one_line

MOST_CHANGES = 20
MOST_NAMED = 2
GIVEN, ANSWER = "Given query", "Your answer"
_NOTE = (
    "Share: the part of the query's own work (rows + blocks) at these nodes, of a subquery or join with what is below "
    "it: two lines may be about the same part. "
    "What stays or is new need not be wrong: with little work left, something always has the largest part."
)


def ask_plans(evidence: QueryAnswer) -> Finding:
    """Both plans, with what stands out in them."""
    before, after = evidence.cell("given", setup=False), final_cell(evidence)
    if evidence.unread:
        return not_read(evidence)
    if before is None or after is None:
        return blocked("There is no plan of the submitted query")
    found = changes(plan_of(before), plan_of(after))
    table = (_table(found),) if found else ()
    return passed(_told(found), exhibits=(*table, _drawn(before, GIVEN), _drawn(after, ANSWER)))


def _drawn(cell: Cell, title: str) -> PlanExhibit:
    flags: dict[int, tuple[str, ...]] = {}
    for one in plan_findings(plan_of(cell)):
        flags[one.node] = (*flags.get(one.node, ()), one.text)
    return exhibit(cell.plan, title, flags)


def _told(found: tuple[Change, ...]) -> str:
    fates = Counter(change.fate for change in found)
    if not found:
        return "Nothing stands out in either plan"
    gone = fates["gone"]
    said = [f"{gone} of {gone + fates['stays']} things that stood out in the given query's plan are gone"]
    kinds: tuple[tuple[Fate, str], ...] = (("stays", "still there"), ("new", "new"))
    for fate, what in kinds:
        first = {change.title: change.object for change in reversed(found) if change.fate == fate}
        named = [f"{_small(title)} ({one_line(about, 60)})" for title, about in reversed(first.items())]
        left = fates[fate] - len(named[:MOST_NAMED])
        if named:
            said.append(f"{what}: {', '.join([*named[:MOST_NAMED], *([f'{left} more'] if left else [])])}")
    return "; ".join(said)


def _table(found: tuple[Change, ...]) -> RowsExhibit:
    rows = [
        (
            change.fate,
            change.title,
            one_line(change.object, 80),
            _side(change.before, change.share_before),
            _side(change.after, change.share_after),
        )
        for change in found[:MOST_CHANGES]
    ]
    left = len(found) - MOST_CHANGES
    return RowsExhibit(
        title="What stands out in the plans: before → after",
        head=("", "what stands out", "on", GIVEN.lower(), ANSWER.lower()),
        rows=tuple(rows),
        note=_NOTE + (f" {left} more not shown." if left > 0 else ""),
    )


def _side(found: tuple[PlanFinding, ...], share: float) -> str:
    """`95 % of the work at 3 nodes; the largest: reads all …`."""
    if not found:
        return "–"
    nodes = f" at {len(found)} nodes; the largest" if len(found) > 1 else ""
    return f"{100 * share:.0f} % of the work{nodes}: {found[0].text}"


def _small(title: str) -> str:
    """A title inside of a sentence: words in capitals stay so."""
    first = title.split(" ", maxsplit=1)[0]
    return title if len(first) > 1 and first.isupper() else title[:1].lower() + title[1:]


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.plans",
        needs=QueryAnswer,
        ask=ask_plans,
        title="Both plans",
        why="The plan says where the work is done",
        fix="Read the plan from the inside out and compare planned with actual rows",
    ),
)
