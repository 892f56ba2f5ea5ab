"""The one place that talks to the container engine.

Everything made here carries who made it, for which session and until when. So the next run can remove what a
killed one left behind, and nothing else: names are never used to decide.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import shutil
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import docker
import requests
from docker.errors import APIError, DockerException
from docker.models.containers import Container

from grader.caches import disk_fault
from grader.errors import OurFault
from grader.sandbox import owner

CONNECT_SECONDS = 5
CALL_SECONDS = 60
LIFETIME_SECONDS = 2 * 3600  # nothing of a session outlives this, even when everybody has forgotten it
OLDEST_API = (1, 40)  # Docker 19.03

SESSION, HOST, OWNER = "io.grader.session", "io.grader.host", "io.grader.owner"
DEADLINE, KIND = "io.grader.deadline", "io.grader.kind"
VERSION_LABEL = "io.grader.version"  # on a base image: the version of its language
SCRATCH_PREFIX = "grader-sandbox-"
MOST_SOCKET_PATH = 90  # of the 107 bytes the kernel allows for a UNIX socket, the name left out

DOCTOR = "`grader doctor` checks the engine and tells more"


class Engine:
    """A connection to the engine for one session. Leaving it (or the program) removes all it started."""

    def __init__(self, client: docker.DockerClient) -> None:
        self.client = client
        self.session = uuid.uuid4().hex
        self._processors = 0
        self._scratch: Path | None = None
        self._count = 0
        atexit.register(self.cleanup)

    @classmethod
    def connect(cls) -> Engine:
        """Connect and remove what dead runs left behind; raises `OurFault` E201 saying why there is no engine."""
        client = _connected()
        version = client.api.api_version
        if tuple(int(part) for part in version.split(".")) < OLDEST_API:
            client.close()
            wanted = ".".join(map(str, OLDEST_API))
            raise OurFault(
                "E201",
                f"the container engine is too old: it speaks API {version}, {wanted} is needed",
                help="update the engine (Docker 20.10 or newer)",
            )
        client.api.timeout = CALL_SECONDS
        engine = cls(client)
        engine.reap()
        return engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything of this session and hang up."""
        self.cleanup()
        atexit.unregister(self.cleanup)
        self.client.close()

    def impatient(self, seconds: int) -> docker.DockerClient:
        """A connection of its own that gives up after some seconds of silence; the caller closes it."""
        with engine_errors("connecting once more"):
            return docker.DockerClient.from_env(version=self.client.api.api_version, timeout=seconds)

    def version(self) -> str:
        """Such as `Docker 26.1.5`."""
        with engine_errors("asking for its version"):
            answer = self.client.version()
        platform = (answer.get("Platform") or {}).get("Name") or "Docker"
        return f"{platform.split()[0]} {answer.get('Version', '')}".strip()

    def labels(self, kind: str) -> dict[str, str]:
        """What everything made in this session carries."""
        return {
            SESSION: self.session,
            HOST: owner.host(),
            OWNER: owner.program(),
            DEADLINE: str(int(time.time()) + LIFETIME_SECONDS),
            KIND: kind,
        }

    def create(self, kind: str, image: str, command: Sequence[str], options: Mapping[str, Any]) -> Container:
        """A labelled container, not started yet."""
        self._count += 1
        name = f"grader-{self.session[:12]}-{self._count}-{kind}"
        fitting = dict(options)
        if "nano_cpus" in fitting:  # the engine refuses more than there are
            fitting["nano_cpus"] = min(int(fitting["nano_cpus"]), self.processors() * 10**9)
        with engine_errors(f"creating the {kind} container"):
            return self.client.containers.create(image, list(command), name=name, labels=self.labels(kind), **fitting)

    def processors(self) -> int:
        """How many processors the engine has."""
        if not self._processors:
            with engine_errors("asking for its processors"):
                self._processors = int(self.client.info().get("NCPU") or 1)
        return self._processors

    def volume(self, kind: str, *, megabytes: int, uid: int) -> str:
        """The name of a new folder in memory, bounded in size, owned by `uid`. It lives while somebody mounts it."""
        self._count += 1
        options = f"size={megabytes}m,nr_inodes=65536,mode=0755,uid={uid},gid={uid},nosuid,nodev"
        name = f"grader-{self.session[:12]}-{self._count}-{kind}"
        with engine_errors(f"creating the {kind} volume"):
            self.client.volumes.create(
                name,
                driver="local",
                driver_opts={"type": "tmpfs", "device": "tmpfs", "o": options},
                labels=self.labels(kind),
            )
        return name

    def remove_volume(self, name: str) -> None:
        """Remove one of our volumes; what the engine still refuses is removed with the session."""
        with contextlib.suppress(DockerException, requests.RequestException):
            self.client.volumes.get(name).remove(force=True)

    def scratch(self, name: str) -> Path:
        """A new private folder on this machine, removed with the session. Its path is short enough for sockets."""
        try:
            if self._scratch is None:
                self._scratch = _session_folder(self.labels("scratch"))
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._scratch))
        except OSError as error:
            raise disk_fault(error, Path(tempfile.gettempdir())) from error

    def cleanup(self) -> None:
        """Remove every container, volume and folder of this session. Never raises: it runs on the way out."""
        self._remove(f"{SESSION}={self.session}", lambda _labels: True)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def reap(self) -> int:
        """Remove what runs that are dead or past their deadline left behind; answers how many things."""
        for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH_PREFIX}*"):
            if abandoned(_scratch_labels(folder)):
                shutil.rmtree(folder, ignore_errors=True)
        return self._remove(SESSION, abandoned)

    def _remove(self, label: str, due: Callable[[Mapping[str, str]], bool]) -> int:
        removed = 0
        with contextlib.suppress(DockerException, requests.RequestException):
            for container in self.client.containers.list(all=True, filters={"label": label}, ignore_removed=True):
                removed += bool(due(container.labels)) and remove(container)
            for volume in self.client.volumes.list(filters={"label": label}):
                if due(volume.attrs.get("Labels") or {}):
                    with contextlib.suppress(DockerException, requests.RequestException):
                        volume.remove(force=True)
                        removed += 1
        return removed


def remove(container: Container) -> bool:
    """Kill and remove a container with its unnamed volumes; False when it was gone or the engine refused."""
    try:
        container.remove(force=True, v=True)
    except (DockerException, requests.RequestException):
        return False
    return True


def abandoned(labels: Mapping[str, str]) -> bool:
    """True for something of a dead owner; past its deadline where the owner cannot be asked; never for others'."""
    if SESSION not in labels:
        return False
    alive = owner.alive(labels.get(HOST, ""), labels.get(OWNER, ""))
    deadline = labels.get(DEADLINE, "")
    return not alive if alive is not None else deadline.isdecimal() and int(deadline) < time.time()


@contextlib.contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn the engine's errors into `OurFault` E204, with what was being done."""
    try:
        yield
    except (DockerException, requests.RequestException) as error:
        raise OurFault(
            "E204",
            f"the container engine failed while {doing}: {_explained(error)}",
            note="nothing was taken from the submission for it",
            help=DOCTOR,
        ) from error


def _explained(error: Exception) -> str:
    if isinstance(error, APIError) and error.explanation:
        return " ".join(str(error.explanation).split())[:300]
    return " ".join(str(error).split())[:300] or type(error).__name__


def _connected() -> docker.DockerClient:
    try:
        return docker.DockerClient.from_env(version="auto", timeout=CONNECT_SECONDS)
    except (DockerException, requests.RequestException, OSError, ValueError) as error:
        fault = _no_engine(error)
    with warnings.catch_warnings():  # docker-py leaves its socket to the garbage collector when it cannot connect
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    raise fault


def _no_engine(error: Exception) -> OurFault:
    causes = list(_chain(error))
    if any(isinstance(cause, PermissionError) for cause in causes):
        what = "this user may not use the container engine"
        help_ = "add the user to the group that owns the engine's socket (often `docker`), then log in again"
    elif any(isinstance(cause, FileNotFoundError | ConnectionRefusedError | ConnectionResetError) for cause in causes):
        what = "no container engine is running here"
        help_ = "start Docker, or set DOCKER_HOST to where it listens"
    elif "too old" in str(error) or "too new" in str(error):
        what = "the container engine and this program do not speak the same API"
        help_ = "update the engine, and unset DOCKER_API_VERSION if it is set"
    else:
        what = "the container engine does not answer"
        help_ = "see whether `docker version` answers"
    return OurFault("E201", what, note=_explained(error), help=f"{help_}; {DOCTOR}")


def _chain(error: object, seen: set[int] | None = None) -> Iterator[BaseException]:
    """An error, what it was raised from, and the errors it carries as arguments: libraries wrap them all ways."""
    known = set() if seen is None else seen
    if not isinstance(error, BaseException) or id(error) in known:
        return
    known.add(id(error))
    yield error
    for inner in (error.__cause__, error.__context__, *error.args):
        yield from _chain(inner, known)


def _session_folder(labels: dict[str, str]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX))
    if len(str(folder)) > MOST_SOCKET_PATH - 20:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir="/tmp"))  # private, and short
    folder.chmod(0o711)  # the relay's user must get through to its own folder inside
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return folder


def _scratch_labels(folder: Path) -> dict[str, str]:
    """What a session's folder says of its owner; nothing when it is not one of ours or still being made."""
    try:
        with (folder / "labels.json").open(encoding="utf-8") as stream:
            data = json.loads(stream.read(1 << 12))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}
