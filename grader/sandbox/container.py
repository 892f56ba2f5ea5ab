"""Submissions in containers without a network.

    with Engine.connect() as engine:
        sandbox = DockerSandbox(engine, Stages())
        with open_submission("path/to/answer") as submission:
            with sandbox.serve(submission, environment={"API_TOKEN": "s3cret"}) as service:
                httpx.get(f"{service.base_url}/todos", trust_env=False)
                service.restart()  # same DATA_DIR, same base_url
                print(service.state(), service.log())

A holder of ours owns an empty network; the submission joins it; a relay in the holder reaches the submission's port
and offers it on a UNIX socket; a forwarder on our side puts a deadline and a cap on every response.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from docker.models.containers import Container
from docker.types import Mount

from grader.errors import OurFault
from grader.model import Submission
from grader.result import Isolation
from grader.sandbox import Service, ServiceState, golang
from grader.sandbox.boot import BOOT_SECONDS, Boot, settled
from grader.sandbox.build import Dependencies, no_compiler
from grader.sandbox.companions import ADDRESS, no_postgres
from grader.sandbox.engine import Engine, engine_errors, remove
from grader.sandbox.forwarder import CAP_BYTES, DEADLINE_SECONDS, Event, Forwarder
from grader.sandbox.go_build import GoBuilds
from grader.sandbox.hardening import SCRATCH, SUBMISSION_UID, Limits, folder_mount, hardened, mortal, volume_mount
from grader.sandbox.holder import Holder, held
from grader.sandbox.images import ImageInfo, Images
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.sandbox.starts import Starts
from grader.sandbox.trial import Attempt, Ended, attempted, ended
from grader.sandbox.upstream import relay_upstream
from grader.stages import Stages

SOURCE, APP, DATA = "/src", "/app", "/data"
APP_MEGABYTES, DATA_MEGABYTES = 192, 128
STOP_SECONDS = 10  # what container engines give by themselves
LOG_LINES, LOG_BYTES = 200, 8192
PATHS = {
    "python": "/deps/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "node": "/deps/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "go": f"{golang.BINARIES}:{golang.TOOLS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
ACCOUNTS = (
    f"root:x:0:0:root:/root:/usr/sbin/nologin\nsubmission:x:{SUBMISSION_UID}:{SUBMISSION_UID}::{SCRATCH}:/bin/sh\n"
)
GROUPS = f"root:x:0:\nsubmission:x:{SUBMISSION_UID}:\n"


class DockerSandbox:
    """Runs submissions in hardened containers of one engine.

    `postgres(network)` starts a PostgreSQL for a submission that asks for one, in its network, and answers its
    address: `ContainerDatabases(engine).beside`.
    """

    isolation: Isolation = "docker"

    def __init__(
        self,
        engine: Engine,
        stages: Stages,
        *,
        postgres: Callable[[str], AbstractContextManager[str]] | None = None,
        limits: Limits | None = None,
        boot_seconds: float = BOOT_SECONDS,
        response_seconds: float = DEADLINE_SECONDS,
        response_bytes: int = CAP_BYTES,
    ) -> None:
        self._engine, self._stages = engine, stages
        self._postgres = postgres
        self._limits = limits or Limits()
        self._boot_seconds = boot_seconds
        self._response = (response_seconds, response_bytes)
        self._images = Images(engine)
        self._dependencies = Dependencies(engine)
        self._go = GoBuilds(engine)
        self._used: dict[str, str] = {}
        self._starts = Starts()

    def images(self) -> dict[str, str]:
        """Base images used so far: purpose to digest."""
        return dict(self._used)

    @contextlib.contextmanager
    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> Iterator[Service]:
        """Build when needed, start, wait until it listens, and remove everything at the end.

        Raises `SubmissionFault` E310-E322 when it does not build or listen, `OurFault` when our side failed.
        """
        with contextlib.ExitStack() as stack:
            with self._starts.once(submission):
                service = self._started(stack, submission, environment)
            yield service

    def attempt(self, submission: Submission, plan: Plan, *, environment: Mapping[str, str], seconds: float) -> Attempt:
        """Start a submission by another plan than the detected one, and see whether it answers within `seconds`.

        Raises the `SubmissionFault` with which it did not start in the usual way, when that was tried before, and
        what `Dependencies.image` raises for the plan; `OurFault` when our side failed.
        """
        self._starts.known(submission)
        with contextlib.ExitStack() as stack:
            service = self._prepared(stack, submission, plan, environment)
            with self._stages.measure("start"):
                return attempted(service, seconds)

    def run(self, submission: Submission, plan: Plan, *, seconds: float) -> Ended:
        """Run the start command of `plan` to its end beside nothing: no network, no relay, at most `seconds`.

        Raises what `Dependencies.image` raises, `OurFault` when the engine failed.
        """
        with contextlib.ExitStack() as stack:
            with self._stages.measure("build"):
                image = self._built(submission, plan)
            folders = self._folders(stack)
            options = self._options(plan, submission.root, "none", folders, {})
            command = mortal(["sh", "-c", _script(plan, first=True)], int(seconds) + 1)
            container = self._engine.create("trial", image, command, options)
            stack.callback(remove, container)
            return ended(container, seconds)

    def _started(
        self, stack: contextlib.ExitStack, submission: Submission, environment: Mapping[str, str]
    ) -> ContainerService:
        """The service, listening; `stack` removes all of it."""
        with self._stages.measure("build"):
            plan = detect(submission)
        service = self._prepared(stack, submission, plan, environment)
        with self._stages.measure("start"):
            service.start()
        return service

    def _prepared(
        self, stack: contextlib.ExitStack, submission: Submission, plan: Plan, environment: Mapping[str, str]
    ) -> ContainerService:
        """All around the service is there, only itself is not started yet; `stack` removes all of it."""
        with self._stages.measure("build"):
            relay = self._image("relay")
            image = self._built(submission, plan)
        with self._stages.measure("start"):
            folders = self._folders(stack)
            holder = stack.enter_context(held(self._engine, relay.id, plan.port, folders))
            seconds, cap = self._response
            given = {**self._services(stack, submission, holder), **environment}
            forwarder = stack.enter_context(Forwarder(relay_upstream(str(holder.path)), deadline=seconds, cap=cap))
            service = ContainerService(
                self._engine,
                holder,
                forwarder,
                plan=plan,
                image=image,
                options=self._options(plan, submission.root, holder.network, holder.folders, given),
                boot_seconds=self._boot_seconds,
            )
            stack.callback(service.close)
        return service

    def _services(self, stack: contextlib.ExitStack, submission: Submission, holder: Holder) -> dict[str, str]:
        """What the submission asks for beside itself, as variables that say where it is."""
        if not submission.settings.services.postgres:
            return {}
        if self._postgres is None:
            raise no_postgres()
        before = set(holder.listening())
        address = stack.enter_context(self._postgres(holder.network))
        holder.hidden = frozenset(set(holder.listening()) - before)
        return {ADDRESS: address}

    def _built(self, submission: Submission, plan: Plan) -> str:
        """The id of the image to run it in: what it needs is installed, and what must be is compiled."""
        base = self._base(plan)
        if plan.stack != "go":
            return self._dependencies.image(plan, base)
        self._dependencies.suits(plan, base)
        image = self._dependencies.image(plan, self._go.base(base, c=bool(plan.compiled)))
        return self._go.image(submission, plan, image)

    def _base(self, plan: Plan) -> ImageInfo:
        """The image to build on; one with a compiler is large, so it is made when it is first needed."""
        if not plan.compiled:
            return self._image(plan.stack)
        try:
            info = self._images.built(f"{plan.stack}-compiler")
        except OurFault as fault:
            raise no_compiler(plan.stack, plan.compiled[0], fault.problem.what) from fault
        self._used[info.purpose] = info.id
        return info

    def _image(self, purpose: str) -> ImageInfo:
        info = self._images.obtained(purpose)
        self._used[purpose] = info.id
        return info

    def _folders(self, stack: contextlib.ExitStack) -> list[Mount]:
        """Folders in memory that outlive a restart: the submission's own copy of its code, and DATA_DIR."""
        made = []
        for place, megabytes in ((APP, APP_MEGABYTES), (DATA, DATA_MEGABYTES)):
            name = self._engine.volume(place.strip("/"), megabytes=megabytes, uid=SUBMISSION_UID)
            stack.callback(self._engine.remove_volume, name)
            made.append(volume_mount(name, place))
        return made

    def _options(
        self, plan: Plan, source: Path, network: str, folders: Sequence[Mount], environment: Mapping[str, str]
    ) -> dict[str, object]:
        """The hardening options with what this submission sees: its files, its folders, its environment."""
        folder = self._engine.scratch("accounts")
        (folder / "passwd").write_text(ACCOUNTS, encoding="utf-8")
        (folder / "group").write_text(GROUPS, encoding="utf-8")
        folder.chmod(0o755)
        options = hardened(self._limits, user=f"{SUBMISSION_UID}:{SUBMISSION_UID}", network=network)
        return {
            **options,
            "working_dir": APP,
            "mounts": [
                folder_mount(source, SOURCE),
                folder_mount(folder / "passwd", "/etc/passwd"),
                folder_mount(folder / "group", "/etc/group"),
                *folders,
            ],
            "environment": _environment(plan, environment),
        }


class ContainerService:
    """A submission running in a container that shares the holder's network."""

    def __init__(
        self,
        engine: Engine,
        holder: Holder,
        forwarder: Forwarder,
        *,
        plan: Plan,
        image: str,
        options: Mapping[str, object],
        boot_seconds: float,
    ) -> None:
        self._engine, self._plan, self._image, self._options = engine, plan, image, options
        self._holder, self._forwarder = holder, forwarder
        self._container: Container | None = None
        self._earlier = ""
        self._boot = Boot(
            plan,
            state=self.look,
            log=self.log,
            address=lambda: ("127.0.0.1", forwarder.port),
            seconds=boot_seconds,
        )

    @property
    def base_url(self) -> str:
        """The forwarder's address; the same after a restart."""
        return self._forwarder.url

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on how it is run."""
        return self._plan.notes

    def events(self) -> tuple[Event, ...]:
        """Responses the forwarder ended and connections it could not make, in order."""
        return self._forwarder.events()

    def start(self) -> None:
        """Start and wait until it answers; raises `SubmissionFault` E320-E322 when it does not."""
        self.launch()
        self._boot.wait()

    def launch(self) -> None:
        """Start, and do not wait."""
        command = mortal(["sh", "-c", _script(self._plan, first=self._container is None)])
        container = self._engine.create("submission", self._image, command, self._options)
        self._container = container
        with engine_errors("starting the submission"):
            container.start()

    def asked(self, port: int) -> bytes:
        """The first bytes that answer a plain request on any port of its network; nothing when there are none."""
        return self._holder.asked(port)

    def state(self) -> ServiceState:
        """How it is doing, as the engine and the relay see it."""
        return settled(self.look, self._plan.port)

    def look(self) -> ServiceState:
        """How it is doing this very moment."""
        if self._container is None:
            return ServiceState(running=False)
        with engine_errors("asking how the submission is"):
            self._container.reload()
        state = self._container.attrs["State"]
        running = bool(state["Running"])
        return ServiceState(
            running=running,
            exit_code=None if running else int(state["ExitCode"]),
            out_of_memory=bool(state["OOMKilled"]),
            listening=self._holder.listening(),
        )

    def log(self) -> str:
        """The end of what it printed, at most a few kilobytes, with what it printed before a restart."""
        return (self._earlier + self._printed())[-LOG_BYTES:]

    def restart(self) -> None:
        """Ask it to end, start it again on the same folders; raises `SubmissionFault` when it does not come back."""
        if self._container is not None:
            with engine_errors("stopping the submission"):
                self._container.stop(timeout=STOP_SECONDS)
            self._earlier = self.log()
            remove(self._container)
        self.start()

    def close(self) -> None:
        """Kill and remove it."""
        if self._container is not None:
            remove(self._container)

    def _printed(self) -> str:
        if self._container is None:
            return ""
        with engine_errors("reading what the submission printed"):
            data: bytes = self._container.logs(tail=LOG_LINES)
        return data[-LOG_BYTES:].decode("utf-8", errors="replace")


def _environment(plan: Plan, given: Mapping[str, str]) -> dict[str, str]:
    """All the submission's process gets to see: nothing of ours is among it."""
    environment = {
        "PATH": PATHS[plan.stack],
        "HOME": SCRATCH,
        "PORT": str(plan.port),
        "DATA_DIR": DATA,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    if plan.import_root is not None:
        environment["PYTHONPATH"] = "/".join(part for part in (APP, plan.folder, plan.import_root) if part)
    if plan.stack == "go":
        environment |= golang.environment(APP, c=bool(plan.compiled))
    return {**environment, **given}


def _script(plan: Plan, *, first: bool) -> str:
    """What the container runs: copy the code to where it may write, once, then the start command."""
    folder = shlex.quote("/".join(part for part in (APP, plan.folder) if part))
    steps = []
    if first:
        steps.append(f"cp -R {SOURCE}/. {APP}/")
    steps.append(f"cd {folder}")
    if first and plan.stack == "node" and plan.installer:
        steps.append("rm -rf node_modules && ln -s /deps/node_modules node_modules")
    if first and plan.stack == "go":
        steps += golang.first_steps(plan.start, plan.programs, APP)
    if first and plan.prepare:
        steps.append(plan.prepare)
    steps.append(f"exec sh -c {shlex.quote(plan.start)}")
    return " && ".join(steps)
