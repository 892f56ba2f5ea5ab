"""The candidate's own tests: which there are, what they need, and that what they say is never counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sandboxes import submitted
from test_readme_command import job

from grader.checks.own_tests import claimed
from grader.collectors.own_tests.collector import collect
from grader.collectors.own_tests.runners import runner
from grader.errors import SubmissionFault
from grader.evidence.own_tests import OwnTests
from grader.exhibits import TextExhibit
from grader.model import Level, Outcome, Submission
from grader.sandbox.development import with_development
from grader.sandbox.plan import Plan
from grader.sandbox.sources import Sources
from grader.sandbox.trial import Attempt, Ended

PYTEST = "def test_it():\n    assert True\n"
UNITTEST = "import unittest\n\nclass ItWorks(unittest.TestCase):\n    def test_it(self):\n        pass\n"
DJANGO = "from django.test import TestCase\n"
MAIN = {"main.py": "if __name__ == '__main__':\n    import http.server\n"}


def plan(**fields: Any) -> Plan:
    return Plan(**{"stack": "python", "start": "python main.py", "origin": "main.py", "port": 8000, **fields})


def chosen(folder: Path, files: dict[str, str], **fields: Any) -> str:
    with submitted(folder, files) as submission:
        found = runner(Sources(submission), plan(**fields))
        return found.command if found else ""


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"tests/test_api.py": PYTEST}, "python -m pytest"),
        ({"test_api.py": UNITTEST}, "python -m unittest discover -p 'test*.py'"),
        ({"tests/test_api.py": UNITTEST}, "python -m unittest discover -s tests -p 'test*.py'"),
        (
            {"tests/__init__.py": "", "tests/api_test.py": UNITTEST},
            "python -m unittest discover -s tests -t . -p '*_test.py'",
        ),
        ({"tests/test_api.py": UNITTEST, "requirements-dev.txt": "pytest\n"}, "python -m pytest"),
        ({"manage.py": "", "todos/tests.py": DJANGO}, "python manage.py test --noinput"),
        ({"manage.py": "", "todos/tests.py": DJANGO, "pytest.ini": "[pytest]\n"}, "python -m pytest"),
        ({"main.py": "", "latest.py": ""}, ""),
    ],
)
def test_python_tests_are_run_by_the_tool_they_are_written_for(
    tmp_path: Path, files: dict[str, str], command: str
) -> None:
    assert chosen(tmp_path, files) == command


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test --silent"),
        ({"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'}, ""),
        ({"package.json": "{}", "test/api.test.js": ""}, "node --test"),
        ({"package.json": '{"devDependencies": {"vitest": "3"}}', "src/api.spec.ts": ""}, "vitest run"),
        ({"package.json": "{}", "index.js": ""}, ""),
    ],
)
def test_node_tests_are_run_as_package_json_says(tmp_path: Path, files: dict[str, str], command: str) -> None:
    assert chosen(tmp_path, files, stack="node") == command


def test_go_tests_are_run_by_the_go_command(tmp_path: Path) -> None:
    assert chosen(tmp_path, {"go.mod": "module todo", "api/api_test.go": ""}, stack="go") == "go test ./..."


def installed(folder: Path, files: dict[str, str], manifest: str = "", *, tool: str = "pytest") -> list[str]:
    given = {"requirements.txt": manifest} if manifest else {}
    with submitted(folder, files) as submission:
        found = with_development(Sources(submission), plan(manifest=given, installer="pip" if given else ""), tool=tool)
    return found.manifest.get("requirements.txt", "").split("\n")[:-1]


def test_python_tools_come_from_wherever_their_author_named_them(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "x"\n[project.optional-dependencies]\ntest = ["pytest-asyncio>=1"]\ndocs = ["sphinx"]\n'
        '[dependency-groups]\ndev = ["anyio", {include-group = "test"}]\n'
        '[tool.poetry.group.dev.dependencies]\nfaker = "^1"\n'
    )
    files = {
        **MAIN,
        "pyproject.toml": project,
        "requirements-dev.txt": "-r requirements.txt\n-r requirements/test.txt\nhttpx==0.28 # for TestClient\n-e .\n",
        "requirements/test.txt": "respx\ngit+https://example.org/x.git\n",
        "README.md": "`pip install pytest httpx2 && pytest`, not `pip install -r requirements.txt`\n",
    }
    wanted = {"fastapi", "httpx==0.28", "respx", "pytest-asyncio>=1", "anyio", "faker", "pytest", "httpx2"}
    found = installed(tmp_path, files, "fastapi\n")
    assert (found[0], set(found)) == ("fastapi", wanted)


def test_a_test_tool_nobody_named_is_installed_and_hashes_do_not_stand_in_its_way(tmp_path: Path) -> None:
    assert installed(tmp_path / "none", MAIN) == ["pytest"]
    assert installed(tmp_path / "hashed", MAIN, "--require-hashes\nflask==3 --hash=sha256:0\n") == [
        "",
        "flask==3",
        "pytest",
    ]
    assert installed(tmp_path / "named", MAIN, "pytest==8\n") == ["pytest==8"]


def test_development_dependencies_of_node_are_installed_for_its_tests(tmp_path: Path) -> None:
    package = '{"dependencies": {"express": "5"}, "devDependencies": {"jest": "30"}}'
    with submitted(tmp_path, {"package.json": package}) as submission:
        found = with_development(Sources(submission), plan(stack="node"))
    assert (found.development, found.installer) == (True, "npm install")
    assert "jest" in found.manifest["package.json"]


class Ran:
    """A sandbox in which a command ends as told."""

    isolation = "docker"

    def __init__(self, outcome: Ended | Exception) -> None:
        self.outcome = outcome
        self.commands: list[str] = []

    def attempt(self, *_: object, **__: object) -> Attempt:
        raise AssertionError

    def run(self, _: Submission, plan: Plan, *, seconds: float) -> Ended:
        self.commands.append(f"{plan.start} {seconds:g}")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


PASSING = Ended(exit_code=0, log="7 passed in 0.42s\n/tmp/pytest-of-x/1 duration_ms 12.3\n")


def ran(folder: Path, sandbox: object, *, level: Level = Level.MID, public_only: bool = False) -> OwnTests:
    with submitted(folder, {**MAIN, "test_api.py": PYTEST}) as submission:
        grading = job(submission, sandbox)
        object.__setattr__(grading, "level", level)
        object.__setattr__(grading, "public_only", public_only)
        return collect(grading)


def test_how_they_ended_is_written_down_without_what_changes_from_run_to_run(tmp_path: Path) -> None:
    sandbox = Ran(PASSING)
    found = ran(tmp_path, sandbox)
    assert sandbox.commands == ["python -m pytest 60"]
    assert (found.files, found.exit_code, found.not_run) == (("test_api.py",), 0, "")
    assert found.log == "7 passed in <duration>\n/tmp/… duration_ms …"


def test_nothing_runs_where_nobody_asked_for_it(tmp_path: Path) -> None:
    sandbox = Ran(PASSING)
    assert "mid level" in ran(tmp_path / "junior", sandbox, level=Level.JUNIOR).not_run
    assert "self-check" in ran(tmp_path / "check", sandbox, public_only=True).not_run
    assert "containers only" in ran(tmp_path / "process", object()).not_run
    assert not sandbox.commands


def test_tests_that_may_need_a_database_are_left_alone(tmp_path: Path) -> None:
    settings = {"submission.toml": "[services]\npostgres = true\n"}
    with submitted(tmp_path, {**MAIN, **settings, "test_api.py": PYTEST}) as submission:
        assert "PostgreSQL" in collect(job(submission, Ran(PASSING))).not_run


def test_tests_that_cannot_be_installed_are_nobodys_fault(tmp_path: Path) -> None:
    found = ran(tmp_path, Ran(SubmissionFault("E312", "no such version")))
    assert (found.not_run, claimed(found).outcome) == ("E312: no such version", Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ({"exit_code": 0, "log": "9999 passed"}, "claims that all tests pass (exit code 0)"),
        ({"exit_code": 1, "log": "1 failed"}, "claims that something fails (exit code 1)"),
        ({"exit_code": 1, "log": "ModuleNotFoundError: No module named 'x'"}, "did not run here"),
        ({"exit_code": None}, "was not done after 60 seconds"),
        ({"exit_code": 137, "out_of_memory": True}, "ran out of memory"),
    ],
)
def test_whatever_they_claim_it_earns_and_costs_nothing(ended: dict[str, Any], said: str) -> None:
    finding = claimed(OwnTests(command="pytest", seconds=60, **ended))
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert finding.score == 0
    assert said in finding.message
    assert [exhibit.text for exhibit in finding.exhibits if isinstance(exhibit, TextExhibit)] == (
        [ended["log"]] if "log" in ended else []
    )
