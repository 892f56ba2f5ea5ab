"""A submission behind our forwarder: what is the same wherever its process runs."""

from __future__ import annotations

from abc import ABC, abstractmethod

from grader.sandbox import ServiceState
from grader.sandbox.boot import Boot, settled
from grader.sandbox.forwarder import Event, Forwarder
from grader.sandbox.plan import Plan


class ForwardedService(ABC):
    """A service that is asked through a forwarder; how it is started, looked at and ended is its sandbox's."""

    def __init__(self, plan: Plan, forwarder: Forwarder, boot_seconds: float) -> None:
        self._plan, self._forwarder = plan, forwarder
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

    def state(self) -> ServiceState:
        """How it is doing; `listening` are the ports that are open there."""
        return settled(self.look, self._plan.port)

    @abstractmethod
    def launch(self) -> None:
        """Start, and do not wait."""

    @abstractmethod
    def look(self) -> ServiceState:
        """How it is doing this very moment."""

    @abstractmethod
    def log(self) -> str:
        """The end of what it printed, at most a few kilobytes."""
