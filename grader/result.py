"""`result.json`: the product. Every report format is a pure function of it.

The JSON Schema in `grader/result.schema.json` is made from these records
(`python -m grader.result > grader/result.schema.json`); a test holds the two together.
Two runs of one submission with one seed give the same document once `run` is left out.
"""

from __future__ import annotations

import sys
from typing import Any, Literal

import msgspec

from grader.errors import Problem
from grader.exhibits import AnyExhibit, CodeExhibit
from grader.model import Level, Outcome, Severity, Visibility

SCHEMA_VERSION: Literal[1] = 1
Status = Literal["graded", "undecided", "failed"]
Band = Literal["below", "junior", "mid", "senior"]
View = Literal["interviewer", "candidate", "feedback"]  # candidate: a self-check; feedback: after the grading
Isolation = Literal["docker", "process", "none"]


class ChallengeRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which pack judged: `digest` is a sha256 over all its files. `hours` is the time the brief suggests."""

    id: str
    title: str
    version: str
    digest: str
    hours: str = ""


class SubmissionRef(msgspec.Struct, frozen=True, kw_only=True):
    """What was judged: `digest` is a sha256 over its files."""

    name: str
    digest: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The headline. `points` and `percent` are null when any part is undecided, and in a self-check."""

    points: float | None
    possible: float
    percent: float | None
    waiting_for_review: float
    band: Band | None
    bands: dict[str, float]
    capped_by: tuple[str, ...] = ()


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """A must-pass fact and how it ended. `checks` are the ids that decide it."""

    id: str
    title: str
    outcome: Outcome
    cap: str
    checks: tuple[str, ...]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the rubric with what it earned and why. `scored` is False for advice and information.

    `fix` may name what was found; `advice` is the rubric's general text, which gives no input away. `counted_in` names
    the checks that already cost for the same root cause: then the outcome is `not_applicable`, and it was found.
    """

    id: str
    title: str
    outcome: Outcome
    points: float | None
    possible: float
    severity: Severity
    visibility: Visibility
    scored: bool
    level: Level
    message: str
    expected: str
    why: str
    fix: str
    advice: str
    brief: str
    where: str
    evidence: tuple[AnyExhibit, ...]
    counted_in: tuple[str, ...] = ()


class CriterionResult(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion: `level` 1 to 4 is where the points stand, null when undecided or left to people.

    `not_shown` counts checks that a candidate's view leaves out.
    """

    id: str
    title: str
    points: float | None
    possible: float
    waiting_for_review: float
    level: int | None
    reason: str
    anchors: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    not_shown: int = 0


class QuestionResult(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up question; `because` is the check it comes from.

    `listen_for` is what is expected at the level graded at, `above` what one level more would add. `code` are lines of
    the candidate's own that the question points at: where to look, found by how such code is written, and no claim.
    """

    ask: str
    listen_for: str
    because: str
    above: str = ""
    code: CodeExhibit | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Wall time of one stage, in seconds."""

    name: str
    seconds: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took that is judged by other means: wall time and CPU time, shown to people, never scored."""

    name: str
    milliseconds: float
    cpu_milliseconds: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How this run was made: the only part that may differ between two runs. `seed` is null in feedback."""

    seed: int | None
    grader: str
    isolation: Isolation
    images: dict[str, str]
    tools: dict[str, str]
    started: str
    seconds: float
    stages: tuple[Stage, ...]
    measured: tuple[Measured, ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole grade."""

    schema_version: Literal[1]
    status: Status
    view: View
    challenge: ChallengeRef
    submission: SubmissionRef
    level: Level
    score: Score
    gates: tuple[GateResult, ...]
    criteria: tuple[CriterionResult, ...]
    questions: tuple[QuestionResult, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    run: Run

    def checks(self) -> tuple[CheckResult, ...]:
        """Every check, in rubric order."""
        return tuple(check for criterion in self.criteria for check in criterion.checks)


def encode(result: Result) -> bytes:
    """`result.json`: sorted keys, two-space indent, one final newline."""
    plain = msgspec.json.encode(result, order="deterministic")
    return msgspec.json.format(plain, indent=2) + b"\n"


def decode(data: bytes) -> Result:
    """A `Result` from `result.json`; raises `msgspec.ValidationError` naming the place that is wrong."""
    return msgspec.json.decode(data, type=Result)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `result.json`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Result)}


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n")
