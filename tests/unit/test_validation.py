from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rubrics import CHECKS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.errors import UsageError
from grader.model import Finding, Gate, Level, for_review, passed
from grader.result import Result
from grader.validation.answers import Expected, answers
from grader.validation.proof import comparable, differences, matrix, uncaught

PACK = challenge(
    criterion(use("a"), use("b"), use("info", weight=0)),
    gates=(Gate(id="g", title="G", checks=("a",)),),
)


def result(a: int, b: int = 4) -> Result:
    return assess(PACK, saved({Numbers: Numbers(values={"a": a, "b": b, "info": 0})}), CHECKS)


def test_a_grade_as_expected_has_no_differences() -> None:
    assert differences(result(4), Expected(score=(100, 100), band="senior", blocked=())) == []
    assert differences(result(0), Expected(score=(49, 51), fails=("a",), gates_failed=("g",))) == []


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (Expected(status="failed"), "status is graded, not failed"),
        (Expected(score=(0, 10)), "score is 50 %, not between 0 and 10"),
        (Expected(band="mid"), "band is below, not mid"),
        (Expected(), "checks failed that should not: a"),
        (Expected(fails=("a", "b")), "checks did not fail that should: b"),
        (Expected(fails=("a",)), "gates failed that should not: g"),
        (Expected(problem="E310"), "no problem E310 is told"),
    ],
)
def test_every_difference_is_told(expected: Expected, told: str) -> None:
    assert any(told in line for line in differences(result(0), expected))


def unsure_of_b(_: Numbers, *, name: str, floor: int = 1) -> Finding:
    return for_review(f"who knows whether {floor} are enough") if name == "b" else passed("enough")


def test_a_check_that_is_left_to_a_person_is_told_unless_it_may_be() -> None:
    checks = {"at_least": msgspec.structs.replace(CHECKS["at_least"], ask=unsure_of_b)}
    graded = assess(PACK, saved({Numbers: Numbers()}), checks)
    assert differences(graded, Expected(review=("a",))) == ["left to a person: b"]
    assert differences(graded, Expected(review=("b",))) == []
    assert differences(graded, Expected()) == []


def test_a_scored_check_nothing_catches_is_found() -> None:
    assert uncaught(PACK, [["a"]]) == ["b"]
    assert uncaught(PACK, [["a"], ["a", "b"]]) == []


def test_the_matrix_follows_the_rubric() -> None:
    assert matrix(PACK, {"x": ["a"], "y": ["a", "b"]}) == [("a", ("x", "y")), ("b", ("y",)), ("info", ())]


def test_two_runs_compare_equal_whatever_their_clocks_say() -> None:
    assert comparable(result(4)) == comparable(result(4))


def answer(folder: Path, text: str) -> Path:
    (folder / "good-one").mkdir()
    (folder / "good-one" / "expected.toml").write_text(text)
    return folder


def test_answers_are_read_per_level(tmp_path: Path) -> None:
    found = answers(answer(tmp_path, "[mid]\nscore = [97, 100]\n[senior]\nstatus = 'failed'\n"))
    assert (found[0].name, found[0].good, set(found[0].expected)) == ("good-one", True, {Level.MID, Level.SENIOR})
    assert found[0].expected[Level.MID].score == (97.0, 100.0)


@pytest.mark.parametrize("text", ["[mid]\nscor = [1, 2]", "[middle]\n", "[mid]\nscore = 'x'", "[mid"])
def test_a_mistake_in_what_is_expected_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        answers(answer(tmp_path, text))
    assert caught.value.code == "E112"


def test_a_mistake_in_what_is_expected_is_shown_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        answers(answer(tmp_path, "[mid]\nstatus = 'failed'\n[senior]\nstatus = 'faild'\n"))
    problem = caught.value.problem
    assert problem.where.endswith("expected.toml:4:11")
    assert "did you mean `failed`?" in problem.snippet
    assert problem.help == "one of: graded, undecided, failed"


def test_a_folder_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        answers(tmp_path)
    assert "--against" in caught.value.problem.help
