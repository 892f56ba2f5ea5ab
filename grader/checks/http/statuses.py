"""Questions about the status of an answer."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from grader.checks.http.faults import SERVER_ERROR, each
from grader.checks.http.runs import Names, judged, told_status
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.model import Check, Finding
from grader.visible import one_line

REFUSED = (400, 422)


@judged
def status(exam: HttpExam, *, step: Names, expect: tuple[int, ...], given: Names = ()) -> Finding:
    """Every answer has one of the expected statuses."""
    return _ask(exam, step, expect, given)


@judged
def accepted(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """A valid request is answered 2xx."""
    return _ask(exam, step, range(200, 300), given, "2xx: the request is valid")


@judged
def refused(
    exam: HttpExam, *, step: Names, expect: tuple[int, ...] = REFUSED, given: Names = (), may_close: bool = False
) -> Finding:
    """An invalid request is refused as the sender's mistake: never accepted, never a crash.

    `given` names a valid request of the same kind: a service that refuses everything refuses nothing well. Too large
    a request may also be answered by closing the connection (`may_close`).
    """
    return _ask(exam, step, expect, given, may_close=may_close)


@judged
def not_found(exam: HttpExam, *, step: Names, expect: tuple[int, ...] = (404, 410), given: Names = ()) -> Finding:
    """What does not exist is not there, for every method."""
    return _ask(exam, step, expect, given)


@judged
def no_detour(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """The paths are those of the contract, to the slash: no redirect to the same path with another end."""

    def wrong(run: StepRun, _received: Received) -> str:
        exchange = run.exchange
        if exchange is None or not exchange.detour:
            return ""
        asked, led = exchange.detour.partition("?")[0], exchange.sent.target.partition("?")[0]
        return f"`{exchange.sent.method} {one_line(asked, 60)}` is only answered at `{one_line(led, 60)}`"

    return each(exam, step, wrong, given=given, good="The paths are as named", expected="an answer, not a redirect")


@judged
def never_5xx(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """Whatever is sent, the answer is not a server error."""
    return _ask(exam, step, range(100, SERVER_ERROR), given, "any answer below 500")


def _ask(
    exam: HttpExam,
    step: Names,
    allowed: Container[int],
    given: Names,
    expected: str = "",
    *,
    may_close: bool = False,
) -> Finding:
    def wrong(run: StepRun, received: Received) -> str:
        return "" if received.status in allowed else told_status(run)

    wanted = expected or (" or ".join(str(code) for code in allowed) if isinstance(allowed, tuple) else "")
    return each(
        exam, step, wrong, given=given, good=f"Answered as it should be: {wanted}", expected=wanted, may_close=may_close
    )


CHECKS: tuple[Check[Any], ...] = (
    Check(name="http.status", needs=HttpExam, ask=status),
    Check(
        name="http.accepted",
        needs=HttpExam,
        ask=accepted,
        title="Valid requests are accepted",
        why="A client that follows the contract must be able to work",
        fix="Compare the validation with the contract: this request is inside it",
    ),
    Check(
        name="http.refused",
        needs=HttpExam,
        ask=refused,
        title="Invalid requests are refused",
        why="What is accepted once is stored and must be dealt with forever",
        fix="Validate before anything is stored and answer 400 or 422",
    ),
    Check(
        name="http.not_found",
        needs=HttpExam,
        ask=not_found,
        title="What does not exist is answered 404",
        why="Clients and caches tell `gone` from `broken` by the status alone",
        fix="Look the resource up first and answer 404 when there is none, for every method",
    ),
    Check(
        name="http.no_detour",
        needs=HttpExam,
        ask=no_detour,
        title="The paths are those of the contract",
        why="Every request is sent twice, and clients that follow no redirect, or not with a body, fail",
        fix="Name the route without the slash at its end, or let the router take both",
    ),
    Check(
        name="http.never_5xx",
        needs=HttpExam,
        ask=never_5xx,
        title="No request makes the service fail",
        why="A 5xx says the fault is the server's: it wakes somebody up, and shows where to push",
        fix="Find the exception in the log and turn what the sender did wrong into a 4xx",
    ),
)
