"""A submission running in a container: start, look, log, restart, end."""

from __future__ import annotations

from collections.abc import Mapping

from docker.models.containers import Container

from grader.sandbox import ServiceState
from grader.sandbox.engine import Engine, engine_errors, remove
from grader.sandbox.forwarded import ForwardedService
from grader.sandbox.forwarder import Forwarder
from grader.sandbox.hardening import mortal
from grader.sandbox.holder import Holder
from grader.sandbox.launch import script
from grader.sandbox.plan import Plan

STOP_SECONDS = 10  # what container engines give by themselves
LOG_LINES, LOG_BYTES = 200, 8192


class ContainerService(ForwardedService):
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
        self._engine, self._image, self._options = engine, image, options
        self._holder = holder
        self._container: Container | None = None
        self._earlier = ""
        super().__init__(plan, forwarder, boot_seconds)

    def launch(self) -> None:
        """Start, and do not wait."""
        command = mortal(["sh", "-c", script(self._plan, first=self._container is None)])
        container = self._engine.create("submission", self._image, command, self._options)
        self._container = container
        with engine_errors("starting the submission"):
            container.start()

    def asked(self, port: int) -> bytes:
        """The first bytes that answer a plain request on any port of its network; nothing when there are none."""
        return self._holder.asked(port)

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
