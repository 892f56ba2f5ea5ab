"""`exam.toml` as records, refused with a line and a caret when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import GraderError, OurFault
from grader.exam.values import DRAWS, FORMS, MEANT, draw, names, texts, understood
from grader.model import Level, Visibility
from grader.toml import TomlText, near_miss
from grader.toml_places import Place

CODE = "E242"
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_SEND = re.compile(r"[A-Z]+ (?:/|\{)\S*")
_SETTING = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_OURS = ("PORT", "DATA_DIR", "DATABASE_URL", "PATH", "HOME")  # what the sandbox sets
MOST_WAIT = 10.0  # seconds: a grade takes about as long
MOST_WAITING = 20.0  # seconds of all waits together


class TokenMode(StrEnum):
    """What stands in the `Authorization` header."""

    VALID = "valid"
    NONE = "none"
    WRONG = "wrong"
    BASIC = "basic"
    LONGER = "longer"  # the right one and more: comparing its beginning is not enough
    SCHEME = "scheme"  # the right one under another name than `Bearer`


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to send a step; what it leaves out is the step's. `merge` and `without` change the step's `json`.

    `rule` names the rule that the request breaks. A service that checks it nowhere has one fault, however many routes
    show it: a failure is explained by another check's when that one saw all the same rules broken.
    """

    name: str
    send: str = ""
    json: Any = msgspec.UNSET
    merge: dict[str, Any] = {}
    without: tuple[str, ...] = ()
    raw: str | None = None
    hex: str = ""
    headers: dict[str, str] = {}
    token: TokenMode | None = None
    rule: str = ""


class Walk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Follow pages until one is empty: `limit` and `offset` name the query parameters, `items` the list in the body."""

    size: int
    limit: str = "limit"
    offset: str = "offset"
    items: str = "items"
    most: int = 40


class Wait(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let time pass until `seconds` have gone by since the step `since` (`scenario.step`) was answered.

    What was sent in between is time already waited. Without `since`, or when that step was not sent, from now on.
    """

    seconds: float
    since: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named request, sent once per entry of `each`, per token mode and per repetition.

    `send` is method and path; the body is `json`, `raw` text or `hex` bytes. `capture` names values to take from the
    answer: a dotted path into the JSON body or `header:location`. `restart` restarts the service instead, `wait` lets
    time pass.
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
    rule: str = ""
    restart: bool = False
    wait: Wait | None = None


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
    """The whole exam. `environment` are settings of the service that the brief tells: never a secret."""

    scenario: tuple[Scenario, ...]
    words: tuple[str, ...] = ()
    token: Token | None = None
    environment: dict[str, str] = {}

    def texts(self) -> list[str]:
        """Every text that may hold placeholders, in order: what is drawn does not depend on what is run."""
        return texts([msgspec.to_builtins(step) for scenario in self.scenario for step in scenario.step])

    def steps(self) -> dict[str, Step]:
        """Every step by its full name, `scenario.step`."""
        return {f"{scenario.id}.{step.id}": step for scenario in self.scenario for step in scenario.step}


def read_exam(path: Path, fault: type[GraderError] = OurFault, code: str = CODE) -> Exam:
    """The exam in a file; raises `fault` with `code` pointing at what is wrong in it."""
    try:
        text = TomlText(str(path), path.read_text(encoding="utf-8"), fault, code)
    except (OSError, UnicodeDecodeError) as error:
        raise fault(code, f"the exam `{path.name}` cannot be read: {error}") from None
    data = text.parse()
    try:
        exam = msgspec.convert(data, type=Exam)
    except msgspec.ValidationError as error:
        raise text.invalid(error, Exam, path.name) from None
    _Proof(exam, text).run()
    return exam


class _Proof:
    """What can only be seen on the whole: unique names, requests that can be sent, values that are there by then."""

    def __init__(self, exam: Exam, text: TomlText) -> None:
        self.exam, self.text = exam, text

    def run(self) -> None:
        """Raises the error of the text at the first mistake."""
        seen: set[str] = set()
        self._environment()
        self._waits()
        for number, scenario in enumerate(self.exam.scenario):
            captured: set[str] = set()
            for count, step in enumerate(scenario.step):
                name, at = f"{scenario.id}.{step.id}", ("scenario", number, "step", count)
                if name in seen:
                    raise self.text.value(step.id, f"two steps are called `{name}`", at=(*at, "id"))
                self._sendable(step, name, at)
                self._since(step, seen, at)
                self._headers(step, name, at)
                self._placeholders(step, name, captured, at)
                captured |= _captures(step)
                seen.add(name)
        try:
            draw(0, self.exam.texts(), self.exam.words)
        except ValueError as error:
            raise self.text.value("", f"the exam: {error}", at=("words",)) from None

    def _environment(self) -> None:
        """Settings have the names of settings, and none of those that the sandbox or the token sets."""
        token = (self.exam.token.variable,) if self.exam.token else ()
        for name in self.exam.environment:
            if not _SETTING.fullmatch(name) or name in (*_OURS, *token):
                what = f"`{name}` cannot be set in [environment]"
                raise self.text.value(name, what, label="A-Z, digits and _", at=("environment", name))

    def _waits(self) -> None:
        """No wait is long, nor are all of them together."""
        total = 0.0
        for number, scenario in enumerate(self.exam.scenario):
            for count, step in enumerate(scenario.step):
                seconds = step.wait.seconds if step.wait else 0.0
                total += seconds * scenario.rounds
                at = ("scenario", number, "step", count, "wait")
                if step.wait and not 0 < seconds <= MOST_WAIT:
                    what = f"step `{scenario.id}.{step.id}` waits {seconds:g} s"
                    raise self.text.value("", what, help=f"more than 0 and at most {MOST_WAIT:g}", at=at)
                if total > MOST_WAITING:
                    what = f"all waits together take {total:g} s"
                    raise self.text.value("", what, help=f"at most {MOST_WAITING:g} s for a whole exam", at=at)

    def _since(self, step: Step, seen: Iterable[str], at: Place) -> None:
        if step.wait and step.wait.since and step.wait.since not in seen:
            what = f"no earlier step is called `{step.wait.since}`"
            raise self.text.value(step.wait.since, what, label=near_miss(step.wait.since, seen), at=(*at, "wait"))

    def _headers(self, step: Step, name: str, at: Place) -> None:
        """A command shows headers as they were sent: a captured value would be another one in every run."""
        taken = names([step.headers, *(variant.headers for variant in step.each)])
        if taken:
            key = min(taken)
            what = f"step `{name}`: a header can hold drawn values, {{n}} and {{round}}, not `{key}`"
            raise self.text.value(f"{{{key}}}", what, at=at)

    def _sendable(self, step: Step, name: str, at: Place) -> None:
        sends = [(step.send, (*at, "send"))]
        sends += [(v.send, (*at, "each", i, "send")) for i, v in enumerate(step.each) if v.send]
        for send, place in sends if not step.restart and step.wait is None else ():
            if not _SEND.fullmatch(send):
                what = f"step `{name}`: `send` is a method and a path, such as `GET /things`"
                raise self.text.value(send or step.id, what, at=place)
        variants = [variant.name for variant in step.each]
        if len(set(variants)) != len(variants):
            raise self.text.value(step.id, f"two variants of step `{name}` have one name", at=(*at, "id"))
        for hexadecimal in (step.hex, *(variant.hex for variant in step.each)):
            if not _HEX.fullmatch(hexadecimal):
                raise self.text.value(hexadecimal, f"step `{name}`: `hex` is pairs of hexadecimal digits", at=at)

    def _placeholders(self, step: Step, name: str, captured: set[str], at: Place) -> None:
        """Every text in braces is a value that is drawn, counted or captured earlier."""
        whole = msgspec.to_builtins(step)
        for key in names(whole):
            if key not in captured:
                what = f"step `{name}` needs `{key}`, which no earlier step captures"
                raise self._braces(key, what, near_miss(key, captured), at)
        raw = "".join(text for text in (step.raw, *(variant.raw for variant in step.each)) if text)
        for key in (found for text in texts(whole) for found in MEANT.findall(text)):
            kind = key.partition(":")[0]
            near = near_miss(kind, DRAWS)
            if kind not in DRAWS and (near or key not in raw):  # braces of raw text may mean something else
                near = near or f"known: {', '.join(DRAWS)}"
                raise self._braces(key, f"step `{name}`: nothing draws `{{{key}}}`", near, at)
            if kind in DRAWS and not understood(key):
                raise self._braces(key, f"step `{name}`: `{{{key}}}` cannot be understood", FORMS[kind], at)

    def _braces(self, key: str, what: str, label: str, at: Place) -> GraderError:
        return self.text.value(f"{{{key}}}", what, label=label, at=at)


def capture_key(variant: str, number: int) -> str:
    """What tells the values apart that the requests of one step capture: a number or the variant's name."""
    return str(number) if number else re.sub(r"\W+", "-", variant)


def _captures(step: Step) -> set[str]:
    """The names under which a step keeps values: of its last answer, and of every variant or repetition."""
    most = step.walk.most if step.walk else step.repeat if step.repeat > 1 else 0
    keys = {capture_key("", n) for n in range(1, most + 1)} or {capture_key(v.name, 0) for v in step.each}
    return {*step.capture, *(f"{name}.{key}" for name in step.capture for key in keys if key)}
