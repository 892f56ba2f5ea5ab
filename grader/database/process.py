"""PostgreSQL as an unprivileged process of ours, reached over a socket in a private folder."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from grader.caches import made_once
from grader.database import Connection, Server, Template, surroundings
from grader.database.cluster import as_account, copied, copy_tree, edition, empty_cluster
from grader.database.metered import Meter
from grader.database.programs import programs, server_version
from grader.errors import OurFault
from grader.result import Isolation

START_SECONDS = 30.0
STOP_SECONDS = 10.0
CONNECT_SECONDS = 10
POLL_SECONDS = 0.02
# Of one server process, shared memory included: above what `work_mem` and `hash_mem_multiplier` may allow a hash
# table, below what hurts the machine. The planner heeds neither setting nor cancellation; this stops it.
MOST_MEMORY = 2 * 1024**3
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class SocketServer:
    """A server behind a socket folder; how it was started does not matter to whoever connects."""

    def __init__(self, socket: Path, version: str, kill: Callable[[int], None]) -> None:
        self._socket, self._version, self._kill = socket, version, kill

    @property
    def version(self) -> str:
        """Such as `18.6`."""
        return self._version

    def connect(self, database: str = "postgres", *, role: str = "postgres") -> Connection:
        """A connection in autocommit mode; raises `OurFault` E221 when the server is gone."""
        return self._connected(self._socket, database, role)

    def metered(self, database: str, *, role: str, most: int) -> tuple[Connection, Meter]:
        """A connection that is cut when the answer to a statement exceeds `most` bytes; raises like `connect`."""
        meter = Meter(self._socket, most)
        return self._connected(meter.folder, database, role), meter

    def kill(self, backend: int) -> None:
        """End a process of the server that heeds no request; the server then starts anew by itself."""
        self._kill(backend)

    @staticmethod
    def _connected(socket: Path, database: str, role: str) -> Connection:
        surroundings.forget()
        try:
            return psycopg.connect(
                host=str(socket), dbname=database, user=role, autocommit=True, connect_timeout=CONNECT_SECONDS
            )
        except psycopg.OperationalError as error:
            raise OurFault("E221", f"PostgreSQL does not answer: {error}") from error


class ProcessDatabases:
    """PostgreSQL servers as processes: the fallback where no container engine answers."""

    isolation: Isolation = "process"

    def images(self) -> dict[str, str]:
        """None: nothing runs in a container."""
        return {}

    @contextlib.contextmanager
    def start(self, template: Template | None = None) -> Iterator[Server]:
        """A server on a fresh copy of the template; stopped and removed at the end."""
        source = empty_cluster() if template is None else filled(template)
        with copied(source) as scratch, running(scratch / "data", scratch / "socket") as server:
            yield server


def filled(template: Template) -> Path:
    """The data folder of a template, filled once and shut down cleanly."""

    def fill(target: Path) -> None:
        with copied(empty_cluster()) as scratch:
            with running(scratch / "data", scratch / "socket") as server:
                template.fill(server)
            shutil.copystat(empty_cluster().parent, target)
            copy_tree(scratch / "data", target / "data")

    return made_once(f"data-{edition()}-{template.key}", fill) / "data"


@contextlib.contextmanager
def running(data: Path, socket: Path) -> Iterator[SocketServer]:
    """A server on a data folder, stopped at the end. It also stops when this program dies."""
    folder = programs()
    surroundings.forget()
    with (socket.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(folder / "postgres"), "-D", str(data), "-k", str(socket)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is for us to act on
            preexec_fn=_bound,  # noqa: PLW1509 - only async-signal-safe system calls
            **as_account(),
        )
        try:
            server = SocketServer(socket, server_version(folder), lambda backend: _kill(process, backend))
            _await(process, server, Path(log.name))
            yield server
        finally:
            _stop(process)


def _await(process: subprocess.Popen[bytes], server: SocketServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OurFault):
            server.connect().close()
            return
        time.sleep(POLL_SECONDS)
    tail = log.read_text(errors="replace").strip()[-400:]
    raise OurFault("E220", "PostgreSQL does not start", note=tail, help="`grader doctor` tells more")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then immediate, then kill: nothing of ours may be left running."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)


def _kill(server: subprocess.Popen[bytes], backend: int) -> None:
    """Kill a process, if it is one that this server started."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        parent = Path(f"/proc/{backend}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
        if int(parent) == server.pid:
            os.kill(backend, signal.SIGKILL)


def _bound() -> None:
    """Die with this program, and let no process of the server take the machine's memory."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
