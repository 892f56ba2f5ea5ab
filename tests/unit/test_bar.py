from __future__ import annotations

import pytest
from rubrics import CHECKS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.cli.bar import exit_code, worst
from grader.cli.grade import alias, folders
from grader.errors import Problem
from grader.evidence import NoEvidence, NotCollected
from grader.model import Gate, Severity
from grader.result import Result

PROBLEM = Problem(code="E000", what="x")


def result(value: int, severity: Severity = Severity.MAJOR, *, gate: bool = False) -> Result:
    gates = (Gate(id="g", title="G", checks=("a",)),) if gate else ()
    pack = challenge(criterion(use("a", severity=severity)), gates=gates)
    return assess(pack, saved({Numbers: Numbers(values={"a": value})}), CHECKS)


def missing(item: object) -> Result:
    return assess(challenge(criterion(use("a"))), saved({Numbers: item}), CHECKS)


def test_without_a_bar_every_grade_is_fine() -> None:
    assert exit_code(result(0, Severity.BLOCKER, gate=True), fail_under=None, fail_on="never") == 0


def test_bars_are_reached_or_not() -> None:
    assert exit_code(result(2), fail_under=50, fail_on="never") == 0
    assert exit_code(result(2), fail_under=50.1, fail_on="never") == 1
    assert exit_code(result(2, gate=True), fail_under=None, fail_on="gate") == 1
    assert exit_code(result(4, gate=True), fail_under=None, fail_on="gate") == 0
    assert exit_code(result(2), fail_under=None, fail_on="blocker") == 0
    assert exit_code(result(2, Severity.BLOCKER), fail_under=None, fail_on="blocker") == 1


def test_who_is_at_fault_decides_before_the_bar() -> None:
    ours, theirs = missing(NotCollected(problem=PROBLEM)), missing(NoEvidence(problem=PROBLEM))
    assert exit_code(ours, fail_under=99, fail_on="gate") == 3
    assert exit_code(theirs, fail_under=99, fail_on="gate") == 4


@pytest.mark.parametrize(("codes", "code"), [([0, 1, 4, 3], 3), ([0, 1, 4], 4), ([0, 1], 1), ([0], 0), ([], 0)])
def test_of_many_the_one_to_act_on_first_wins(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_many_submissions_never_share_a_folder() -> None:
    assert [str(p) for p in folders("out", ["a/x", "b/x", "c/y.zip"])] == ["out/x-1", "out/x-2", "out/y"]
    assert [str(p) for p in folders("out", ["a/x"])] == ["out"]
    assert [str(p) for p in folders("", ["a/x"])] == ["grader-out/x"]


def test_a_folder_name_is_made_of_harmless_characters() -> None:
    assert alias("/tmp/a b;c$(d).tar.gz") == "a_b_c_d_"
