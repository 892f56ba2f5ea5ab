"""What a candidate may see, taken out of the result before anything is rendered.

No score is in a candidate's view: from points and levels the outcome of private checks could be worked out. Nor is the
weight of a check: it grows when another one does not apply.
"""

from __future__ import annotations

import msgspec

from grader.model import Outcome, Visibility
from grader.result import CheckResult, CriterionResult, GateResult, Result, Score, encode

replace = msgspec.structs.replace


def candidate(result: Result) -> Result:
    """The result for the candidate's eyes: public checks in full, of area checks the rule, of private ones a number.

    Made from an interviewer's result it is feedback; made from a self-check it stays one. Twice is the same as once.
    """
    hidden = frozenset(check.id for check in result.checks() if check.visibility is Visibility.PRIVATE)
    return replace(
        result,
        view="feedback" if result.view == "interviewer" else result.view,
        score=_no_score(result.score),
        gates=tuple(_gate(gate) for gate in result.gates if not hidden.intersection(gate.checks)),
        criteria=tuple(_criterion(criterion, hidden) for criterion in result.criteria),
        questions=(),
        run=replace(result.run, seed=None) if result.view != "candidate" else result.run,
    )


def as_seen(result: Result) -> Result:
    """The result as its own view allows it to be shown; every format starts with this."""
    return result if result.view == "interviewer" else candidate(result)


def as_json(result: Result) -> str:
    """`result.json` as its view allows it."""
    return encode(as_seen(result)).decode()


def _no_score(score: Score) -> Score:
    return replace(score, points=None, percent=None, band=None, capped_by=())


def _gate(gate: GateResult) -> GateResult:
    return replace(gate, cap="")


def _criterion(criterion: CriterionResult, hidden: frozenset[str]) -> CriterionResult:
    seen = [check for check in criterion.checks if check.visibility is not Visibility.PRIVATE]
    shown = tuple(_check(_uncounted(check, hidden)) for check in seen)
    asked = [check for check in shown if check.scored and check.visibility is Visibility.PUBLIC]
    passed = sum(check.outcome is Outcome.PASS for check in asked)
    return replace(
        criterion,
        points=None,
        level=None,
        reason=f"{passed} of {len(asked)} public checks passed" if asked else "",
        anchors=(),
        checks=shown,
        not_shown=criterion.not_shown + len(criterion.checks) - len(shown),
    )


def _uncounted(check: CheckResult, hidden: frozenset[str]) -> CheckResult:
    """A fault counted in a private check is shown as one of its own: else it would say that the private one failed."""
    if not hidden.intersection(check.counted_in):
        return check
    told = tuple(id_ for id_ in check.counted_in if id_ not in hidden)
    return replace(check, counted_in=told, outcome=check.outcome if told else Outcome.FAIL)


def _check(check: CheckResult) -> CheckResult:
    bare = replace(check, points=None, possible=0.0)
    if check.visibility is Visibility.PUBLIC:
        return bare
    return replace(bare, message="", expected="", fix=check.advice, where="", evidence=())
