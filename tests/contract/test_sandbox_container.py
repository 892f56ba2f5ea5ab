"""Submissions in containers, against the real engine."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sandboxes import index_reached, served, server, started_by, submitted

from grader.errors import OurFault, SubmissionFault
from grader.sandbox import Service
from grader.sandbox.build import Dependencies
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine, remove
from grader.sandbox.hardening import Limits, hardened, mortal
from grader.sandbox.images import Images
from grader.stages import Stages

pytestmark = pytest.mark.engine

COUNTER = """
def count():
    path = os.environ["DATA_DIR"] + "/count"
    number = int(open(path).read()) + 1 if os.path.exists(path) else 1
    open(path, "w").write(str(number))
    open("todo.db", "a").write("x")
    return [number, len(open("todo.db").read())]
"""
NODE_SERVER = """
const http = require('http'), fs = require('fs'), os = require('os')
http.createServer((request, response) => {
  fs.writeFileSync('todo.db', 'x')
  response.end(JSON.stringify({user: os.userInfo().username, version: process.version}))
}).listen(process.env.PORT)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        yield engine
        assert started_by(engine) == ([], [])


def ask(service: Service, path: str = "/") -> httpx.Response:
    return httpx.get(service.base_url + path, timeout=20, trust_env=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_a_service_may_bind_any_address(engine: Engine, tmp_path: Path, address: str) -> None:
    with served(engine, tmp_path, {"server.py": server(address=address)}) as service:
        assert ask(service).json() == "here"
        assert service.state().listening == (f"{address}:8000",)


def test_a_node_service_runs_and_may_bind_all_addresses_of_both_families(engine: Engine, tmp_path: Path) -> None:
    with served(engine, tmp_path, {"server.js": NODE_SERVER}) as service:
        assert ask(service).json()["user"] == "submission"
        assert service.state().running


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1", "::", "0.0.0.0"])
def test_a_node_service_may_bind_what_it_likes(engine: Engine, tmp_path: Path, address: str) -> None:
    code = f"require('http').createServer((q, r) => r.end('here')).listen(process.env.PORT, '{address}')"
    with served(engine, tmp_path, {"server.js": code}) as service:
        assert ask(service).text == "here"


def test_a_restart_keeps_the_data_folder_and_the_code_folder(engine: Engine, tmp_path: Path) -> None:
    with served(engine, tmp_path, {"server.py": server(COUNTER)}) as service:
        url = service.base_url
        assert ask(service, "/count").json() == [1, 1]
        service.restart()
        assert service.base_url == url
        assert ask(service, "/count").json() == [2, 2]
        service.restart()
        assert ask(service, "/count").json() == [3, 3]


def test_a_restart_asks_before_it_kills(engine: Engine, tmp_path: Path) -> None:
    functions = """
import signal, time
def saved(*_):
    time.sleep(0.5)
    open(os.environ["DATA_DIR"] + "/saved", "w").write("yes")
    os._exit(0)
signal.signal(signal.SIGTERM, saved)
def look():
    return os.path.exists(os.environ["DATA_DIR"] + "/saved")
"""
    with served(engine, tmp_path, {"server.py": server(functions)}) as service:
        assert ask(service, "/look").json() is False
        service.restart()
        assert ask(service, "/look").json() is True


def test_a_service_that_does_not_come_back_is_a_fault_of_the_submission(engine: Engine, tmp_path: Path) -> None:
    functions = """
marker = os.environ["DATA_DIR"] + "/started"
if os.path.exists(marker):
    raise SystemExit("cannot start twice")
open(marker, "w").close()
"""
    with served(engine, tmp_path, {"server.py": server(functions)}) as service, pytest.raises(SubmissionFault) as fault:
        service.restart()
    assert fault.value.code == "E320"
    assert "cannot start twice" in fault.value.problem.snippet


def test_two_submissions_share_nothing(engine: Engine, tmp_path: Path) -> None:
    files = {"server.py": server(COUNTER)}
    with served(engine, tmp_path / "a", files) as first, served(engine, tmp_path / "b", files) as second:
        assert ask(first, "/count").json() == [1, 1]
        assert ask(second, "/count").json() == [1, 1]
        assert first.base_url != second.base_url


def test_stages_and_images_are_recorded(engine: Engine, tmp_path: Path) -> None:
    stages = Stages()
    sandbox = DockerSandbox(engine, stages)
    with submitted(tmp_path, {"server.py": server()}) as submission, sandbox.serve(submission, environment={}):
        pass
    assert [stage.name for stage in stages.recorded()] == ["build", "start"]
    assert set(sandbox.images()) == {"python", "relay"}
    assert all(digest.startswith("sha256:") for digest in sandbox.images().values())


def test_everything_is_removed_when_the_grader_fails_in_the_middle(engine: Engine, tmp_path: Path) -> None:
    def failing() -> None:
        with served(engine, tmp_path, {"server.py": server()}):
            assert started_by(engine)[0]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert started_by(engine) == ([], [])


HARNESS = """
import pathlib, sys, time
sys.path[:0] = [{tests!r}]
from sandboxes import index_reached, served, server
from grader.sandbox.engine import Engine
with Engine.connect() as engine, served(engine, pathlib.Path({folder!r}), {{"server.py": server()}}):
    print(engine.session, flush=True)
    time.sleep(60)
"""


def harness(tmp_path: Path) -> tuple[subprocess.Popen[str], str]:
    """Another grader process with a running submission, and its session."""
    code = textwrap.dedent(HARNESS).format(tests=str(Path(__file__).parent.parent), folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def of_session(engine: Engine, session: str) -> int:
    filters: dict[str, str | list[str] | bool] = {"label": f"io.grader.session={session}"}
    containers = engine.client.containers.list(all=True, filters=filters)
    return len(containers) + len(engine.client.volumes.list(filters=filters))


@pytest.mark.alone
def test_what_a_killed_run_left_behind_is_removed_by_the_next(engine: Engine, tmp_path: Path) -> None:
    process, session = harness(tmp_path)
    engine.reap()
    assert of_session(engine, session) == 4, "a living run keeps what it started"
    process.kill()
    process.communicate()
    assert of_session(engine, session) == 4
    with Engine.connect():
        assert of_session(engine, session) == 0


def test_an_interrupted_run_removes_everything_itself(engine: Engine, tmp_path: Path) -> None:
    process, session = harness(tmp_path)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert of_session(engine, session) == 0


def test_a_forgotten_container_dies_by_itself(engine: Engine) -> None:
    options = hardened(Limits(), user="10001:10001")
    container = engine.create("forgotten", Images(engine).built("python").id, mortal(["sleep", "60"], 1), options)
    try:
        container.start()
        assert container.wait(timeout=30)["StatusCode"] == 137
    finally:
        remove(container)


SYSCALLS = """
def calls():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = {
        "io_uring_setup": 425, "io_uring_enter": 426, "unshare": 272, "setns": 308, "mount": 165, "umount2": 166,
        "keyctl": 250, "add_key": 248, "request_key": 249, "bpf": 321, "ptrace": 101, "userfaultfd": 323,
        "perf_event_open": 298, "open_by_handle_at": 304, "name_to_handle_at": 303, "process_vm_readv": 310,
        "kexec_load": 246, "init_module": 175, "pivot_root": 155, "chroot": 161, "fsopen": 430, "move_mount": 429,
        "clone3": 435, "memfd_secret": 447, "vhangup": 153, "swapon": 167, "reboot": 169, "acct": 163,
        "quotactl": 179, "settimeofday": 164, "iopl": 172, "modify_ldt": 154, "pidfd_getfd": 438, "syslog": 103,
    }
    seen = {}
    for name, number in numbers.items():
        ctypes.set_errno(0)
        seen[name] = [libc.syscall(number, 0, 0, 0, 0, 0), ctypes.get_errno()]
    return seen

def namespaces():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    return [libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0), ctypes.get_errno()]

def usual():
    import asyncio, multiprocessing, select, sqlite3, ssl, subprocess, tempfile, threading
    threads = [threading.Thread(target=int) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    base = sqlite3.connect("todo.db")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE IF NOT EXISTS t (x)")
    base.commit()
    value = multiprocessing.Value("i", 1)
    return [subprocess.run(["echo", "ran"], capture_output=True, text=True).stdout, value.value]
"""


def test_system_calls_that_lead_out_are_refused_and_the_usual_ones_work(engine: Engine, tmp_path: Path) -> None:
    with served(engine, tmp_path, {"server.py": server(SYSCALLS)}, response_seconds=10) as service:
        seen = ask(service, "/calls").json()
        made = ask(service, "/namespaces").json()
        usual = ask(service, "/usual").json()
    assert {name for name, (result, errno) in seen.items() if result != -1 or errno not in {1, 38}} == set()
    assert seen["clone3"] == [-1, 38], "C libraries fall back on `clone` only for this error"
    assert made == [-1, 1]
    assert usual == ["ran\n", 1]


def test_python_dependencies_are_installed_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "requirements.txt": "bottle==0.13.4\n",
        "app.py": "from bottle import Bottle, run\nimport os\napp = Bottle()\n"
        "@app.get('/')\ndef home(): return 'made with bottle'\n"
        "def main():\n    run(app, host='0.0.0.0', port=int(os.environ['PORT']))\n"
        "if __name__ == '__main__':\n    prepare = open('ready', 'w').close()\n    main()\n",
    }
    with index_reached(), served(engine, tmp_path, files) as service:
        assert ask(service).text == "made with bottle"

    def never(*_: object) -> str:
        raise AssertionError("installed again")

    monkeypatch.setattr(Dependencies, "_make", never)
    with served(engine, tmp_path, files) as service:
        assert ask(service).text == "made with bottle"


def test_node_dependencies_are_found_from_the_code(engine: Engine, tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "a", "version": "1.0.0", "type": "module", "scripts": {"start": "node server.js"},'
        ' "dependencies": {"ms": "2.1.3"}}',
        "server.js": "import http from 'http'; import ms from 'ms'; import fs from 'fs'\n"
        "http.createServer((q, r) => r.end(ms(60000) + fs.existsSync('node_modules/ms/index.js')))"
        ".listen(process.env.PORT)",
    }
    with index_reached(), served(engine, tmp_path, files) as service:
        assert ask(service).text == "1mtrue"


def test_a_package_of_node_that_must_be_compiled_works(engine: Engine, tmp_path: Path) -> None:
    code = """
const Database = require('better-sqlite3')
const base = new Database(process.env.DATA_DIR + '/todo.db')
base.exec('CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY)')
require('http').createServer((request, response) => {
  base.prepare('INSERT INTO visits DEFAULT VALUES').run()
  response.end(JSON.stringify(base.prepare('SELECT count(*) AS n FROM visits').get()))
}).listen(process.env.PORT)
"""
    files = {"package.json": '{"dependencies": {"better-sqlite3": "12.4.1"}}', "server.js": code}
    with index_reached(), served(engine, tmp_path, files) as service:
        before = ask(service).json()["n"]
        service.restart()
        assert ask(service).json()["n"] > before


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"requirements.txt": "fastapii==1.0\n", "main.py": "if __name__ == '__main__': pass"}, "fastapii"),
        ({"package.json": '{"dependencies": {"expresss-no-such": "^1.0.0"}}', "server.js": ""}, "expresss-no-such"),
    ],
    ids=["pip", "npm"],
)
def test_a_package_that_does_not_exist_is_named(
    engine: Engine, tmp_path: Path, files: dict[str, str], told: str
) -> None:
    with index_reached(), pytest.raises(SubmissionFault) as fault, served(engine, tmp_path, files):
        pass
    assert fault.value.code == "E312"
    assert told in fault.value.problem.what


@pytest.mark.parametrize("requirement", ["psycopg2==2.9.9", "pydantic-core==2.14.1"])
def test_a_package_that_exists_but_not_ready_made_is_not_held_against_the_submission(
    engine: Engine, tmp_path: Path, requirement: str
) -> None:
    files = {"requirements.txt": f"{requirement}\n", "main.py": "if __name__ == '__main__': pass"}
    with index_reached(), pytest.raises(OurFault) as fault, served(engine, tmp_path, files):
        pass
    assert fault.value.code == "E214"
    assert requirement in fault.value.problem.what


def test_an_index_that_is_out_of_reach_is_our_fault(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    from grader.sandbox import host  # noqa: PLC0415 - its cache is emptied around this test

    host.network.cache_clear()
    try:
        files = {"requirements.txt": "bottle==0.13.3\n", "main.py": "if __name__ == '__main__': pass"}
        with pytest.raises(OurFault) as fault, served(engine, tmp_path, files):
            pass
    finally:
        host.network.cache_clear()
    assert fault.value.code == "E212"
