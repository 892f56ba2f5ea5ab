from __future__ import annotations

import re

import msgspec
import pytest
from rich.cells import cell_len
from sample_results import SAMPLES, failed, self_check, todo, undecided

from grader.report.terminal import human
from grader.report.views import candidate

replace = msgspec.structs.replace
TODO_GRADE = """\
Todo REST API · k7-heron · mid rubric
  55.5 / 76 · 73 % · junior
  73 % alone would be mid: the failed gate “No SQL built from user input” capped
  it.
  15 points wait for review by people: of all 91 the total may become 61 to 77
  %.
  Gates 3 of 4, failed: No SQL built from user input

  Note: not taken in: node_modules
  Note: not taken in: .git

  Functionality          ■■■□   17.5 / 21
  REST principles        ■■□□     13 / 20
  Robustness and errors  ■■□□     17 / 25
  Code clarity           ····      – / 15     left to people
  API documentation      ■■■□      8 / 10

  ✗ BLOCKER ROB-07   Not met: No SQL is built from user input  app/repository.p…
            The database evaluated an expression sent by the client
  ! MAJOR   REST-06  Not met: Unknown id on PUT is not a success
            PUT /todos/999999 answered 200 with null
  ! MAJOR   FUN-02   Met in part: Filter by done returns every match
            3 of 200 items are missing from the list after quick updates
  ! MAJOR   REST-04  Not met: Create answers 201 with Location
            POST /todos answered 200 and gave no Location
  ! MAJOR   ROB-02   Met in part: Wrong types are refused, never 5xx
            POST /todos with {"title": []} answered 500; 2 of 212 bodies, one f…
  … 1 more in the report
"""


def test_a_grade_reads_from_the_score_down_to_the_worst_findings() -> None:
    assert human(todo(), 80, color=False) == TODO_GRADE


def test_an_undecided_grade_has_no_number_and_says_why() -> None:
    shown = human(undecided())
    assert "Undecided: our side failed" in shown
    assert "nothing counts against the candidate" in shown
    assert "error[E201]: the container engine went away" in shown
    assert "  = help: run `grader doctor`, then grade again" in shown
    assert re.search(r"Robustness and errors +····  +– / 27 +undecided, our side", shown)


def test_a_submission_that_does_not_run_shows_its_last_words() -> None:
    shown = human(failed())
    assert "The submission could not be run" in shown
    assert "error[E321]: nothing listened on port 8000 within 60 s" in shown
    assert "  INFO:     Uvicorn running on http://127.0.0.1:5000" in shown


def test_blanks_before_a_caret_are_kept() -> None:
    problem = replace(failed().problems[0], snippet="4 | RUN pip install\n  |     ^^^ here")
    assert "\n    |     ^^^ here\n" in human(replace(failed(), problems=(problem,)))


def test_a_self_check_lists_what_passed_and_what_to_fix_first() -> None:
    shown = human(self_check())
    assert "Todo REST API · self-check" in shown
    assert "    ✓ DELETE twice is safe\n" in shown
    assert "    ✗ Create answers 201 with Location  (REST-04)\n" in shown
    assert "3 passed, 3 not met." in shown
    assert "  2. Not met: Wrong types are refused, never 5xx\n     POST /todos" in shown
    assert "     Expected: 400 or 422 with a body that names the field\n" in shown
    assert "floor, not a forecast" in shown
    assert "/ 76" not in shown


def test_feedback_shows_no_score_either() -> None:
    shown = human(candidate(todo()))
    assert "Todo REST API · feedback" in shown
    assert "55.5" not in shown


def test_isolation_other_than_a_container_is_said() -> None:
    assert "Isolation: process." in human(SAMPLES["schema"]())
    assert "Isolation" not in human(todo())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_fits(name: str, width: int) -> None:
    assert max(cell_len(line) for line in human(SAMPLES[name](), width).splitlines()) <= width


def test_colour_changes_nothing_but_colour() -> None:
    coloured = human(todo(), 80, color=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == human(todo(), 80, color=False)
    assert set(re.findall(r"\x1b\[[^m]*m", coloured)) == {f"\x1b[{code}m" for code in ("0", "1", "2", "31", "33")}


def test_no_escape_sequence_comes_out_of_a_text() -> None:
    evil = replace(todo(), submission=replace(todo().submission, name="\x1b[2Jx\x9b31m\u202e"))
    assert human(evil).startswith("Todo REST API · ⟦U+001B⟧[2Jx⟦U+009B⟧31m⟦U+202E⟧ · mid rubric\n")


def test_what_to_do_about_a_problem_is_never_cut() -> None:
    problem = replace(failed().problems[0], help="hand in the statements as plain text, " * 6 + "which is the end")
    told = human(replace(failed(), problems=(problem,)), width=60)
    assert "which is the end" in told
    assert all(len(line) <= 60 for line in told.splitlines())


def test_what_could_not_be_run_at_all_shows_its_error_first_and_judges_nothing() -> None:
    shown = human(replace(failed(), criteria=failed().criteria[:2]))
    lines = shown.splitlines()
    assert next(line for line in lines[1:] if line).startswith("error[E321]")
    assert "Not judged: the submission could not be run" in shown
    assert "1 must-pass gate and 2 criteria say nothing until that is mended." in shown
    assert "/ 76" not in shown
    assert "failed:" not in shown


def test_notes_on_the_run_are_shown_and_the_first_of_many() -> None:
    shown = human(replace(todo(), notes=tuple(f"remark {n}" for n in range(6))))
    assert "  Note: remark 3" in shown
    assert "remark 4" not in shown
    assert "2 more notes in the report" in shown
