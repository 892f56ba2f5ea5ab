from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from grader.cli import main
from grader.codes import CODES

SOURCE = Path(grader.__file__).parent


def used() -> set[str]:
    return {
        code
        for file in SOURCE.rglob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'"(E[123]\d\d)"', file.read_text(encoding="utf-8"))
    }


def test_every_code_is_explained_and_every_explanation_is_used() -> None:
    assert used() == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_explanation_is_a_sentence(code: str) -> None:
    assert CODES[code][0].isalnum() or CODES[code][0] in "`-"
    assert CODES[code].endswith(".") or CODES[code].endswith("HTTP")


def test_explain_without_a_code_lists_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert [line[:4] for line in capsys.readouterr().out.splitlines()] == list(CODES)
    assert main(["explain", "E999"]) == 2
    assert "`grader explain` lists them all" in capsys.readouterr().err


def test_explain_says_whose_turn_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "e321"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("E321  ")
    assert "exit code 4" in told
