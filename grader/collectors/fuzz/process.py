"""One run of the schemathesis program: own folder, own process group, own clock, bounded output.

It is started before the service it will ask, so that both load at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from grader.caches import cache_root
from grader.errors import OurFault
from grader.sandbox.scratch import own_folder

HOOKS = Path(__file__).with_name("events.py")
PROGRAM = Path(__file__).with_name("launch.py")
PREFIX = "grader-fuzz-"
RUN_SECONDS = 120.0
STOP_SECONDS = 5.0
MAX_MEMORY = 4 << 30
MAX_FILE = 64 << 20
MAX_NOTE = 600


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a run left behind: `events` as written by the hooks, `over` why it was ended early."""

    events: str
    over: str = ""


class Program:
    """A program that has loaded and waits for the address of a service."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, mode: str) -> None:
        self._process, self._folder, self._mode = process, folder, mode

    def run(self, base_url: str, paths: Mapping[str, str], seconds: float = RUN_SECONDS) -> Output:
        """Send the requests to that service; `paths` are real names of items by asked name.

        Raises `OurFault` E240 when the program does not start its work, whatever the service does.
        """
        over = self._send(json.dumps({"url": base_url, "mode": self._mode, "paths": dict(paths)}), seconds)
        events = self._folder / "events.jsonl"
        if not events.is_file() and not over:
            raise _not_started((self._folder / "output.txt").read_text(errors="replace"))
        text = events.read_text(encoding="utf-8", errors="replace") if events.is_file() else ""
        return Output(events=text, over=over)

    def _send(self, line: str, seconds: float) -> str:
        """Run to the end or the deadline; says which deadline it was."""
        try:
            self._process.communicate(line.encode() + b"\n", seconds)  # one that did not load does not listen
        except subprocess.TimeoutExpired:
            return f"not all requests were sent within {seconds:.0f} seconds"
        return ""


@contextlib.contextmanager
def loaded(*, contract: Mapping[str, Any], settings: str, mode: str) -> Iterator[Program]:
    """The program for the requests that `contract` and `settings` lead to, ended with the block."""
    with own_folder(PREFIX) as folder:
        (folder / "contract.json").write_text(json.dumps(contract), encoding="utf-8")
        (folder / "schemathesis.toml").write_text(settings, encoding="utf-8")
        with (folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", str(PROGRAM)],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _limit(process.pid)
            yield Program(process, folder, mode)
        finally:
            _stop(process)


def _limit(pid: int) -> None:
    """Bounds of the child, set from outside: code between fork and exec is not safe beside our threads."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the process group: one that still waits for a service ends by itself."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def _environment(folder: Path) -> dict[str, str]:
    """Only what is needed: no proxy, no settings of the user, no CI flag may change the exam."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_PROXY": "*",
        "SCHEMATHESIS_HOOKS": str(HOOKS),
        "GRADER_FUZZ_EVENTS": str(folder / "events.jsonl"),
        # tables of Unicode, a second of work, the same for every run
        "HYPOTHESIS_STORAGE_DIRECTORY": str(cache_root() / "hypothesis"),
    }


def _not_started(output: str) -> OurFault:
    return OurFault(
        "E240",
        "schemathesis did not start",
        note=output.strip()[-MAX_NOTE:],
        help="`grader doctor` checks the installation; nothing was taken from the submission for it",
    )
