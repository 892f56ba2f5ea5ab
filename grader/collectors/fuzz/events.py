"""Loaded by the schemathesis program itself (`SCHEMATHESIS_HOOKS`), never imported by the grader.

Writes one JSON line per event to the file named by `GRADER_FUZZ_EVENTS`: facts only. It imports nothing of the grader,
because it runs in another process.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import schemathesis
from schemathesis import cli
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import Request
from schemathesis.engine.run import PhaseName
from schemathesis.transport import requests as transport

MAX_BODY = 4096
MAX_TEXT = 300
MAX_FAILURES_PER_SCENARIO = 50
NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)
NO_ANSWER_NAMES = ("ServerUnavailable", "UnresponsiveOperationError", "UnhealthyAPIError")

# Two ways of the tool have no setting; the others like them are in `launch`.


def _not_repeated(exc: requests.ConnectionError) -> bool:  # noqa: ARG001 - called by name
    """No connection is used twice, so none can have been closed before it was used."""
    return False


def _named(
    request: Callable[[requests.Session, dict[str, Any], int], requests.Response],
) -> Callable[[requests.Session, dict[str, Any], int], requests.Response]:
    """An answer that breaks off in its body raises an error without its request, so no hook would hear of it."""

    def named(session: requests.Session, data: dict[str, Any], most: int) -> requests.Response:
        try:
            return request(session, data, most)
        except requests.exceptions.ChunkedEncodingError as error:
            error.request = LAST.request
            raise

    return named


transport._is_dropped_before_response = _not_repeated  # noqa: SLF001 - see above
transport._request = _named(transport._request)  # type: ignore[assignment] # noqa: SLF001 - see above


# Items made before the run have names the service chose: the exam says `/todos/1`, the wire `/todos/8f3a`.
REAL: dict[str, str] = json.loads(os.environ.get("GRADER_FUZZ_PATHS", "{}"))
ASKED = {real: asked for asked, real in REAL.items()}
SLASHED = tuple(path.removesuffix("*") for path in REAL if path.endswith("/*"))  # paths below end with a slash there


class Last:
    """The request under way and since when: one worker, one request at a time."""

    request: requests.PreparedRequest | None = None
    since = 0.0


LAST = Last()


def _real(path: str) -> str:
    """The path this service knows for the one that the contract speaks of."""
    real = REAL.get(path, path)
    return f"{real}/" if real.startswith(SLASHED) and not real.endswith("/") else real


def _asked(path: str) -> str:
    """The other way round, so that services with other names and slashes are told of alike."""
    below = path.startswith(SLASHED) and f"{path.rstrip('/')}/" not in SLASHED
    return ASKED.get(path.removesuffix("/") if below else path, path.removesuffix("/") if below else path)


def _on_the_wire(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request with real names, and without the random id that would tell a service which tool is asking."""
    request.headers.pop("X-Schemathesis-TestCaseId", None)
    parts = urlsplit(str(request.url))
    request.url = urlunsplit(parts._replace(path=_real(parts.path)))
    LAST.request, LAST.since = request, time.monotonic()
    return request


@schemathesis.hook
def before_call(_context: Any, _case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ANN401 - types of the tool
    """`auth` of requests is the last one to touch a request before it is sent."""
    kwargs["auth"] = _on_the_wire


@schemathesis.hook
def after_network_error(context: Any, _case: Any, request: requests.PreparedRequest) -> None:  # noqa: ANN401 - same
    """A service that does not answer has shown enough: every further request might cost a whole deadline."""
    error = sys.exc_info()[1]
    if isinstance(error, NO_ANSWER):
        sent = _sent(Request.from_prepared_request(request))
        waited = time.monotonic() - LAST.since
        _write(kind="error", operation=context.operation.label, request=sent, waited=waited, **_described(error))
        raise KeyboardInterrupt


class Recorder(cli.EventHandler[Any]):
    """Writes what was sent, what failed and how the run ended."""

    def __init__(self, *_args: object, **_options: object) -> None:
        self._requests = hashlib.sha256()
        self._gone: set[str] = set()

    def handle_event(self, _ctx: Any, event: Any) -> None:  # noqa: ANN401 - types of the tool
        """One event of the run."""
        if isinstance(event, events.ScenarioFinished):
            _sequence(event.recorder) if event.phase is PhaseName.STATEFUL_TESTING else self._scenario(event.recorder)
        elif isinstance(event, events.NonFatalError):
            _write(kind="error", operation=event.label, request=None, **_described(event.value))
        elif isinstance(event, events.FatalError):
            _write(kind="error", operation="", request=None, **_described(event.exception))
        elif isinstance(event, events.EngineFinished):
            _write(kind="finished", reason=event.stop_reason.value, requests=self._requests.hexdigest())

    def _scenario(self, recorder: Any) -> None:  # noqa: ANN401 - types of the tool
        found: dict[tuple[object, ...], dict[str, Any]] = {}
        statuses: dict[str, int] = {}
        waited = 0.0
        for case_id, interaction in recorder.interactions.items():
            sent, response = _sent(interaction.request), interaction.response
            head = f"{sent['method']} {sent['target']}\n".encode()
            self._requests.update(head + (interaction.request.body or b"") + b"\n")
            answer = str(response.status_code) if response else "none"
            statuses[answer] = statuses.get(answer, 0) + 1
            if response is not None:
                waited += response.elapsed
                gone = sent["target"] in self._gone
                _collect(found, recorder, case_id, {"request": sent, "answer": _answer(response), "gone": gone})
                if sent["method"] == "DELETE" and answer.startswith("2"):
                    self._gone.add(sent["target"])
        _write(
            kind="scenario",
            operation=recorder.label,
            statuses=statuses,
            waited=waited,
            failures=list(found.values())[:MAX_FAILURES_PER_SCENARIO],
        )


def _sequence(recorder: Any) -> None:  # noqa: ANN401 - types of the tool
    """Requests that follow each other, as they are: what follows from them is worked out by the reader."""
    numbers = {case_id: number for number, case_id in enumerate(recorder.interactions)}
    _write(kind="sequence", steps=[_step(recorder, case_id, numbers) for case_id in recorder.interactions])


def _step(recorder: Any, case_id: str, numbers: dict[str, int]) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    """A request, the number of the one whose answer it takes values from, and the requests that lead to a failure."""
    node, interaction = recorder.cases[case_id], recorder.interactions[case_id]
    link = node.transition if node.is_transition_applied else None
    failures = [
        {
            **_failure(check.failure_info.failure),
            "chain": [
                numbers[case.id]
                for case in recorder.iter_chain_cases(
                    case_id=case_id, related_case_ids=check.failure_info.failure.related_case_ids()
                )
            ],
        }
        for check in recorder.checks.get(case_id, ())
        if check.status == Status.FAILURE
    ]
    return {
        "operation": node.value.operation.label,
        "request": _sent(interaction.request),
        "answer": _answer(interaction.response) if interaction.response else None,
        "waited": interaction.response.elapsed if interaction.response else 0.0,
        "after": numbers.get(link.parent_id) if link else None,
        "taken": [
            {"name": name, "expression": str(taken.definition), "value": str(taken.value.ok())}
            for name, taken in (link.parameters.get("path_parameters", {}) if link else {}).items()
        ],
        "failures": failures,
    }


def _write(**line: object) -> None:
    """Add one line at once: a run that is killed keeps what it wrote."""
    with open(os.environ["GRADER_FUZZ_EVENTS"], "a", encoding="utf-8") as out:  # noqa: PTH123 - a plain file name
        out.write(json.dumps(line) + "\n")


def _collect(
    found: dict[tuple[object, ...], dict[str, Any]],
    recorder: Any,  # noqa: ANN401 - types of the tool
    case_id: str,
    exchange: dict[str, Any],
) -> None:
    """Add the failed checks of one request; equal ones are counted, and the shortest request is kept."""
    for check in recorder.checks.get(case_id, ()):
        if check.status != Status.FAILURE:
            continue
        line = {**_failure(check.failure_info.failure), **exchange}
        key = (line["code"], line["operation"], line["answer"]["status"], line["place"], line["keyword"])
        known = found.get(key)
        count = known["count"] + 1 if known else 1
        found[key] = {**(line if known is None or _size(line) < _size(known) else known), "count": count}


def _size(line: dict[str, Any]) -> tuple[int, str]:
    text = json.dumps(line["request"], sort_keys=True)
    return len(text), text


def _failure(failure: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    """What is stable about a failure: its code, and for a broken shape the place and the keyword it breaks."""
    place = ["*" if isinstance(part, int) else str(part) for part in getattr(failure, "instance_path", None) or ()]
    keyword = [str(part) for part in getattr(failure, "schema_path", None) or ()]
    return {
        "code": failure.code,
        "operation": failure.operation or "",
        "place": "/".join(place),
        "keyword": keyword[-1] if keyword else "",
        "headers": list(getattr(failure, "missing_headers", None) or ()),
    }


def _answer(response: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    content = response.content or b""
    return {
        "status": response.status_code,
        "headers": [[name, value] for name, values in response.headers.items() for value in values],
        "body": content[:MAX_BODY].decode("utf-8", "replace"),
        "cut": len(content) > MAX_BODY,
    }


def _sent(request: Any) -> dict[str, Any]:  # noqa: ANN401 - types of the tool
    body = request.body or b""
    headers = {name: values[0] for name, values in request.headers.items()}
    sent = {"method": request.method, "target": _target(request.uri), "headers": headers, "size": len(body)}
    try:
        return {**sent, "text": body.decode("utf-8")[:MAX_BODY]}
    except UnicodeDecodeError:
        return {**sent, "base64": base64.b64encode(body[:MAX_BODY]).decode("ascii")}


def _target(uri: str) -> str:
    parts = urlsplit(uri)
    path = _asked(parts.path) or "/"
    return path + (f"?{parts.query}" if parts.query else "")


def _described(error: BaseException) -> dict[str, Any]:
    name = type(error).__name__
    return {
        "exception": name,
        "text": str(error)[:MAX_TEXT],
        "no_answer": isinstance(error, NO_ANSWER) or name in NO_ANSWER_NAMES,
    }


cli.handler()(Recorder)
