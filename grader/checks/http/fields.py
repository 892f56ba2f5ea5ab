"""Questions about the values in an answer: the oracle is what we sent, or what was answered before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.http.faults import Fault, each, verdict
from grader.checks.http.json_values import equal, is_a
from grader.checks.http.runs import (
    Names,
    Unanswerable,
    all_runs,
    answer,
    body,
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
from grader.evidence.http import Received
from grader.exam.paths import MISSING, dig
from grader.exam.values import fill
from grader.model import Check, Finding, blocked

_REFUSAL = range(400, 500)


@judged
def fields(exam: HttpExam, *, step: Names, equals: dict[str, Any], given: Names = ()) -> Finding:
    """The JSON body has these values; texts may hold placeholders of the exam (`{word:a}`)."""
    wanted = {path: fill(value, exam.values) for path, value in equals.items()}

    def wrong(run: StepRun, _received: Received) -> str:
        if not worked(run):
            return told_status(run)
        return unlike(exam, run, wanted)

    expected = ", ".join(f"`{path}` {plain(value)}" for path, value in wanted.items())
    return each(exam, step, wrong, given=given, good="The values are right", expected=expected)


@judged
def types(exam: HttpExam, *, step: Names, types: dict[str, str], given: Names = ()) -> Finding:
    """Fields are there and of the right kind (`string`, `integer`, `boolean`, `date`, `time`, …; `date?`: or null)."""

    def wrong(run: StepRun, _received: Received) -> str:
        if not worked(run):
            return told_status(run)
        bad = [path for path, kind in types.items() if not _is(dig(body(run), path), kind)]
        if not bad:
            return ""
        found = told(exam, run, dig(body(run), bad[0]))
        more = f"; also wrong: {', '.join(bad[1:])}" if bad[1:] else ""
        return f"`{bad[0]}` is {found}, no {types[bad[0]].rstrip('?')}{more}"

    expected = ", ".join(f"{path}: {kind.replace('?', ' or null')}" for path, kind in types.items())
    return each(exam, step, wrong, given=given, good="All fields are there", expected=expected)


@judged
def round_trip(exam: HttpExam, *, step: Names, read: Names = (), given: Names = ()) -> Finding:
    """The answer to `step` holds every field that was sent, unchanged, and so does the answer to `read`."""
    need(exam, given)
    runs, faults = sent_runs(exam, step), []
    unsent: list[StepRun] = []
    for run in runs:
        readers = _readers(exam, read, run)
        unsent += [reader for reader in readers if reader.exchange is None]
        for seen in (run, *(reader for reader in readers if reader.exchange is not None)):
            said = unlike(exam, seen, run.sent_json) if worked(seen) else told_status(seen)
            if said:
                faults.append(Fault(seen, said, (run,)))
                break
    if unsent and not faults:
        raise Unanswerable(blocked(f"Not sent: {unsent[0].skipped}"))
    return verdict(exam, faults, len(runs), good="What was sent came back", expected="every field as it was sent")


@judged
def ignored(exam: HttpExam, *, step: Names, fields: tuple[str, ...], read: Names = (), given: Names = ()) -> Finding:
    """Fields a client must not set are refused with 4xx or have no effect."""
    need(exam, given)
    runs, faults = sent_runs(exam, step), []
    for run in runs:
        received = answer(run)
        if received is not None and received.status in _REFUSAL:
            continue
        if not worked(run):
            faults.append(Fault(run, told_status(run)))
            continue
        for seen in (run, *_readers(exam, read, run)):
            taken = [name for name in fields if equal(dig(body(seen), name), dig(run.sent_json, name))]
            if taken:
                faults.append(
                    Fault(seen, f"`{taken[0]}` was set to {told(exam, run, run.sent_json[taken[0]])}", (run,))
                )
    return verdict(exam, faults, len(runs), good="They have no effect", expected=f"no effect of {', '.join(fields)}")


def _readers(exam: HttpExam, read: Names, run: StepRun) -> list[StepRun]:
    return [same_key(run, all_runs(exam, name)) for name in listed(read)]


def unlike(exam: HttpExam, run: StepRun, wanted: Mapping[str, Any]) -> str:
    """What an answer has other than `wanted`, in words; empty when all is there."""
    got = body(run)
    bad = [path for path, value in wanted.items() if not equal(dig(got, path), value)]
    if not bad:
        return ""
    more = f"; also wrong: {', '.join(bad[1:])}" if bad[1:] else ""
    return f"`{bad[0]}` is {told(exam, run, dig(got, bad[0]))}, not {plain(wanted[bad[0]])}{more}"


def _is(value: Any, kind: str) -> bool:  # noqa: ANN401 - any JSON value
    return value is not MISSING and is_a(value, kind)


def plain(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value of ours, short."""
    text = {True: "true", False: "false", None: "null"}.get(value) if value is None or isinstance(value, bool) else None
    return text or (f'"{value[:60]}"' if isinstance(value, str) else str(value)[:60])


CHECKS: tuple[Check[Any], ...] = (
    Check(name="http.fields", needs=HttpExam, ask=fields),
    Check(
        name="http.types",
        needs=HttpExam,
        ask=types,
        title="Every field is there and of its type",
        why="Clients are generated from the contract: a missing field or another type breaks them",
        fix="Compare the answer with the contract, field by field",
    ),
    Check(
        name="http.round_trip",
        needs=HttpExam,
        ask=round_trip,
        title="What is sent comes back",
        why="Storing something else than what was sent is the worst a data service can do, because nobody notices",
        fix="Follow the value from the request to the store and back",
    ),
    Check(
        name="http.ignored",
        needs=HttpExam,
        ask=ignored,
        title="Clients cannot set what is the server's",
        why="Mass assignment: whoever can write `id` or a role can write somebody else's",
        fix="Copy the fields a client may set by name; never the whole body",
    ),
)
