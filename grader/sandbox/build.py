"""Dependency images: a base image with the packages of one lock file, made once and shared.

Packages are installed in a container with a network but without any code of the submission: ready-made wheels only,
no install scripts. So what one submission installs cannot reach another, and the image may be kept. Its name is a
digest of all it was made from.
"""

from __future__ import annotations

import hashlib
import time

import msgspec
import requests
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container

from grader.caches import cache_root, locked
from grader.errors import OurFault, SubmissionFault
from grader.sandbox import host
from grader.sandbox.blame import blame, broken, unmatched
from grader.sandbox.engine import KIND, Engine, engine_errors, remove
from grader.sandbox.hardening import MEGABYTE, Limits, folder_mount, hardened, mortal
from grader.sandbox.images import ImageInfo
from grader.sandbox.installers import FOUND, SCRIPTS, SETTINGS, archive, compile_command, index_command, install_command
from grader.sandbox.plan import Plan

REPOSITORY = "grader/dependencies"
EDITION = "2"
WALL_SECONDS = 300.0
COMPILE_SECONDS = 600.0
LARGEST_IMAGE = 1536 * MEGABYTE
MOST_KEPT = 40
WATCH_SECONDS = 3
KILLED = 137
LOG_LINES = 200
COMMIT_SECONDS = 300
LIMITS = Limits(memory=2048 * MEGABYTE, processes=512, cpus=2.0, scratch=256 * MEGABYTE, largest_file=512 * MEGABYTE)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How the installer ended."""

    exit_code: int | None
    log: str
    size: int = 0


class Dependencies:
    """Makes and finds dependency images of one engine."""

    def __init__(self, engine: Engine, *, wall: float = WALL_SECONDS, largest: int = LARGEST_IMAGE) -> None:
        self._engine = engine
        self._wall, self._largest = wall, largest

    def image(self, plan: Plan, base: ImageInfo) -> str:
        """The id of an image with what the plan installs; `base` itself when it installs nothing.

        Raises `SubmissionFault` E312 when the packages cannot be installed, E313 when they are too large; `OurFault`
        E212 when the package index cannot be reached, E213 when the base image is too old for the code, E214 for a
        package that only its install script makes usable.
        """
        if _older(base.version, plan.version):
            raise _too_old(plan.version, base.version)
        if not plan.installer:
            return base.id
        if plan.unusable:
            raise _needs_script(plan.unusable[0])
        key = self._key(plan, base)
        if found := self._find(key):
            return found
        cache_root().mkdir(parents=True, exist_ok=True)
        with locked(cache_root() / f"dependencies-{key[:16]}.lock"):
            return self._find(key) or self._make(plan, base, key)

    def _key(self, plan: Plan, base: ImageInfo) -> str:
        """What the image depends on, as one digest."""
        network = host.network()
        parts = (EDITION, base.id, plan.installer, str(plan.development), *SCRIPTS, network.pip, network.npm)
        manifest = (item for pair in sorted(plan.manifest.items()) for item in pair)
        return hashlib.sha256("\0".join((*parts, *manifest)).encode()).hexdigest()

    def _find(self, key: str) -> str:
        with engine_errors("looking for the dependency image"):
            try:
                return str(self._engine.client.images.get(f"{REPOSITORY}:{key[:32]}").id)
            except ImageNotFound:
                return ""

    def _make(self, plan: Plan, base: ImageInfo, key: str) -> str:
        image = self._install(plan, base.id, "" if plan.compiled else key)
        return self._compile(plan, image, key) if plan.compiled else image

    def _install(self, plan: Plan, base: str, key: str) -> str:
        container = self._engine.create(
            "dependencies", base, mortal(install_command(plan), int(self._wall) + 60), self._options()
        )
        try:
            with engine_errors("installing the dependencies"):
                self._engine.client.api.put_archive(str(container.id), "/", archive(plan.manifest))
                container.start()
                result = self._watch(container, self._wall)
            if result.exit_code != 0:
                raise self._failed(plan, base, result)
            return self._commit(container, key)
        finally:
            remove(container)

    def _compile(self, plan: Plan, image: str, key: str) -> str:
        """Compile what must be, without a network: this is the one place where code of packages may run."""
        options = hardened(LIMITS, user="0:0", read_only=False)
        container = self._engine.create(
            "compiler", image, mortal(compile_command(plan.compiled), int(COMPILE_SECONDS) + 60), options
        )
        try:
            with engine_errors("compiling the dependencies"):
                container.start()
                result = self._watch(container, COMPILE_SECONDS)
            if result.exit_code != 0:
                raise _needs_script(plan.compiled[0])
            return self._commit(container, key)
        finally:
            remove(container)

    def _options(self) -> dict[str, object]:
        """Network and a writable root, and nothing else more than a submission has."""
        options = hardened(LIMITS, user="0:0", network="bridge", read_only=False)
        folder = self._engine.scratch("installer")
        network = host.network()
        (folder / "pip.conf").write_text(network.pip, encoding="utf-8")
        (folder / "npmrc").write_text(network.npm, encoding="utf-8")
        if network.certificates:
            (folder / "ca.crt").write_bytes(network.certificates.read_bytes())
        folder.chmod(0o755)
        tmpfs = {**options["tmpfs"], "/run": "rw,noexec,nosuid,nodev,size=1m,mode=0755"}
        return {**options, "tmpfs": tmpfs, "mounts": [folder_mount(folder, SETTINGS)]}

    def _watch(self, container: Container, seconds: float) -> Result:
        """Wait for the end, with a wall clock and an eye on the disk."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                code = int(container.wait(timeout=min(WATCH_SECONDS, left))["StatusCode"])
            except requests.RequestException:
                if (size := self._written(container)) > self._largest:
                    container.kill()
                    return Result(exit_code=None, log="", size=size)
                continue
            log = container.logs(tail=LOG_LINES)[-(1 << 16) :].decode("utf-8", errors="replace")
            return Result(exit_code=code, log=log, size=self._written(container))
        log = container.logs(tail=LOG_LINES)[-(1 << 16) :].decode("utf-8", errors="replace")
        container.kill()
        return Result(exit_code=None, log=log)

    def _written(self, container: Container) -> int:
        listed = self._engine.client.api.containers(all=True, size=True, filters={"id": container.id})
        return int(listed[0].get("SizeRw") or 0) if listed else 0

    def _in_index(self, base: str, requirement: str) -> bool:
        """Whether the index has it in any form. What pip does not find ready made may well exist."""
        container = self._engine.create(
            "index", base, mortal(index_command(requirement), int(self._wall)), self._options()
        )
        try:
            with engine_errors("asking the package index"):
                container.start()
                return FOUND in self._watch(container, self._wall).log
        finally:
            remove(container)

    def _failed(self, plan: Plan, base: str, result: Result) -> SubmissionFault | OurFault:
        if result.size > self._largest:
            return _too_large(result.size, self._largest)
        if result.exit_code is None:
            return OurFault(
                "E212",
                f"installing the dependencies took longer than {self._wall:.0f} seconds",
                note="nothing was taken from the submission for it",
                help="try again; see whether the package index answers",
            )
        if result.exit_code == KILLED:
            return broken(f"it took more memory than the {LIMITS.memory // MEGABYTE} MB there are")
        fault = blame(plan, result.log)
        missing = unmatched(result.log) if plan.installer == "pip" and isinstance(fault, SubmissionFault) else ""
        if missing and self._in_index(base, missing):
            return _not_ready_made(missing)
        return fault

    def _commit(self, container: Container, key: str) -> str:
        """The container as an image under its key; without a name when that is empty."""
        if (size := self._written(container)) > self._largest:
            raise _too_large(size, self._largest)
        client = self._engine.impatient(COMMIT_SECONDS)
        try:
            with engine_errors("keeping the dependency image"):
                answer = client.api.commit(
                    str(container.id),
                    repository=REPOSITORY if key else None,
                    tag=key[:32] or None,
                    changes=[f"LABEL {KIND}=dependencies"],
                )
        finally:
            client.close()
        self._forget_old()
        return str(answer["Id"])

    def _forget_old(self) -> None:
        """Keep the newest images only; one in use stays."""
        with engine_errors("removing old dependency images"):
            images = self._engine.client.images.list(name=REPOSITORY)
            for image in sorted(images, key=lambda image: str(image.attrs.get("Created")), reverse=True)[MOST_KEPT:]:
                try:
                    self._engine.client.images.remove(str(image.id))
                except DockerException:
                    continue


def _older(here: str, wanted: str) -> bool:
    def numbers(version: str) -> list[int]:
        return [int(part) for part in version.split(".")]

    return bool(here and wanted) and numbers(here) < numbers(wanted)


def _too_old(wanted: str, here: str) -> OurFault:
    return OurFault(
        "E213",
        f"the code needs Python {wanted} or newer, and the sandbox has {here}",
        note="nothing was taken from the submission for it",
        help="name an image with a newer Python in GRADER_BASE_PYTHON",
    )


def _not_ready_made(requirement: str) -> OurFault:
    return OurFault(
        "E214",
        f"the sandbox cannot install `{requirement}`: the index has it, but not ready made for this Python on Linux",
        note="nothing was taken from the submission for it; nothing is compiled for Python here",
        help="grade it by hand, or name an image with another Python in GRADER_BASE_PYTHON",
    )


def _needs_script(name: str) -> OurFault:
    return OurFault(
        "E214",
        f"the sandbox cannot install `{name}`: it has to be compiled or to download something",
        note="nothing was taken from the submission for it",
        help="grade it by hand, or offer an image that holds it in GRADER_BASE_NODE",
    )


def no_compiler(name: str, why: str) -> OurFault:
    """E214: a package must be compiled, and there is no image with a compiler."""
    return OurFault(
        "E214",
        f"the sandbox cannot install `{name}`: it has to be compiled, and there is no image with a compiler",
        note=f"nothing was taken from the submission for it; {why}",
        help="run this once as root where a package mirror answers, or name an image in GRADER_BASE_NODE_COMPILER",
    )


def _too_large(size: int, largest: int) -> SubmissionFault:
    return SubmissionFault(
        "E313",
        f"the dependencies take {size // MEGABYTE} MB, more than the {largest // MEGABYTE} MB there are",
        help="leave out packages that the service does not use",
    )
