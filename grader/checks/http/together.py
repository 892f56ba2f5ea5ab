"""Questions about requests that were sent at the same time.

Who comes first is chance, so a finding says what went wrong and never which request it hit: two grades of one answer
must read the same.
"""

from __future__ import annotations

from typing import Any

from grader.checks.http.fields import unlike
from grader.checks.http.json_values import equal
from grader.checks.http.runs import Names, Unanswerable, body, judged, listed, need, sent_runs, told_status, worked
from grader.checks.http.showing import show_together
from grader.evidence.exam import HttpExam, StepRun
from grader.exam.paths import MISSING, dig
from grader.model import Check, Finding, blocked, failed, passed


@judged
def kept_all(exam: HttpExam, *, step: str, read: str, rounds: int = 1, given: Names = ()) -> Finding:
    """Changes of different fields sent at the same time are all there afterwards, or were refused.

    Fails when `rounds` or more of the scenario's rounds lost a change: chance alone must not take points.
    """
    need(exam, (*listed(given), read))
    readers = sent_runs(exam, read)
    writes = {reader.round: [run for run in sent_runs(exam, step) if run.round == reader.round] for reader in readers}
    for runs in writes.values():
        if not any(worked(run) for run in runs):
            raise Unanswerable(blocked(f"Cannot be asked: {told_status(runs[0])}"))
    losing = [reader for reader in readers if _lost(exam, writes[reader.round], reader)]
    if len(losing) < rounds:
        return passed("No change was lost")
    said = "changes of different fields sent at the same time were answered 2xx, and one of them was gone afterwards"
    exhibit = show_together(
        exam, writes[losing[0].round], "all 2xx; afterwards one of the fields is the old one", losing[0]
    )
    return failed(said, expected="every accepted change in the result", exhibits=(exhibit,))


@judged
def distinct_together(exam: HttpExam, *, step: str, path: str = "id", given: Names = ()) -> Finding:
    """Requests sent at the same time are all answered 2xx, each with another value at `path`."""
    need(exam, given)
    runs = sent_runs(exam, step)
    values = [dig(body(run), path) if worked(run) else MISSING for run in runs]
    if all(
        value is not MISSING and not any(equal(value, other) for other in values[:n]) for n, value in enumerate(values)
    ):
        return passed(f"All {len(runs)} were answered, each with another `{path}`")
    said = f"not every one of {len(runs)} requests sent at the same time was answered 2xx, each with its own `{path}`"
    exhibit = show_together(exam, runs, f"an error, or one `{path}` in two answers")
    return failed(said, expected=f"2xx and another `{path}` for each", exhibits=(exhibit,))


def _lost(exam: HttpExam, writes: list[StepRun], reader: StepRun) -> bool:
    return any(worked(run) and unlike(exam, reader, run.sent_json) for run in writes)


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.kept_all",
        needs=HttpExam,
        ask=kept_all,
        title="Changes at the same time are not lost",
        why="Read, change, write back: the second writer silently undoes the first",
        fix="Change only the sent columns in one statement or hold a lock from reading to writing",
    ),
    Check(
        name="http.distinct_together",
        needs=HttpExam,
        ask=distinct_together,
        title="Requests at the same time do not get in each other's way",
        why="Two users at once is the normal case",
        fix="Let the store number them, and give it a time to wait for a lock instead of failing at once",
    ),
)
