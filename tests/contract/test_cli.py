"""The command as people and scripts meet it: output, exit codes, files, and what is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.engine import OWNER, SESSION, Engine

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "reference"
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def grader(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
        timeout=300,
    )


def graded(challenge: str, answer: str, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return grader("grade", challenge, str(REFERENCE / challenge / answer), "-o", str(out), **environment)


def result(folder: Path) -> dict[str, object]:
    data: dict[str, object] = json.loads((folder / "result.json").read_text())
    return data


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for temporary files that PostgreSQL's user may enter, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="g-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def servers(scratch: Path) -> set[str]:
    """Process ids of PostgreSQL servers whose data lie in `scratch`."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0].endswith(b"/postgres") and any(str(scratch).encode() in part for part in command):
            found.add(folder.name)
    return found


@pytest.mark.postgres
def test_a_schema_is_graded_without_an_engine_and_the_report_says_so(tmp_path: Path, scratch: Path) -> None:
    done = graded("ecommerce-schema", "good-minimal", tmp_path, TMPDIR=str(scratch), **NO_ENGINE)
    assert done.returncode == 0, done.stderr
    assert "100 %" in done.stdout
    assert "PostgreSQL runs as a process instead" in done.stderr
    document = result(tmp_path)
    assert (document["status"], document["run"]["isolation"]) == ("graded", "process")  # type: ignore[index]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.json", "report.html", "result.json"]
    assert servers(scratch) == set()
    assert list(scratch.iterdir()) == []


@pytest.mark.postgres
def test_saved_evidence_is_judged_again_without_engine_or_database(tmp_path: Path) -> None:
    grader(
        "grade", "ecommerce-schema", str(REFERENCE / "ecommerce-schema/flawed-types"), "-o", str(tmp_path), **NO_ENGINE
    )
    before = (tmp_path / "result.json").read_bytes()
    (tmp_path / "result.json").unlink()
    done = grader("rejudge", str(tmp_path), **NO_ENGINE, GRADER_PG_BIN="/nonexistent")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "result.json").read_bytes() == before


@pytest.mark.postgres
def test_every_format_is_written_from_a_saved_result(tmp_path: Path) -> None:
    grader(
        "grade", "ecommerce-schema", str(REFERENCE / "ecommerce-schema/flawed-types"), "-o", str(tmp_path), **NO_ENGINE
    )
    formats = [f"{name}={tmp_path / name}" for name in ("html", "md", "junit", "github", "human", "json")]
    done = grader("report", str(tmp_path), *(part for f in formats for part in ("-f", f)))
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / f.partition("=")[0]).stat().st_size > 100 for f in formats)
    assert (tmp_path / "html").read_bytes() == (tmp_path / "report.html").read_bytes()


@pytest.mark.postgres
def test_a_self_check_shows_public_checks_only_and_no_score(tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(REFERENCE / "ecommerce-schema/flawed-types", work)
    done = grader("check", cwd=work, **NO_ENGINE)
    document = result(work / "grader-out/self-check")
    checks = [check for criterion in document["criteria"] for check in criterion["checks"]]  # type: ignore[attr-defined]
    assert done.returncode == (1 if any(c["outcome"] == "fail" and c["scored"] for c in checks) else 0), done.stderr
    assert {check["visibility"] for check in checks} == {"public"}
    assert document["score"]["points"] is None  # type: ignore[index]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """A good answer that runs with the token `sesame`, as a candidate would start it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "API_TOKEN": "sesame", "PORT": str(port), "DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "service.py"],
        cwd=REFERENCE / "todo-api/good-stdlib",
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_a_running_service_is_checked_without_files_and_with_its_token(tmp_path: Path, service: str) -> None:
    (tmp_path / "work").mkdir()
    done = grader("check", "--challenge", "todo-api", "--url", service, "--token", "sesame", cwd=tmp_path / "work")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ Reading needs the token" in done.stdout
    assert done.stderr.count("checks of files were not asked") == 1
    assert "is still there" in done.stderr
    document = result(tmp_path / "work/grader-out/self-check")
    assert document["status"] == "graded"
    assert "sesame" not in (tmp_path / "work/grader-out/self-check/evidence.json").read_text()
    again = grader("rejudge", str(tmp_path / "work/grader-out/self-check"))
    assert (again.returncode, "blocked" in again.stdout) == (0, False)
    without = grader("check", "--challenge", "todo-api", "--url", service, cwd=tmp_path / "work", API_TOKEN="")
    assert "say it with --token" in without.stderr


def test_a_service_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    done = grader("check", "--challenge", "todo-api", "--url", "http://127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 4
    assert "error[E323]" in done.stdout
    assert "Nothing could be checked yet" in done.stdout
    assert len(done.stdout.splitlines()) < 10


def test_several_submissions_end_in_a_table_and_say_which_were_not_graded(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    paths = [str(tmp_path / name) for name in ("one", "two")]
    done = grader("grade", "slow-query", *paths, "-o", str(tmp_path / "out"), "--no-progress", **NO_ENGINE)
    assert done.returncode == 4
    assert done.stdout.count("Not graded: E301") == 2
    table = done.stdout.splitlines()[-3:]
    assert table[0].split() == ["submission", "score", "band", "gates", "folder"]
    assert [line.split()[-1] for line in table[1:]] == [str(tmp_path / "out" / name) for name in ("one", "two")]


def test_a_service_cannot_be_graded_without_an_engine(tmp_path: Path) -> None:
    done = grader(
        "grade", "todo-api", str(REFERENCE / "todo-api/good-fastapi"), "-o", str(tmp_path / "out"), **NO_ENGINE
    )
    assert done.returncode == 3
    assert "error[E201]" in done.stderr
    assert "grader doctor" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["grade", "todo-apo", "."], 2, "did you mean `todo-api`?"),
        (["grade", "todo-api", "nothing-here"], 2, "error[E102]"),
        (["grade", "todo-api", ".", "-f", "jsn"], 2, "did you mean `json`?"),
        (["rejudge", "nothing-here"], 2, "error[E102]"),
        (["report", "nothing-here"], 2, "error[E102]"),
        (["explain", "E999"], 2, "error[E113]"),
    ],
)
def test_wrong_use_says_what_to_do(arguments: list[str], code: int, told: str) -> None:
    done = grader(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert told in done.stderr


def test_json_is_one_document_also_when_nothing_could_be_graded() -> None:
    done = grader("grade", "todo-api", "nothing-here", "-f", "json")
    assert json.loads(done.stdout)["error"]["code"] == "E102"


def test_an_empty_folder_is_graded_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = grader("grade", "slow-query", str(tmp_path / "empty"), "-o", str(tmp_path / "out"), **NO_ENGINE)
    assert done.returncode == 4
    document = result(tmp_path / "out")
    assert (document["status"], document["score"]["points"]) == ("failed", 0.0)  # type: ignore[index]
    assert [problem["code"] for problem in document["problems"]] == ["E301"]  # type: ignore[attr-defined]


def test_a_full_disk_is_our_side_and_costs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("a file where the folder should be")
    done = grader("grade", "slow-query", str(tmp_path), "-o", str(target), **NO_ENGINE)
    assert done.returncode == 3
    assert "error[E203]" in done.stderr
    assert target.read_text().startswith("a file")


@pytest.mark.parametrize("name", ["ecommerce-schema", "slow-query", "todo-api"])
def test_every_pack_that_is_shipped_can_be_read_and_shown(name: str) -> None:
    assert grader("challenge", "validate", name, "--static").returncode == 0
    assert "Rubric" in grader("challenge", "show", name).stdout
    assert name in grader("challenge", "list").stdout


def _interruptible() -> None:
    """Jobs that a script starts in the background are born deaf to Ctrl-C; these tests may be such a job."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.engine
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_grade_leaves_nothing_behind(tmp_path: Path, engine: Engine, how: signal.Signals) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "grader",
            "grade",
            "todo-api",
            str(REFERENCE / "todo-api/good-fastapi"),
            "-o",
            str(tmp_path / "o"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_interruptible,  # noqa: PLW1509 - it only sets a signal, and no thread of ours runs here
    )
    _await_container(engine, process)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in told
    assert _containers_of(engine, process) == []
    assert not (tmp_path / "o").exists()


def _await_container(engine: Engine, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if _containers_of(engine, process):
            return
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("no container was started")


def _containers_of(engine: Engine, process: subprocess.Popen[str]) -> list[str]:
    found = engine.client.containers.list(all=True, filters={"label": SESSION}, ignore_removed=True)
    return [c.name for c in found if c.labels.get(OWNER, "").partition(":")[0] == str(process.pid)]
