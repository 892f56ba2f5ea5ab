"""Questions about one answer beside another: nothing changed, nothing differs, nothing is given twice."""

from __future__ import annotations

from typing import Any

from grader.checks.http.faults import Fault, verdict
from grader.checks.http.json_values import different, equal, moment
from grader.checks.http.runs import (
    Names,
    Unanswerable,
    all_runs,
    answer,
    body,
    have_worked,
    judged,
    listed,
    need,
    same_key,
    sent_runs,
    told_status,
    worked,
)
from grader.checks.http.showing import told
from grader.evidence.exam import HttpExam, StepRun
from grader.exam.paths import MISSING, dig
from grader.model import Check, Finding, blocked, failed
from grader.visible import one_line


@judged
def same(
    exam: HttpExam,
    *,
    step: Names,
    other: str,
    path: str = "",
    only: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    given: Names = (),
) -> Finding:
    """The answer to `step` shows the same as the one to `other`, which came before: all fields, or `only` some."""
    need(exam, given)
    have_worked(exam, other)
    runs, faults = sent_runs(exam, step), []
    for run in runs:
        before = same_key(run, sent_runs(exam, other))
        new, old = dig(body(run), path), dig(body(before), path)
        bad = [] if not worked(run) else _differences(old, new, ignore)
        bad = [name for name in bad if not only or name in only]
        said = told_status(run) if not worked(run) else _said(exam, run, old, new, bad)
        if said:
            faults.append(Fault(run, said, (before,)))
    return verdict(exam, faults, len(runs), good="Nothing differs", expected="the same values as before")


@judged
def later(exam: HttpExam, *, step: Names, other: str, path: str, given: Names = ()) -> Finding:
    """The time at `path` is later than the one the answer to `other` showed, which came before.

    A store that keeps whole seconds only may show the same second again; never an earlier one.
    """
    need(exam, (*listed(given), other))
    runs, faults = sent_runs(exam, step), []
    for run in runs:
        before = same_key(run, sent_runs(exam, other))
        new, old = moment(dig(body(run), path)), moment(dig(body(before), path))
        if new is None or old is None:
            raise Unanswerable(blocked(f"Cannot be asked: {told_status(run)} without a time in `{path}`"))
        if new < old:
            faults.append(Fault(run, f"`{path}` is earlier than before", (before,)))
        elif new == old and (new.microsecond or old.microsecond):
            faults.append(Fault(run, f"`{path}` is the same as before, to the fraction of a second", (before,)))
    return verdict(exam, faults, len(runs), good=f"`{path}` moves on", expected=f"a later `{path}`")


@judged
def survives_restart(
    exam: HttpExam, *, step: str, other: str, restart: str, ignore: tuple[str, ...] = (), given: Names = ()
) -> Finding:
    """After the step `restart` the service is back and `step` shows what `other` showed before it."""
    failed_restart = next((run for run in all_runs(exam, restart) if run.skipped and exam.died_at == restart), None)
    if failed_restart is not None:
        return failed(f"The service did not come back: {one_line(failed_restart.skipped)}", expected="it listens again")
    return same(exam, step=step, other=other, ignore=ignore, given=given)


@judged
def equal_answers(exam: HttpExam, *, step: str, other: str, path: str = "", given: Names = ()) -> Finding:
    """Two requests that mean the same to an honest service get the same status and the same value at `path`."""
    need(exam, given)
    first, second = sent_runs(exam, other)[-1], sent_runs(exam, step)[-1]
    one, two = answer(first), answer(second)
    faults = []
    if one is None or two is None or one.status != two.status:
        faults.append(Fault(second, f"{told_status(second)}, but {told_status(first)}", (first,)))
    elif not equal(dig(body(first), path), dig(body(second), path)):
        faults.append(Fault(second, "two requests that mean the same were answered differently", (first,)))
    return verdict(exam, faults, 1, good="Both got the same answer", expected="the same answer to both")


@judged
def distinct(exam: HttpExam, *, step: Names, path: str = "id", given: Names = ()) -> Finding:
    """Every answer has another value at `path`."""
    need(exam, given)
    runs, faults = sent_runs(exam, step), []
    seen: list[tuple[Any, StepRun]] = []
    for run in runs:
        value = dig(body(run), path) if worked(run) else MISSING
        if value is MISSING:
            faults.append(Fault(run, f"{told_status(run)} without `{path}`" if worked(run) else told_status(run)))
            continue
        twin = next((other for known, other in seen if equal(known, value)), None)
        if twin is not None:
            faults.append(Fault(run, f"`{path}` {told(exam, run, value)} was given twice", (twin,)))
        seen.append((value, run))
    return verdict(exam, faults, len(runs), good=f"All {len(runs)} differ", expected=f"another `{path}` every time")


def _said(exam: HttpExam, run: StepRun, old: Any, new: Any, names: list[str]) -> str:  # noqa: ANN401 - JSON values
    """What changed from `old` to `new`, in words; the empty name is the value as a whole."""
    if not names:
        return ""
    name = names[0]
    values = [told(exam, run, dig(side, name) if name else side) for side in (old, new)]
    more = f"; also {', '.join(names[1:])}" if names[1:] else ""
    shown = f"`{name}`" if name else "the value"
    if values[0] == values[1]:
        return f"{shown} changed{more}"
    return f"{shown} was {values[0]} and is {values[1]}{more}"


def _differences(old: Any, new: Any, ignore: tuple[str, ...]) -> list[str]:  # noqa: ANN401 - JSON values
    if isinstance(old, dict) and isinstance(new, dict):
        return different(old, new, ignore)
    return [] if equal(old, new) and old is not MISSING else [""]


CHECKS: tuple[Check[Any], ...] = (
    Check(name="http.same", needs=HttpExam, ask=same),
    Check(
        name="http.later",
        needs=HttpExam,
        ask=later,
        title="A time moves on with every change",
        why="Clients ask it whether their copy is old",
        fix="Set it in every change",
    ),
    Check(name="http.survives_restart", needs=HttpExam, ask=survives_restart),
    Check(name="http.equal_answers", needs=HttpExam, ask=equal_answers),
    Check(
        name="http.distinct",
        needs=HttpExam,
        ask=distinct,
        title="Identifiers are given once",
        why="Two things with one identifier cannot be told apart: updates hit the wrong one",
        fix="Let the store number them (a sequence or a random UUID), never the count of what is there",
    ),
)
