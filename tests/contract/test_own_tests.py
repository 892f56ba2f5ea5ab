"""Trying things out with a submission in a container: another start command, and its own tests."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sandboxes import server, started_by, submitted

from grader.model import Submission
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.stack import detect
from grader.sandbox.trial import Attempt, Ended, Trials, plan_with
from grader.stages import Stages

pytestmark = pytest.mark.engine

TESTS = """
import os, socket, sys, time, unittest

class Outside(unittest.TestCase):
    def test_there_is_no_network(self):
        with self.assertRaises(OSError):
            socket.create_connection(("192.0.2.1", 80), 1)

    def test_a_server_of_its_own_can_be_reached(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            socket.create_connection(listener.getsockname(), 1).close()

    def test_nothing_of_the_exam_is_told(self):
        self.assertNotIn("API_TOKEN", os.environ)
        open("written", "w").close()
"""
EARLY = """
import socket, subprocess, sys
listener = socket.create_server(("0.0.0.0", 9000))  # a parent that listens, whose child does not come up
sys.exit(subprocess.call([sys.executable, "-c", "import time; time.sleep(2); raise SystemExit(7)"]))
"""
FILES = {
    "main.py": server(port="5000 if len(__import__('sys').argv) > 1 else int(os.environ['PORT'])"),
    "early.py": EARLY,
    "test_main.py": TESTS,
    "endless.py": "import time\nprint('100 passed', flush=True)\ntime.sleep(600)\n",
}


def tried(sandbox: DockerSandbox, submission: Submission, command: str) -> Attempt:
    return sandbox.attempt(submission, plan_with(submission, command), environment={"API_TOKEN": "t"}, seconds=20)


def ran(sandbox: DockerSandbox, submission: Submission, command: str, *, seconds: float = 60) -> Ended:
    plan = msgspec.structs.replace(detect(submission), start=command, prepare="")
    return sandbox.run(submission, plan, seconds=seconds)


def test_a_command_is_tried_as_it_is_written_and_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    sandbox = DockerSandbox(engine, Stages())
    assert isinstance(sandbox, Trials)
    with submitted(tmp_path, FILES) as submission:
        assert (
            tried(sandbox, submission, "mkdir -p data\ncd data && cd ..\nPORT=8000 python main.py elsewhere").port
            == 5000
        )
        wrong = tried(sandbox, submission, "python server.py")
        early = tried(sandbox, submission, "python early.py")
    assert (wrong.port, wrong.state.exit_code) == (0, 2)
    assert "server.py" in wrong.log
    assert (early.port, early.state.exit_code) == (0, 7)
    assert started_by(engine) == ([], [])


def test_own_tests_run_apart_without_a_network_and_come_to_an_end(engine: Engine, tmp_path: Path) -> None:
    sandbox = DockerSandbox(engine, Stages())
    with submitted(tmp_path, FILES) as submission:
        passing = ran(sandbox, submission, "python -m unittest discover")
        endless = ran(sandbox, submission, "python endless.py", seconds=3)
    assert passing.exit_code == 0, passing.log
    assert "Ran 3 tests" in passing.log
    assert endless.exit_code is None
    assert "100 passed" in endless.log
    assert started_by(engine) == ([], [])
