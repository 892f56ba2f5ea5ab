"""Loaded by the schemathesis program itself (`SCHEMATHESIS_HOOKS`), never imported by the grader.

Writes one JSON line per event to the file named by `GRADER_FUZZ_EVENTS`: facts only. It must import nothing of the
grader: this file runs in another process, and what hypothesis sees as "local code" would feed its choice of values.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
import urllib3.response
from schemathesis import cli
from schemathesis.engine import Status, events
from schemathesis.engine.run import probes

MAX_BODY = 4096
MAX_TEXT = 300
MAX_FAILURES_PER_SCENARIO = 50
NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)
NO_ANSWER_NAMES = ("ServerUnavailable", "UnresponsiveOperationError", "UnhealthyAPIError")

# The probes ask the service what it can do and adapt the exam to it, and their header names the tool (§2: same exam).
probes.PROBES = ()  # type: ignore[assignment] # private, but the version is pinned and a contract test watches it
# A body is judged as it came over the wire: nothing a stranger sends is decompressed here.
urllib3.response.HTTPResponse.CONTENT_DECODERS = []


@schemathesis.hook
def before_call(_context: Any, _case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ANN401 - types of the tool
    """Leave out the random id that would tell a service that it is being tested."""
    kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Schemathesis-TestCaseId": None}


@cli.handler()
class Recorder(cli.EventHandler):
    """Writes what was sent, what failed and how the run ended."""

    def __init__(self, *_args: object, **_options: object) -> None:
        self._out = open(os.environ["GRADER_FUZZ_EVENTS"], "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed in shutdown
        self._requests = hashlib.sha256()

    def handle_event(self, _ctx: Any, event: Any) -> None:  # noqa: ANN401 - types of the tool
        """One event of the run."""
        if isinstance(event, events.ScenarioFinished):
            self._scenario(event)
        elif isinstance(event, events.NonFatalError):
            self._write(kind="error", operation=event.label, **_described(event.value))
        elif isinstance(event, events.FatalError):
            self._write(kind="error", operation="", **_described(event.exception))
        elif isinstance(event, events.EngineFinished):
            self._write(kind="finished", reason=event.stop_reason.value, requests=self._requests.hexdigest())

    def shutdown(self, _ctx: Any) -> None:  # noqa: ANN401 - types of the tool
        """The run is over, in whatever way."""
        self._out.close()

    def _scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        statuses: dict[str, int] = {}
        unanswered = None
        for interaction in recorder.interactions.values():
            request = interaction.request
            self._requests.update(f"{request.method} {_target(request.uri)}\n".encode())
            self._requests.update((request.body or b"") + b"\n")
            answer = str(interaction.response.status_code) if interaction.response else "none"
            statuses[answer] = statuses.get(answer, 0) + 1
            if interaction.response is None:
                unanswered = _sent(request)
        self._write(
            kind="scenario",
            phase=event.phase.value,
            operation=recorder.label,
            statuses=statuses,
            unanswered=unanswered,
            failures=_failures(recorder),
        )

    def _write(self, **line: object) -> None:
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()  # a run that is killed keeps what it wrote


def _failures(recorder: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - types of the tool
    """Failed checks of a scenario, equal ones counted once with their shortest request."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status != Status.FAILURE:
                continue
            failure = check.failure_info.failure
            interaction = recorder.interactions[failure.case_id or case_id]
            line = {"check": check.name, **_failure(failure), **_exchange(interaction)}
            key = (line["code"], line["operation"], line["answer"]["status"], line["place"], line["keyword"])
            known = found.get(key)
            count = known["count"] + 1 if known else 1
            found[key] = {**(line if known is None or _size(line) < _size(known) else known), "count": count}
    return list(found.values())[:MAX_FAILURES_PER_SCENARIO]


def _size(line: dict[str, Any]) -> tuple[int, str]:
    text = json.dumps(line["request"], sort_keys=True)
    return len(text), text


def _failure(failure: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    """What is stable about a failure: its code, and for a broken shape the place and the keyword it breaks."""
    place = [str(part) for part in getattr(failure, "instance_path", None) or ()]
    keyword = [str(part) for part in getattr(failure, "schema_path", None) or ()]
    return {
        "code": failure.code,
        "operation": failure.operation or "",
        "place": "/".join(place),
        "keyword": keyword[-1] if keyword else "",
        "headers": list(getattr(failure, "missing_headers", None) or ()),
        "message": "" if keyword else str(failure.message)[:MAX_TEXT],
    }


def _exchange(interaction: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    answer: dict[str, Any] = {"status": 0, "headers": [], "body": "", "cut": False}
    response = interaction.response
    if response is not None:
        content = response.content or b""
        answer = {
            "status": response.status_code,
            "headers": [[name, value] for name, values in response.headers.items() for value in values],
            "body": content[:MAX_BODY].decode("utf-8", "replace"),
            "cut": len(content) > MAX_BODY,
        }
    return {"request": _sent(interaction.request), "answer": answer}


def _sent(request: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    body = request.body or b""
    headers = {name: values[0] for name, values in request.headers.items()}
    sent = {"method": request.method, "target": _target(request.uri), "headers": headers, "size": len(body)}
    try:
        return {**sent, "text": body[:MAX_BODY].decode("utf-8")}
    except UnicodeDecodeError:
        return {**sent, "base64": base64.b64encode(body[:MAX_BODY]).decode("ascii")}


def _target(uri: str) -> str:
    parts = urlsplit(uri)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _described(error: BaseException) -> dict[str, Any]:
    name = type(error).__name__
    return {
        "exception": name,
        "text": str(error)[:MAX_TEXT],
        "no_answer": isinstance(error, NO_ANSWER) or name in NO_ANSWER_NAMES,
    }
