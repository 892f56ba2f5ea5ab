"""Submissions as plain processes, and services somebody else started: no engine is needed for these tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sandboxes import server, submitted

from grader.errors import OurFault, SubmissionFault
from grader.sandbox import Service
from grader.sandbox.external import ExternalSandbox
from grader.sandbox.process import ProcessSandbox
from grader.stages import Stages

COUNTER = """
def count():
    path = os.environ["DATA_DIR"] + "/count"
    number = int(open(path).read()) + 1 if os.path.exists(path) else 1
    open(path, "w").write(str(number))
    return number
def env():
    return dict(os.environ)
def spawn():
    import subprocess
    code = "import os, time\\nopen(os.environ['DATA_DIR'] + '/pid', 'w').write(str(os.getpid()))\\ntime.sleep(120)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    import time
    while not os.path.exists(os.environ["DATA_DIR"] + "/pid") or not open(os.environ["DATA_DIR"] + "/pid").read():
        time.sleep(0.01)
    return int(open(os.environ["DATA_DIR"] + "/pid").read())
"""


@contextmanager
def running(
    folder: Path, files: Mapping[str, str], *, cwd: Path | None = None, boot_seconds: float = 30.0
) -> Iterator[Service]:
    sandbox = ProcessSandbox(Stages(), cwd=cwd, boot_seconds=boot_seconds)
    with submitted(folder, files) as submission, sandbox.serve(submission, environment={"API_TOKEN": "t"}) as service:
        yield service


def ask(service: Service, path: str = "/") -> httpx.Response:
    return httpx.get(service.base_url + path, timeout=20, trust_env=False)


def gone(pid: int) -> bool:
    """True when the process has ended, at the latest a moment after it was killed."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_service_runs_and_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, {"server.py": server(COUNTER)}) as service:
        url = service.base_url
        assert ask(service, "/count").json() == 1
        service.restart()
        assert service.base_url == url
        assert ask(service, "/count").json() == 2
        assert service.state().running


def test_the_environment_is_a_list_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the candidate")
    with running(tmp_path, {"server.py": server(COUNTER)}) as service:
        seen = ask(service, "/env").json()
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert seen["API_TOKEN"] == "t"


def test_the_candidates_own_folder_is_not_written_to(tmp_path: Path) -> None:
    code = server("open('todo.db', 'w').write('x')")
    with running(tmp_path, {"server.py": code}, cwd=tmp_path / "answer"):
        pass
    assert [path.name for path in (tmp_path / "answer").iterdir()] == ["server.py"]


def test_dependencies_installed_in_the_candidates_folder_are_used(tmp_path: Path) -> None:
    own = tmp_path / "answer"
    package = own / "node_modules" / "greeting"
    package.mkdir(parents=True)
    (package / "index.js").write_text("module.exports = 'hello'", encoding="utf-8")
    code = "require('http').createServer((q, r) => r.end(require('greeting'))).listen(process.env.PORT)"
    with running(tmp_path, {"server.js": code}, cwd=own) as service:
        assert ask(service).text == "hello"


def test_a_process_that_leaves_its_session_is_ended_too(tmp_path: Path) -> None:
    with running(tmp_path, {"server.py": server(COUNTER)}) as service:
        pid = ask(service, "/spawn").json()
    assert gone(pid)


def test_a_service_that_crashes_is_told_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(SubmissionFault) as fault, running(tmp_path, {"server.py": server("raise ValueError('no')")}):
        pass
    assert fault.value.code == "E320"
    assert "ValueError: no" in fault.value.problem.snippet


def test_a_service_that_does_not_start_is_started_once_for_all_who_ask(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    crash = f"open({str(tries)!r}, 'a').write('x')\nraise SystemExit(3)\n"
    sandbox = ProcessSandbox(Stages())
    told = []
    for _ in range(2):
        with submitted(tmp_path / "answer", {"main.py": crash}) as submission:
            for _ in range(2):
                with pytest.raises(SubmissionFault) as fault, sandbox.serve(submission, environment={}):
                    pass
                told.append(fault.value.problem)
    assert tries.read_text() == "xx", "once for each time it is handed in"
    assert (told[0].code, told[0]) == ("E320", told[1])


def test_a_fault_while_a_service_runs_does_not_keep_it_from_the_next_start(tmp_path: Path) -> None:
    sandbox = ProcessSandbox(Stages())
    with submitted(tmp_path, {"main.py": server(), "README.md": "x"}) as submission:
        with pytest.raises(SubmissionFault), sandbox.serve(submission, environment={}):
            raise SubmissionFault("E320", "it broke later")
        with sandbox.serve(submission, environment={}) as service:
            assert ask(service).status_code


def test_a_port_that_is_taken_is_never_mistaken_for_the_submission(tmp_path: Path) -> None:
    code = "import socket, time\nlistener = socket.create_server(('127.0.0.1', 8000))\nprint('up', flush=True)\n"
    other = subprocess.Popen([sys.executable, "-c", code + "time.sleep(60)"], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout
        assert other.stdout.readline() == "up\n"
        with running(tmp_path, {"server.py": server()}) as service:
            assert ask(service).json() == "here"
    finally:
        other.kill()
        other.communicate()


def test_a_service_on_another_port_is_told_which(tmp_path: Path) -> None:
    files = {"server.py": server(port="18999")}
    with pytest.raises(SubmissionFault) as fault, running(tmp_path, files, boot_seconds=3):
        pass
    assert fault.value.code == "E321"
    assert "18999" in fault.value.problem.what


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a service somebody else started."""
    code = server("def todos():\n    return 'todos'\n", port="0").replace(
        "ThreadingHTTPServer((ADDRESS, PORT), Handler).serve_forever()",
        "ThreadingHTTPServer((ADDRESS, PORT), Handler)",
    )
    code = code.replace("\nhttp.server.", "\nrunning = http.server.")
    code += "\nprint(running.server_port, flush=True)\nrunning.serve_forever()\n"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.communicate()


def test_a_service_somebody_else_started_is_asked_through_the_forwarder(tmp_path: Path, elsewhere: str) -> None:
    sandbox = ExternalSandbox(f"{elsewhere}/todos/")
    with submitted(tmp_path, {"x": ""}) as submission, sandbox.serve(submission, environment={}) as service:
        assert service.base_url.endswith("/todos")
        assert elsewhere not in service.base_url
        assert ask(service, "").json() == "todos"
        assert service.state().running
        with pytest.raises(OurFault) as fault:
            service.restart()
    assert (sandbox.isolation, fault.value.code) == ("none", "E215")


def test_an_address_where_nothing_listens_is_a_fault_of_the_submission(tmp_path: Path) -> None:
    sandbox = ExternalSandbox("http://127.0.0.1:9")
    with (
        submitted(tmp_path, {"x": ""}) as submission,
        pytest.raises(SubmissionFault) as fault,
        sandbox.serve(submission, environment={}),
    ):
        pass
    assert fault.value.code == "E323"
