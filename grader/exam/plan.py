"""`exam.toml` as records, refused with a line and a caret when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import GraderError, OurFault
from grader.exam.values import names, texts
from grader.model import Level, Visibility
from grader.toml import TomlText

CODE = "E242"
_SEND = re.compile(r"[A-Z]+ (?:/|\{)\S*")


class TokenMode(StrEnum):
    """What stands in the `Authorization` header."""

    VALID = "valid"
    NONE = "none"
    WRONG = "wrong"
    BASIC = "basic"


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to send a step; what it leaves out is the step's. `merge` and `without` change the step's `json`."""

    name: str
    send: str = ""
    json: Any = msgspec.UNSET
    merge: dict[str, Any] = {}
    without: tuple[str, ...] = ()
    raw: str | None = None
    hex: str = ""
    headers: dict[str, str] = {}
    token: TokenMode | None = None


class Walk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Follow pages until one is empty: `limit` and `offset` name the query parameters, `items` the list in the body."""

    size: int
    limit: str = "limit"
    offset: str = "offset"
    items: str = "items"
    most: int = 40


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named request, sent once per entry of `each`, per token mode and per repetition.

    `send` is method and path; the body is `json`, `raw` text or `hex` bytes. `capture` names values to take from the
    answer: a dotted path into the JSON body or `header:location`. `restart` restarts the service instead.
    """

    id: str
    send: str = ""
    json: Any = msgspec.UNSET
    raw: str | None = None
    hex: str = ""
    headers: dict[str, str] = {}
    token: TokenMode | tuple[TokenMode, ...] = TokenMode.VALID
    capture: dict[str, str] = {}
    each: tuple[Variant, ...] = ()
    repeat: int = 1
    concurrent: bool = False
    walk: Walk | None = None
    restart: bool = False


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps that belong together: they share captured values. Run from `level` upwards, `rounds` times."""

    id: str
    title: str
    step: tuple[Step, ...]
    level: Level = Level.JUNIOR
    visibility: Visibility = Visibility.AREA
    rounds: int = 1


class Token(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `level` upwards the service gets a token in the environment variable and must ask for it."""

    variable: str = "API_TOKEN"
    level: Level = Level.MID


class Exam(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole exam."""

    scenario: tuple[Scenario, ...]
    words: tuple[str, ...] = ()
    token: Token | None = None

    def texts(self) -> list[str]:
        """Every text that may hold placeholders, in order: what is drawn does not depend on what is run."""
        return texts([msgspec.to_builtins(step) for scenario in self.scenario for step in scenario.step])

    def steps(self) -> dict[str, Step]:
        """Every step by its full name, `scenario.step`."""
        return {f"{scenario.id}.{step.id}": step for scenario in self.scenario for step in scenario.step}


def read_exam(path: Path, fault: type[GraderError] = OurFault) -> Exam:
    """The exam in a file; raises `fault` E242 pointing at what is wrong in it."""
    try:
        text = TomlText(path.name, path.read_text(encoding="utf-8"), fault, CODE)
    except OSError as error:
        raise fault(CODE, f"the exam `{path.name}` cannot be read: {error.strerror}") from None
    data = text.parse()
    _keys(data, text)
    try:
        exam = msgspec.convert(data, type=Exam)
    except msgspec.ValidationError as error:
        raise fault(CODE, f"{path.name}: {error}", where=path.name) from None
    _whole(exam, text)
    return exam


def _keys(data: dict[str, Any], text: TomlText) -> None:
    """Misspelt keys, before values: the nearest right one is named."""
    _known(data, Exam.__struct_fields__, text, "an exam")
    for scenario in data.get("scenario", ()):
        _known(scenario, Scenario.__struct_fields__, text, "a scenario")
        for step in scenario.get("step", ()):
            _known(step, Step.__struct_fields__, text, "a step")
            for variant in step.get("each", ()):
                _known(variant, Variant.__struct_fields__, text, "`each`")


def _known(data: dict[str, Any], fields: Iterable[str], text: TomlText, inside: str) -> None:
    fields = tuple(fields)
    for key in data:
        if key not in fields:
            raise text.unknown_key(key, fields, inside=inside)


def _whole(exam: Exam, text: TomlText) -> None:
    """Unique names, requests that can be sent, values that an earlier step captures."""
    seen: set[str] = set()
    for scenario in exam.scenario:
        captured: set[str] = set()
        for step in scenario.step:
            name = f"{scenario.id}.{step.id}"
            if name in seen:
                raise text.value(step.id, f"two steps are called `{name}`")
            seen.add(name)
            _sendable(step, name, text)
            _captured(step, name, captured, text)
            captured |= set(step.capture)


def _sendable(step: Step, name: str, text: TomlText) -> None:
    for send in [step.send, *(variant.send for variant in step.each if variant.send)]:
        if not step.restart and not _SEND.fullmatch(send):
            raise text.value(send or step.id, f"step `{name}`: `send` is a method and a path, such as `GET /things`")
    variants = [variant.name for variant in step.each]
    if len(set(variants)) != len(variants):
        raise text.value(step.id, f"two variants of step `{name}` have one name")


def _captured(step: Step, name: str, captured: set[str], text: TomlText) -> None:
    for needed in names(msgspec.to_builtins(step)):
        if needed.partition(".")[0] not in captured:
            raise text.value(f"{{{needed}}}", f"step `{name}` needs `{needed}`, which no earlier step captures")
