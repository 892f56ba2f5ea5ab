"""A service somebody else started, for `grader check --url`: nothing is isolated, but every response is bounded."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from grader.errors import OurFault, SubmissionFault, UsageError
from grader.model import Submission
from grader.result import Isolation
from grader.sandbox import Service, ServiceState
from grader.sandbox.forwarder import Event, Forwarder
from grader.sandbox.upstream import tcp_upstream

CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}


class ExternalSandbox:
    """Serves every submission from one address. Raises `UsageError` E117 for an address that is none."""

    isolation: Isolation = "none"

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _no_url(url) from None
        if parts.scheme not in PORTS or not host:
            raise _no_url(url)
        self._url, self._host, self._path = url, host, parts.path.rstrip("/")
        self._port, self._tls = port or PORTS[parts.scheme], parts.scheme == "https"

    def images(self) -> dict[str, str]:
        """None: nothing of ours runs."""
        return {}

    @contextlib.contextmanager
    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> Iterator[Service]:  # noqa: ARG002 - whoever started it chose its environment
        """The service at the address, whatever the submission; raises `SubmissionFault` E323 when nothing answers."""
        if not self._answers():
            raise SubmissionFault(
                "E323", f"nothing listens at {self._url}", help="start your service first, then check again"
            )
        with Forwarder(tcp_upstream(self._host, self._port, tls=self._tls)) as forwarder:
            yield ExternalService(forwarder, self._path, self._answers)

    def _answers(self) -> bool:
        try:
            socket.create_connection((self._host, self._port), CONNECT_SECONDS).close()
        except OSError:
            return False
        return True


class ExternalService:
    """A service we may only ask."""

    def __init__(self, forwarder: Forwarder, path: str, answers: Callable[[], bool]) -> None:
        self._forwarder, self._path, self._answers = forwarder, path, answers

    @property
    def base_url(self) -> str:
        """The forwarder's address, with the path of the given one."""
        return self._forwarder.url + self._path

    @property
    def notes(self) -> tuple[str, ...]:
        """None: whoever started it knows."""
        return ()

    def events(self) -> tuple[Event, ...]:
        """Responses the forwarder ended and connections it could not make, in order."""
        return self._forwarder.events()

    def log(self) -> str:
        """Nothing: what it prints goes to whoever started it."""
        return ""

    def state(self) -> ServiceState:
        """Whether it takes connections."""
        return ServiceState(running=self._answers())

    def restart(self) -> None:
        """Raises `OurFault` E215: it is not ours to restart."""
        raise OurFault(
            "E215",
            "a service that somebody else started cannot be restarted from here",
            help="check without --url to see whether data survive a restart",
        )


def _no_url(url: str) -> UsageError:
    return UsageError("E117", f"`{url}` is no address of a service", help="such as http://127.0.0.1:8000")
