"""Does the explanation agree with the plans, and does it name what made the difference?"""

from __future__ import annotations

from typing import Any

from grader.checks.query.facts import LEAST_GAIN, explain_it, gain, ground, mostly_different, not_run, part_gains
from grader.evidence.query import QueryAnswer
from grader.exhibits import RowsExhibit, TextExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.query.claims import Claim, Ground, claims
from grader.sql.query.explained import compares, effects, is_english, is_long, names_any_object, plan_readings
from grader.sql.query.figures import figures
from grader.sql.query.prose import sentences
from grader.visible import one_line

FILE = "EXPLANATION.md"
MOST_CLAIMS = 25
CONTRADICTION = 0.5
_OF_PLANS = {"index", "scan", "node", "spill"}  # that a text says "faster" or holds a number is no claim about plans
_NO_TEXT = "there is no EXPLANATION.md"


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
    if needs_gain and gain(evidence) < LEAST_GAIN:
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
    if len(found) >= least and not only_rows:
        return passed(f"The explanation gives figures: {one_line(', '.join(figure.text for figure in found[:6]), 120)}")
    if not is_english(evidence.explanation):
        return for_review("It may compare in words that are not recognised", exhibits=(_text(evidence),))
    count = f"{len(found)} measured figure{'' if len(found) == 1 else 's'} with a unit"
    told = "only numbers of rows, and not before and after" if only_rows else count
    return failed(
        f"The explanation holds {told}: nothing can be compared",
        expected="measured figures with their unit for the given query and for yours: time, buffers, rows or cost",
        where=FILE,
        exhibits=(_text(evidence),),
    )


def ask_plan_analysis(evidence: QueryAnswer, *, least: int = 1) -> Finding:
    """At least `least` sentences say something about a node of a plan; a list of nodes or a pasted plan does not."""
    missing = _missing(evidence)
    if missing is not None:
        return missing
    found = plan_readings(evidence.explanation, _ground(evidence))
    if len(found) >= least:
        return passed(f"The explanation reads the plans: {one_line(found[0], 160)}")
    if not is_english(evidence.explanation):
        return for_review("It may read the plans in words that are not recognised", exhibits=(_text(evidence),))
    return failed(
        "No sentence of the explanation says what a node of a plan does, on which table or why",
        expected="what the plan of the given query did and what the new plan does instead, by its nodes",
        where=FILE,
        exhibits=(_text(evidence),),
    )


def ask_decisive(evidence: QueryAnswer) -> Finding:
    """The text names the effects that made the difference, each together with the object it is about."""
    missing = _missing(evidence)
    if missing is not None:
        return missing
    compared = _ground(evidence)
    by_setup, by_rewrite = part_gains(evidence)
    wrong = {claim.text for claim in claims(evidence.explanation, compared) if claim.verdict == "contradicted"}
    found = effects(evidence.explanation, compared, index_gain=by_setup, rewrite_gain=by_rewrite, wrong=wrong)
    if not found:
        return for_review("No single change explains the gain: a person must read", exhibits=(_text(evidence),))
    table = RowsExhibit(
        title="What made the difference, and where the explanation says so",
        head=("what", "explained", "where"),
        rows=tuple((e.what, "yes" if e.named else "no", one_line(e.where, 200)) for e in found),
        note="From the 2×2 of rewrite × setup and both plans",
    )
    left = [effect for effect in found if not effect.named]
    if not left:
        return passed(f"It names what made the difference: {_list(found)}", exhibits=(table,))
    unclear = names_any_object(evidence.explanation, compared) and is_long(evidence.explanation)
    if not wrong and (unclear or not is_english(evidence.explanation)):
        return for_review(f"It may explain this in words that are not recognised: {_list(left)}", exhibits=(table,))
    return failed(
        f"It does not explain: {_list(left)}",
        expected="the effect and the table, column or index it is about, in your own words",
        where=FILE,
        score=1 - len(left) / len(found),
        exhibits=(table, _text(evidence), explain_it(evidence)),
    )


def _list(found: list[Any]) -> str:
    return "; ".join(effect.what for effect in found)


def ask_agrees(evidence: QueryAnswer) -> Finding:
    """No claim of the text is contradicted by the plans, and at least one is confirmed."""
    missing = _missing(evidence, needs_gain=False)
    if missing is not None:
        return missing
    compared = _ground(evidence)
    found = claims(evidence.explanation, compared)
    wrong = [claim for claim in found if claim.verdict == "contradicted"]
    right = [claim for claim in found if "confirmed" in claim.verdict and not _OF_PLANS.isdisjoint(claim.about)]
    table = _claims_table(found)
    if wrong:
        return failed(
            f"The plans contradict {len(wrong)} of its sentences: {wrong[0].because}",
            expected="claims that the plans show",
            where=FILE,
            score=max(0.0, 1 - CONTRADICTION * len(wrong)) if gain(evidence) >= LEAST_GAIN else 0.0,
            exhibits=(table, explain_it(evidence)),
        )
    if gain(evidence) < LEAST_GAIN:
        return blocked("The work did not become less: there is no change to explain")
    if right:
        in_part = sum(claim.verdict == "confirmed in part" for claim in right)
        return passed(
            f"The plans confirm {len(right) - in_part} of its sentences, {in_part} more in part, and contradict none",
            exhibits=(table,),
        )
    readable = is_long(evidence.explanation) or not is_english(evidence.explanation)
    if names_any_object(evidence.explanation, compared) and readable:
        return for_review("No claim could be compared with the plans: a person must read", exhibits=(_text(evidence),))
    return failed(
        "It claims nothing that can be compared with the plans",
        expected="which tables are read how, before and after, and which index is used",
        where=FILE,
        exhibits=(_text(evidence),),
    )


def _ground(evidence: QueryAnswer) -> Ground:
    compared = ground(evidence)
    if compared is None:
        raise ValueError(_NO_TEXT)
    return compared


def _claims_table(found: list[Claim]) -> RowsExhibit:
    order = {"contradicted": 0, "confirmed": 1, "confirmed in part": 2, "not checkable": 3}
    ranked = sorted(found, key=lambda claim: order[claim.verdict])
    return RowsExhibit(
        title="Claims beside the plans",
        head=("claim", "verdict", "because"),
        rows=tuple((one_line(c.text, 200), c.verdict, one_line(c.because, 240)) for c in ranked[:MOST_CLAIMS]),
        note="Whether a figure is right is not held against you: yours was measured on other data. "
        "That there are figures with their unit is asked elsewhere",
    )


def _text(evidence: QueryAnswer) -> TextExhibit:
    """The beginning of the explanation, and how to look at all of it."""
    parts = sentences(evidence.explanation)[:12]
    text = "\n".join(one_line(part, 240) for part in parts) or one_line(evidence.explanation, 240)
    return TextExhibit(title=f"{FILE}, as it reads (cat {FILE})", text=text)


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
