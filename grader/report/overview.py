"""What a reader wants to know first, read off the result: all formats tell it in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from grader.exhibits import DiagramExhibit, PlanExhibit, RowsExhibit
from grader.model import Outcome
from grader.report.wording import BAND, count, number
from grader.result import CheckResult, CriterionResult, GateResult, Result

MOST_STRENGTHS = 5
PER_CRITERION = 2
RAN = (Outcome.PASS, Outcome.FAIL, Outcome.FOR_REVIEW, Outcome.UNSTABLE)


@dataclass(frozen=True, slots=True)
class Found:
    """A check with the criterion it belongs to."""

    check: CheckResult
    criterion: CriterionResult

    @property
    def lost(self) -> float:
        """Points it cost."""
        return max(0.0, self.check.possible - (self.check.points or 0.0)) if self.check.scored else 0.0


def findings(result: Result) -> list[Found]:
    """Failed checks that count, worst first: by severity, then by lost points, then as in the rubric."""
    failed = _where(result, lambda check: check.scored and check.outcome is Outcome.FAIL)
    return sorted(failed, key=lambda found: (found.check.severity.rank, -found.lost))


def advice(result: Result) -> list[Found]:
    """Failed checks that cost nothing here: asked from a higher level, or for information."""
    failed = _where(result, lambda check: not check.scored and check.outcome is Outcome.FAIL)
    return sorted(failed, key=lambda found: (found.check.level.rank, found.check.severity.rank))


def counted(result: Result) -> list[Found]:
    """Faults that were seen and cost nothing more: another check already counts their root cause."""
    return _where(result, lambda check: check.scored and bool(check.counted_in))


def unasked(result: Result) -> list[Found]:
    """Checks of this level that have nothing to ask of this submission."""
    return _where(
        result, lambda check: check.scored and check.outcome is Outcome.NOT_APPLICABLE and not check.counted_in
    )


def blocked(result: Result) -> list[Found]:
    """Checks that could not be answered because of a fault of the submission told elsewhere."""
    return _where(result, lambda check: check.scored and check.outcome is Outcome.BLOCKED)


def by_message(found: list[Found]) -> list[tuple[str, list[Found]]]:
    """Checks that say the same, together: one reason is told once."""
    groups: dict[str, list[Found]] = {}
    for item in found:
        groups.setdefault(item.check.message, []).append(item)
    return list(groups.items())


def for_review(result: Result) -> list[Found]:
    """Checks that a person must say."""
    return _where(result, lambda check: check.outcome is Outcome.FOR_REVIEW)


def strengths(result: Result) -> list[Found]:
    """What went well: the weightiest passed checks, no more than two of one criterion."""
    passed = _where(result, lambda check: check.scored and check.outcome is Outcome.PASS)
    passed.sort(key=lambda found: (found.check.severity.rank, -found.check.possible))
    taken: Counter[str] = Counter()
    chosen = []
    for found in passed:
        if taken[found.criterion.id] < PER_CRITERION:
            taken[found.criterion.id] += 1
            chosen.append(found)
    return chosen[:MOST_STRENGTHS]


def evidence(result: Result) -> list[Found]:
    """Checks that passed or do not apply, with something to look at: plans, diagrams, measurements."""
    kinds = (PlanExhibit, DiagramExhibit, RowsExhibit)
    return _where(
        result,
        lambda check: (
            check.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)
            and not check.counted_in
            and any(isinstance(exhibit, kinds) for exhibit in check.evidence)
        ),
    )


def people(result: Result) -> list[CriterionResult]:
    """Criteria with points that wait for people."""
    return [criterion for criterion in result.criteria if criterion.waiting_for_review > 0]


def not_judged(result: Result) -> bool:
    """The submission could not be run and so nothing was asked of it: its gates and criteria say nothing."""
    said = (Outcome.PASS, Outcome.FAIL, Outcome.UNSTABLE)
    return result.status == "failed" and not any(check.outcome in said for check in result.checks())


def failed_gates(result: Result) -> list[GateResult]:
    """Must-pass facts that do not hold; none where nothing could be judged."""
    if not_judged(result):
        return []
    return [gate for gate in result.gates if gate.outcome is Outcome.FAIL]


def gates_passed(result: Result) -> str:
    """`4 of 5`; gates that do not apply are left out."""
    asked = [gate for gate in result.gates if gate.outcome is not Outcome.NOT_APPLICABLE]
    return f"{sum(gate.outcome is Outcome.PASS for gate in asked)} of {len(asked)}"


def outcomes(result: Result) -> Counter[Outcome]:
    """How many checks that count ended how; a fault counted elsewhere is no outcome of its own."""
    return Counter(check.outcome for check in result.checks() if check.scored and not check.counted_in)


def ran(result: Result) -> tuple[int, int]:
    """How many checks got an answer, and how many were asked: those that count, also where another one counted it."""
    ends, also = outcomes(result), len(counted(result))
    return sum(ends[outcome] for outcome in RAN) + also, ends.total() - ends[Outcome.NOT_APPLICABLE] + also


def informing(result: Result) -> list[CheckResult]:
    """Checks that never cost here: exhibits, and what is asked from a higher level."""
    return [check for check in result.checks() if not check.scored]


def unmet(criterion: CriterionResult) -> str:
    """`2 of 13 checks not met`, nothing when all that was asked is there."""
    asked = [c for c in criterion.checks if c.scored and c.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.BLOCKED)]
    lacking = sum(check.outcome is not Outcome.PASS for check in asked)
    return f"{lacking} of {count(len(asked), 'check')} not met" if lacking else ""


def points(result: Result) -> str:
    """`63 / 85`: of what checks decide."""
    return f"{number(result.score.points)} / {number(result.score.possible)}"


def reach(result: Result) -> tuple[float, float] | None:
    """Lowest and highest percentage the total may get once people have said their part."""
    score = result.score
    whole = score.possible + score.waiting_for_review
    if score.points is None or score.waiting_for_review <= 0 or whole <= 0:
        return None
    return 100 * score.points / whole, 100 * (score.points + score.waiting_for_review) / whole


def ruler_key(result: Result) -> str:
    """What the point and the line of the ruler say, and of what."""
    score = result.score
    said = f"The point: {number(score.percent)} % of the {number(score.possible)} points that checks decide."
    floors = ", ".join(f"{BAND.get(name, name).lower()} from {number(floor)} %" for name, floor in score.bands.items())
    whole = number(score.possible + score.waiting_for_review)
    line = f" The line: what the share of all {whole} may become." if reach(result) else ""
    return f"{said}{line} Bands: {floors}." if floors else f"{said}{line}"


def uncapped_band(result: Result) -> str:
    """The band the percentage alone would give."""
    reached = [(floor, name) for name, floor in result.score.bands.items() if (result.score.percent or 0.0) >= floor]
    return max(reached)[1] if reached else "below"


def headline(result: Result) -> str:
    """The verdict in a few words."""
    if result.status == "undecided":
        return "Our side failed"
    band = band_name(result.score.band or "")
    if not_judged(result):
        return "Not judged: the submission could not be run"
    if result.status == "failed":
        return f"{band}: the submission could not be run" if band else "The submission could not be run"
    return band or ("The band waits for people" if result.score.percent is not None else "Nothing to score")


def band_name(band: str) -> str:
    """`Mid band`, `Below the bar`, or nothing."""
    name = BAND.get(band, band)
    return f"{name} band" if band not in ("", "below") else name


def verdict(result: Result) -> list[str]:
    """The sentences that explain the headline."""
    said = []
    score = result.score
    if not_judged(result):
        return ["What has to be mended first stands above; its 0 is no judgement of the work."]
    if result.status == "undecided":
        said.append("There is no number, and nothing counts against the candidate. Grade again.")
    gates = [gate.title for gate in result.gates if gate.id in score.capped_by]
    if gates and score.band is not None and score.percent is not None:
        alone = BAND.get(uncapped_band(result), "").lower()
        which = "the failed gate" if len(gates) == 1 else "failed gates"
        named = ", ".join(f"“{title}”" for title in gates)
        said.append(f"{number(score.percent)} % alone would be {alone}: {which} {named} capped it.")
    if score.waiting_for_review > 0:
        said.append(_waiting(result))
    return said


def _waiting(result: Result) -> str:
    score = result.score
    said = f"{count_points(score.waiting_for_review)} for review by people"
    between = reach(result)
    if not between:
        return f"{said}."
    whole = number(score.possible + score.waiting_for_review)
    return f"{said}: of all {whole} the total may become {between[0]:.0f} to {between[1]:.0f} %."


def count_points(value: float) -> str:
    """`15 points wait`, `1 point waits`."""
    return f"{number(value)} {'point waits' if value == 1 else 'points wait'}"


def _where(result: Result, wanted: Callable[[CheckResult], bool]) -> list[Found]:
    return [Found(check, criterion) for criterion in result.criteria for check in criterion.checks if wanted(check)]
