from __future__ import annotations

import subprocess
import sys

import pytest

from grader.cli import main
from grader.cli.arguments import parser

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
