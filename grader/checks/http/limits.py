"""Questions about limits on how often something may be asked."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any

from grader.checks.http.faults import each
from grader.checks.http.runs import Names, Unanswerable, answer, judged, need, sent_runs, told_status, worked
from grader.checks.http.showing import show_in_turn, told
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.model import Check, Finding, blocked, failed, passed

TOO_MANY = 429


@judged
def limited(
    exam: HttpExam,
    *,
    step: str,
    at_least: int,
    at_most: int,
    status: int = TOO_MANY,
    rounds: int = 1,
    given: Names = (),
) -> Finding:
    """Of equal requests in a row the first `at_least` are accepted, and none is any more after `at_most`.

    What lies between is free. Fails when `rounds` or more of the scenario's rounds are wrong: a window that ends
    within a row of requests is nobody's fault.
    """
    need(exam, given)
    runs = sent_runs(exam, step)
    rows = {run.round: [other for other in runs if other.round == run.round] for run in runs}
    wrong = [found for row in rows.values() if (found := _first_wrong(row, at_least, at_most, status))]
    if len(wrong) < rounds:
        return passed(f"{at_least} are accepted, later ones answered {status}")
    run = wrong[0]
    said = f"number {run.number} of {len(rows[run.round])} in a row: {told_status(run)}"
    bound = f"after the {'first' if at_least == at_most else 'most'} {at_most}"
    expected = f"2xx for the first {at_least}, {status} {bound}"
    shown = show_in_turn(exam, rows[run.round], told_status(run))
    return failed(said, expected=expected, exhibits=(shown,))


@judged
def retry_after(exam: HttpExam, *, step: Names, most: int, status: int = TOO_MANY, given: Names = ()) -> Finding:
    """Every answer `status` says in `Retry-After` when to come back: at most `most` seconds ahead, or a date then."""
    need(exam, given)
    refused = [run for run in sent_runs(exam, step) if _has(run, status)]
    if not refused:
        raise Unanswerable(blocked(f"Cannot be asked: nothing was answered {status}"))

    def wrong(run: StepRun, received: Received) -> str:
        value = received.header("retry-after").strip()
        if received.status != status or _soon(value, received.header("date"), most):
            return ""
        if re.fullmatch(r"\d+", value):
            return f"{told_status(run)} with a `Retry-After` of more than {most} seconds"
        seen = f"`Retry-After: {told(exam, run, value)}`" if value else "no `Retry-After`"
        return f"{told_status(run)} with {seen}"

    expected = f"`Retry-After` with seconds, at most {most}, or with a date that is no further ahead"
    return each(exam, step, wrong, form=True, good="A refusal says when to come back", expected=expected)


def _first_wrong(row: list[StepRun], at_least: int, at_most: int, status: int) -> StepRun | None:
    for number, run in enumerate(row, 1):
        right = (number <= at_most and worked(run)) or (number > at_least and _has(run, status))
        if not right:
            return run
    return None


def _has(run: StepRun, status: int) -> bool:
    received = answer(run)
    return received is not None and received.status == status


def _soon(value: str, date: str, most: int) -> bool:
    if re.fullmatch(r"\d{1,9}", value):
        return int(value) <= most
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return False
    try:
        seconds = (until - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError, OverflowError):  # without a `Date` beside it nobody can tell
        return True
    return -1 <= seconds <= most + 1  # both are cut to whole seconds


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.limited",
        needs=HttpExam,
        ask=limited,
        title="Too many requests are refused",
        why="Without a limit one caller's mistake is everybody's outage; a limit that is too tight stops honest work",
        fix="Count per caller and window before anything is done, and answer 429 past the limit",
    ),
    Check(
        name="http.retry_after",
        needs=HttpExam,
        ask=retry_after,
        title="429 says when to come back",
        why="A client that is not told tries again at once, and makes it worse",
        fix="Send `Retry-After` with the seconds until the next request will be accepted",
    ),
)
