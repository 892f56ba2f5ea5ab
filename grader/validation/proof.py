"""What the grades of reference answers prove.

A check is worth having when some flawed answer fails it, and fair when no correct answer does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grader.model import Challenge, Outcome
from grader.result import Result
from grader.validation.answers import Answer, Expected
from grader.validation.variants import Variant

Case = Answer | Variant


def complaints(case: Case, result: Result, expected: Expected) -> list[str]:
    """All that is wrong with the grade of a reference answer or a variant of one; empty when nothing is."""
    told = differences(result, expected)
    if case.good:
        told += [f"a correct answer loses points at `{id_}`" for id_ in with_outcome(result, Outcome.FAIL)]
    elif isinstance(case, Variant) and not with_outcome(result, Outcome.FAIL):
        told += [f"the mutant survives: no check sees that {case.fault}"]
    return told


def differences(result: Result, expected: Expected) -> list[str]:
    """What is not as it must be, in words; empty when all is."""
    found = []
    if result.status != expected.status:
        found.append(f"status is {result.status}, not {expected.status}: {_problems(result)}")
    percent = result.score.percent if result.score.percent is not None else -1.0
    low, high = expected.score
    if expected.status != "undecided" and not low <= percent <= high:
        found.append(f"score is {percent:g} %, not between {low:g} and {high:g}")
    if expected.band is not None and result.score.band != expected.band:
        found.append(f"band is {result.score.band}, not {expected.band}")
    if expected.gates_failed is not None:
        gates = [gate.id for gate in result.gates if gate.outcome is Outcome.FAIL]
        found += _sets("gates", gates, expected.gates_failed)
    found += _sets("checks", with_outcome(result, Outcome.FAIL), expected.fails)
    if expected.blocked is not None:
        found += _sets("blocked checks", with_outcome(result, Outcome.BLOCKED), expected.blocked)
    if expected.review is not None:
        left = sorted(set(with_outcome(result, Outcome.FOR_REVIEW)) - set(expected.review))
        found += [f"left to a person: {', '.join(left)}"] if left else []
    codes = [problem.code for problem in result.problems]
    if expected.problem is not None and expected.problem not in codes:
        found.append(f"no problem {expected.problem} is told, but {', '.join(codes) or 'none'}")
    return found


def with_outcome(result: Result, outcome: Outcome) -> list[str]:
    """Ids of the scored checks that ended so."""
    return [check.id for check in result.checks() if check.scored and check.outcome is outcome]


def uncaught(challenge: Challenge, failures: Iterable[Iterable[str]]) -> list[str]:
    """Checks that can take points at some level and are in no answer's failures: they prove nothing."""
    caught = {id_ for fails in failures for id_ in fails}
    scored = [
        use.id
        for criterion in challenge.criteria
        if not criterion.review and criterion.points > 0
        for use in criterion.checks
        if use.weight > 0
    ]
    return [id_ for id_ in scored if id_ not in caught]


def matrix(challenge: Challenge, failures: Mapping[str, Iterable[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Every check with the flawed answers that fail it, in rubric order."""
    return [(id_, tuple(name for name, fails in failures.items() if id_ in fails)) for id_ in challenge.checks]


def unsteady(results: Sequence[Result]) -> list[str]:
    """Ids of checks that did not end alike in all results, in rubric order."""
    found: dict[str, set[Outcome]] = {}
    for result in results:
        for check in result.checks():
            found.setdefault(check.id, set()).add(check.outcome)
    return [id_ for id_, outcomes in found.items() if len(outcomes) > 1]


def comparable(result: Result) -> Result:
    """A result without what may differ between two runs."""
    run = msgspec.structs.replace(result.run, started="", seconds=0.0, stages=(), measured=())
    return msgspec.structs.replace(result, run=run)


def _sets(what: str, got: Iterable[str], wanted: Iterable[str]) -> list[str]:
    extra, missing = sorted(set(got) - set(wanted)), sorted(set(wanted) - set(got))
    told = [f"{what} failed that should not: {', '.join(extra)}"] if extra else []
    return told + ([f"{what} did not fail that should: {', '.join(missing)}"] if missing else [])


def _problems(result: Result) -> str:
    undecided = [f"{c.id}: {c.message}" for c in result.checks() if c.outcome is Outcome.UNDECIDED]
    return "; ".join([f"{p.code} {p.what}" for p in result.problems] + undecided[:3]) or "no problem told"
