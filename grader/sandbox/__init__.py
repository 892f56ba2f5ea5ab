"""Running a stranger's service: what the rest of the grader may know of it.

Two ways fulfil these protocols: a container without a network, and (for self-checks) a plain process or a
service somebody else started. What a submission prints is shown to people and never judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from grader.model import Submission
from grader.result import Isolation


class ServiceState(msgspec.Struct, frozen=True, kw_only=True):
    """How a service is doing, seen from outside. `listening` holds `address:port` of its open TCP ports."""

    running: bool
    exit_code: int | None = None
    out_of_memory: bool = False
    listening: tuple[str, ...] = ()


class Service(Protocol):
    """A running submission."""

    @property
    def base_url(self) -> str:
        """Where to send requests: a forwarder of ours with a deadline and a byte cap on every response."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on how it is run, such as that the candidate's Dockerfile is not used."""

    def log(self) -> str:
        """The end of what the service printed, at most a few kilobytes."""

    def state(self) -> ServiceState:
        """How it is doing now."""

    def restart(self) -> None:
        """Stop it and start it again with the same `DATA_DIR`; returns when it listens.

        Raises `SubmissionFault` when it does not come back.
        """


class Sandbox(Protocol):
    """A way to run submissions."""

    @property
    def isolation(self) -> Isolation:
        """How strangers' code is kept apart; stamped on every report."""

    def images(self) -> dict[str, str]:
        """Images used so far: purpose to digest."""

    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> AbstractContextManager[Service]:
        """Build when needed, start, wait until it listens, and remove everything at the end.

        Raises `SubmissionFault` when the submission does not build or never listens, `OurFault` when the
        engine, an image or the network for dependencies failed.
        """
