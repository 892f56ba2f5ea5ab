"""Questions about many who want the same at the same time. Like `together`: a finding never says who won."""

from __future__ import annotations

from typing import Any

from grader.checks.http.json_values import equal
from grader.checks.http.runs import Names, Unanswerable, answer, body, judged, need, sent_runs, told_status, worked
from grader.checks.http.showing import show_together
from grader.evidence.exam import HttpExam, StepRun
from grader.exam.paths import dig
from grader.model import Check, Finding, blocked, failed, passed

_ERROR = 400


@judged
def counted(exam: HttpExam, *, step: str, read: str, path: str, rounds: int = 1, given: Names = ()) -> Finding:
    """All requests sent at the same time are answered, and `path` of `read` then counts exactly them.

    Fails when `rounds` or more of the scenario's rounds are wrong: chance alone must not take points.
    """
    need(exam, given)
    readers, runs = sent_runs(exam, read), sent_runs(exam, step)
    rows = [(reader, [run for run in runs if run.round == reader.round]) for reader in readers]
    for _, row in rows:
        if not any(_answered(run) for run in row):
            raise Unanswerable(blocked(f"Cannot be asked: {told_status(row[0])}"))
    wrong = [
        (reader, row)
        for reader, row in rows
        if not (all(map(_answered, row)) and worked(reader) and equal(dig(body(reader), path), len(row)))
    ]
    if len(wrong) < rounds:
        return passed(f"`{path}` counts every one")
    reader, row = wrong[0]
    said = f"not every one of {len(row)} requests sent at the same time was answered and counted in `{path}`"
    shown = show_together(exam, row, f"afterwards `{path}` is not {len(row)}, or one of them was an error", reader)
    return failed(said, expected=f"`{path}` {len(row)}", exhibits=(shown,))


@judged
def only_one(
    exam: HttpExam, *, step: str, refusal: tuple[int, ...] = (409,), rounds: int = 1, given: Names = ()
) -> Finding:
    """Of equal requests sent at the same time one is accepted, and the others are refused with `refusal`.

    Fails when `rounds` or more of the scenario's rounds are wrong.
    """
    need(exam, given)
    runs = sent_runs(exam, step)
    rows = {run.round: [other for other in runs if other.round == run.round] for run in runs}
    for row in rows.values():
        if not any(worked(run) for run in row):
            raise Unanswerable(blocked(f"Cannot be asked: {told_status(row[0])}"))
    wrong = [row for row in rows.values() if sum(map(worked, row)) != 1 or not all(_fits(run, refusal) for run in row)]
    if len(wrong) < rounds:
        return passed("One was accepted, the others were refused")
    codes = " or ".join(map(str, refusal))
    said = f"of {len(wrong[0])} equal requests at the same time not exactly one was accepted and the others {codes}"
    shown = show_together(exam, wrong[0], f"more than one 2xx, or something else than {codes}")
    return failed(said, expected=f"one 2xx, {codes} for the others", exhibits=(shown,))


def _answered(run: StepRun) -> bool:
    received = answer(run)
    return received is not None and received.status < _ERROR


def _fits(run: StepRun, refusal: tuple[int, ...]) -> bool:
    received = answer(run)
    return worked(run) or (received is not None and received.status in refusal)


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.counted",
        needs=HttpExam,
        ask=counted,
        title="Counting is exact, also at the same time",
        why="Read, add one, write back: two at once are counted once",
        fix="Let the store add in one statement, or hold a lock from reading to writing",
    ),
    Check(
        name="http.only_one",
        needs=HttpExam,
        ask=only_one,
        title="What can be had once is given once",
        why="Look first, then take: between the two somebody else has looked as well",
        fix="Let a unique key of the store decide, and answer its refusal",
    ),
)
