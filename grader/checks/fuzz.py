"""Questions about what schemathesis found: the second instrument, beside a challenge's own exam.

A failure is merged by its root cause, costs at most once per operation, and a run that our side ended early is never
held against anybody. An operation that accepted nothing has shown nothing, nor has a service that gives the same answer
to everybody: they earn nothing here, and why is for other checks to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader.checks.exchanges import CRASH, asked, http_exhibit
from grader.checks.fuzz_shown import exhibits, listed, names_of
from grader.evidence.fuzz import FuzzFailure, FuzzRun, FuzzRuns
from grader.model import Check, Finding, blocked, failed, passed, undecided

NOT_MADE = "the items that the requests are about were not made, each with a name of its own: the answers show nothing"
STOPPED = "the service stopped answering before all was asked"
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
        expected="an answer of success, or 404 or 410 for an item that does not exist",
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


def forgets_deleted(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """In a sequence of requests, an item that was deleted is gone for all that follow."""
    return _follows(
        fuzzed,
        runs,
        "ST301",
        lambda run: run.asked_deleted,
        good="none of {asked} requests for an item that had been deleted was answered with success",
        bad="a deleted item was still there: {list}",
        nothing="no item was deleted and asked for again, so nothing is known about it",
        expected="404, as for an item that never was",
    )


def keeps_created(fuzzed: FuzzRuns, *, runs: tuple[str, ...] = ()) -> Finding:
    """In a sequence of requests, an item that was just made is there for the next one."""
    return _follows(
        fuzzed,
        runs,
        "ST302",
        lambda run: run.asked_made,
        good="each of {asked} requests for an item that had just been made found it",
        bad="an item that had just been made was not found: {list}",
        nothing="no item was made and asked for again, so nothing is known about it",
        expected="the item, as an answer of success had promised",
    )


def _follows(
    fuzzed: FuzzRuns, names: tuple[str, ...], code: str, count: Callable[[FuzzRun], int], **texts: str
) -> Finding:
    """One root cause however many operations show it; nothing is known where nothing was asked."""
    runs = _chosen(fuzzed, names)
    broken = next((run for run in runs if run.ended == "grader"), None)
    if not runs or broken:
        return undecided(broken.reason if broken else "no such run was recorded")
    found = [(run, failure) for run in runs for failure in _root_causes(run.failures) if failure.code == code]
    if found:
        message = texts["bad"].format(list=listed(failure for _, failure in found))
        return failed(message, expected=texts["expected"], exhibits=exhibits(found))
    if any(run.ended == "service" for run in runs):
        return blocked(STOPPED)
    asked_for = sum(count(run) for run in runs)
    return passed(texts["good"].format(asked=asked_for)) if asked_for else blocked(texts["nothing"])


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
        told = listed(failure for _, failure in found)
        message = texts["bad"].format(**words, failing=len(failing), list=told)
        return failed(message, expected=texts["expected"], score=share, exhibits=exhibits(found), symptoms=symptoms)
    silence = _shows_nothing(runs, made=made, reached=bool(reached))
    if silence:
        return blocked(silence)
    if unseen:
        message = f"nothing is known of {names_of(unseen)}: no valid request was accepted there"
        return failed(message, expected=texts["expected"], score=share)
    return passed(texts["good"].format(**words))


def _shows_nothing(runs: Sequence[FuzzRun], *, made: bool, reached: bool) -> str:
    """Why answers without a fault say nothing good about the service; empty when they do."""
    if any(run.ended == "service" for run in runs):
        return STOPPED
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
        name="fuzz.forgets_deleted",
        needs=FuzzRuns,
        ask=forgets_deleted,
        title="What was deleted stays deleted, whatever comes next",
        why="Deleted data that come back, or that can still be changed, are a promise broken",
        fix="Look an item up in one place, used by every route, and take it out of there when it is deleted",
    ),
    Check(
        name="fuzz.keeps_created",
        needs=FuzzRuns,
        ask=keeps_created,
        title="What was just made is there for the next request",
        why="An answer 201 is a promise: a client goes on with the address it was given",
        fix="Store the item before answering, and read it from the same store on every route",
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
