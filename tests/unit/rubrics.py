"""A tiny rubric made by hand: three checks over one kind of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from grader.evidence import KINDS, SavedEvidence, freeze
from grader.model import (
    Challenge,
    Check,
    CheckUse,
    Collector,
    CollectorUse,
    Criterion,
    Finding,
    Gate,
    Level,
    Outcome,
    Severity,
    failed,
    passed,
)
from grader.result import Run


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    values: dict[str, int] = {}


class Words(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""


KINDS.setdefault("Numbers", Numbers)
KINDS.setdefault("Words", Words)


def at_least(numbers: Numbers, *, name: str, floor: int = 1) -> Finding:
    value = numbers.values[name]
    if value >= floor:
        return passed(f"{name} is {value}")
    return failed(f"{name} is {value}", expected=f"at least {floor}", score=value / floor)


def says(words: Words, *, word: str) -> Finding:
    return passed("said") if word in words.text else failed("not said")


def gather_numbers(_job: object, *, start: int = 0) -> Numbers:
    return Numbers(values={"start": start})


def gather_words(_job: object) -> Words:
    return Words()


CHECKS: dict[str, Check[Any]] = {
    "at_least": Check(
        name="at_least", needs=Numbers, ask=at_least, title="Enough of it", why="Because", fix="Add some"
    ),
    "says": Check(name="says", needs=Words, ask=says, title="Says it", why="Because", fix="Say it"),
}
COLLECTORS: dict[str, Collector[Any]] = {
    "numbers": Collector(name="numbers", gathers=Numbers, collect=gather_numbers),
    "words": Collector(name="words", gathers=Words, collect=gather_words),
}


def use(id_: str, name: str = "", **changes: Any) -> CheckUse:
    fields: dict[str, Any] = {
        "id": id_,
        "check": "at_least",
        "options": {"name": name or id_, "floor": 4},
        "title": f"Title of {id_}",
        "why": "Because",
        "fix": "Add some",
        "brief": "There is enough of everything.",
    }
    return CheckUse(**{**fields, **changes})


def challenge(*criteria: Criterion, gates: tuple[Gate, ...] = ()) -> Challenge:
    return Challenge(
        id="tiny",
        title="A tiny challenge",
        version="1",
        root=Path(),
        digest="d1",
        collect=(CollectorUse(name="numbers", options={}),),
        criteria=criteria,
        gates=gates,
    )


def criterion(*uses: CheckUse, id: str = "main", points: float = 10.0, review: bool = False) -> Criterion:
    return Criterion(id=id, title=id.title(), points=points, checks=uses, review=review)


def run() -> Run:
    return Run(seed=1, grader="0", isolation="none", images={}, tools={}, started="2026-01-01", seconds=1.0, stages=())


def saved(evidence: dict[type[Any], Any], level: Level = Level.MID, *, public_only: bool = False) -> SavedEvidence:
    return SavedEvidence(
        schema_version=1,
        challenge="tiny",
        challenge_digest="d1",
        submission="answer",
        submission_digest="d2",
        level=level,
        public_only=public_only,
        run=run(),
        notes=(),
        items=freeze(evidence),
    )


def finding(outcome: Outcome, score: float = 0.0) -> Finding:
    return Finding(outcome=outcome, message=f"it was {outcome}", score=score)


SEVERITIES = tuple(Severity)
