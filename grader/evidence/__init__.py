"""Every kind of evidence: the seam between collecting and judging.

Collectors build these records, checks read them, and a run saves them as JSON, so that a rubric can be
changed and every saved submission judged again without Docker or PostgreSQL. An evidence record holds facts
only: what was sent, what came back, what the catalog says. It never holds an outcome.
"""

from __future__ import annotations

from typing import Any

import msgspec

from grader.errors import Problem
from grader.evidence.exam import HttpExam
from grader.evidence.files import SourceFiles
from grader.evidence.fuzz import FuzzRuns
from grader.evidence.own_tests import OwnTests
from grader.evidence.query import QueryAnswer
from grader.evidence.readme import RunCommand
from grader.evidence.schema import SchemaFacts
from grader.model import Level
from grader.result import Run

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (SourceFiles, FuzzRuns, HttpExam, QueryAnswer, SchemaFacts, RunCommand, OwnTests)
}
SCHEMA_VERSION = 1


class NotCollected(msgspec.Struct, frozen=True, kw_only=True):
    """The grader's own failure, kept where the evidence would have been."""

    problem: Problem


class NoEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """The submission gave none by its own fault: what asks for it is blocked."""

    problem: Problem


Evidence = dict[type[Any], Any]


class SavedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of evidence on disk: exactly one of the three is set."""

    value: Any = None
    not_collected: Problem | None = None
    no_evidence: Problem | None = None


class SavedEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """`evidence.json`: all that judging needs. `again` is what a second run gave, where there was one."""

    schema_version: int
    challenge: str
    challenge_digest: str
    submission: str
    submission_digest: str
    level: Level
    public_only: bool
    run: Run
    notes: tuple[str, ...]
    items: dict[str, SavedItem]
    again: dict[str, SavedItem] = {}


def freeze(evidence: Evidence) -> dict[str, SavedItem]:
    """Evidence by kind name in its JSON form: what is judged now is what will be read back from the file."""
    return {kind.__name__: _freeze_one(value) for kind, value in evidence.items()}


def thaw(items: dict[str, SavedItem]) -> Evidence:
    """The evidence of `freeze`; raises `msgspec.ValidationError` when a record does not fit its kind."""
    return {KINDS[name]: _thaw_one(KINDS[name], item) for name, item in items.items()}


def _freeze_one(value: object) -> SavedItem:
    if isinstance(value, NotCollected):
        return SavedItem(not_collected=value.problem)
    if isinstance(value, NoEvidence):
        return SavedItem(no_evidence=value.problem)
    try:
        saved = msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError:
        saved = msgspec.json.encode(_encodable(msgspec.to_builtins(value)), order="deterministic")
    return SavedItem(value=msgspec.json.decode(saved))


def _encodable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value without halves of surrogate pairs: a stranger's JSON may hold them, UTF-8 may not."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(part) for key, part in value.items()}
    return [_encodable(part) for part in value] if isinstance(value, list | tuple) else value


def _thaw_one(kind: type[Any], item: SavedItem) -> Any:  # noqa: ANN401 - one of KINDS, known only at run time
    if item.not_collected is not None:
        return NotCollected(problem=item.not_collected)
    if item.no_evidence is not None:
        return NoEvidence(problem=item.no_evidence)
    return msgspec.convert(item.value, type=kind)
