"""Compile a Go submission: in a container of its own, without a network, once for all the times it starts.

What comes out is an image of the submission's own: it only ever runs where submissions run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from grader.caches import cache_root, locked
from grader.errors import OurFault, SubmissionFault
from grader.model import Submission
from grader.sandbox.engine import Engine
from grader.sandbox.go_blame import uncompiled
from grader.sandbox.go_deps import IMPORTS
from grader.sandbox.golang import BUILD, MODULE, own_command, standard_command
from grader.sandbox.hardening import MEGABYTE, SUBMISSION_UID, Limits, folder_mount, hardened
from grader.sandbox.images import ImageInfo
from grader.sandbox.installers import packed
from grader.sandbox.plan import Plan
from grader.sandbox.workshop import Result, Shelf, Workshop

STANDARD = Shelf(kind="standard-library", repository="grader/go-standard", most=4)
OWN = Shelf(kind="program", repository="grader/programs", most=20)
APP, SOURCE = "/app", "/src"
STANDARD_SECONDS, SECONDS = 1500.0, 300.0
LARGEST_STANDARD, LARGEST_OWN = 1024 * MEGABYTE, 384 * MEGABYTE
KILLED = 137
LIMITS = Limits(memory=2048 * MEGABYTE, processes=512, cpus=2.0, scratch=512 * MEGABYTE, largest_file=512 * MEGABYTE)


class GoBuilds:
    """Images for Go submissions, on one engine."""

    def __init__(self, engine: Engine, *, wall: float = SECONDS) -> None:
        self._wall = wall
        self._standard = Workshop(engine, LARGEST_STANDARD)
        self._own = Workshop(engine, LARGEST_OWN)

    def base(self, image: ImageInfo, *, c: bool) -> ImageInfo:
        """The image with its standard library compiled: made once for each image."""
        command = standard_command(c=c)
        key = _digest((image.id, *command))
        found = self._standard.find(STANDARD, key)
        if not found:
            cache_root().mkdir(parents=True, exist_ok=True)
            with locked(cache_root() / f"go-{key[:16]}.lock"):
                found = self._standard.find(STANDARD, key) or self._prepare(image.id, command, key)
        return msgspec.structs.replace(image, id=found)

    def image(self, submission: Submission, plan: Plan, base: str) -> str:
        """The id of an image with the submission's programs in it, and all else that `base` has.

        Raises `SubmissionFault` E315 when they do not compile, `OurFault` E214 when code of others does not, E217 when
        the compiler broke or took too long.
        """
        folder = f"{APP}/{plan.folder}".rstrip("/")
        command = own_command(plan.programs, source=SOURCE, app=APP, folder=folder, c=bool(plan.compiled))
        files = {f"{MODULE}/{name}": text for name, text in plan.manifest.items() if name != IMPORTS}
        laid = packed(files, owner=SUBMISSION_UID, folders=(APP, BUILD, MODULE))
        key = _digest((base, submission.digest, *command, *(item for pair in sorted(files.items()) for item in pair)))
        if found := self._own.find(OWN, key):
            return found
        user = f"{SUBMISSION_UID}:{SUBMISSION_UID}"
        options = {**hardened(LIMITS, user=user, read_only=False), "mounts": [folder_mount(submission.root, SOURCE)]}
        with self._own.working("build", base, command, options, seconds=self._wall, files=laid) as (container, result):
            if result.exit_code != 0 or result.size > self._own.largest:
                raise self._failed(plan, result)
            return self._own.keep(container, OWN, key)

    def _prepare(self, base: str, command: Sequence[str], key: str) -> str:
        options = hardened(LIMITS, user="0:0", read_only=False)
        with self._standard.working("standard", base, command, options, seconds=STANDARD_SECONDS) as (
            container,
            result,
        ):
            if result.exit_code != 0:
                why = result.log[-200:] if result.exit_code is not None else "it took too long"
                raise _broken(f"the standard library does not compile: {why}")
            return self._standard.keep(container, STANDARD, key)

    def _failed(self, plan: Plan, result: Result) -> SubmissionFault | OurFault:
        if result.size > self._own.largest:
            most = self._own.largest // MEGABYTE
            return SubmissionFault("E313", f"compiling it writes {result.size // MEGABYTE} MB, more than {most} MB")
        if result.exit_code is None:
            return _broken(f"compiling took longer than {self._wall:.0f} seconds")
        if result.exit_code == KILLED:
            return _broken(f"compiling took more memory than the {LIMITS.memory // MEGABYTE} MB there are")
        return uncompiled(plan, result.log)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _broken(why: str) -> OurFault:
    return OurFault(
        "E217",
        why,
        note="nothing was taken from the submission for it",
        help="try again; `grader doctor` tells more",
    )
