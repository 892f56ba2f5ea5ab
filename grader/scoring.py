"""Stage 3: turn judgements into points. Arithmetic only."""

from __future__ import annotations

import msgspec

from grader.model import Bands, Challenge, Criterion, Gate, Judgement, Level, Outcome

LEVELS = ((95.0, 4), (75.0, 3), (40.0, 2))
_LEAVES = (Outcome.NOT_APPLICABLE, Outcome.UNSTABLE)


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one check earned of what it could; `points` is None when undecided or waiting for a person."""

    points: float | None
    possible: float


class CriterionScore(msgspec.Struct, frozen=True, kw_only=True):
    """Points of a criterion. `possible` is what was decided automatically, `waiting` what people must say.

    `points` is None when any scored check is undecided. `level` is 1 to 4, None when there is nothing to place.
    """

    points: float | None
    possible: float
    waiting: float
    level: int | None
    shares: tuple[Share, ...]


def score_criterion(criterion: Criterion, judgements: tuple[Judgement, ...]) -> CriterionScore:
    """The weighted mean of what applies, scaled to the criterion's points.

    Checks that do not apply or are unstable leave the sum; blocked ones stay in it and earn nothing; ones for review
    wait; a single undecided one leaves the criterion undecided, because a skipped check must never raise a grade.
    """
    counted = [j for j in judgements if j.scored and j.finding.outcome not in _LEAVES]
    weight = sum((j.use.weight for j in counted), 0.0)
    unit = criterion.points / weight if weight else 0.0
    shares = tuple(_share(j, unit) for j in judgements)
    for_review = [j for j in counted if j.finding.outcome is Outcome.FOR_REVIEW]
    waiting = sum((unit * j.use.weight for j in for_review), 0.0)
    if criterion.review:
        return CriterionScore(points=None, possible=0.0, waiting=round(criterion.points, 2), level=None, shares=shares)
    possible = (criterion.points if weight else 0.0) - waiting
    if any(j.finding.outcome is Outcome.UNDECIDED for j in counted):
        return CriterionScore(
            points=None, possible=round(possible, 2), waiting=round(waiting, 2), level=None, shares=shares
        )
    decided = [j for j in counted if j.finding.outcome is not Outcome.FOR_REVIEW]
    points = sum((unit * j.use.weight * j.finding.score for j in decided), 0.0)
    return CriterionScore(
        points=round(points, 2),
        possible=round(possible, 2),
        waiting=round(waiting, 2),
        level=level_of(points, possible),
        shares=shares,
    )


def _share(judgement: Judgement, unit: float) -> Share:
    outcome = judgement.finding.outcome
    if not judgement.scored or outcome in _LEAVES:
        return Share(points=0.0, possible=0.0)
    possible = round(unit * judgement.use.weight, 2)
    if outcome in (Outcome.UNDECIDED, Outcome.FOR_REVIEW):
        return Share(points=None, possible=possible)
    return Share(points=round(unit * judgement.use.weight * judgement.finding.score, 2), possible=possible)


def level_of(points: float, possible: float) -> int | None:
    """Level 1 to 4 of a share of the points: from 40, 75 and 95 percent."""
    if possible <= 0:
        return None
    percent = 100 * points / possible
    return next((level for floor, level in LEVELS if percent >= floor), 1)


def gate_outcome(gate: Gate, judgements: dict[str, Judgement], level: Level) -> Outcome:
    """Fail when any of its checks failed or was blocked, undecided or for review when one is, else pass.

    What two runs disagree on costs no points, but whether it must pass is for a person to say: a service that lets
    strangers in after every second start would else pass. Checks above `level` only advise: they guard nothing. Not
    applicable when no check is left.
    """
    asked = [judgements[id_] for id_ in gate.checks]
    outcomes = [judgement.finding.outcome for judgement in asked if level.reaches(judgement.use.level)]
    if Outcome.FAIL in outcomes or Outcome.BLOCKED in outcomes:
        return Outcome.FAIL
    if Outcome.UNDECIDED in outcomes:
        return Outcome.UNDECIDED
    if Outcome.FOR_REVIEW in outcomes or Outcome.UNSTABLE in outcomes:
        return Outcome.FOR_REVIEW
    if all(outcome is Outcome.NOT_APPLICABLE for outcome in outcomes):
        return Outcome.NOT_APPLICABLE
    return Outcome.PASS


def band_of(challenge: Challenge, percent: float, failed: list[Gate]) -> str:
    """The band of a percentage, capped by the lowest cap of the failed gates."""
    order = ("below", *Bands.__struct_fields__)
    caps = [order.index(gate.cap) for gate in failed]
    return order[min([order.index(challenge.bands.of(percent)), *caps])]
