"""One question about many requests is one answer: the worst is named, the others are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from grader.checks.exchanges import CRASH
from grader.checks.http.runs import Names, Unanswerable, answer, need, sent_runs, told_status
from grader.checks.http.showing import shown
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.model import Finding, blocked, failed, passed

SERVER_ERROR = 500
_ERROR = 400


class Fault(NamedTuple):
    """What is wrong with a run, in words; `shows` are more runs to look at. `symptom` is what sets the fault apart."""

    run: StepRun
    said: str
    shows: tuple[StepRun, ...] = ()
    symptom: str = ""


def each(
    exam: HttpExam,
    step: Names,
    wrong: Callable[[StepRun, Received], str],
    *,
    given: Names = (),
    good: str,
    expected: str,
    may_close: bool = False,
    form: bool = False,
) -> Finding:
    """Ask `wrong` of every run of `step`: it says what is wrong, or nothing.

    A missing answer is wrong, unless the service `may_close` the connection and is still there afterwards. Where
    only the `form` of answers is asked, a missing one blocks the question: others ask for the answer itself.
    """
    need(exam, given)
    runs = sent_runs(exam, step)
    faults, silent = [], [run for run in runs if answer(run) is None and not (may_close and _closed(exam, run))]
    for run in runs:
        received = answer(run)
        said = wrong(run, received) if received is not None else ""
        faults += [Fault(run, said, symptom=run.rule)] if said else []
    if form and silent and not faults:
        raise Unanswerable(blocked(f"Cannot be asked: {told_status(silent[0])}"))
    faults += [] if form else [Fault(run, told_status(run)) for run in silent]
    return verdict(exam, faults, len(runs), good=good, expected=expected)


def verdict(exam: HttpExam, faults: Sequence[Fault], of: int, *, good: str, expected: str) -> Finding:
    """Pass without faults; else one failure with the worst fault in words and at most three exhibits."""
    if not faults:
        return passed(good)
    ordered = sorted(faults, key=lambda fault: _rank(fault.run))
    worst = ordered[0]
    said = f"{worst.run.variant}: {worst.said}" if worst.run.variant else worst.said
    count = f"{len(faults)} of {of} requests went wrong; " if len(faults) > 1 else ""
    runs = _once(run for fault in ordered for run in (*fault.shows, fault.run))
    crash = {CRASH} if any(_rank(fault.run) == 0 for fault in faults) else set()
    symptoms = tuple(sorted({fault.symptom for fault in faults if fault.symptom} | crash))
    return failed(f"{count}{said}", expected=expected, exhibits=shown(exam, runs), symptoms=symptoms)


def _closed(exam: HttpExam, run: StepRun) -> bool:
    return run.exchange is not None and run.exchange.error.startswith("the connection was") and exam.died_at != run.step


def _rank(run: StepRun) -> int:
    """Crashes before accepted nonsense before wrong codes."""
    received = answer(run)
    if received is None or received.status >= SERVER_ERROR:
        return 0
    return 1 if received.status < _ERROR else 2


def _once(runs: Iterable[StepRun]) -> list[StepRun]:
    seen: list[StepRun] = []
    for run in runs:
        if not any(run is other for other in seen):
            seen.append(run)
    return seen
