"""What a README tells to type: read, turned into one script, tried in a pretended sandbox, and judged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sandboxes import submitted

from grader.checks.readme import command_works
from grader.collectors.readme.collector import collect
from grader.collectors.readme.script import same, typed
from grader.documents.steps import Kind, steps
from grader.errors import OurFault, SubmissionFault
from grader.evidence.readme import RunCommand
from grader.exhibits import CodeExhibit, TextExhibit
from grader.job import Job
from grader.model import Level, Outcome, Submission
from grader.sandbox import ServiceState
from grader.sandbox.plan import Plan
from grader.sandbox.trial import Attempt, Ended, Trials
from grader.stages import Stages

SERVES = (
    "import http.server, os\nif __name__ == '__main__':\n    http.server.HTTPServer(('', 8000), None).serve_forever()\n"
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(step.kind.value, step.command) for step in steps(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```sh\n$ npm ci\n$ PORT=3000 npm start\n```", [("aside", "npm ci"), ("start", "PORT=3000 npm start")]),
        (
            "    python -m venv .venv && . .venv/bin/activate\n    python3.12 main.py &\n",
            [("aside", "python -m venv .venv"), ("aside", ". .venv/bin/activate"), ("start", "python3 main.py")],
        ),
        ("```\nuv run uvicorn app:app \\\n  --reload\n```", [("start", "uvicorn app:app  --reload")]),
        ("~~~\nyarn dev  # reloads\n~~~", [("start", "npm run dev")]),
        ("```\npython manage.py migrate\npython manage.py runserver\n```", None),
        ("```\npython seed.py\npython main.py\n```", [("prepare", "python seed.py"), ("start", "python main.py")]),
        ("```\ndocker compose up -d\n```", [("elsewhere", "docker compose up -d")]),
        ("```\nmake run\n```", [("elsewhere", "make run")]),
        ("```\nAPI_TOKEN=<your token> flask --app web run --port <port>\n```", None),
        ("```\ngo build -o server .\n./server\n```", [("prepare", "go build -o server ."), ("start", "./server")]),
        (".. code-block:: console\n\n   $ python main.py\n", [("start", "python main.py")]),
        ("Start it with `node app.js`.", [("start", "node app.js")]),
        ("Start it with `node app.js`.\n\n    npm start\n", [("start", "npm start")]),
        ("```powershell\npython main.py\n```", []),
        ('```toml\n[run]\nstart = "python main.py"\n```', []),
        ('```\n{"title": "Buy milk"}\n```\n\nRun\n---\n\nNothing.', []),
        ("```\n.venv\\Scripts\\activate\nset PORT=8000\n```", None),
    ],
)
def test_a_document_is_read_as_somebody_would_type_it(text: str, found: list[tuple[str, str]] | None) -> None:
    if found is None:
        assert all(kind in ("aside", "prepare", "start") for kind, _ in kinds(text))
        assert all("<" not in command for _, command in kinds(text))
    else:
        assert kinds(text) == found


def test_steps_know_their_lines() -> None:
    assert [(step.line, step.kind) for step in steps("# Todo\n\n```\nmkdir data\nnode .\n```\n")] == [
        (4, Kind.PREPARE),
        (5, Kind.START),
    ]


@pytest.mark.parametrize(
    ("command", "detected", "equal"),
    [
        ("uvicorn main:app --reload", 'python -m uvicorn main:app --host 0.0.0.0 --port "$PORT"', True),
        ("PORT=8000 python3 ./main.py", "python main.py", True),
        ("npm run dev -- --port 3000", "node src/server.js", False),
        ("npm start", "node src/server.js", True),
        ("flask --app web run -p 5000", 'python -m flask --app web run --host 0.0.0.0 --port "$PORT"', True),
        ("python server.py", "python service.py", False),
        ("uvicorn main:api", 'python -m uvicorn main:app --host 0.0.0.0 --port "$PORT"', False),
        (
            'gunicorn -w 4 -b 0.0.0.0:8000 "web:create()"',
            'python -m gunicorn --bind "0.0.0.0:$PORT" "web:create()"',
            True,
        ),
    ],
)
def test_one_program_is_recognised_whatever_its_port(command: str, detected: str, equal: bool) -> None:  # noqa: FBT001 - a case
    assert same(command, detected, {"start": "node src/server.js", "dev": "nodemon src/server.js"}) is equal


def plan(**fields: Any) -> Plan:
    return Plan(**{"stack": "python", "start": "python main.py", "origin": "main.py", "port": 8000, **fields})


def script(text: str, files: tuple[str, ...], **fields: Any) -> str:
    return typed(steps(text), files, start_in="", plan=plan(**fields)).script


def test_folders_are_gone_to_when_they_were_handed_in() -> None:
    text = "```\ngit clone x\ncd todo-api\ncd backend\npython main.py\n```"
    assert script(text, ("README.md", "backend/main.py")) == "cd backend\npython main.py"
    assert script(text, ("README.md", "backend/main.py"), folder="backend") == "python main.py"
    clone = "```\ngit clone x/todo_api\ncd todo_api\npython -m todo_api\n```"
    assert script(clone, ("README.md", "todo_api/__main__.py")) == "python -m todo_api"
    assert script("```\ncd ../..\ncd /etc\npython main.py\n```", ("main.py",)) == "python main.py"


def test_what_is_not_understood_before_the_command_is_a_doubt() -> None:
    text = "```\ncreatedb todos\npython main.py\nfrobnicate\n```\n\n```\ndocker compose up\n```"
    assert typed(steps(text), ("main.py",), start_in="", plan=plan()).doubts == ("createdb todos", "docker compose up")


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("gunicorn app:app --daemon", True),
        ("gunicorn -b 0.0.0.0:80 app:app", True),
        ("PORT=443 npm start", True),
        ("uvicorn app:app --ssl-keyfile key.pem", True),
        ("cd api && python main.py", True),
        ("uvicorn app:app --port 8080", False),
        ("gunicorn -b 127.0.0.1:8000 app:app", False),
        ("flask run -p 5000", False),
    ],
)
def test_what_may_differ_between_a_desk_and_the_sandbox_is_a_doubt(text: str, doubtful: bool) -> None:  # noqa: FBT001 - a case
    found = typed(steps(f"```\n{text}\n```"), ("api/main.py", "app.py"), start_in="", plan=plan())
    assert bool(found.doubts) is doubtful


class Pretended:
    """A sandbox in which a start answers as told, and the usual start raises as told."""

    isolation = "docker"

    def __init__(self, *, attempt: Attempt | Exception, usual: Exception | None = None) -> None:
        self.outcome, self.usual = attempt, usual
        self.tried: list[str] = []

    def attempt(self, _: Submission, plan: Plan, *, environment: Mapping[str, str], seconds: float) -> Attempt:
        assert seconds
        self.tried.append(f"{plan.start} {dict(environment)}")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def run(self, *_: object, **__: object) -> Ended:
        raise AssertionError

    @contextlib.contextmanager
    def serve(self, _: Submission, *, environment: Mapping[str, str]) -> Iterator[None]:
        self.tried.append(f"usual {dict(environment)}")
        if self.usual:
            raise self.usual
        yield


def job(submission: Submission, sandbox: object) -> Job:
    return Job(
        challenge=None,  # type: ignore[arg-type] - the collector does not look at it
        submission=submission,
        level=Level.MID,
        seed=1,
        public_only=False,
        sandbox=sandbox,  # type: ignore[arg-type]
        databases=None,  # type: ignore[arg-type]
        stages=Stages(),
    )


def collected(folder: Path, readme: str, sandbox: object) -> RunCommand:
    with submitted(folder, {"README.md": readme, "service.py": SERVES}) as submission:
        return collect(job(submission, sandbox), environment={"API_TOKEN": "t"})


ENDED = Attempt(state=ServiceState(running=False, exit_code=2), log="no such file\n")
WRONG = "# Todo\n\n    python server.py\n"


def test_the_pretended_sandbox_can_do_what_the_real_one_can() -> None:
    assert isinstance(Pretended(attempt=ENDED), Trials)


def test_the_command_of_the_exam_is_not_tried_again(tmp_path: Path) -> None:
    sandbox = Pretended(attempt=ENDED)
    found = collected(tmp_path, "    PORT=8000 python3 service.py", sandbox)
    assert (found.same, sandbox.tried) == ("PORT=8000 python3 service.py", [])
    assert command_works(found).outcome is Outcome.PASS


def test_a_command_that_starts_nothing_is_a_fault_when_the_usual_way_works(tmp_path: Path) -> None:
    sandbox = Pretended(attempt=ENDED)
    finding = command_works(collected(tmp_path, WRONG, sandbox))
    assert sandbox.tried == ["python server.py {'API_TOKEN': 't'}", "usual {'API_TOKEN': 't'}"]
    assert (finding.outcome, finding.where) == (Outcome.FAIL, "README.md:3")
    assert finding.message == "`python server.py` of README.md does not start the service: it ended with exit code 2"
    code, typed_in, printed = finding.exhibits
    assert isinstance(code, CodeExhibit)
    assert (code.line, code.lines) == (3, ("    python server.py",))
    assert isinstance(typed_in, TextExhibit)
    assert isinstance(printed, TextExhibit)
    assert (typed_in.text, printed.text) == ("python server.py", "no such file")


def test_a_command_that_serves_on_any_port_works(tmp_path: Path) -> None:
    sandbox = Pretended(attempt=Attempt(port=5000, state=ServiceState(running=True, listening=("0.0.0.0:5000",))))
    finding = command_works(collected(tmp_path, WRONG, sandbox))
    assert (finding.outcome, finding.message) == (
        Outcome.PASS,
        "typed in as README.md says, the service answers on port 5000",
    )


def test_a_service_that_does_not_start_in_any_way_is_told_elsewhere(tmp_path: Path) -> None:
    fault = SubmissionFault("E320", "it ended")
    with pytest.raises(SubmissionFault) as told:
        collected(tmp_path, WRONG, Pretended(attempt=ENDED, usual=fault))
    assert told.value is fault


def test_tools_that_only_the_readme_needs_cost_nothing_when_they_cannot_be_installed(tmp_path: Path) -> None:
    for fault in (SubmissionFault("E312", "no such version"), OurFault("E219", "from git")):
        finding = command_works(collected(tmp_path / fault.code, WRONG, Pretended(attempt=fault)))
        assert finding.outcome is Outcome.NOT_APPLICABLE
    with pytest.raises(OurFault):
        collected(tmp_path / "engine", WRONG, Pretended(attempt=OurFault("E204", "the engine broke")))


@pytest.mark.parametrize(
    ("readme", "why"),
    [
        ("    createdb todos\n    python server.py", "`createdb todos` cannot be done here"),
        ("    docker compose up", "`docker compose up` cannot be tried here"),
        ("Read the code.", "no command that could be tried was found in it"),
    ],
)
def test_what_cannot_be_tried_costs_nothing(tmp_path: Path, readme: str, why: str) -> None:
    finding = command_works(collected(tmp_path, readme, Pretended(attempt=ENDED)))
    assert (finding.outcome, finding.message) == (Outcome.NOT_APPLICABLE, f"not tried: {why}")


@pytest.mark.parametrize(("isolation", "why"), [("process", "your own machine"), ("none", "somebody else")])
def test_nothing_is_tried_outside_of_containers(tmp_path: Path, isolation: str, why: str) -> None:
    class Elsewhere:
        pass

    sandbox = Elsewhere()
    sandbox.isolation = isolation  # type: ignore[attr-defined]
    finding = command_works(collected(tmp_path, WRONG, sandbox))
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert why in finding.message


def test_too_little_memory_and_silence_are_told_apart() -> None:
    tried = RunCommand(file="README.md", commands=("npm start",), lines=(1,), text=("npm start",), detected_starts=True)
    assert command_works(msgspec.structs.replace(tried, out_of_memory=True)).outcome is Outcome.NOT_APPLICABLE
    assert "nothing listened" in command_works(tried).message
    assert "listens and answers nothing" in command_works(msgspec.structs.replace(tried, listened=("[::]:80",))).message
    assert "not found" in command_works(msgspec.structs.replace(tried, exit_code=127)).message
    assert command_works(msgspec.structs.replace(tried, detected_starts=False)).outcome is Outcome.NOT_APPLICABLE
