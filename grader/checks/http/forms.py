"""Questions about the form of single values: how a text is made up, how far two times are apart."""

from __future__ import annotations

import itertools
import re
from typing import Any

from grader.checks.http.faults import Fault, each, verdict
from grader.checks.http.json_values import moment
from grader.checks.http.runs import Names, Unanswerable, body, judged, need, sent_runs, told_status, worked
from grader.checks.http.showing import told
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.exam.paths import dig
from grader.model import Check, Finding, blocked

_FEW = 3  # pairs that say nothing


@judged
def matches(exam: HttpExam, *, step: Names, path: str, matches: str, given: Names = ()) -> Finding:
    """The text at `path` of every answer matches a regular expression as a whole."""

    def wrong(run: StepRun, _received: Received) -> str:
        if not worked(run):
            return told_status(run)
        value = dig(body(run), path)
        if isinstance(value, str) and re.fullmatch(matches, value):
            return ""
        return f"`{path}` is {told(exam, run, value)}"

    return each(exam, step, wrong, given=given, good=f"`{path}` has its form", expected=f"`{path}` like `{matches}`")


@judged
def seconds_between(
    exam: HttpExam, *, step: Names, start: str, end: str, seconds: float, margin: float = 2.0, given: Names = ()
) -> Finding:
    """The time at `end` of every answer is `seconds` after the one at `start`, give or take `margin`."""

    def wrong(run: StepRun, _received: Received) -> str:
        if not worked(run):
            return told_status(run)
        first, last = moment(dig(body(run), start)), moment(dig(body(run), end))
        if first is None or last is None:
            bad = start if first is None else end
            return f"`{bad}` is {told(exam, run, dig(body(run), bad))}, no time"
        apart = (last - first).total_seconds()
        return "" if abs(apart - seconds) <= margin else f"`{end}` is not {seconds:g} seconds after `{start}`"

    expected = f"`{end}` {seconds:g} seconds after `{start}`"
    return each(exam, step, wrong, given=given, good="The times fit together", expected=expected)


@judged
def unguessable(exam: HttpExam, *, step: Names, path: str = "id", tail: int = 2, given: Names = ()) -> Finding:
    """Names given one after the other do not differ in their last `tail` characters only, as those of a counter do.

    Fails when most of them do: two random names may look alike by chance.
    """
    need(exam, given)
    runs = sent_runs(exam, step)
    values = [dig(body(run), path) for run in runs if worked(run)]
    names = [str(value) for value in values if isinstance(value, str | int)]
    pairs = list(itertools.pairwise(names))
    if len(pairs) < _FEW:
        raise Unanswerable(blocked(f"Cannot be asked: {told_status(runs[-1])} without enough of `{path}`"))
    alike = [len(one) == len(two) and one[:-tail] == two[:-tail] for one, two in pairs]
    said = f"most `{path}`s are like the one before up to their last {tail} characters"
    faults = [Fault(runs[-1], said, tuple(runs[-3:-1]))] if 3 * sum(alike) > 2 * len(alike) else []
    return verdict(exam, faults, 1, good=f"No `{path}` leads to the next", expected=f"a random `{path}`, not a counter")


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.matches",
        needs=HttpExam,
        ask=matches,
        title="Values have the form that was promised",
        why="What others build on a form breaks with the first value that has another one",
        fix="Make values with the letters and the length of the contract",
    ),
    Check(
        name="http.seconds_between",
        needs=HttpExam,
        ask=seconds_between,
        title="Times fit together",
        why="A unit or a time zone mixed up keeps things for too long or throws them away too soon",
        fix="Add the seconds to one point in time, in UTC, and answer both",
    ),
    Check(
        name="http.unguessable",
        needs=HttpExam,
        ask=unguessable,
        title="Names cannot be guessed from one another",
        why="Whoever has one can list all of them, and knows how many there are",
        fix="Draw them from a source of randomness made for secrets, and draw again when one is taken",
    ),
)
