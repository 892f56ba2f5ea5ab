"""Dependency images: a base image with the packages of one lock file, made once and shared.

Packages are installed in a container with a network but without any code of the submission: ready-made wheels only,
no install scripts. So what one submission installs cannot reach another, and the image may be kept. Its name is a
digest of all it was made from.
"""

from __future__ import annotations

import hashlib

from grader.caches import cache_root, locked
from grader.errors import OurFault, SubmissionFault
from grader.sandbox import host
from grader.sandbox.blame import blame, broken, unmatched
from grader.sandbox.engine import Engine
from grader.sandbox.hardening import MEGABYTE, Limits, folder_mount, hardened
from grader.sandbox.images import ImageInfo
from grader.sandbox.installers import FOUND, SCRIPTS, SETTINGS, archive, compile_command, index_command, install_command
from grader.sandbox.plan import Plan
from grader.sandbox.workshop import Result, Shelf, Workshop

EDITION = "2"
WALL_SECONDS = 300.0
COMPILE_SECONDS = 600.0
LARGEST_IMAGE = 1536 * MEGABYTE
SHELF = Shelf(kind="dependencies", repository="grader/dependencies", most=40)
KILLED = 137
LANGUAGES = {"python": "Python", "node": "Node.js", "go": "Go"}
LIMITS = Limits(memory=2048 * MEGABYTE, processes=512, cpus=2.0, scratch=256 * MEGABYTE, largest_file=512 * MEGABYTE)


class Dependencies:
    """Makes and finds dependency images of one engine."""

    def __init__(self, engine: Engine, *, wall: float = WALL_SECONDS, largest: int = LARGEST_IMAGE) -> None:
        self._engine = engine
        self._wall = wall
        self._workshop = Workshop(engine, largest)

    def image(self, plan: Plan, base: ImageInfo) -> str:
        """The id of an image with what the plan installs; `base` itself when it installs nothing.

        Raises `SubmissionFault` E312 when the packages cannot be installed, E313 when they are too large; `OurFault`
        E212 when the package index cannot be reached, E213 when the base image is too old for the code, E214 for a
        package that only its install script makes usable.
        """
        self.suits(plan, base)
        if not plan.installer:
            return base.id
        if plan.unusable:
            raise _needs_script(plan.stack, plan.unusable[0])
        key = self._key(plan, base)
        if found := self._workshop.find(SHELF, key):
            return found
        cache_root().mkdir(parents=True, exist_ok=True)
        with locked(cache_root() / f"dependencies-{key[:16]}.lock"):
            return self._workshop.find(SHELF, key) or self._make(plan, base, key)

    def suits(self, plan: Plan, base: ImageInfo) -> None:
        """Raises `OurFault` E213 when the base image is too old for the code."""
        if _older(base.version, plan.version):
            raise _too_old(plan, base.version)

    def _key(self, plan: Plan, base: ImageInfo) -> str:
        """What the image depends on, as one digest."""
        network = host.network()
        parts = (
            EDITION,
            base.id,
            plan.installer,
            str(plan.development),
            *SCRIPTS,
            network.pip,
            network.npm,
            network.go,
        )
        manifest = (item for pair in sorted(plan.manifest.items()) for item in pair)
        return hashlib.sha256("\0".join((*parts, *manifest)).encode()).hexdigest()

    def _make(self, plan: Plan, base: ImageInfo, key: str) -> str:
        compiles = bool(plan.compiled) or plan.stack == "go"
        image = self._install(plan, base.id, "" if compiles else key)
        return self._compile(plan, image, key) if compiles else image

    def _install(self, plan: Plan, base: str, key: str) -> str:
        with self._workshop.working(
            *("dependencies", base, install_command(plan), self._options()),
            seconds=self._wall,
            files=archive(plan.manifest),
        ) as (container, result):
            if result.exit_code != 0 or result.size > self._workshop.largest:
                raise self._failed(plan, base, result)
            return self._workshop.keep(container, SHELF, key)

    def _compile(self, plan: Plan, image: str, key: str) -> str:
        """Compile what must be, without a network: this is the one place where code of packages may run."""
        options = hardened(LIMITS, user="0:0", read_only=False)
        with self._workshop.working("compiler", image, compile_command(plan), options, seconds=COMPILE_SECONDS) as (
            container,
            result,
        ):
            if result.size > self._workshop.largest:
                raise _too_large(result.size, self._workshop.largest)
            if result.exit_code != 0:
                raise _needs_script(plan.stack, plan.compiled[0] if plan.compiled else plan.declared)
            return self._workshop.keep(container, SHELF, key)

    def _options(self) -> dict[str, object]:
        """Network and a writable root, and nothing else more than a submission has."""
        options = hardened(LIMITS, user="0:0", network="bridge", read_only=False)
        folder = self._engine.scratch("installer")
        network = host.network()
        (folder / "pip.conf").write_text(network.pip, encoding="utf-8")
        (folder / "npmrc").write_text(network.npm, encoding="utf-8")
        (folder / "go.env").write_text(network.go, encoding="utf-8")
        (folder / "proxies").write_text(host.proxy_exports(), encoding="utf-8")
        if network.certificates:
            (folder / "ca.crt").write_bytes(network.certificates.read_bytes())
        folder.chmod(0o755)
        tmpfs = {**options["tmpfs"], "/run": "rw,noexec,nosuid,nodev,size=1m,mode=0755"}
        return {**options, "tmpfs": tmpfs, "mounts": [folder_mount(folder, SETTINGS)]}

    def _in_index(self, base: str, requirement: str) -> bool:
        """Whether the index has it in any form. What pip does not find ready made may well exist."""
        with self._workshop.working("index", base, index_command(requirement), self._options(), seconds=self._wall) as (
            _,
            result,
        ):
            return FOUND in result.log

    def _failed(self, plan: Plan, base: str, result: Result) -> SubmissionFault | OurFault:
        if result.size > self._workshop.largest:
            return _too_large(result.size, self._workshop.largest)
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


def _older(here: str, wanted: str) -> bool:
    def numbers(version: str) -> list[int]:
        return [int(part) for part in version.split(".")]

    return bool(here and wanted) and numbers(here) < numbers(wanted)


def _too_old(plan: Plan, here: str) -> OurFault:
    language = LANGUAGES[plan.stack]
    return OurFault(
        "E213",
        f"the code needs {language} {plan.version} or newer, and the sandbox has {here}",
        note="nothing was taken from the submission for it",
        help=f"name an image with a newer {language} in GRADER_BASE_{plan.stack.upper()}",
    )


def _not_ready_made(requirement: str) -> OurFault:
    return OurFault(
        "E214",
        f"the sandbox cannot install `{requirement}`: the index has it, but not ready made for this Python on Linux",
        note="nothing was taken from the submission for it; nothing is compiled for Python here",
        help="grade it by hand, or name an image with another Python in GRADER_BASE_PYTHON",
    )


def _needs_script(stack: str, name: str) -> OurFault:
    return OurFault(
        "E214",
        f"the sandbox cannot install `{name}`: it has to be compiled or to download something",
        note="nothing was taken from the submission for it",
        help=f"grade it by hand, or offer an image that holds it in GRADER_BASE_{stack.upper()}",
    )


def no_compiler(stack: str, name: str, why: str) -> OurFault:
    """E214: a package must be compiled, and there is no image with a compiler."""
    return OurFault(
        "E214",
        f"the sandbox cannot install `{name}`: it has to be compiled, and there is no image with a compiler",
        note=f"nothing was taken from the submission for it; {why}",
        help="run this once as root where a package mirror answers, or name an image in "
        f"GRADER_BASE_{stack.upper()}_COMPILER",
    )


def _too_large(size: int, largest: int) -> SubmissionFault:
    return SubmissionFault(
        "E313",
        f"the dependencies take {size // MEGABYTE} MB, more than the {largest // MEGABYTE} MB there are",
        help="leave out packages that the service does not use",
    )
