from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grader import cli
from grader.cli import main
from grader.cli.arguments import parser
from grader.cli.variables import remarks

HEAVY = ("rich", "docker", "httpx", "sqlglot", "schemathesis", "psycopg", "jinja2", "msgspec", "lizard")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["grade", "--help"]])
def test_help_answers_without_importing_anything_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from grader.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("arguments", [[], ["grade"], ["grade", "x"], ["fly"], ["grade", "x", "y", "--level", "top"]])
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


def test_options_can_be_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_LEVEL", "senior")
    monkeypatch.setenv("GRADER_SEED", "7")
    arguments = parser().parse_args(["grade", "x", "y"])
    assert (arguments.level, arguments.seed) == ("senior", 7)


@pytest.mark.parametrize("option", ["FAIL_ON", "SANDBOX"])
def test_what_the_environment_says_must_make_sense_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    monkeypatch.setenv(f"GRADER_{option}", "blokcer")
    with pytest.raises(SystemExit) as end:
        parser().parse_args(["grade", "x", "y"])
    assert end.value.code == 2
    assert "there is no `blokcer`: choose from" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["101", "-1", "0.8", "much", "nan"])
def test_a_bar_that_nobody_means_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args(["grade", "x", "y", f"--fail-under={value}"])
    assert end.value.code == 2
    assert "--fail-under" in capsys.readouterr().err
    monkeypatch.setenv("GRADER_FAIL_UNDER", value)
    with pytest.raises(SystemExit):
        parser().parse_args(["grade", "x", "y"])


def test_a_bar_can_be_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parser().parse_args(["grade", "x", "y", "--fail-under", "80"]).fail_under == 80
    monkeypatch.setenv("GRADER_FAIL_UNDER", "70")
    assert parser().parse_args(["grade", "x", "y"]).fail_under == 70


def test_a_misspelt_variable_is_told_with_the_nearest_name() -> None:
    names = ["GRADER_LEVLE", "GRADER_LEVEL", "GRADER_BASE_PYTHON", "PATH", "GRADER_QQQQ"]
    assert remarks(names) == [
        "the variable GRADER_LEVLE means nothing here: did you mean GRADER_LEVEL?",
        "the variable GRADER_QQQQ means nothing here",
    ]


def test_every_variable_of_the_read_me_is_known() -> None:
    words = (Path(__file__).parents[2] / "README.md").read_text().replace("`", " ").replace(",", " ").split()
    named = {word.partition("=")[0] for word in words if word.startswith("GRADER_") and "<" not in word}
    assert len(named) > 8
    assert remarks(named) == []


def test_options_for_every_command_may_stand_before_and_behind_it() -> None:
    before = parser().parse_args(["--challenges", "mine", "-v", "challenge", "list"])
    behind = parser().parse_args(["challenge", "list", "--challenges", "mine", "-v"])
    assert (before.challenges, before.verbose) == (behind.challenges, behind.verbose) == ("mine", 1)
    neither = parser().parse_args(["challenge", "list"])
    assert (neither.challenges, neither.verbose) == (None, 0)


@pytest.mark.parametrize(
    ("command", "names"), [("challenge", "{list,show,handout,exam,validate}"), ("images", "{list,build,load}")]
)
def test_a_command_without_its_action_names_them(capsys: pytest.CaptureFixture[str], command: str, names: str) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([command])
    assert f"required: {names}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["rejudge", "report"])
def test_results_of_saved_runs_go_back_to_their_folder(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([command, "--help"])
    assert "the folder that was given" in " ".join(capsys.readouterr().out.split())


def closed_pipe(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """The command with a standard output that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "grader", *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize("arguments", [["explain"], ["challenge", "show", "todo-api"], ["explain", "E301"]])
def test_a_closed_output_ends_quietly_as_the_shell_has_it(arguments: list[str]) -> None:
    done = closed_pipe(arguments)
    assert (done.returncode, done.stderr) == (141, "")


def test_another_broken_pipe_is_a_fault_and_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_arguments: object) -> int:
        left, right = socket.socketpair()
        right.close()
        with left:
            return left.send(b"x")

    monkeypatch.setattr("grader.cli.explain.run", broken)
    assert main(["explain", "E301"]) == cli.OUR_SIDE
    assert "error[E299]" in capfd.readouterr().err
