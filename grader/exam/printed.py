"""An exam as a text to read and to compare: every request in order, without a service.

What a service answers is not known here, so a value taken from an earlier answer is printed as its name (`$ID`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec

from grader.evidence.http import Sent
from grader.exam.plan import Scenario, Step, Walk
from grader.exam.requests import Call, build, calls, shell_name
from grader.exam.values import Drawn, names
from grader.visible import visible

COUNTED = ("n", "round")  # stand for the number of the repetition


class PrintedRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request, or in `note` alone what happens instead; `times` is how often it is sent."""

    step: str
    variant: str = ""
    sent: Sent | None = None
    times: int = 1
    note: str = ""


class PrintedPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests that belong together, under a heading."""

    id: str
    title: str
    requests: tuple[PrintedRequest, ...]
    notes: tuple[str, ...] = ()


def printed_scenario(scenario: Scenario, values: Drawn, *, token: bool) -> PrintedPart:
    """Everything that a scenario sends, with the values drawn for a seed."""
    notes = [f"{scenario.visibility}, asked from {scenario.level} level upwards"]
    if scenario.rounds > 1:
        notes.append(f"{scenario.rounds} rounds of all of this; {{round}} is the number of the round")
    return PrintedPart(
        id=scenario.id,
        title=scenario.title,
        requests=tuple(
            request for step in scenario.step for request in _step(scenario.id, step, dict(values), token=token)
        ),
        notes=tuple(notes),
    )


def lines(part: PrintedPart) -> Iterator[str]:
    """The part as text: a heading, then each request as it is sent, indented under the name of its step."""
    yield f"== {part.id}: {part.title}"
    yield from (f"   ({note})" for note in part.notes)
    for request in part.requests:
        yield ""
        yield from _request_lines(request)


def _request_lines(request: PrintedRequest) -> Iterator[str]:
    name = request.step + (f" # {request.variant}" if request.variant else "")
    times = f"{request.times} times" if request.times > 1 else ""
    said = ", ".join(part for part in (times, request.note) if part)
    yield f"{name}   ({said})" if said else name
    sent = request.sent
    if sent is None:
        return
    yield f"    {sent.method} {visible(sent.template or sent.target)}"
    yield from (f"    {header}: {visible(value)}" for header, value in sent.headers.items())
    body = f"({sent.body_note})" if sent.body_note else sent.body
    if body is not None:
        yield from (f"    | {line}" for line in visible(body).split("\n"))


def _step(scenario: str, step: Step, scope: dict[str, Any], *, token: bool) -> Iterator[PrintedRequest]:
    name = f"{scenario}.{step.id}"
    if step.restart:
        yield PrintedRequest(step=name, note="the service is stopped and started again, with the same DATA_DIR")
    elif step.wait is not None:
        since = f" since `{step.wait.since}`" if step.wait.since else ""
        yield PrintedRequest(step=name, note=f"wait until {step.wait.seconds:g} s have gone by{since}")
    else:
        scope |= {key: f"${shell_name(key)}" for key in names(msgspec.to_builtins(step))}
        scope["round"] = "{round}"
        for call in calls(step, token=token):
            if call.number <= 1:
                yield _call(name, step, call, scope, token=token)


def _call(name: str, step: Step, call: Call, scope: dict[str, Any], *, token: bool) -> PrintedRequest:
    repeated = call.number == 1
    if repeated:  # printed once: {n} stands for the number
        call = call._replace(number=cast("int", "{n}"))
    if step.walk is not None:
        call = _first_page(step, step.walk, call)
    sent = build(step, call, scope, token=token).sent
    target = sent.template or sent.target
    for counted in COUNTED:
        target = target.replace(f"%7B{counted}%7D", f"{{{counted}}}")
    notes = [
        "{n} counts them" if repeated else "",
        "all at the same time" if step.concurrent else "",
        _pages(step.walk) if step.walk is not None else "",
        _keeps(step),
    ]
    return PrintedRequest(
        step=name,
        variant=call.name,
        sent=msgspec.structs.replace(sent, target=target, template=""),
        times=step.repeat if repeated else 1,
        note="; ".join(note for note in notes if note),
    )


def _first_page(step: Step, walk: Walk, call: Call) -> Call:
    joint = "&" if "?" in step.send else "?"
    send = f"{step.send}{joint}{walk.limit}={walk.size}&{walk.offset}=0"
    return call._replace(variant=msgspec.structs.replace(call.variant, send=send))


def _pages(walk: Walk) -> str:
    return f"`{walk.offset}` grows by as many as came, until a page is empty; at most {walk.most} requests"


def _keeps(step: Step) -> str:
    kept = [f"${shell_name(name)} from `{source}`" for name, source in step.capture.items()]
    return f"keeps {', '.join(kept)}" if kept else ""


def text(parts: Iterable[PrintedPart]) -> Iterator[str]:
    """Every part, with an empty line before each."""
    for part in parts:
        yield ""
        yield from lines(part)
