"""Read what `events` wrote into evidence."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from grader.collectors.fuzz.lines import (
    AnswerLine,
    EarlierLine,
    ErrorLine,
    FailureLine,
    FinishedLine,
    Line,
    RequestLine,
    ScenarioLine,
    SequenceLine,
)
from grader.collectors.fuzz.sequences import asked, digest, tallied
from grader.evidence.fuzz import Earlier, End, FuzzFailure, FuzzRun, OperationTally
from grader.evidence.http import TOKEN, Exchange, Received, Sent
from grader.sandbox.forwarder import DEADLINE_SECONDS

MAX_FAILURES = 100
MARGIN = 1.0  # the two clocks do not begin at once
_KEPT_HEADERS = ("content-type", "authorization")


def run_of(
    name: str, lines: Sequence[Line], *, paths: Iterable[str], token: str = "", over: str = "", seconds: float = 0.0
) -> FuzzRun:
    """The run these lines tell of.

    `paths` are the contract's own paths, to name operations alike in every run; `over` says why we ended the run
    early after `seconds`; `token` is replaced by what stands for it.
    """
    label = _Labels(tuple(paths))
    sequences = [line for line in lines if isinstance(line, SequenceLine)]
    scenarios = [line for line in lines if isinstance(line, ScenarioLine)]
    scenarios += [tally for line in sequences for tally in tallied(line)]
    counts = [asked(line) for line in sequences]
    finished = next((line for line in lines if isinstance(line, FinishedLine)), None)
    ended, reason = _end(lines, scenarios, over, seconds)
    unanswered = next((line.request for line in lines if isinstance(line, ErrorLine) and line.request), None)
    return FuzzRun(
        name=name,
        ended=ended,
        reason=reason,
        operations=_tallies(scenarios, label),
        failures=_failures(scenarios, label, token),
        unanswered=Exchange(sent=sent_of(unanswered, token), error=reason) if unanswered else None,
        requests=(digest(sequences) or finished.requests) if finished else "",
        asked_made=sum(count.made for count in counts),
        asked_deleted=sum(count.deleted for count in counts),
    )


def _end(lines: Sequence[Line], scenarios: Sequence[ScenarioLine], over: str, seconds: float) -> tuple[End, str]:
    errors = [line for line in lines if isinstance(line, ErrorLine)]
    finished = [line for line in lines if isinstance(line, FinishedLine)]
    silent = [error for error in errors if error.no_answer]
    if silent or any(line.reason == "server_unavailable" for line in finished):
        return "service", _silence(silent)
    if errors:
        first = errors[0]
        return "grader", f"schemathesis: {first.exception} at {first.operation or 'the start'}: {first.text}"
    waited = sum(line.waited for line in scenarios)
    if over and waited > seconds / 2:
        return "service", f"its answers took so long that {over}"
    if over:
        return "grader", over
    if not any(line.reason == "completed" for line in finished):
        return "grader", "schemathesis stopped before its end"
    return "completed", ""


def _silence(errors: list[ErrorLine]) -> str:
    if any(error.exception == "ServerUnavailable" for error in errors):
        return "no connection was accepted any more"
    if any(error.waited > DEADLINE_SECONDS - MARGIN for error in errors):
        return f"no whole answer came within {DEADLINE_SECONDS:.0f} seconds"
    return "the connection ended before a whole answer came"


class _Labels:
    """`PUT /todos/1` of one contract is `PUT /todos/{id}` of the other."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._paths = paths
        self._patterns = [(path, re.compile(_pattern(path))) for path in paths if "{" in path]

    def __call__(self, operation: str) -> str:
        method, _, path = operation.partition(" ")
        if path in self._paths:
            return operation
        return next((f"{method} {known}" for known, pattern in self._patterns if pattern.fullmatch(path)), operation)


def _pattern(path: str) -> str:
    return "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))


def _tallies(scenarios: list[ScenarioLine], label: _Labels) -> tuple[OperationTally, ...]:
    counts: dict[str, dict[str, int]] = {}
    for scenario in scenarios:
        known = counts.setdefault(label(scenario.operation), {})
        for status, count in scenario.statuses.items():
            known[status] = known.get(status, 0) + count
    return tuple(OperationTally(operation=name, statuses=dict(sorted(known.items()))) for name, known in counts.items())


def _failures(scenarios: list[ScenarioLine], label: _Labels, token: str) -> tuple[FuzzFailure, ...]:
    """Equal failures of all scenarios merged, in the order of operation, code and status."""
    groups: dict[tuple[Any, ...], list[FailureLine]] = {}
    for line in (failure for scenario in scenarios for failure in scenario.failures):
        key = (label(line.operation), line.code, line.answer.status, line.place, line.keyword)
        groups.setdefault(key, []).append(line)
    merged = [_merged(key[0], groups[key], token) for key in sorted(groups)]
    return tuple(merged[:MAX_FAILURES])


def _merged(operation: str, lines: list[FailureLine], token: str) -> FuzzFailure:
    shown = min(lines, key=_told_first)
    sent = sent_of(shown.request, token)
    if not shown.gone:
        sent = msgspec.structs.replace(sent, template=_template(operation, sent.target))
    return FuzzFailure(
        code=shown.code,
        operation=operation,
        status=shown.answer.status,
        place=shown.place,
        keyword=shown.keyword,
        headers=shown.headers,
        count=sum(line.count for line in lines),
        example=Exchange(sent=sent, received=_received(shown.answer, token)),
        before=tuple(_earlier(line, token) for line in shown.before),
    )


def _told_first(line: FailureLine) -> tuple[object, ...]:
    """What is shown of equal failures: about something that is there, and short."""
    requests = [earlier.request for earlier in line.before] + [line.request]
    return line.gone, len(requests), sum(request.size for request in requests), msgspec.json.encode(requests)


def _earlier(line: EarlierLine, token: str) -> Earlier:
    sent = sent_of(line.request, token)
    template = sent.target if "$" in sent.target else ""
    exchange = Exchange(sent=msgspec.structs.replace(sent, template=template), received=_received(line.answer, token))
    value = _hidden(line.value, token)
    return Earlier(exchange=exchange, variable=line.variable, source=line.source, value=value)


def _received(answer: AnswerLine, token: str) -> Received:
    return Received(
        status=answer.status,
        headers=tuple((name.lower(), _hidden(value, token)) for name, value in answer.headers),
        body=_hidden(answer.body, token),
        cut=answer.cut,
    )


def _template(operation: str, target: str) -> str:
    """`/todos/$ID` for the operation `PUT /todos/{id}`: the item is made anew when the request is repeated."""
    path, question, query = target.partition("?")
    pattern = operation.partition(" ")[2]
    parts, names = path.split("/"), pattern.split("/")
    if "{" not in pattern or len(parts) != len(names):
        return ""
    shown = [
        "$" + name.strip("{}").upper() if name.startswith("{") else part
        for part, name in zip(parts, names, strict=True)
    ]
    return "/".join(shown) + question + query


def sent_of(line: RequestLine, token: str) -> Sent:
    """The request as it is saved: the headers that say something, no token, a body that is no text described."""
    headers = {n: _hidden(value, token) for n, value in line.headers.items() if n.lower() in _KEPT_HEADERS}
    sent = Sent(method=line.method, target=line.target, headers=headers, body=line.text or None)
    if not line.base64:
        return sent
    return msgspec.structs.replace(
        sent,
        body=None,
        body_note=f"{line.size} bytes that are not UTF-8: {json.dumps(_escaped(line.base64))}",
        body_command=f"printf %s {shlex.quote(line.base64)} | base64 -d",
    )


def _hidden(text: str, token: str) -> str:
    return text.replace(token, TOKEN) if token else text


def _escaped(encoded: str) -> str:
    return base64.b64decode(encoded)[:40].decode("utf-8", "backslashreplace")
