from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hostile import poisoned
from sample_results import SAMPLES, self_check, todo

from grader.exhibits import CodeExhibit, TextExhibit
from grader.model import Visibility
from grader.report import FORMATS
from grader.report.views import candidate
from grader.result import CheckResult, CriterionResult, Result

SECRET = "SENTINEL"
replace = msgspec.structs.replace
EXHIBITS = tuple(exhibit for item in SAMPLES.values() for check in item().checks() for exhibit in check.evidence)


def secret_check(check: CheckResult) -> CheckResult:
    """Sentinels in all that candidates must not see of a check."""
    if check.visibility is Visibility.PUBLIC:
        return check
    hidden = {"message": SECRET, "expected": SECRET, "where": SECRET, "evidence": (TextExhibit(text=SECRET), *EXHIBITS)}
    if check.visibility is Visibility.PRIVATE:
        hidden |= {"title": SECRET, "why": SECRET, "fix": SECRET, "brief": SECRET, "id": f"{SECRET}-{check.id}"}
    return replace(check, **hidden)


def secret_criterion(criterion: CriterionResult) -> CriterionResult:
    checks = tuple(secret_check(check) for check in criterion.checks)
    return replace(criterion, checks=checks, reason=SECRET, anchors=(SECRET,))


def with_secrets(result: Result) -> Result:
    """Sentinels in every field that is not for candidates, in a form every format would show."""
    criteria = tuple(secret_criterion(criterion) for criterion in result.criteria)
    private = tuple(c.id for group in criteria for c in group.checks if c.visibility is Visibility.PRIVATE)
    gates = tuple(replace(gate, title=SECRET, checks=(*gate.checks, *private[:1])) for gate in result.gates[:1])
    lines = CodeExhibit(file=SECRET, line=1, lines=(SECRET,), label=SECRET)
    told = {"ask": SECRET, "listen_for": SECRET, "because": SECRET, "above": SECRET, "code": lines}
    questions = tuple(replace(item, **told) for item in result.questions)
    return replace(result, criteria=criteria, gates=(*gates, *result.gates[1:]), questions=questions)


def test_the_sentinels_would_be_seen_without_the_filter() -> None:
    for name, render in FORMATS.items():
        assert SECRET in render(with_secrets(todo())), name


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_private_is_in_what_a_candidate_gets(name: str) -> None:
    assert SECRET not in FORMATS[name](candidate(with_secrets(todo())))


@pytest.mark.parametrize("name", FORMATS)
def test_a_self_check_is_filtered_even_when_nobody_did_it_before(name: str) -> None:
    unfiltered = replace(with_secrets(todo()), view="candidate")
    assert SECRET not in FORMATS[name](unfiltered)


def test_public_checks_are_shown_in_full() -> None:
    shown = {check.id: check for check in candidate(todo()).checks()}
    whole = {check.id: check for check in todo().checks()}
    for id_ in ("REST-04", "ROB-02", "DOC-03"):
        assert shown[id_] == replace(whole[id_], points=None, possible=0.0)


def test_of_area_checks_title_reason_and_advice_are_left() -> None:
    shown = next(check for check in candidate(todo()).checks() if check.id == "REST-06")
    assert (shown.title, shown.why, shown.fix) == (
        "Unknown id on PUT is not a success",
        "Lost updates look like successes.",
        "Check the affected row count.",
    )
    assert (shown.message, shown.expected, shown.where, shown.evidence) == ("", "", "", ())


def test_private_checks_are_counted_in_their_criterion() -> None:
    counts = {criterion.id: criterion.not_shown for criterion in candidate(todo()).criteria}
    assert counts == {"function": 2, "rest": 0, "robust": 1, "clarity": 0, "docs": 0}


def test_no_score_is_left_from_which_private_outcomes_could_be_worked_out() -> None:
    def numbers(result: Result) -> Iterator[float | int | str | None]:
        yield from (result.score.points, result.score.percent, result.score.band)
        for criterion in result.criteria:
            yield from (criterion.points, criterion.level)
            yield from (check.points for check in criterion.checks)

    assert set(numbers(candidate(todo()))) == {None}


def test_the_reason_counts_public_checks_only() -> None:
    reasons = {criterion.id: criterion.reason for criterion in candidate(todo()).criteria}
    assert reasons["function"] == "1 of 1 public checks passed"
    assert reasons["rest"] == "1 of 2 public checks passed"


def test_filtering_twice_is_the_same_as_once() -> None:
    once = candidate(with_secrets(todo()))
    assert candidate(once) == once


def test_a_self_check_stays_one_and_a_grade_becomes_feedback() -> None:
    assert candidate(self_check()).view == "candidate"
    assert candidate(todo()).view == "feedback"


def test_a_poisoned_result_is_filtered_like_any_other() -> None:
    shown = candidate(poisoned(todo(), SECRET))
    assert all(check.visibility is not Visibility.PRIVATE for check in shown.checks())
    assert shown.questions == ()
