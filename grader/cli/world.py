"""Choose how strangers' code is kept apart, and say it."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from grader import pipeline
from grader.cli.progress import listener
from grader.database.container import ContainerDatabases
from grader.database.process import ProcessDatabases
from grader.errors import OurFault, UsageError
from grader.model import Challenge, Level, Resource, Submission
from grader.pipeline import Request, World
from grader.result import Isolation
from grader.sandbox import Service
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.external import ExternalSandbox
from grader.sandbox.process import ProcessSandbox
from grader.stages import Stages


def request(arguments: argparse.Namespace, *, public_only: bool = False, once: bool = False) -> Request:
    """What was asked for; `once` asks nothing again. Raises `UsageError` E110 for a level that does not exist."""
    try:
        level = Level(arguments.level)
    except ValueError:
        raise UsageError("E110", f"there is no level `{arguments.level}`", help="junior, mid or senior") from None
    return Request(level=level, seed=int(arguments.seed), public_only=public_only, confirm=not once)


@contextlib.contextmanager
def opened(arguments: argparse.Namespace, challenge: Challenge) -> Iterator[World]:
    """The world a grade runs in; everything it started is removed at the end, whatever happens.

    With an engine everything runs in containers. Without one, challenges that only need PostgreSQL fall back to a
    process and the report says so; a service is never run outside a container by `grade`: `OurFault` E201.
    """
    stages = Stages(listener(quiet=arguments.no_progress))
    if arguments.sandbox == "process":
        yield World(sandbox=ProcessSandbox(stages), databases=ProcessDatabases(), stages=stages)
        return
    engine = _engine()
    if isinstance(engine, OurFault):
        if arguments.sandbox == "docker" or Resource.SERVICE in pipeline.resources(challenge):
            raise engine
        print(f"note: {engine.problem.what}; PostgreSQL runs as a process instead", file=sys.stderr)
        yield World(sandbox=NoSandbox(engine), databases=ProcessDatabases(), stages=stages)
        return
    with engine:
        yield _contained(engine, stages)


@contextlib.contextmanager
def opened_for_check(arguments: argparse.Namespace) -> Iterator[World]:
    """The world of a self-check: a service the candidate started, containers when there are any, else processes."""
    stages = Stages(listener(quiet=arguments.no_progress))
    if arguments.url:
        yield World(sandbox=ExternalSandbox(arguments.url), databases=ProcessDatabases(), stages=stages)
        return
    engine = _engine() if arguments.sandbox != "process" else None
    if isinstance(engine, Engine):
        with engine:
            yield _contained(engine, stages)
        return
    if engine is not None and arguments.sandbox == "docker":
        raise engine
    print("note: no container engine is used: your code runs with your own rights", file=sys.stderr)
    own = Path(arguments.path) if Path(arguments.path).is_dir() else None
    yield World(sandbox=ProcessSandbox(stages, cwd=own), databases=ProcessDatabases(), stages=stages)


def _engine() -> Engine | OurFault:
    try:
        return Engine.connect()
    except OurFault as fault:
        return fault


def _contained(engine: Engine, stages: Stages) -> World:
    databases = ContainerDatabases(engine)
    sandbox = DockerSandbox(engine, stages, postgres=databases.beside)
    return World(sandbox=sandbox, databases=databases, stages=stages)


class NoSandbox:
    """Stands where a sandbox would be when there is no engine and none is needed."""

    isolation: Isolation = "none"

    def __init__(self, fault: OurFault) -> None:
        self._fault = fault

    def images(self) -> dict[str, str]:
        """None."""
        return {}

    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> AbstractContextManager[Service]:  # noqa: ARG002 - the protocol's names
        """Raises why there is no engine."""
        raise self._fault
