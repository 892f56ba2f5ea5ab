"""Does a query do little work because it is good, or because it knows the large data?"""

from __future__ import annotations

from grader.checks.query.facts import final_cell, plan_of, work_of
from grader.evidence.query import QueryAnswer
from grader.exhibits import RowsExhibit
from grader.model import Finding, for_review
from grader.sql.query.plan import work

# Beside a good answer, an honest one does about the same there or less: what grows badly shows on much data. A plan
# that scans small tables where the good answer looks them up was seen to do some twenty times more.
MOST_TIMES = 32.0
_HEAD = ("data", "given query", "your answer", "a good answer")


def only_here(evidence: QueryAnswer) -> Finding | None:
    """A finding for people when the gain on the large data is not there on the private data of the same kind."""
    before, after, elsewhere = work_of(evidence, "given", setup=False), final_cell(evidence), evidence.elsewhere
    if before is None or after is None or elsewhere is None:
        return None
    done = max(1, work(plan_of(after)).total)
    here = done / max(1, evidence.reference_work)
    there = elsewhere.submitted / max(1, elsewhere.reference)
    if there <= MOST_TIMES * here:
        return None
    rows = (
        _row("the large data", before.total, done, evidence.reference_work),
        _row("the private data", elsewhere.given, elsewhere.submitted, elsewhere.reference),
    )
    return for_review(
        f"Beside a good answer the query does {there / here:,.0f} times more work on data of another seed than on the "
        "large data: a person must see whether it knows the large data, or its plan only pays there",
        exhibits=(RowsExhibit(title="Work on two data sets of the same kind", head=_HEAD, rows=rows),),
    )


def _row(name: str, *amounts: int) -> tuple[str, ...]:
    return (name, *(f"{amount:,}" for amount in amounts))
