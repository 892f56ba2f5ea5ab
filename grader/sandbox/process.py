"""Submissions as plain processes: a candidate's check of their own code on their own machine, without Docker.

This isolates nothing and says so on every report. It works on a copy, bounds what a mistake can use, and ends
everything it started.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from grader.caches import cache_root, disk_fault
from grader.model import Submission
from grader.result import Isolation
from grader.sandbox import Service, ServiceState, host
from grader.sandbox.boot import BOOT_SECONDS
from grader.sandbox.companions import own_postgres
from grader.sandbox.forwarded import ForwardedService
from grader.sandbox.forwarder import Forwarder
from grader.sandbox.go_local import compile_here
from grader.sandbox.golang import PROGRAMS
from grader.sandbox.hardening import MEGABYTE
from grader.sandbox.launch import awaited
from grader.sandbox.plan import Plan
from grader.sandbox.relay import listening
from grader.sandbox.stack import detect
from grader.sandbox.starts import Starts
from grader.sandbox.upstream import loopback_upstream
from grader.stages import Stages

STOP_SECONDS = 5.0
LOG_BYTES = 8192
MARK = "GRADER_SERVICE"  # in the environment of all we start: found again even when it leaves its session
# What tools need to find their interpreters and packages; the rest of the environment stays behind.
PASSED_ON = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("PYENV_ROOT", "PYENV_VERSION", "NVM_DIR", "NVM_BIN", "VOLTA_HOME", "ASDF_DIR", "ASDF_DATA_DIR"),
    *("GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOENV", "GOFLAGS", "GOTOOLCHAIN", "GOPROXY", "GOPRIVATE"),
    *("GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOINSECURE", "CGO_ENABLED", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"),
)
DEPENDENCIES = ("node_modules", ".venv", "venv")
TOOLS = (".venv/bin", "venv/bin", "node_modules/.bin")
RLIMITS = (
    (resource.RLIMIT_CPU, 900),
    (resource.RLIMIT_DATA, 4096 * MEGABYTE),  # not the address space: Node.js reserves far more than it uses
    (resource.RLIMIT_FSIZE, 128 * MEGABYTE),
    (resource.RLIMIT_CORE, 0),
)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_libc = ctypes.CDLL(None)


class ProcessSandbox:
    """Runs submissions as processes. `cwd` is the candidate's own folder, whose installed dependencies are used."""

    isolation: Isolation = "process"

    def __init__(self, stages: Stages, *, cwd: Path | None = None, boot_seconds: float = BOOT_SECONDS) -> None:
        self._stages, self._boot_seconds = stages, boot_seconds
        self._own = cwd.resolve() if cwd else None
        self._starts = Starts()

    def images(self) -> dict[str, str]:
        """None: nothing runs in a container."""
        return {}

    @contextlib.contextmanager
    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> Iterator[Service]:
        """Start it on a copy of its files; everything it started is ended at the end.

        Raises `SubmissionFault` E310-E322 when it does not start or listen.
        """
        with contextlib.ExitStack() as stack:
            with self._starts.once(submission):
                service = self._started(stack, submission, environment)
            yield service

    def _started(
        self, stack: contextlib.ExitStack, submission: Submission, environment: Mapping[str, str]
    ) -> ProcessService:
        """The service, listening; `stack` ends all of it."""
        with self._stages.measure("build"):
            plan = detect(submission)
            plan = msgspec.structs.replace(plan, port=stack.enter_context(_own_port(plan.port)))
            folder = stack.enter_context(_copy(submission.root))
            self._lend_dependencies(folder / "app", plan.folder)
            compile_here(plan, folder / "app" / plan.folder, folder / "bin", self._compiling())
        with self._stages.measure("start"):
            forwarder = stack.enter_context(Forwarder(loopback_upstream(plan.port)))
            variables = self._environment(plan, folder, {**own_postgres(submission), **environment})
            service = ProcessService(plan, folder, variables, forwarder, self._boot_seconds)
            stack.callback(service.close)
            service.start()
        return service

    def _lend_dependencies(self, app: Path, below: str) -> None:
        """Point to the dependencies installed in the candidate's folder: they are not part of a submission."""
        for name in DEPENDENCIES:
            there = self._own / below / name if self._own else None
            if there and there.is_dir() and not (app / below / name).exists():
                (app / below / name).symlink_to(there)

    def _compiling(self) -> dict[str, str]:
        """What a compiler gets to see: as the service, and the way to the network for modules that are not here."""
        return {**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, **host.proxies()}

    def _environment(self, plan: Plan, folder: Path, given: Mapping[str, str]) -> dict[str, str]:
        app = folder / "app" / plan.folder
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        tools = [str(app / tools) for tools in TOOLS]
        path = [str(folder / "bin"), *tools, passed.get("PATH", os.defpath), str(_python(folder))]
        roots = {"PYTHONPATH": str(app / plan.import_root)} if plan.import_root is not None else {}
        return {
            **passed,
            **roots,
            "PATH": os.pathsep.join(path),
            "PORT": str(plan.port),
            "DATA_DIR": str(folder / "data"),
            PROGRAMS: str(folder / "bin"),
            "PYTHONUNBUFFERED": "1",
            MARK: uuid.uuid4().hex,
            **given,
        }


class ProcessService(ForwardedService):
    """A submission running as a process group of its own."""

    def __init__(
        self, plan: Plan, folder: Path, environment: Mapping[str, str], forwarder: Forwarder, boot_seconds: float
    ) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        super().__init__(plan, forwarder, boot_seconds)

    def launch(self) -> None:
        """Start, and do not wait."""
        steps = [] if self._process or not self._plan.prepare else [self._plan.prepare]
        steps.append(awaited(self._plan.start))
        with (self._folder / "service.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", " && ".join(steps)],
                cwd=self._folder / "app" / self._plan.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,  # a file: a pipe could be held open by a process that outlives ours
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_bounded,  # noqa: PLW1509 - only async-signal-safe system calls
            )

    def look(self) -> ServiceState:
        """How it is doing this very moment. `listening` are the ports its own processes have open."""
        code = self._process.poll() if self._process else 0
        return ServiceState(running=self._process is not None and code is None, exit_code=code, listening=self._ports())

    def log(self) -> str:
        """The end of what it printed, at most a few kilobytes."""
        with contextlib.suppress(OSError), (self._folder / "service.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_BYTES))
            return log.read(LOG_BYTES).decode("utf-8", errors="replace")
        return ""

    def restart(self) -> None:
        """Ask it to end, start it again on the same folders; raises `SubmissionFault` when it does not come back."""
        if self._process is not None and self._process.poll() is None:
            _signal_group(self._process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self.close()
        self.start()

    def close(self) -> None:
        """Kill it with everything it started."""
        if self._process is not None:
            _signal_group(self._process, signal.SIGKILL)
            self._process.wait()
        for pid in _marked(self._environment[MARK]):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _ports(self) -> tuple[str, ...]:
        if Path("/proc/self/net/tcp").exists():
            sockets = {number for pid in _marked(self._environment[MARK]) for number in _sockets(pid)}
            return tuple(sorted(address for address, number in listening().items() if number in sockets))
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._plan.port), 1.0).close()
            return (f"127.0.0.1:{self._plan.port}",)
        return ()


@contextlib.contextmanager
def _copy(root: Path) -> Iterator[Path]:
    """A scratch folder with `app`, a copy of the files, and an empty `data`; removed at the end."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="grader-process-"))
        (folder / "data").mkdir()
        (folder / "bin").mkdir()
        shutil.copytree(root, folder / "app", symlinks=True)
    except OSError as error:
        raise disk_fault(error, Path(tempfile.gettempdir())) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _own_port(wanted: int) -> Iterator[int]:
    """The wanted port when nobody has it, else any: what listens there already must not be graded.

    Another grader that found the same port free a moment ago holds its lock: its service may still be starting.
    """
    folder = cache_root() / "ports"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / str(wanted)).open("w")
    except OSError as error:
        raise disk_fault(error, folder) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wanted = 0
        yield _free_port(wanted)


def _free_port(wanted: int) -> int:
    """The wanted port when nothing listens on it, else any that is free."""
    taken = {int(address.rpartition(":")[2]) for address in listening()}
    for port in (wanted, 0):
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", port))
            if port not in taken:
                return int(listener.getsockname()[1])
    return wanted


def _python(folder: Path) -> Path:
    """A folder for the end of PATH in which `python` is found where the system only has `python3`."""
    tools = folder / "tools"
    tools.mkdir()
    if found := shutil.which("python3"):
        (tools / "python").symlink_to(found)
    return tools


def _bounded() -> None:
    for limit, value in RLIMITS:
        _, hard = resource.getrlimit(limit)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, number)


def _sockets(pid: int) -> Iterator[str]:
    """The numbers of the sockets a process holds."""
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            target = str(entry.readlink())
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]


def _marked(mark: str) -> Iterator[int]:
    """Processes that carry our mark: a daemon leaves its session but keeps its environment."""
    wanted = f"{MARK}={mark}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)
