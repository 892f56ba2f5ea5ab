"""Requests we sent to a running service and what came back."""

from __future__ import annotations

import msgspec

TOKEN = "$API_TOKEN"  # noqa: S105 - what stands for the throwaway token of a run wherever requests are saved or shown


class Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request as it went out. `target` is path and query; `body` is text, `body_note` describes one not shown.

    `template` is the target with values taken from earlier answers as shell variables (`/todos/$ID`), empty when
    there are none; `body_command` is a shell command that prints a body that is not kept as text.
    """

    method: str
    target: str
    template: str = ""
    headers: dict[str, str] = {}
    body: str | None = None
    body_note: str = ""
    body_command: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A response as it came in: header names in lower case, body decoded as UTF-8 with replacement, bounded."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    cut: bool = False

    def header(self, name: str) -> str:
        """Value of the first header of that name (lower case), empty when there is none."""
        return next((value for key, value in self.headers if key == name), "")


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request with its response, or `error`: why there was none (refused, deadline, too large, not HTTP).

    `detour` is the target that was asked for first, where the service only sent us to the same path with another slash
    at its end: a client follows that, and so did we.
    """

    sent: Sent
    received: Received | None = None
    error: str = ""
    detour: str = ""
