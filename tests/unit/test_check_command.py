from __future__ import annotations

from pathlib import Path

import pytest

from grader import pipeline
from grader.cli import check
from grader.cli.arguments import parser
from grader.errors import UsageError
from grader.evidence.exam import HttpExam
from grader.evidence.files import SourceFiles
from grader.model import Challenge, Visibility
from grader.packs import find_pack
from grader.submission import NO_FILES, open_submission

URL = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chosen(*typed: str) -> tuple[str, str]:
    challenge, given = check.chosen(parser().parse_args(["check", *typed]))
    return challenge.id, given


def refusal(*typed: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        chosen(*typed)
    return caught.value


def todo() -> Challenge:
    return pipeline.public(pipeline.load(find_pack("todo-api")))


def test_a_service_alone_can_be_checked_from_anywhere_when_the_challenge_is_named(here: Path) -> None:
    assert chosen("--url", URL, "--challenge", "todo-api") == ("todo-api", NO_FILES)
    assert chosen("--url", URL, "--challenge", "url-shortener") == ("url-shortener", NO_FILES)
    (here / "letter.txt").write_text("nothing of an answer")
    assert chosen("--url", URL, "--challenge", "todo-api") == ("todo-api", NO_FILES)
    assert "several challenges ask for a service" in refusal("--url", URL).problem.what


def test_an_answer_that_says_its_challenge_is_not_taken_for_another_one(here: Path) -> None:
    (here / "app.py").write_text("")
    (here / "submission.toml").write_text('challenge = "url-shortener"')
    assert chosen() == ("url-shortener", ".")
    assert chosen("--url", URL) == ("url-shortener", ".")


def test_in_the_folder_of_an_answer_its_files_are_looked_at_too(here: Path) -> None:
    (here / "app.py").write_text("")
    assert chosen("--url", URL) == ("todo-api", ".")
    assert chosen() == ("todo-api", ".")


def test_a_path_that_was_named_is_taken_unless_it_is_empty(here: Path) -> None:
    (here / "answer").mkdir()
    assert chosen("answer", "--url", URL, "--challenge", "todo-api")[1] == NO_FILES
    (here / "answer" / "Main.kt").write_text("")
    assert chosen("answer", "--url", URL, "--challenge", "todo-api")[1] == "answer"
    assert refusal("nowhere", "--url", URL).code == "E102"


def test_a_challenge_without_a_service_has_no_url() -> None:
    assert refusal("--url", URL, "--challenge", "slow-query").code == "E117"


def test_a_token_without_a_service_is_refused() -> None:
    assert refusal("--token", "x").code == "E117"


def test_an_empty_folder_is_called_empty(here: Path) -> None:
    (here / "grader-out").mkdir()
    assert "there are no files in" in refusal().problem.what
    (here / "letter.txt").write_text("")
    assert "fit no challenge" in refusal().problem.what


def test_what_only_files_show_is_not_asked_of_a_service_and_that_is_said_once() -> None:
    part, remarks = check._asked_about(todo(), NO_FILES)
    kinds = {name for use in part.collect for name in (use.name,)}
    assert kinds == {"http-exam", "schemathesis"} & {use.name for use in todo().collect}
    assert {use.visibility for use in part.checks.values()} == {Visibility.PUBLIC}
    left = len(todo().checks) - len(part.checks)
    assert left > 0
    assert remarks == (f"no files were given, so {left} checks of files were not asked",)
    assert check._asked_about(todo(), ".") == (todo(), ())


def test_the_parts_name_no_check_that_is_not_in_them() -> None:
    part = check._asked_about(todo(), NO_FILES)[0]
    named = {id_ for use in part.checks.values() for id_ in (*use.explained_by, *use.requires)}
    assert named <= set(part.checks)
    assert all(set(gate.checks) <= set(part.checks) for gate in part.gates)


def test_a_submission_without_files_is_one_on_purpose_only() -> None:
    with open_submission(NO_FILES) as submission:
        assert (submission.name, submission.files) == ("no files", ())


def test_evidence_kinds_of_the_parts_are_those_that_a_service_gives() -> None:
    part = check._asked_about(todo(), NO_FILES)[0]
    needed = {pipeline.CHECKS[use.check].needs for use in part.checks.values()}
    assert HttpExam in needed
    assert SourceFiles not in needed
