"""Requests that follow each other: the same words for two services, whatever they call their items."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from grader.collectors.fuzz.lines import (
    AnswerLine,
    BrokenLine,
    EarlierLine,
    FailureLine,
    RequestLine,
    ScenarioLine,
    SequenceLine,
    StepLine,
)

SUCCESSES = 2  # the class of statuses
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
MAKES = ("POST", "PUT")  # after one of them a deleted item may be there again
USES = ("GET", "PATCH")  # what a deleted item does not answer any more; a PUT may make it anew
_BODY = "$response.body#/"
_HEADER = "$response.header."


class Asked(NamedTuple):
    """How many requests asked for an item that had just been made, and for one that had been deleted."""

    made: int = 0
    deleted: int = 0


def asked(line: SequenceLine) -> Asked:
    """Only requests that can show something: after an item was changed, a 404 may have a reason of its own."""
    made = deleted = 0
    last: dict[int, str] = {}
    for number, step in enumerate(line.steps):
        method = step.request.method
        if step.after is not None:
            made += last.get(step.after) == "POST"
            deleted += last.get(step.after) == "DELETE" and method in USES
        if not _changed(step):
            continue
        if method in MAKES:  # what it made may have the name of what was deleted
            last = {key: value for key, value in last.items() if value != "DELETE"}
        last[number if step.after is None or method == "POST" else step.after] = method
    return Asked(made, deleted)


def digest(lines: Iterable[SequenceLine]) -> str:
    """Of all requests, equal for two runs that got equal answers; empty when none was sent."""
    sent = hashlib.sha256()
    steps = [step for line in lines for step in line.steps]
    for step in steps:
        after = "" if step.after is None else f" after {step.after}"
        body = step.request.text if step.request.text is not None else step.request.base64
        sent.update(f"{step.request.method} {_shown(step).target}{after}\n{body}\n".encode("utf-8", "surrogatepass"))
    return sent.hexdigest() if steps else ""


def tallied(line: SequenceLine) -> list[ScenarioLine]:
    """What the requests of a sequence show about each operation."""
    operations = dict.fromkeys(step.operation for step in line.steps)
    return [_tally(line.steps, operation) for operation in operations]


def _tally(steps: Sequence[StepLine], operation: str) -> ScenarioLine:
    own = [step for step in steps if step.operation == operation]
    statuses: dict[str, int] = {}
    for step in own:
        status = str(step.answer.status) if step.answer else "none"
        statuses[status] = statuses.get(status, 0) + 1
    failures = [_failure(steps, step, broken, step.answer) for step in own if step.answer for broken in step.failures]
    waited = sum(step.waited for step in own)
    return ScenarioLine(operation=operation, statuses=statuses, waited=waited, failures=tuple(failures))


def _failure(steps: Sequence[StepLine], step: StepLine, broken: BrokenLine, answer: AnswerLine) -> FailureLine:
    own = next(number for number, other in enumerate(steps) if other is step)
    chain = [
        number
        for number, other in enumerate(steps[:own])
        if number in broken.chain or (step.after is not None and other.after == step.after and _changed(other))
    ]
    return FailureLine(
        code=broken.code,
        operation=step.operation,
        place=broken.place,
        keyword=broken.keyword,
        headers=broken.headers,
        request=_shown(step),
        answer=answer,
        gone=step.after is None,  # nothing that is shown makes what it asks for
        count=1,
        before=tuple(earlier for number in chain for earlier in _earlier(steps, number)),
    )


def _earlier(steps: Sequence[StepLine], number: int) -> list[EarlierLine]:
    """The request, with the value that those after it take from its answer."""
    step = steps[number]
    if step.answer is None:
        return []
    earlier = EarlierLine(request=_shown(step), answer=step.answer)
    taken = next((later.taken[0] for later in steps if later.after == number and later.taken), None)
    if taken is None:
        return [earlier]
    return [replace(earlier, variable=_variable(taken.name), source=_source(taken.expression), value=taken.value)]


def _shown(step: StepLine) -> RequestLine:
    """The request with `/todos/$ID`: what the service calls an item is its own choice."""
    names = {f"{{{taken.name}}}": f"${_variable(taken.name)}" for taken in step.taken}
    path, question, query = step.request.target.partition("?")
    pattern = step.operation.partition(" ")[2].split("/")
    parts = path.split("/")
    if step.after is None or len(parts) != len(pattern):
        return step.request
    shown = "/".join(names.get(name, part) for name, part in zip(pattern, parts, strict=True))
    return replace(step.request, target=shown + question + query)


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _source(expression: str) -> str:
    """Where a value stands in the answer, in the words of an exam: `id` or `header:location`."""
    if expression.startswith(_HEADER):
        return f"header:{expression.removeprefix(_HEADER).lower()}"
    return expression.removeprefix(_BODY).replace("/", ".")


def _changed(step: StepLine) -> bool:
    """It may have changed something: what comes later depends on it."""
    return step.request.method in CHANGES and step.answer is not None and step.answer.status // 100 == SUCCESSES
