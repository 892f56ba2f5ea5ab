"""What two runs disagree on costs nothing; what goes wrong twice costs as ever."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from rubrics import CHECKS, COLLECTORS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.confirmation import asked_again
from grader.errors import OurFault, Problem, SubmissionFault
from grader.evidence import NoEvidence, freeze
from grader.job import Job
from grader.model import Collector, Gate, Level, Outcome, Resource, Submission
from grader.result import Result
from grader.stages import Stages


def result(first: dict[str, int], second: dict[str, int] | None, **changes: Any) -> Result:
    uses = changes.pop("uses", (use("a"), use("b")))
    evidence = saved({Numbers: Numbers(values=first)})
    if second is not None:
        evidence = msgspec.structs.replace(evidence, again=freeze({Numbers: Numbers(values=second)}))
    return assess(challenge(criterion(*uses), **changes), evidence, CHECKS)


def outcomes(found: Result) -> list[Outcome]:
    return [check.outcome for check in found.checks()]


@pytest.mark.parametrize(("first", "second"), [(0, 4), (4, 0)])
def test_a_verdict_that_differs_between_two_runs_is_unstable_and_costs_nothing(first: int, second: int) -> None:
    found = result({"a": first, "b": 4}, {"a": second, "b": 4})
    assert outcomes(found) == [Outcome.UNSTABLE, Outcome.PASS]
    assert (found.score.percent, found.score.possible, found.status) == (100.0, 10.0, "graded")
    assert found.checks()[0].message.startswith("two runs in fresh containers disagree")
    assert found.checks()[0].possible == 0


def test_what_goes_wrong_twice_costs_and_of_two_failures_the_milder_one_counts() -> None:
    found = result({"a": 1, "b": 4}, {"a": 3, "b": 4})
    assert outcomes(found) == [Outcome.FAIL, Outcome.PASS]
    assert found.score.percent == 87.5


@pytest.mark.parametrize("guarded", [("a",), ("a", "b")])
def test_an_unstable_check_fails_no_gate_and_a_person_says_whether_it_is_passed(guarded: tuple[str, ...]) -> None:
    gate = Gate(id="g", title="G", checks=guarded)
    found = result({"a": 0, "b": 4}, {"a": 4, "b": 4}, gates=(gate,))
    assert [gate.outcome for gate in found.gates] == [Outcome.FOR_REVIEW]
    assert (found.score.percent, found.score.band, found.score.capped_by) == (100.0, None, ())


def test_an_unstable_cause_explains_nothing_away() -> None:
    uses = (use("a"), use("b", explained_by=("a",)))
    assert outcomes(result({"a": 0, "b": 0}, None, uses=uses)) == [Outcome.FAIL, Outcome.NOT_APPLICABLE]
    assert outcomes(result({"a": 0, "b": 0}, {"a": 4, "b": 0}, uses=uses)) == [Outcome.UNSTABLE, Outcome.FAIL]


class Source:
    """A collector that gives one record after the other."""

    def __init__(self, *given: Any) -> None:
        self.given = list(given)
        self.asked = 0

    def __call__(self, _job: Job) -> Numbers:
        self.asked += 1
        answer = self.given.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


def again(first: object, *given: Any, uses: Resource = Resource.SERVICE) -> tuple[dict[type[Any], Any], int]:
    source = Source(*given)
    collectors = {**COLLECTORS, "numbers": Collector(name="numbers", gathers=Numbers, collect=source, uses=uses)}
    job = Job(
        challenge=challenge(criterion(use("a"), use("b", level=Level.SENIOR))),
        submission=Submission(name="x", root=challenge(criterion()).root, digest="", files=()),
        level=Level.MID,
        seed=1,
        public_only=False,
        sandbox=None,  # type: ignore[arg-type] # this collector starts nothing
        databases=None,  # type: ignore[arg-type] # as above
        stages=Stages(),
    )
    return asked_again(job, {Numbers: first}, collectors=collectors, checks=CHECKS), source.asked


def numbers(a: int, b: int = 4) -> Numbers:
    return Numbers(values={"a": a, "b": b})


def test_only_what_went_wrong_and_scores_is_asked_again() -> None:
    assert again(numbers(4)) == ({}, 0)
    assert again(numbers(4, b=0)) == ({}, 0)
    assert again(numbers(0), numbers(4)) == ({Numbers: numbers(4)}, 1)


def test_what_no_running_service_answered_is_not_asked_again() -> None:
    assert again(numbers(0), uses=Resource.NONE) == ({}, 0)
    assert again(NoEvidence(problem=Problem(code="E310", what="it never listens"))) == ({}, 0)


@pytest.mark.parametrize("fault", [SubmissionFault("E320", "it did not listen"), OurFault("E201", "no engine")])
def test_a_second_run_that_could_not_be_made_says_nothing(fault: Exception) -> None:
    assert again(numbers(0), fault) == ({}, 1)


def test_a_band_that_only_chance_would_open_is_not_given() -> None:
    uses = (use("a", weight=1), use("b", weight=3))
    assert result({"a": 4, "b": 4}, {"a": 0, "b": 4}, uses=uses).score.band is None  # 100 or 75 %
    steady = (use("a", weight=1), use("b", weight=99))
    assert result({"a": 4, "b": 4}, {"a": 0, "b": 4}, uses=steady).score.band == "senior"
