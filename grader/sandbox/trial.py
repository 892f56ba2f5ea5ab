"""Trying something else with a submission than serving it: another start command, or a command that ends.

The sandbox that can do this is the one in containers. On somebody's own machine nothing is tried out.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import msgspec
import requests
from docker.errors import DockerException
from docker.models.containers import Container

from grader.model import Submission
from grader.sandbox import ServiceState
from grader.sandbox.engine import engine_errors
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect

POLL_SECONDS = 0.05
SILENT_SECONDS = 30.0  # how long something may listen before it answers: a server that reloads listens early
MOST_PORTS = 8
LOG_LINES, LOG_BYTES = 200, 16384


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How a start went: the port on which it answered HTTP (0: none did), and how it was when it did not."""

    port: int = 0
    state: ServiceState
    log: str = ""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended. `exit_code` is None when the time was over first."""

    exit_code: int | None
    out_of_memory: bool = False
    log: str = ""


@runtime_checkable
class Trials(Protocol):
    """A sandbox in which something can be tried out."""

    def attempt(self, submission: Submission, plan: Plan, *, environment: Mapping[str, str], seconds: float) -> Attempt:
        """Start a submission by a plan of somebody else's, and see whether it answers within `seconds`."""

    def run(self, submission: Submission, plan: Plan, *, seconds: float) -> Ended:
        """Run the start command of a plan to its end, without a network."""


class Startable(Protocol):
    """A service that is not started yet."""

    def launch(self) -> None:
        """Start, and do not wait."""

    def look(self) -> ServiceState:
        """How it is doing this very moment."""

    def asked(self, port: int) -> bytes:
        """The first bytes that answer a plain request on a port."""

    def log(self) -> str:
        """The end of what it printed."""


def plan_with(submission: Submission, start: str) -> Plan:
    """The plan of a submission when it is started with another command: tools that one needs are installed too.

    Raises what `detect` raises.
    """
    run = msgspec.structs.replace(submission.settings.run, start=start, stack=detect(submission).stack)
    settings = msgspec.structs.replace(submission.settings, run=run)
    return detect(msgspec.structs.replace(submission, settings=settings))


def attempted(service: Startable, seconds: float) -> Attempt:
    """Start a service and wait until it answers anything in HTTP on any port, ends, or the time is over."""
    service.launch()
    end = time.monotonic() + seconds
    while True:
        state = service.look()
        ports = [int(address.rpartition(":")[2]) for address in state.listening[:MOST_PORTS]]
        for port in dict.fromkeys(ports):
            if service.asked(port).startswith(b"HTTP/"):
                return Attempt(port=port, state=state)
        if ports:
            end = min(end, time.monotonic() + SILENT_SECONDS)
        if not state.running or time.monotonic() > end:
            return Attempt(state=state, log=service.log())
        time.sleep(POLL_SECONDS)


def ended(container: Container, seconds: float) -> Ended:
    """Start a container and wait for its end, at most `seconds`; the caller removes it."""
    with engine_errors("running a command of the submission"):
        container.start()
        try:
            code: int | None = int(container.wait(timeout=seconds)["StatusCode"])
        except requests.RequestException:
            code = None
            with contextlib.suppress(DockerException):  # it may have ended by now
                container.kill()
        container.reload()
        log: bytes = container.logs(tail=LOG_LINES)
        out_of_memory = bool(container.attrs["State"]["OOMKilled"])
    return Ended(exit_code=code, out_of_memory=out_of_memory, log=log[-LOG_BYTES:].decode("utf-8", errors="replace"))
