"""Does the explanation agree with the plans, and does it name what made the difference?"""

from __future__ import annotations

from typing import Any

from grader.checks.query.explanation_exhibits import FILE, beginning, difference_table, line_by_line
from grader.checks.query.facts import changed, explain_it, ground, mostly_different, not_run
from grader.checks.query.told import (
    beside_ours,
    confirmed,
    contradicted,
    far_apart,
    in_words,
    is_foreign,
    mostly_contradicted,
    named_effects,
    the_ground,
)
from grader.evidence.query import QueryAnswer
from grader.exhibits import TextExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.query.claims import claims
from grader.sql.query.explained import compares, describes_the_work, is_long, names_any_object, plan_readings
from grader.sql.query.figures import figures
from grader.visible import one_line

CONTRADICTION = 0.5


def _missing(evidence: QueryAnswer, *, needs_gain: bool = True) -> Finding | None:
    """Why the explanation says nothing yet: no text, nothing measured, or nothing changed."""
    if not evidence.explanation.strip():
        return blocked(f"There is no {FILE}")
    not_there = not_run(evidence)
    if not_there is not None:
        return not_there
    if mostly_different(evidence):
        return blocked("The query gives other rows on most data sets: its plan is that of another task")
    if ground(evidence) is None:
        return blocked("There is no plan to compare it with")
    if needs_gain and not changed(evidence):
        return blocked("The work did not become less: there is no change to explain")
    return None


def ask_comparison(evidence: QueryAnswer, *, least: int = 2) -> Finding:
    """A comparison of before and after with at least `least` figures and a unit."""
    if not evidence.explanation.strip():
        return failed(
            f"There is no {FILE}, or it is empty",
            expected=f"{FILE}: the changes and their reasons, a comparison with figures, an analysis of both plans",
            where=FILE,
            exhibits=(TextExhibit(title="Look for it", text=f"ls -l {FILE}"),),
        )
    missing = _missing(evidence)
    if missing is not None:
        return missing
    found = figures(evidence.explanation)
    only_rows = {figure.kind for figure in found} == {"rows"} and not compares(evidence.explanation)
    beside, far = beside_ours(evidence)
    if len(found) >= least and not only_rows:
        told = one_line(", ".join(figure.text for figure in found[:6]), 120)
        return passed(f"The explanation gives figures: {told}{far_apart(far)}", exhibits=beside)
    if is_foreign(evidence):
        return for_review("It may compare in words that are not recognised", exhibits=(beginning(evidence), *beside))
    count = f"{len(found)} measured figure{'' if len(found) == 1 else 's'} with a unit"
    told = "only numbers of rows, and not before and after" if only_rows else count
    return failed(
        f"The explanation holds {told}: nothing can be compared",
        expected="figures with their unit, measured for the given and the submitted query: time, buffers, rows or cost",
        where=FILE,
        exhibits=(beginning(evidence), *beside),
    )


def ask_plan_analysis(evidence: QueryAnswer, *, least: int = 1) -> Finding:
    """At least `least` sentences say something about a node of a plan; a list of nodes or a pasted plan does not."""
    missing = _missing(evidence)
    if missing is not None:
        return missing
    compared = the_ground(evidence)
    judged = claims(evidence.explanation, compared)
    if mostly_contradicted(judged, compared):
        return failed(
            "The plans contradict at least as many of its sentences as they confirm: it reads other plans",
            expected="what the plan of the given query did and what the new plan does instead, by its nodes",
            where=FILE,
            exhibits=(line_by_line(evidence.explanation, judged),),
        )
    found = plan_readings(evidence.explanation, compared, {claim.text for claim in contradicted(judged)})
    if len(found) >= least:
        return passed(f"The explanation reads the plans: {one_line(found[0], 160)}")
    if is_foreign(evidence):
        return for_review("It may read the plans in words that are not recognised", exhibits=(beginning(evidence),))
    if describes_the_work(evidence.explanation, compared):
        return for_review("It tells what the queries do, and names no node of a plan", exhibits=(beginning(evidence),))
    return failed(
        "No sentence of the explanation says what a node of a plan does, on which table or why",
        expected="what the plan of the given query did and what the new plan does instead, by its nodes",
        where=FILE,
        exhibits=(beginning(evidence),),
    )


def ask_decisive(evidence: QueryAnswer) -> Finding:
    """The text names the effects that made the difference, each together with the object it is about."""
    missing = _missing(evidence)
    if missing is not None:
        return missing
    compared = the_ground(evidence)
    judged = claims(evidence.explanation, compared)
    wrong = contradicted(judged)
    found = named_effects(evidence, compared, {claim.text for claim in wrong})
    if not found:
        return for_review("No single change explains the gain: a person must read", exhibits=(beginning(evidence),))
    table = difference_table(found)
    if mostly_contradicted(judged, compared):
        return failed(
            "The plans contradict at least as many of its sentences as they confirm: it explains nothing",
            expected=in_words(found),
            where=FILE,
            exhibits=(table, beginning(evidence), explain_it(evidence)),
        )
    left = [effect for effect in found if not effect.named]
    if not left:
        return passed(f"It names what made the difference: {in_words(found)}", exhibits=(table,))
    readable = is_long(evidence.explanation) and describes_the_work(evidence.explanation, compared)
    if not wrong and (readable or is_foreign(evidence)):
        return for_review(f"It may explain this in words that are not recognised: {in_words(left)}", exhibits=(table,))
    return failed(
        f"It does not explain: {in_words(left)}",
        expected="for the rewrite and for each index: its effect, and the table or column that it is about",
        where=FILE,
        score=1 - len(left) / len(found),
        exhibits=(table, beginning(evidence), explain_it(evidence)),
    )


def ask_agrees(evidence: QueryAnswer) -> Finding:
    """No claim of the text is contradicted by the plans, and at least one is confirmed."""
    missing = _missing(evidence, needs_gain=False)
    if missing is not None:
        return missing
    compared = the_ground(evidence)
    found = claims(evidence.explanation, compared)
    wrong, right = contradicted(found), confirmed(found, compared)
    table = line_by_line(evidence.explanation, found)
    if wrong:
        return failed(
            f"The plans contradict {len(wrong)} of its sentences: {one_line(wrong[0].because, 200)}",
            expected="claims that the plans show",
            where=FILE,
            score=max(0.0, 1 - CONTRADICTION * len(wrong)) if changed(evidence) else 0.0,
            exhibits=(table, explain_it(evidence)),
        )
    if not changed(evidence):
        return blocked("The work did not become less: there is no change to explain")
    if right:
        in_part = sum(claim.verdict == "confirmed in part" for claim in right)
        return passed(
            f"The plans confirm {len(right) - in_part} of its sentences, {in_part} more in part, and contradict none",
            exhibits=(table,),
        )
    readable = is_long(evidence.explanation) and describes_the_work(evidence.explanation, compared)
    if names_any_object(evidence.explanation, compared) and (readable or is_foreign(evidence)):
        return for_review(
            "No claim could be compared with the plans: a person must read", exhibits=(beginning(evidence),)
        )
    return failed(
        "It claims nothing that can be compared with the plans",
        expected="which tables are read how, before and after, and which index is used",
        where=FILE,
        exhibits=(beginning(evidence),),
    )


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.comparison",
        needs=QueryAnswer,
        ask=ask_comparison,
        title="The explanation compares before and after with figures",
        why="A change to a query that nobody measured is a guess",
        fix="Measure both queries on the practice data and put the figures side by side, with their unit",
    ),
    Check(
        name="query.plan_analysis",
        needs=QueryAnswer,
        ask=ask_plan_analysis,
        title="The explanation analyses the plans",
        why="The plan shows where the work is; without it the next slow query is a guess again",
        fix="Say which nodes of the old plan did the work and what stands in their place now",
    ),
    Check(
        name="query.decisive",
        needs=QueryAnswer,
        ask=ask_decisive,
        title="The explanation names what made the difference",
        why="Whoever knows why a change worked can do it again, and knows when not to",
        fix="Say for the rewrite and every index what the given query did too often, on which table, and what changed",
    ),
    Check(
        name="query.agrees",
        needs=QueryAnswer,
        ask=ask_agrees,
        title="The explanation agrees with the plans",
        why="A wrong explanation is worse than none: the team acts on it",
        fix="Check every sentence against EXPLAIN (ANALYZE, BUFFERS) of both queries",
    ),
)
