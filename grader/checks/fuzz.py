"""Questions about what schemathesis found: the second instrument, beside a challenge's own exam.

A failure is merged by its root cause, costs at most once per operation, and a run that our side ended early is never
held against anybody. An operation that accepted nothing has shown nothing, nor has a service that gives the same answer
to everybody: they earn nothing here, and why is for other checks to tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from grader.checks.exchanges import CRASH, Preparation, asked, http_exhibit
from grader.evidence.fuzz import FuzzFailure, FuzzRun, FuzzRuns
from grader.exhibits import AnyExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, failed, passed, undecided
from grader.visible import one_line

NOT_MADE = "the items that the requests are about were not made, each with a name of its own: the answers show nothing"
MOST_SHOWN = 3
MOST_ROWS = 12
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
CONFORMANCE = ("ST103", "ST104", "ST105", "ST106", "ST107", "ST108", "ST109", "ST110", "ST111")
# a failure in the first column is the same root cause as one of the second on the same operation and status
_CAUSES = {
    **dict.fromkeys(CONFORMANCE, ("ST101", "ST401")),
    "ST103": ("ST101", "ST401", "ST202"),
    "ST203": ("ST401",),
}


def no_5xx(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """No request, valid or not, makes the service answer with a server error."""
    return _judge(
        fuzzed,
        runs,
        lambda failure: failure.code == "ST101",
        good="none of {sent} requests to {operations} operations was answered with a 5xx",
        bad="{failing} of {operations} operations answered with a server error: {list}",
        expected="a status below 500, whatever is sent",
        symptoms=(CRASH,),
    )


def conforms(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = (), codes: tuple[str, ...] = CONFORMANCE) -> Finding:
    """Status, content type, headers and body of every answer are those of the contract."""
    return _judge(
        fuzzed,
        runs,
        lambda failure: failure.code in codes,
        good="the answers to {sent} requests to {operations} operations have the shape of the contract",
        bad="the answers of {failing} of {operations} operations break the contract: {list}",
        expected="the status, headers and body that the contract lists",
    )


def accepts_valid(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """Requests well inside of the contract are accepted."""
    return _judge(
        fuzzed,
        runs,
        lambda failure: failure.code == "ST202",
        good="{sent} valid requests to {operations} operations were accepted",
        bad="{failing} of {operations} operations refused valid requests: {list}",
        expected="an answer of success, or 404 for an item that does not exist",
    )


def refuses_invalid(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """Requests well outside of the contract are refused."""
    return _judge(
        fuzzed,
        runs,
        lambda failure: failure.code == "ST201",
        good="{operations} operations refused every invalid body that was sent",
        bad="{failing} of {operations} operations accepted invalid bodies: {list}",
        expected="a refusal: 400 or 422",
    )


def keeps_answering(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """The service is alive and answers until the last request."""
    chosen = _chosen(fuzzed, runs)
    if not chosen:
        return undecided("no such run was recorded")
    silent = [run for run in chosen if run.ended == "service"]
    if silent:
        asked_last = next((run.unanswered for run in silent if run.unanswered), None)
        return failed(
            f"{asked(asked_last.sent)}: {silent[0].reason}" if asked_last else silent[0].reason,
            expected="an answer to every request",
            symptoms=(CRASH,),
            exhibits=(http_exhibit(asked_last, title="The request that got no answer"),) if asked_last else (),
        )
    broken = next((run for run in chosen if run.ended == "grader"), None)
    if broken:
        return undecided(broken.reason)
    if not all(run.made for run in fuzzed.runs):
        return blocked(NOT_MADE)
    return passed(f"all {sum(run.sent for run in chosen)} requests were answered")


def _judge(
    fuzzed: FuzzRuns,
    names: tuple[str, ...],
    counts: Callable[[FuzzFailure], bool],
    *,
    symptoms: tuple[str, ...] = (),
    **texts: str,
) -> Finding:
    runs = _chosen(fuzzed, names)
    broken = next((run for run in runs if run.ended == "grader"), None)
    if not runs or broken:
        return undecided(broken.reason if broken else "no such run was recorded")
    found = [(run, failure) for run in runs for failure in _root_causes(run.failures) if counts(failure)]
    failing = {failure.operation for _, failure in found}
    reached = {tally.operation for run in runs for tally in run.operations if tally.reached}
    everything = list(dict.fromkeys(tally.operation for run in runs for tally in run.operations))
    unseen = [name for name in everything if name not in reached]
    made = all(run.made for run in fuzzed.runs)
    share = (
        sum(name in reached and name not in failing for name in everything) / max(len(everything), 1) if made else 0.0
    )
    words: dict[str, Any] = {"sent": sum(run.sent for run in runs), "operations": len(everything)}
    if found:
        listed = _listed([failure for _, failure in found])
        message = texts["bad"].format(**words, failing=len(failing), list=listed)
        return failed(message, expected=texts["expected"], score=share, exhibits=_exhibits(found), symptoms=symptoms)
    silence = _shows_nothing(runs, made=made, reached=bool(reached))
    if silence:
        return blocked(silence)
    if unseen:
        message = f"nothing is known of {_names(unseen)}: no valid request was accepted there"
        return failed(message, expected=texts["expected"], score=share)
    return passed(texts["good"].format(**words))


def _shows_nothing(runs: Sequence[FuzzRun], *, made: bool, reached: bool) -> str:
    """Why answers without a fault say nothing good about the service; empty when they do."""
    if any(run.ended == "service" for run in runs):
        return "the service stopped answering before all was asked"
    if not made:
        return NOT_MADE
    return "" if reached else "the service accepted none of the requests, so its answers show nothing"


def _chosen(fuzzed: FuzzRuns, names: tuple[str, ...]) -> list[FuzzRun]:
    """The named runs, all without names; none when one of them is missing."""
    known = {run.name: run for run in fuzzed.runs}
    if any(name not in known for name in names):
        return []
    return [known[name] for name in names] if names else list(fuzzed.runs)


def _root_causes(failures: Sequence[FuzzFailure]) -> list[FuzzFailure]:
    """Failures without those that another one on the same answers explains."""
    causes = {(failure.operation, failure.status, failure.code) for failure in failures}
    return [
        failure
        for failure in failures
        if not any((failure.operation, failure.status, code) in causes for code in _CAUSES.get(failure.code, ()))
    ]


def _listed(failures: Iterable[FuzzFailure]) -> str:
    """`status 500 (PUT /todos/{id}, PATCH /todos/{id})`: equal ones of several operations told once."""
    groups: dict[str, list[str]] = {}
    for failure in failures:
        operations = groups.setdefault(_told(failure), [])
        if failure.operation not in operations:
            operations.append(failure.operation)
    parts = [f"{what} ({_names(operations)})" for what, operations in groups.items()]
    more = f"; {len(parts) - MOST_SHOWN} more" if len(parts) > MOST_SHOWN else ""
    return "; ".join(parts[:MOST_SHOWN]) + more


def _told(failure: FuzzFailure) -> str:
    place = one_line(failure.place or "the top", 60)
    return {
        "ST101": f"status {failure.status}",
        "ST103": f"status {failure.status}, which is not listed",
        "ST104": f"no Content-Type with status {failure.status}",
        "ST105": f"a Content-Type that is not listed for status {failure.status}",
        "ST106": "a Content-Type that cannot be read",
        "ST107": f"no {one_line(', '.join(failure.headers), 60)} header with status {failure.status}",
        "ST108": f"`{failure.keyword}` is broken at {place}",
        "ST109": "a body that is no JSON",
        "ST110": "a body that is not what its Content-Type says",
        "ST111": "a body of an unknown kind",
        "ST201": f"status {failure.status}",
        "ST202": f"status {failure.status}",
    }.get(failure.code, f"{failure.code}, status {failure.status}")


def _names(operations: Sequence[str]) -> str:
    shown = ", ".join(one_line(name, 60) for name in operations[:MOST_SHOWN])
    return shown + (f" and {len(operations) - MOST_SHOWN} more" if len(operations) > MOST_SHOWN else "")


def _exhibits(found: Sequence[tuple[FuzzRun, FuzzFailure]]) -> tuple[AnyExhibit, ...]:
    """One request for each of the first root causes, then the list of all."""
    firsts: dict[str, tuple[FuzzRun, FuzzFailure]] = {}
    for run, failure in found:
        firsts.setdefault(
            _told(failure) if failure.code == "ST108" else f"{failure.code}{failure.status}", (run, failure)
        )
    shown: list[AnyExhibit] = [_example(run, failure) for run, failure in list(firsts.values())[:MOST_SHOWN]]
    rows = tuple((failure.operation, _told(failure), str(failure.count)) for _, failure in found)
    table = RowsExhibit(
        title="All that was found",
        head=("operation", "answered with", "requests"),
        rows=rows[:MOST_ROWS],
        note=f"{len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else "",
    )
    return (*shown, table) if len(rows) > 1 else tuple(shown)


def _example(run: FuzzRun, failure: FuzzFailure) -> AnyExhibit:
    return http_exhibit(
        failure.example,
        title=f"{failure.operation}: {_told(failure)}",
        before=_before(run, failure),
        drawn=dict.fromkeys(run.ids, "id"),
    )


def _before(run: FuzzRun, failure: FuzzFailure) -> tuple[Preparation, ...]:
    """What makes the item that the request is about; nothing for one that had been deleted or makes its own."""
    sent = failure.example.sent
    if run.prepared is None or sent.method == "POST" or ("{" in failure.operation and not sent.template):
        return ()
    variables = _VARIABLE.findall(sent.template)
    return (Preparation(run.prepared, *((variables[-1], run.named_by) if variables else ())),)


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="fuzz.no_5xx",
        needs=FuzzRuns,
        ask=no_5xx,
        title="No request leads to a server error",
        why="A 5xx says that the code met something it was not written for; callers retry it and people are woken",
        fix="Catch the case where it arises and answer with 400, 404 or 422",
    ),
    Check(
        name="fuzz.conforms",
        needs=FuzzRuns,
        ask=conforms,
        title="Answers have the shape of the contract",
        why="Clients are generated from the contract: a status, header or field that differs breaks them",
        fix="Compare the shown answer with the contract's entry for the operation",
    ),
    Check(
        name="fuzz.accepts_valid",
        needs=FuzzRuns,
        ask=accepts_valid,
        title="Valid requests are accepted",
        why="A valid request that is refused is a feature that does not work",
        fix="Loosen the validation to what the contract says",
    ),
    Check(
        name="fuzz.refuses_invalid",
        needs=FuzzRuns,
        ask=refuses_invalid,
        title="Invalid bodies are refused",
        why="Data that break the contract are stored and break whoever reads them later",
        fix="Validate types, required fields and lengths before anything is stored, on every route that takes a body",
    ),
    Check(
        name="fuzz.keeps_answering",
        needs=FuzzRuns,
        ask=keeps_answering,
        title="The service answers until the last request",
        why="One request that ends or blocks the process takes the service from everybody",
        fix="Find what the shown request does to the process: an exit, an endless loop, a lock that is not released",
    ),
)
