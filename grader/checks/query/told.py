"""What an explanation tells, set beside the evidence: its claims, the effects it names, its own figures."""

from __future__ import annotations

from grader.checks.query.explanation_exhibits import figures_table
from grader.checks.query.facts import (
    LEAST_GAIN,
    computes_less,
    final_cell,
    gain,
    ground,
    part_gains,
    plan_of,
    settings_gains,
    work_of,
)
from grader.evidence.query import QueryAnswer
from grader.exhibits import RowsExhibit
from grader.sql.query.claims import Claim
from grader.sql.query.comparison import Gain, told_figures, told_gains
from grader.sql.query.explained import NamedEffect, effects, is_english, says_nothing
from grader.sql.query.ground import Ground, holds_any
from grader.sql.query.plan import work
from grader.visible import one_line

MANY_WRONG = 2
LONGEST_LIST = 400
# That a text says "faster" or holds a number is no claim about plans.
_OF_PLANS = {"index", "object", "scan", "node", "spill"}
_NO_PLAN = "there is no plan that an explanation could be compared with"


def the_ground(evidence: QueryAnswer) -> Ground:
    """What the explanation is compared with; raises `ValueError` when nobody asked first whether there is a plan."""
    compared = ground(evidence)
    if compared is None:
        raise ValueError(_NO_PLAN)
    return compared


def beside_ours(evidence: QueryAnswer) -> tuple[tuple[RowsExhibit, ...], list[Gain]]:
    """The candidate's own figures beside ours, and the gains that are far from the counted one.

    None is far when one of several is near: a text that tells times and blocks may pair some of them otherwise.
    """
    given, cell = work_of(evidence, "given", setup=False), final_cell(evidence)
    told = told_figures(evidence.explanation)
    if given is None or cell is None or not told:
        return (), []
    final = work(plan_of(cell))
    gains = told_gains(told, given, final)
    far = gains if all(one.far for one in gains) else []
    return (figures_table(told, gains, given, final),), far


def far_apart(far: list[Gain]) -> str:
    """What a message says of gains that are far from the counted one."""
    if not far:
        return ""
    return f"; the gain it tells ({far[0].told:,.0f} times) is far from the counted one ({far[0].counted:,.1f} times)"


def named_effects(evidence: QueryAnswer, compared: Ground, wrong: set[str]) -> list[NamedEffect]:
    """What made the difference, and where the text tells it; the `wrong` sentences tell nothing."""
    by_setup, by_rewrite = part_gains(evidence)
    if gain(evidence) < LEAST_GAIN and computes_less(
        evidence
    ):  # an index cannot make a query compute less and read as much
        by_rewrite = max(by_rewrite, LEAST_GAIN)
    return effects(
        evidence.explanation,
        compared,
        index_gain=by_setup,
        rewrite_gain=by_rewrite,
        setting_gain=settings_gains(evidence)[0],
        wrong=wrong,
    )


def is_foreign(evidence: QueryAnswer) -> bool:
    """True for sentences in another language than English: missing a word of ours proves nothing then."""
    return not is_english(evidence.explanation) and not says_nothing(evidence.explanation, the_ground(evidence))


def in_words(found: list[NamedEffect]) -> str:
    """The effects for a message."""
    return one_line("; ".join(effect.what for effect in found), LONGEST_LIST)


def contradicted(found: list[Claim]) -> list[Claim]:
    """Claims that the plans contradict."""
    return [claim for claim in found if claim.verdict == "contradicted"]


def mostly_contradicted(found: list[Claim], compared: Ground) -> bool:
    """True when the plans contradict at least as much as they confirm: what such a text names, it names by chance."""
    wrong = len(contradicted(found))
    return wrong >= MANY_WRONG and wrong >= len(confirmed(found, compared))


def confirmed(found: list[Claim], compared: Ground) -> list[Claim]:
    """Claims about these plans that they confirm, at least in part; what is true of any plan is none."""
    return [
        claim
        for claim in found
        if "confirmed" in claim.verdict
        and not _OF_PLANS.isdisjoint(claim.about)
        and (holds_any(claim.text, compared.names) or any(map(str.isdigit, claim.text)))
    ]
