"""Read what `events` wrote into evidence."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from grader.evidence.fuzz import End, FuzzFailure, FuzzRun, OperationTally
from grader.evidence.http import TOKEN, Exchange, Received, Sent
from grader.sandbox.forwarder import DEADLINE_SECONDS

MAX_FAILURES = 100
MARGIN = 1.0  # the two clocks do not begin at once
_KEPT_HEADERS = ("content-type", "authorization")


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `text` is its body when that is UTF-8, else `base64`."""

    method: str
    target: str
    headers: dict[str, str]
    size: int
    text: str | None = None
    base64: str = ""


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A response with a bounded body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    cut: bool


class FailureLine(msgspec.Struct, frozen=True, kw_only=True):
    """Equal failures of one scenario. `gone` says that the item asked for had been deleted by an earlier request."""

    code: str
    operation: str
    place: str
    keyword: str
    headers: tuple[str, ...]
    request: RequestLine
    answer: AnswerLine
    gone: bool
    count: int


class ScenarioLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="scenario"):
    """What one phase sent to one operation. `waited` is the time the service took, in seconds."""

    operation: str
    statuses: dict[str, int]
    waited: float
    failures: tuple[FailureLine, ...]


class ErrorLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="error"):
    """An error of the run; `no_answer` when the service refused, broke off or did not answer in time.

    `waited` is how many seconds after the request it came, where a request is known.
    """

    operation: str
    exception: str
    text: str
    no_answer: bool
    request: RequestLine | None
    waited: float = 0.0


class FinishedLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="finished"):
    """The engine came to its end."""

    reason: Literal["completed", "interrupted", "failure_limit", "max_time", "server_unavailable"]
    requests: str


Line = ScenarioLine | ErrorLine | FinishedLine


def read_lines(text: str) -> list[Line]:
    """Every whole line; a run that was killed may leave half a line at the end.

    Raises `msgspec.MsgspecError` when another line cannot be read.
    """
    *lines, _cut = text.split("\n")
    return [msgspec.json.decode(line, type=Line) for line in lines]


def run_of(
    name: str, lines: Sequence[Line], *, paths: Iterable[str], token: str = "", over: str = "", seconds: float = 0.0
) -> FuzzRun:
    """The run these lines tell of.

    `paths` are the contract's own paths, to name operations alike in every run; `over` says why we ended the run
    early after `seconds`; `token` is replaced by what stands for it.
    """
    label = _Labels(tuple(paths))
    scenarios = [line for line in lines if isinstance(line, ScenarioLine)]
    finished = next((line for line in lines if isinstance(line, FinishedLine)), None)
    ended, reason = _end(lines, over, seconds)
    unanswered = next((line.request for line in lines if isinstance(line, ErrorLine) and line.request), None)
    return FuzzRun(
        name=name,
        ended=ended,
        reason=reason,
        operations=_tallies(scenarios, label),
        failures=_failures(scenarios, label, token),
        unanswered=Exchange(sent=_sent(unanswered, token), error=reason) if unanswered else None,
        requests=finished.requests if finished else "",
    )


def _end(lines: Sequence[Line], over: str, seconds: float) -> tuple[End, str]:
    errors = [line for line in lines if isinstance(line, ErrorLine)]
    finished = [line for line in lines if isinstance(line, FinishedLine)]
    silent = [error for error in errors if error.no_answer]
    if silent or any(line.reason == "server_unavailable" for line in finished):
        return "service", _silence(silent)
    if errors:
        first = errors[0]
        return "grader", f"schemathesis: {first.exception} at {first.operation or 'the start'}: {first.text}"
    waited = sum(line.waited for line in lines if isinstance(line, ScenarioLine))
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
    shown = min(lines, key=lambda line: (line.gone, line.request.size, msgspec.json.encode(line.request)))
    sent = _sent(shown.request, token)
    if not shown.gone:
        sent = msgspec.structs.replace(sent, template=_template(operation, sent.target))
    received = Received(
        status=shown.answer.status,
        headers=tuple((name.lower(), _hidden(value, token)) for name, value in shown.answer.headers),
        body=_hidden(shown.answer.body, token),
        cut=shown.answer.cut,
    )
    return FuzzFailure(
        code=shown.code,
        operation=operation,
        status=shown.answer.status,
        place=shown.place,
        keyword=shown.keyword,
        headers=shown.headers,
        count=sum(line.count for line in lines),
        example=Exchange(sent=sent, received=received),
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


def _sent(line: RequestLine, token: str) -> Sent:
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
