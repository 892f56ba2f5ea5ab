"""Exams made by hand: what was sent, what came back."""

from __future__ import annotations

import json
from typing import Any

from grader.checks import CHECKS
from grader.evidence.exam import Capture, HttpExam, StepRun
from grader.evidence.http import Exchange, Received, Sent
from grader.model import Finding, Outcome

JSON = (("content-type", "application/json"),)


def got(status: int = 200, body: Any = None, *headers: tuple[str, str], text: str | None = None) -> Received:
    """An answer; `body` becomes JSON."""
    shown = text if text is not None else "" if body is None else json.dumps(body)
    return Received(status=status, headers=headers or (JSON if shown else ()), body=shown)


def run(
    step: str,
    received: Received | str | None,
    send: str = "GET /things",
    sent: Any = None,
    *,
    template: str = "",
    captured: dict[str, Any] | None = None,
    **fields: Any,
) -> StepRun:
    """A run of a step: an answer, an error in words, or None when it was not sent."""
    method, _, target = send.partition(" ")
    headers = {"Content-Type": "application/json"} if sent is not None else {}
    request = Sent(
        method=method,
        target=target,
        template=template,
        headers=headers,
        body=None if sent is None else json.dumps(sent),
    )
    if received is None:
        return StepRun(step=step, skipped="the service was gone after `a.b`", **fields)
    answer = {"error": received} if isinstance(received, str) else {"received": received}
    captures = tuple(
        Capture(name=name, value=value, source=name.partition(".")[0], variable=name.replace(".", "_").upper())
        for name, value in (captured or {}).items()
    )
    return StepRun(step=step, exchange=Exchange(sent=request, **answer), sent_json=sent, captured=captures, **fields)


def exam(*runs: StepRun, **fields: Any) -> HttpExam:
    """An exam of these runs, by a service that gave back something that was sent."""
    alive = (
        run("alive.create", got(201, {"id": 1, "name": "anchor"}), "POST /things", {"name": "anchor"}),
        run("alive.read", got(200, {"id": 1, "name": "anchor"}), "GET /things/1"),
    )
    return HttpExam(runs=(*alive, *runs), **fields)


def ask(name: str, evidence: HttpExam, **options: Any) -> Finding:
    """The finding of a check by name."""
    return CHECKS[name].ask(evidence, **options)


def outcome(name: str, evidence: HttpExam, **options: Any) -> Outcome:
    """Only how it ended."""
    return ask(name, evidence, **options).outcome
