"""What `events` writes, line by line."""

from __future__ import annotations

from typing import Literal

import msgspec


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


class EarlierLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request that led to a failure. What the later ones take from its answer is `value` and stands at `source`."""

    request: RequestLine
    answer: AnswerLine
    variable: str = ""
    source: str = ""
    value: str = ""


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
    before: tuple[EarlierLine, ...] = ()


class ScenarioLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="scenario"):
    """What one phase sent to one operation. `waited` is the time the service took, in seconds."""

    operation: str
    statuses: dict[str, int]
    waited: float
    failures: tuple[FailureLine, ...]


class TakenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a path that comes from an earlier answer: the parameter's name, where it stood, what it was."""

    name: str
    expression: str
    value: str


class BrokenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A failure of one request of a sequence; `chain` are the numbers of the requests that show it."""

    code: str
    place: str
    keyword: str
    headers: tuple[str, ...]
    chain: tuple[int, ...]


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a sequence; `after` is the number of the one whose answer it takes values from."""

    operation: str
    request: RequestLine
    answer: AnswerLine | None
    waited: float
    after: int | None
    taken: tuple[TakenLine, ...]
    failures: tuple[BrokenLine, ...]


class SequenceLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="sequence"):
    """Requests sent one after the other to a service that keeps what they do."""

    steps: tuple[StepLine, ...]


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


Line = ScenarioLine | SequenceLine | ErrorLine | FinishedLine


def read_lines(text: str) -> list[Line]:
    """Every whole line; a run that was killed may leave half a line at the end.

    Raises `msgspec.MsgspecError` when another line cannot be read.
    """
    *lines, _cut = text.split("\n")
    return [msgspec.json.decode(line, type=Line) for line in lines]
