"""A real PostgreSQL to load and measure things on: what the rest of the grader may know of it.

The same pinned programs run either in a container without a network or as an unprivileged process. Statements
of a submission are run by roles that may only do what the challenge allows; what they answer is a fact, never a
verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec
import psycopg

from grader.database.metered import Meter
from grader.result import Isolation

Connection = psycopg.Connection[tuple[Any, ...]]


class Server(Protocol):
    """A running PostgreSQL of our own, without TCP, removed at the end."""

    @property
    def version(self) -> str:
        """Such as `18.6`."""

    def connect(self, database: str = "postgres", *, role: str = "postgres") -> Connection:
        """A connection in autocommit mode over the server's socket. Raises `OurFault` E221 when it is gone."""

    def metered(self, database: str, *, role: str, most: int) -> tuple[Connection, Meter]:
        """A connection that is cut when the answer to a statement exceeds `most` bytes; raises like `connect`."""

    def kill(self, backend: int) -> None:
        """End a process of the server that heeds no request; the server then starts anew by itself."""


class Template(msgspec.Struct, frozen=True):
    """Data made once and copied for every use. `key` must name everything that `fill` depends on."""

    key: str
    fill: Callable[[Server], None]


class Databases(Protocol):
    """A way to get PostgreSQL servers."""

    @property
    def isolation(self) -> Isolation:
        """`docker` or `process`."""

    def images(self) -> dict[str, str]:
        """Images used so far: purpose to digest; empty for processes."""

    def start(self, template: Template | None = None) -> AbstractContextManager[Server]:
        """A server on a fresh copy of `template`, or on an empty cluster; stopped and removed at the end.

        Raises `OurFault` E220 when no PostgreSQL can be started here, E203 when the disk is full.
        """
