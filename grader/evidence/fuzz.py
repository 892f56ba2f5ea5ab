"""What schemathesis sent to a running service and what it found: facts, no outcome."""

from __future__ import annotations

from typing import Literal

import msgspec

from grader.evidence.http import Exchange

End = Literal["completed", "service", "grader"]


class Earlier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request that led to a failure.

    Where the later ones take a value from its answer, it stands there at `source` (`id`), is called `variable` in their
    targets (`/todos/$ID`) and was `value`: the service's own choice, so it is not shown.
    """

    exchange: Exchange
    variable: str = ""
    source: str = ""
    value: str = ""


class FuzzFailure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Equal failures of one operation, with the shortest request that shows them.

    `code` is the tool's stable code (`ST101`); `place` and `keyword` say where a body breaks its schema and by which
    rule; `headers` are required ones that were missing; `count` is how many requests showed it; `before` are the
    requests of the same run without which it does not show.
    """

    code: str
    operation: str
    status: int
    example: Exchange
    place: str = ""
    keyword: str = ""
    headers: tuple[str, ...] = ()
    count: int = 1
    before: tuple[Earlier, ...] = ()


class OperationTally(msgspec.Struct, frozen=True, kw_only=True):
    """How often an operation answered what: status as text to count, `none` for no answer."""

    operation: str
    statuses: dict[str, int]

    @property
    def requests(self) -> int:
        """How many requests went to it."""
        return sum(self.statuses.values())

    @property
    def reached(self) -> bool:
        """True when it accepted at least one request: only then its answers say something about it."""
        return any(status.startswith("2") for status in self.statuses)


class FuzzRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run against a fresh service.

    `ended` tells whether all was sent: `service` when it died, hung or was too slow, `grader` when our side failed;
    `reason` says how. `requests` is a digest over everything sent: equal for every submission where the requests follow
    from the contract alone. Those of a sequence take values from answers and go where these lead, so their digest is
    equal for two runs of one submission and tells nothing about two submissions. `prepared` is the request that made
    the first of the `items` made before the run, `ids` the names the service gave to them in the field `named_by`.
    `asked_made` and `asked_deleted` are how many requests of a sequence asked for an item that had just been made, or
    that had been deleted: without any there is nothing to say about it.
    """

    name: str
    ended: End = "completed"
    reason: str = ""
    operations: tuple[OperationTally, ...] = ()
    failures: tuple[FuzzFailure, ...] = ()
    unanswered: Exchange | None = None
    prepared: Exchange | None = None
    items: int = 0
    ids: tuple[str, ...] = ()
    named_by: str = "id"
    requests: str = ""
    asked_made: int = 0
    asked_deleted: int = 0

    @property
    def made(self) -> bool:
        """True when the service made every item that the requests are about, each with a name of its own."""
        return len(set(self.ids)) == self.items

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return sum(tally.requests for tally in self.operations)


class FuzzRuns(msgspec.Struct, frozen=True, kw_only=True):
    """Every run, in the order of the pack."""

    runs: tuple[FuzzRun, ...] = ()
