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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from docker.types import Mount

from grader.errors import OurFault
from grader.model import Submission
from grader.result import Isolation
from grader.sandbox import Service, launch
from grader.sandbox.boot import BOOT_SECONDS
from grader.sandbox.build import Dependencies, no_compiler
from grader.sandbox.companions import ADDRESS, no_postgres
from grader.sandbox.container_service import ContainerService
from grader.sandbox.engine import Engine, remove
from grader.sandbox.forwarder import CAP_BYTES, DEADLINE_SECONDS, Forwarder
from grader.sandbox.go_build import GoBuilds
from grader.sandbox.hardening import SCRATCH, SUBMISSION_UID, Limits, folder_mount, hardened, mortal, volume_mount
from grader.sandbox.holder import Holder, held
from grader.sandbox.images import ImageInfo, Images
from grader.sandbox.launch import APP, DATA, SOURCE
from grader.sandbox.plan import Plan
from grader.sandbox.stack import detect
from grader.sandbox.starts import Starts
from grader.sandbox.trial import Attempt, Ended, attempted, ended
from grader.sandbox.upstream import relay_upstream
from grader.stages import Stages

APP_MEGABYTES, DATA_MEGABYTES = 192, 128
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
            command = mortal(["sh", "-c", launch.script(plan, first=True)], int(seconds) + 1)
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
            "environment": launch.environment(plan, environment),
        }
