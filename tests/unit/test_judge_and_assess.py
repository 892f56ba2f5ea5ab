from __future__ import annotations

from typing import Any

import msgspec
import pytest
from rubrics import CHECKS, Numbers, Words, challenge, criterion, saved, use

from grader import result as result_file
from grader.assess import assess
from grader.errors import Problem
from grader.evidence import NoEvidence, NotCollected, SavedEvidence, thaw
from grader.judge import judge
from grader.model import Challenge, Check, CheckUse, Finding, Gate, Level, Outcome, Question, Severity, failed
from grader.result import Result

OURS = NotCollected(problem=Problem(code="E201", what="the engine does not answer"))
THEIRS = NoEvidence(problem=Problem(code="E312", what="it does not build"))


def result_of(*uses: CheckUse, values: dict[str, int], level: Level = Level.MID, **changes: Any) -> Result:
    pack = challenge(criterion(*uses), **changes)
    return assess(pack, saved({Numbers: Numbers(values=values)}, level), CHECKS)


def outcomes(result: Result) -> dict[str, Outcome]:
    return {check.id: check.outcome for check in result.checks()}


def test_points_and_reasons_reach_the_result() -> None:
    result = result_of(use("a"), use("b"), values={"a": 4, "b": 1})
    assert (result.status, result.score.points, result.score.possible, result.score.percent) == (
        "graded",
        6.25,
        10,
        62.5,
    )
    assert result.score.band == "junior"
    assert result.criteria[0].reason == "b is 1"
    assert [check.fix for check in result.checks()] == ["", "Add some"]


def test_evidence_we_failed_to_collect_is_undecided_and_never_a_number() -> None:
    pack = challenge(criterion(use("a")))
    result = assess(pack, saved({Numbers: OURS}), CHECKS)
    assert result.status == "undecided"
    assert (result.score.points, result.score.percent, result.score.band) == (None, None, None)
    assert outcomes(result) == {"a": Outcome.UNDECIDED}
    assert [problem.code for problem in result.problems] == ["E201"]


def test_evidence_the_submission_withholds_is_blocked_and_told_once() -> None:
    pack = challenge(criterion(use("a"), use("b")))
    result = assess(pack, saved({Numbers: THEIRS, Words: THEIRS}), CHECKS)
    assert (result.status, result.score.points) == ("failed", 0.0)
    assert set(outcomes(result).values()) == {Outcome.BLOCKED}
    assert len(result.problems) == 1


def test_a_check_that_breaks_is_our_fault() -> None:
    result = result_of(use("a", name="missing"), values={"a": 4})
    assert outcomes(result) == {"a": Outcome.UNDECIDED}
    assert "KeyError" in result.checks()[0].message
    assert result.status == "undecided"


def test_a_kind_nobody_collected_is_undecided() -> None:
    pack = challenge(criterion(use("a", check="says", options={"word": "x"})))
    result = assess(pack, saved({Numbers: Numbers()}), CHECKS)
    assert outcomes(result) == {"a": Outcome.UNDECIDED}


def test_checks_above_the_level_advise_and_cost_nothing() -> None:
    uses = (use("a"), use("b", level=Level.SENIOR))
    mid = result_of(*uses, values={"a": 4, "b": 0})
    assert (mid.score.percent, mid.checks()[1].scored, mid.checks()[1].possible) == (100.0, False, 0.0)
    assert mid.checks()[1].outcome is Outcome.FAIL
    senior = result_of(*uses, values={"a": 4, "b": 0}, level=Level.SENIOR)
    assert senior.score.percent == 50.0


def test_one_root_cause_costs_once() -> None:
    uses = (use("a"), use("b", explained_by=("a",)))
    both = result_of(*uses, values={"a": 0, "b": 0})
    assert outcomes(both) == {"a": Outcome.FAIL, "b": Outcome.NOT_APPLICABLE}
    assert both.checks()[1].counted_in == ("a",)
    assert both.checks()[1].fix == both.checks()[0].fix
    alone = result_of(*uses, values={"a": 4, "b": 0})
    assert outcomes(alone) == {"a": Outcome.PASS, "b": Outcome.FAIL}


def test_a_crash_is_only_explained_by_another_crash() -> None:
    def crashing(numbers: Numbers, *, name: str) -> Finding:
        value = numbers.values[name]
        return failed("it fell over" if value else "it let that pass", symptoms=("crash",) if value else ())

    checks = {**CHECKS, "crashing": Check(name="crashing", needs=Numbers, ask=crashing)}
    uses = [use(id_, check="crashing", options={"name": id_}) for id_ in ("cause", "later")]
    pack = challenge(criterion(uses[0], msgspec.structs.replace(uses[1], explained_by=("cause",))))

    def later(**values: int) -> Outcome:
        return outcomes(assess(pack, saved({Numbers: Numbers(values=values)}), checks))["later"]

    assert later(cause=0, later=1) is Outcome.FAIL
    assert later(cause=1, later=1) is Outcome.NOT_APPLICABLE
    assert later(cause=1, later=0) is Outcome.NOT_APPLICABLE


def test_a_criterion_that_could_not_be_answered_does_not_state_the_title_as_a_fact() -> None:
    uses = (use("a"), use("b", requires=("a",)))
    pack = challenge(criterion(uses[0], id="first"), criterion(uses[1], id="second"))
    given = assess(pack, saved({Numbers: Numbers(values={"a": 0, "b": 4})}), CHECKS)
    assert given.criteria[1].reason.startswith(f"“{given.checks()[1].title}” could not be answered: ")


def test_a_pass_means_nothing_without_what_it_requires() -> None:
    uses = (use("a"), use("b", requires=("a",)))
    assert outcomes(result_of(*uses, values={"a": 4, "b": 4})) == {"a": Outcome.PASS, "b": Outcome.PASS}
    unmet = result_of(*uses, values={"a": 0, "b": 4})
    assert outcomes(unmet) == {"a": Outcome.FAIL, "b": Outcome.BLOCKED}
    assert unmet.score.points == 0.0
    assert outcomes(result_of(*uses, values={"a": 0, "b": 0})) == {"a": Outcome.FAIL, "b": Outcome.FAIL}


def test_a_pass_means_nothing_either_when_what_it_requires_could_not_be_asked() -> None:
    words = use("b", check="says", options={"word": "hello"}, requires=("a",))
    pack = challenge(criterion(use("a"), words))
    result = assess(pack, saved({Numbers: THEIRS, Words: Words(text="hello")}), CHECKS)
    assert outcomes(result) == {"a": Outcome.BLOCKED, "b": Outcome.BLOCKED}


def test_a_failed_gate_caps_the_band_and_says_so() -> None:
    gate = Gate(id="must", title="Must", checks=("b",), cap="below")
    result = result_of(use("a", weight=9), use("b"), values={"a": 4, "b": 0}, gates=(gate,))
    assert (result.score.percent, result.score.band, result.score.capped_by) == (90.0, "below", ("must",))


def test_a_band_that_depends_on_what_a_person_must_say_is_not_reached_yet() -> None:
    def seen(_numbers: Numbers) -> Finding:
        return Finding(outcome=Outcome.FOR_REVIEW, message="no row could be inserted")

    checks = {**CHECKS, "seen": Check(name="seen", needs=Numbers, ask=seen)}

    def band(waiting: float) -> str | None:
        uses = (use("a", weight=9), use("b", check="seen", options={}, weight=waiting))
        people = criterion(use("c", check="seen", options={}), id="people", points=90.0, review=True)
        pack = challenge(criterion(*uses, points=10.0), people)
        return assess(pack, saved({Numbers: Numbers(values={"a": 4})}), checks).score.band

    assert band(1) == "senior"
    assert band(9) is None


def test_a_self_check_has_no_score_and_no_questions() -> None:
    question = Question(ask="Why?", listen_for="A reason")
    pack = challenge(criterion(use("a", question=question)))
    result = assess(pack, saved({Numbers: Numbers(values={"a": 0})}, public_only=True), CHECKS)
    assert (result.view, result.score.points, result.score.band, result.questions) == ("candidate", None, None, ())


def test_questions_come_from_the_worst_failures_and_one_strength() -> None:
    def asked(id_: str, severity: Severity) -> CheckUse:
        return use(id_, severity=severity, question=Question(ask=f"About {id_}?", listen_for="x"))

    strong = use("good", praise=Question(ask="How did you?", listen_for="y"))
    uses = [
        asked("n", Severity.NOTE),
        asked("m", Severity.MINOR),
        asked("b", Severity.BLOCKER),
        asked("j", Severity.MAJOR),
    ]
    result = result_of(*uses, strong, values={"n": 0, "m": 0, "b": 0, "j": 0, "good": 9})
    assert [question.because for question in result.questions] == ["b", "j", "m", "good"]


def test_saved_evidence_gives_an_equal_result_after_a_round_trip() -> None:
    pack = challenge(criterion(use("a"), use("b")))
    evidence = saved({Numbers: Numbers(values={"a": 4, "b": 3}), Words: OURS})
    again = msgspec.json.decode(msgspec.json.encode(evidence), type=type(evidence))
    assert assess(pack, again, CHECKS) == assess(pack, evidence, CHECKS)


def test_a_result_survives_its_own_json() -> None:
    result = result_of(use("a"), values={"a": 1})
    assert result_file.decode(result_file.encode(result)) == result
    assert result_file.encode(result) == result_file.encode(result_file.decode(result_file.encode(result)))


def test_information_never_scores() -> None:
    result = result_of(use("a"), use("info", weight=0), values={"a": 4, "info": 0})
    assert (result.score.percent, result.checks()[1].scored) == (100.0, False)


def test_judgements_follow_the_order_of_the_rubric() -> None:
    pack: Challenge = challenge(criterion(use("b"), use("a")))
    judged = judge(pack, {Numbers: Numbers(values={"a": 1, "b": 1})}, Level.MID, CHECKS)
    assert [j.use.id for j in judged["main"]] == ["b", "a"]


@pytest.mark.parametrize("level", list(Level))
def test_every_level_reaches_itself_and_those_below(level: Level) -> None:
    assert [level.reaches(other) for other in Level] == [other.rank <= level.rank for other in Level]


def test_a_check_may_not_change_its_evidence() -> None:
    def greedy(numbers: Numbers) -> Finding:
        numbers.values = {}  # type: ignore[misc] # frozen on purpose
        raise AssertionError

    checks = {"greedy": Check(name="greedy", needs=Numbers, ask=greedy)}
    pack = challenge(criterion(use("a", check="greedy", options={})))
    result = assess(pack, saved({Numbers: Numbers(values={"a": 1})}), checks)
    assert outcomes(result) == {"a": Outcome.UNDECIDED}


def test_what_is_judged_is_what_will_be_read_back() -> None:
    kept = saved({Numbers: Numbers(values={"b": 1, "a": 2})})
    again = msgspec.json.decode(msgspec.json.encode(kept, order="deterministic"), type=SavedEvidence)
    assert list(thaw(kept.items)[Numbers].values) == list(thaw(again.items)[Numbers].values) == ["a", "b"]
