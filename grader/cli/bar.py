"""The exit code of a result: few codes, because scripts act on them."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Outcome, Severity
from grader.result import Result

GRADED, BAR_NOT_REACHED, OURS, THEIRS = 0, 1, 3, 4


def exit_code(result: Result, *, fail_under: float | None, fail_on: str) -> int:
    """3 undecided, 4 the submission could not be graded, 1 below the bar, else 0."""
    if result.status == "undecided":
        return OURS
    if result.status == "failed":
        return THEIRS
    return BAR_NOT_REACHED if _below(result, fail_under, fail_on) else GRADED


def worst(codes: Sequence[int]) -> int:
    """Of many: our side first (try again), then theirs, then the bar."""
    return next((code for code in (OURS, THEIRS, BAR_NOT_REACHED) if code in codes), GRADED)


def _below(result: Result, fail_under: float | None, fail_on: str) -> bool:
    percent = result.score.percent
    if fail_under is not None and (percent is None or percent < fail_under):
        return True
    gate = any(gate.outcome is Outcome.FAIL for gate in result.gates)
    if fail_on == "gate":
        return gate
    if fail_on == "blocker":
        return gate or any(
            check.scored and check.outcome is Outcome.FAIL and check.severity is Severity.BLOCKER
            for check in result.checks()
        )
    return False
