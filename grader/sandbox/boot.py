"""Wait until a service listens and answers HTTP, or say exactly why it does not."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Callable

from grader.errors import SubmissionFault
from grader.sandbox import ServiceState
from grader.sandbox.plan import Plan
from grader.visible import one_line, visible

BOOT_SECONDS = 60.0
OTHER_PORT_SECONDS = 10.0  # how long a service that listens elsewhere may take to open the right port too
ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.02
SETTLE_SECONDS = 2.0
LOG_LINES = 12
MOST_LOG = 2000
OUT_OF_MEMORY = 137
FIRST_RANDOM = 32768  # from here on the kernel gives a port to who asks for any
NOT_FOUND, NOT_EXECUTABLE = 127, 126
# What differs from run to run in a log: two reports on one submission must not.
VOLATILE = (
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b"), "<time>"),
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x…"),
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:ms|µs|us|s|sec|seconds)\b"), "<duration>"),
    (re.compile(r"(?i)\b(pid|process)([ :=\[(]+)\d+"), r"\1\2…"),
)


class Boot:
    """A service being started: how it looks from outside, what it prints, and where it should answer."""

    def __init__(
        self,
        plan: Plan,
        *,
        state: Callable[[], ServiceState],
        log: Callable[[], str],
        address: Callable[[], tuple[str, int]],
        seconds: float = BOOT_SECONDS,
    ) -> None:
        self._plan, self._state, self._log, self._address = plan, state, log, address
        self._seconds = seconds

    def wait(self) -> None:
        """Return when it answers HTTP; raises `SubmissionFault` E320, E321 or E322 when it does not."""
        end = time.monotonic() + self._seconds
        self._until_listening(end)
        self._until_answering(end)

    def _until_listening(self, end: float) -> None:
        elsewhere_until = end
        pause = POLL_SECONDS
        while True:
            state = self._state()
            if not state.running:
                raise self._exited(state)
            ports = {int(address.rpartition(":")[2]) for address in state.listening}
            if self._plan.port in ports:
                return
            if ports:
                elsewhere_until = min(elsewhere_until, time.monotonic() + OTHER_PORT_SECONDS)
            if time.monotonic() > min(end, elsewhere_until):
                raise self._silent(state)
            time.sleep(pause)
            pause = min(pause * 1.2, 0.2)

    def _until_answering(self, end: float) -> None:
        while True:
            answer = self._ask(min(ANSWER_SECONDS, max(1.0, end - time.monotonic())))
            if answer.startswith(b"HTTP/"):
                return
            state = self._state()
            if not state.running:
                raise self._exited(state)
            if answer or time.monotonic() > end:
                raise self._no_http(answer)
            time.sleep(POLL_SECONDS)

    def _ask(self, seconds: float) -> bytes:
        """The first bytes of the answer to a plain request; nothing when there are none in time."""
        answer = b""
        with contextlib.suppress(OSError), socket.create_connection(self._address(), timeout=seconds) as connection:
            connection.settimeout(seconds)
            host = f"127.0.0.1:{self._plan.port}"
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n".encode())
            while len(answer) < len(b"HTTP/") and (data := connection.recv(64)):
                answer += data
        return answer

    def _exited(self, state: ServiceState) -> SubmissionFault:
        how = "ran out of memory" if state.out_of_memory else f"ended with exit code {state.exit_code}"
        helps = {
            NOT_FOUND: "the command was not found: is its package named in the dependencies?",
            NOT_EXECUTABLE: "the command cannot be executed: is the file executable, with a `#!` line?",
        }
        return SubmissionFault(
            "E320",
            f"the service {how} before it listened on port {self._plan.port}",
            where=self._plan.origin,
            snippet=self._tail(),
            note=f"{self._started()}, with a read-only system, no network and PORT={self._plan.port}",
            help=helps.get(state.exit_code or 0, "run that command in a fresh copy of the folder and read the output"),
        )

    def _silent(self, state: ServiceState) -> SubmissionFault:
        elsewhere = ", ".join(_steady_port(address) for address in state.listening[:5])
        what = f"the service never listened on port {self._plan.port}"
        help_ = "read the port from the variable PORT"
        if (port := _port(state)) < FIRST_RANDOM:
            help_ += f", or set [run] port = {port} in submission.toml"
        return SubmissionFault(
            "E321",
            f"{what}: it listens on {elsewhere}" if elsewhere else f"{what} within {self._seconds:.0f} seconds",
            where=self._plan.origin,
            snippet=self._tail(),
            note=self._started(),
            help=help_ if elsewhere else "start the server in the foreground, on the port in the variable PORT",
        )

    def _no_http(self, answer: bytes) -> SubmissionFault:
        shown = one_line(answer.decode("latin-1"), 60)
        said = f"it answers `{shown}`" if answer else f"no answer to a GET within {ANSWER_SECONDS:.0f} seconds"
        return SubmissionFault(
            "E322",
            f"port {self._plan.port} is open but does not speak HTTP: {said}",
            where=self._plan.origin,
            snippet=self._tail(),
            note=self._started(),
            help="serve plain HTTP (no TLS) on the port in the environment variable PORT",
        )

    def _started(self) -> str:
        return f"started with `{one_line(self._plan.start, 160)}`"

    def _tail(self) -> str:
        """The last lines it printed, without what changes from run to run."""
        lines = [line.rstrip() for line in visible(self._log()).splitlines() if line.strip()][-LOG_LINES:]
        return steady("\n".join(lines))[-MOST_LOG:]


def settled(look: Callable[[], ServiceState], port: int) -> ServiceState:
    """The state of a service that was up: one that has just died may still seem to run for a moment."""
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        state = look()
        up = any(address.rpartition(":")[2] == str(port) for address in state.listening)
        if up or not state.running or time.monotonic() > end:
            return state
        time.sleep(POLL_SECONDS)


def steady(text: str) -> str:
    """`text` without clock times, durations, addresses and process numbers."""
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return text


def _port(state: ServiceState) -> int:
    return int(state.listening[0].rpartition(":")[2]) if state.listening else FIRST_RANDOM


def _steady_port(address: str) -> str:
    """`address` without a port that the kernel may have chosen: it is another one every time."""
    host, _, port = address.rpartition(":")
    return address if int(port) < FIRST_RANDOM else f"{host}:<{FIRST_RANDOM} or above>"
