"""What a reader wants to know first, read off the result: all formats tell it in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from grader.exhibits import DiagramExhibit, PlanExhibit, RowsExhibit
from grader.model import Outcome
from grader.report.wording import BAND, number
from grader.result import CheckResult, CriterionResult, GateResult, Result

MOST_STRENGTHS = 5
PER_CRITERION = 2
RAN = (Outcome.PASS, Outcome.FAIL, Outcome.FOR_REVIEW)


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
    """Passed checks with something to look at: plans, diagrams, measurements."""
    kinds = (PlanExhibit, DiagramExhibit, RowsExhibit)
    return _where(
        result,
        lambda check: (
            check.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)
            and any(isinstance(exhibit, kinds) for exhibit in check.evidence)
        ),
    )


def people(result: Result) -> list[CriterionResult]:
    """Criteria with points that wait for people."""
    return [criterion for criterion in result.criteria if criterion.waiting_for_review > 0]


def failed_gates(result: Result) -> list[GateResult]:
    """Must-pass facts that do not hold."""
    return [gate for gate in result.gates if gate.outcome is Outcome.FAIL]


def gates_passed(result: Result) -> str:
    """`4 of 5`; gates that do not apply are left out."""
    asked = [gate for gate in result.gates if gate.outcome is not Outcome.NOT_APPLICABLE]
    return f"{sum(gate.outcome is Outcome.PASS for gate in asked)} of {len(asked)}"


def outcomes(result: Result) -> Counter[Outcome]:
    """How many checks ended how."""
    return Counter(check.outcome for check in result.checks())


def ran(result: Result) -> tuple[int, int]:
    """How many checks got an answer, and how many were asked."""
    ends = outcomes(result)
    return sum(ends[outcome] for outcome in RAN), ends.total() - ends[Outcome.NOT_APPLICABLE]


def points(result: Result) -> str:
    """`63 / 85`."""
    return f"{number(result.score.points)} / {number(result.score.possible)}"


def reach(result: Result) -> tuple[float, float] | None:
    """Lowest and highest percentage the total may get once people have said their part."""
    score = result.score
    whole = score.possible + score.waiting_for_review
    if score.points is None or score.waiting_for_review <= 0 or whole <= 0:
        return None
    return 100 * score.points / whole, 100 * (score.points + score.waiting_for_review) / whole


def uncapped_band(result: Result) -> str:
    """The band the percentage alone would give."""
    reached = [(floor, name) for name, floor in result.score.bands.items() if (result.score.percent or 0.0) >= floor]
    return max(reached)[1] if reached else "below"


def headline(result: Result) -> str:
    """The verdict in a few words."""
    if result.status == "undecided":
        return "Our side failed"
    band = band_name(result.score.band or "")
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
    said = f"{count_points(result.score.waiting_for_review)} for review by people"
    between = reach(result)
    return f"{said}: the total may become {between[0]:.0f} to {between[1]:.0f} %." if between else f"{said}."


def count_points(value: float) -> str:
    """`15 points wait`, `1 point waits`."""
    return f"{number(value)} {'point waits' if value == 1 else 'points wait'}"


def _where(result: Result, wanted: Callable[[CheckResult], bool]) -> list[Found]:
    return [Found(check, criterion) for criterion in result.criteria for check in criterion.checks if wanted(check)]
