"""Evidence in, result out: judge, score, place, ask. Pure, so saved evidence always gives the same result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from grader.errors import Problem
from grader.evidence import NoEvidence, NotCollected, SavedEvidence, thaw
from grader.judge import Judgements, judge
from grader.model import Bands, Challenge, Check, Criterion, Judgement, Level, Outcome
from grader.questions import questions, sources
from grader.result import (
    SCHEMA_VERSION,
    ChallengeRef,
    CheckResult,
    CriterionResult,
    GateResult,
    Result,
    Score,
    Status,
    SubmissionRef,
)
from grader.scoring import CriterionScore, band_of, gate_outcome, score_criterion


def assess(challenge: Challenge, saved: SavedEvidence, checks: Mapping[str, Check[Any]]) -> Result:
    """The result of saved evidence under a pack. In a self-check it carries no score."""
    evidence, again = thaw(saved.items), thaw(saved.again)
    by_criterion = judge(challenge, evidence, saved.level, checks, again)
    scores = {c.id: score_criterion(c, by_criterion[c.id]) for c in challenge.criteria}
    judgements = [j for group in by_criterion.values() for j in group]
    gates = _gates(challenge, {j.use.id: j for j in judgements}, saved.level)
    problems = _problems(evidence)
    status = _status(evidence, scores)
    quiet = saved.public_only or status == "failed"  # nothing was seen that could be asked about
    return Result(
        schema_version=SCHEMA_VERSION,
        status=status,
        view="candidate" if saved.public_only else "interviewer",
        challenge=ChallengeRef(
            id=challenge.id,
            title=challenge.title,
            version=challenge.version,
            digest=challenge.digest,
            hours=challenge.hours,
        ),
        submission=SubmissionRef(name=saved.submission, digest=saved.submission_digest),
        level=saved.level,
        score=_score(
            challenge,
            list(scores.values()),
            gates,
            worst=_worst(challenge, by_criterion),
            public_only=saved.public_only,
        ),
        gates=gates,
        criteria=tuple(_criterion(c, scores[c.id], by_criterion[c.id]) for c in challenge.criteria),
        questions=() if quiet else questions(by_criterion, saved.level, sources(evidence)),
        problems=problems,
        notes=saved.notes,
        run=saved.run,
    )


def _problems(evidence: Mapping[type[Any], Any]) -> tuple[Problem, ...]:
    """Why evidence is missing, each reason once."""
    found = [item.problem for item in evidence.values() if isinstance(item, NotCollected | NoEvidence)]
    return tuple(dict.fromkeys(found))


def _status(evidence: Mapping[type[Any], Any], scores: Mapping[str, CriterionScore]) -> Status:
    if any(isinstance(item, NotCollected) for item in evidence.values()) or any(
        _is_undecided(s) for s in scores.values()
    ):
        return "undecided"
    if any(isinstance(item, NoEvidence) for item in evidence.values()):
        return "failed"
    return "graded"


def _is_undecided(score: CriterionScore) -> bool:
    return score.points is None and score.possible > 0


def _gates(challenge: Challenge, judgements: dict[str, Judgement], level: Level) -> tuple[GateResult, ...]:
    return tuple(
        GateResult(
            id=gate.id,
            title=gate.title,
            outcome=gate_outcome(gate, judgements, level),
            cap=gate.cap,
            checks=gate.checks,
        )
        for gate in challenge.gates
    )


def _score(
    challenge: Challenge,
    scores: list[CriterionScore],
    gates: tuple[GateResult, ...],
    *,
    worst: float,
    public_only: bool,
) -> Score:
    """Points and band. `worst` is the percent had everything failed that two runs disagreed on.

    A band that depends on that, or on what people must say, is not reached yet.
    """
    bands = {name: getattr(challenge.bands, name) for name in Bands.__struct_fields__}
    possible = round(sum((s.possible for s in scores), 0.0), 2)
    waiting = round(sum((s.waiting for s in scores), 0.0), 2)
    decided = possible > 0 and not any(_is_undecided(s) for s in scores)
    if public_only or not decided:
        return Score(points=None, possible=possible, percent=None, waiting_for_review=waiting, band=None, bands=bands)
    points = round(sum((s.points or 0.0 for s in scores), 0.0), 2)
    percent = round(100 * points / possible, 1)
    failed = [gate for gate, found in zip(challenge.gates, gates, strict=True) if found.outcome is Outcome.FAIL]
    waits = any(gate.outcome is Outcome.FOR_REVIEW for gate in gates)  # a must-pass fact that only people can see
    lowest = 100 * points / (possible + _left_open(challenge, scores))
    reached = band_of(challenge, percent, failed)
    depends = any(reached != band_of(challenge, other, failed) for other in (lowest, worst))
    band = None if depends or (waits and not failed) else reached
    capped = tuple(gate.id for gate in failed) if band not in (None, challenge.bands.of(percent)) else ()
    return Score(
        points=points,
        possible=possible,
        percent=percent,
        waiting_for_review=waiting,
        band=band,  # type: ignore[arg-type] # band_of answers one of the names of Band
        bands=bands,
        capped_by=capped,
    )


def _worst(challenge: Challenge, judgements: Judgements) -> float:
    """The percent if everything unstable had failed: chance must not open a band."""
    scores = [
        score_criterion(criterion, tuple(_had_failed(judgement) for judgement in judgements[criterion.id]))
        for criterion in challenge.criteria
    ]
    possible = sum((score.possible for score in scores), 0.0)
    return 100 * sum((score.points or 0.0 for score in scores), 0.0) / possible if possible else 0.0


def _had_failed(judgement: Judgement) -> Judgement:
    if judgement.finding.outcome is not Outcome.UNSTABLE:
        return judgement
    return replace(judgement, finding=replace(judgement.finding, outcome=Outcome.FAIL, score=0.0))


def _left_open(challenge: Challenge, scores: list[CriterionScore]) -> float:
    """Points that a check should have decided and a person must: a band that depends on them is not reached yet."""
    pairs = zip(challenge.criteria, scores, strict=True)
    return sum((score.waiting for criterion, score in pairs if not criterion.review), 0.0)


def _criterion(criterion: Criterion, score: CriterionScore, judgements: tuple[Judgement, ...]) -> CriterionResult:
    checks = tuple(
        _check(judgement, points=share.points, possible=share.possible)
        for judgement, share in zip(judgements, score.shares, strict=True)
    )
    return CriterionResult(
        id=criterion.id,
        title=criterion.title,
        points=score.points,
        possible=score.possible,
        waiting_for_review=score.waiting,
        level=score.level,
        reason=_reason(criterion, score, checks),
        anchors=criterion.anchors,
        checks=checks,
    )


def _check(judgement: Judgement, *, points: float | None, possible: float) -> CheckResult:
    use, finding = judgement.use, judgement.finding
    good = finding.outcome is Outcome.PASS or (finding.outcome is Outcome.NOT_APPLICABLE and not finding.counted_in)
    return CheckResult(
        id=use.id,
        title=use.title,
        outcome=finding.outcome,
        points=points,
        possible=possible,
        severity=use.severity,
        visibility=use.visibility,
        scored=judgement.scored,
        level=use.level,
        message=finding.message,
        expected=finding.expected,
        why=use.why,
        fix="" if good else finding.fix or use.fix,
        advice="" if good else use.fix,
        brief=use.brief,
        where=finding.where,
        evidence=finding.exhibits,
        counted_in=finding.counted_in,
    )


def _reason(criterion: Criterion, score: CriterionScore, checks: tuple[CheckResult, ...]) -> str:
    """The one sentence that decided the criterion."""
    if criterion.review:
        return "Left to people: read the evidence and place it on the anchors"
    if _is_undecided(score):
        broken = next(c for c in checks if c.outcome is Outcome.UNDECIDED)
        return f"Undecided, our side: {broken.message}"
    lost = [c for c in checks if c.scored and c.outcome in (Outcome.FAIL, Outcome.BLOCKED)]
    if lost:
        worst = max(lost, key=lambda c: (c.possible - (c.points or 0.0), -c.severity.rank))
        more = f" ({len(lost) - 1} more)" if len(lost) > 1 else ""
        said = f"“{worst.title}” could not be answered: " if worst.outcome is Outcome.BLOCKED else ""
        return f"{said}{worst.message}{more}"
    asked = [c for c in checks if c.scored and c.outcome is Outcome.PASS]
    if not asked:
        return "Nothing here is asked at this level"
    return f"All {len(asked)} checks passed" if len(asked) > 1 else asked[0].message
