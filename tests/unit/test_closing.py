from __future__ import annotations

from pathlib import Path

import pytest
from rubrics import CHECKS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.cli.closing import Graded, last_words, not_graded, table
from grader.errors import Problem
from grader.evidence import NoEvidence
from grader.model import Gate
from grader.result import Result

PACK = challenge(criterion(use("a")), gates=(Gate(id="g", title="G", checks=("a",)),))


def result(value: int | None) -> Result:
    gone = NoEvidence(problem=Problem(code="E301", what="the submission `x` is empty"))
    evidence = gone if value is None else Numbers(values={"a": value})
    return assess(PACK, saved({Numbers: evidence}), CHECKS)


def graded(given: str, value: int | None) -> Graded:
    return Graded(given=given, result=result(value), folder=Path("grader-out") / given)


def test_what_could_not_be_run_is_called_not_graded_with_its_reason() -> None:
    told = not_graded(result(None))
    assert told == "Not graded: E301 the submission `x` is empty. Its 0 is no judgement of the work."
    assert told in last_words(graded("x", None))


def test_a_low_grade_is_a_grade() -> None:
    assert not_graded(result(0)) == ""
    assert last_words(graded("x", 0)) == "\nReport   grader-out/x/report.html"


def test_several_submissions_end_in_a_table() -> None:
    lines = table([graded("k7", 4), graded("longer-name", 0), graded("empty", None)]).splitlines()
    assert [line.split() for line in lines] == [
        ["submission", "score", "band", "gates", "folder"],
        ["k7", "100", "%", "senior", "1/1", "grader-out/k7"],
        ["longer-name", "0", "%", "below", "the", "bar", "0/1", "grader-out/longer-name"],
        ["empty", "0", "%", "not", "graded", "0/1", "grader-out/empty"],
    ]
    assert len({line.index("grader-out") for line in lines[1:]}) == 1


@pytest.mark.parametrize("name", ["\x1b[31mred", "a" * 300])
def test_a_name_cannot_spoil_the_table(name: str) -> None:
    line = table([graded(name, 4)]).splitlines()[1]
    assert "\x1b" not in line.partition("grader-out")[0]
    assert line.index("100 %") < 50


def test_of_a_long_path_the_end_is_shown() -> None:
    assert "s/last-part " in table([graded("folders/" * 9 + "last-part", 4)])
