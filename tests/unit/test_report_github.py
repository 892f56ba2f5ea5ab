from __future__ import annotations

import msgspec
import pytest
from sample_results import check, criterion, failed, result, self_check, todo, undecided

from grader.exhibits import CodeExhibit
from grader.model import Outcome, Severity
from grader.report.github import Annotation, place, render
from grader.result import ChallengeRef, Result

replace = msgspec.structs.replace
ANY = ChallengeRef(id="any", title="Any", version="1", digest="0")


def many(amount: int, severity: Severity) -> Result:
    checks = [check(f"C-{i}", "t", Outcome.FAIL, severity=severity, message="m") for i in range(amount)]
    return result(ANY, (criterion("a", "A", "r", *checks),))


def test_a_blocker_is_an_error_on_its_line() -> None:
    first = render(todo()).splitlines()[0]
    assert first.startswith("::error file=app/repository.py,line=48,col=59,title=ROB-07 Not met%3A No SQL is built")
    assert first.endswith("answer 422 for anything else.")


def test_the_last_line_sums_up() -> None:
    assert render(todo()).splitlines()[-1] == (
        "todo-api: 55.5/76 junior, 15 wait for review, gates 3 of 4, 1 blocker, 4 major, 1 minor"
    )
    assert render(self_check()).splitlines()[-1] == "todo-api: 3 passed, 3 not met, gates 3 of 3, 2 major, 1 minor"


@pytest.mark.parametrize(("severity", "level"), [(Severity.BLOCKER, "error"), (Severity.MAJOR, "warning")])
def test_ten_are_shown_and_the_last_says_how_many_more(severity: Severity, level: str) -> None:
    lines = render(many(25, severity)).splitlines()
    assert len(lines) == 11
    assert all(line.startswith(f"::{level} ") for line in lines[:-1])
    assert lines[9] == f"::{level} title=16 more::16 more of these are in the report"
    assert len(render(many(10, severity)).splitlines()) == 11
    assert "more of these" not in render(many(10, severity))


def test_what_is_undecided_is_a_notice_and_never_an_error() -> None:
    lines = render(undecided()).splitlines()
    assert not any(line.startswith("::error") for line in lines)
    notice = next(line for line in lines if line.startswith("::notice"))
    assert notice.startswith("::notice title=Our side failed::E201: the container engine went away%0A5 checks")
    assert lines[-1].startswith("todo-api: undecided")


def test_a_submission_that_does_not_start_is_one_error() -> None:
    errors = [line for line in render(failed()).splitlines() if line.startswith("::error")]
    assert len(errors) == 1
    assert errors[0].startswith("::error title=E321::nothing listened on port 8000 within 60 s%0A")


def test_a_check_that_fails_a_gate_is_an_error_whatever_its_severity() -> None:
    gated = replace(many(1, Severity.MINOR), gates=(replace(todo().gates[2], checks=("C-0",)),))
    assert render(gated).startswith("::error title=C-0 Not met%3A t::m")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("app/repository.py:48:59", (("file", "app/repository.py"), ("line", "48"), ("col", "59"))),
        ("schema.sql:12", (("file", "schema.sql"), ("line", "12"))),
        ("Dockerfile:3", (("file", "Dockerfile"), ("line", "3"))),
        ("GET /todos", ()),
        ("127.0.0.1:8000", ()),
        ("localhost:8000", ()),
        ("http://127.0.0.1:8000", ()),
        ("purchases.user_id", ()),
        ("", ()),
    ],
)
def test_only_a_place_in_a_file_is_a_place(where: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert place(check("a", "t", Outcome.FAIL, where=where)) == expected


def test_a_code_exhibit_says_the_place_when_nothing_else_does() -> None:
    code = CodeExhibit(file="a.py", line=3, column=2, lines=("x",))
    assert place(check("a", "t", Outcome.FAIL, where="GET /", evidence=(code,))) == (
        ("file", "a.py"),
        ("line", "3"),
        ("col", "2"),
    )


def test_data_and_properties_are_encoded() -> None:
    made = Annotation("error", "a:b,c%\nd", "50 %\nline\r::error::x", (("file", "a,b:c.py"),))
    assert made.command() == ("::error file=a%2Cb%3Ac.py,title=a%3Ab%2Cc%25 d::50 %25%0Aline⟦U+000D⟧::error::x")


def test_a_challenge_cannot_write_a_command_into_the_summary() -> None:
    evil = replace(todo(), challenge=replace(todo().challenge, id="\n::stop-commands::x ##[error]"))
    last = render(evil).splitlines()[-1]
    assert last.startswith(": :stop-commands: :x ## [error]: 55.5/76")
