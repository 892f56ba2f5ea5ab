"""Prove a pack against answers whose marks are known.

A check is worth having when some flawed answer fails it, and fair when no correct answer does. `expected.toml`
in each reference answer says, per level, what its grade must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.model import Challenge, Level, Outcome
from grader.result import Result, Status
from grader.toml import TomlText

EXPECTED = "expected.toml"
GOOD = "good"
FULL = 100.0


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one grade must be: `score` is an inclusive range of percent, the lists are compared as sets."""

    status: Status = "graded"
    score: tuple[float, float] = (0.0, 100.0)
    band: str | None = None
    gates_failed: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    blocked: tuple[str, ...] | None = None
    problem: str | None = None  # the code of the problem that must be told


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reference answer with what it must get at each level it is graded at."""

    name: str
    root: Path
    expected: dict[Level, Expected]

    @property
    def good(self) -> bool:
        """Good answers are named so; they must lose nothing."""
        return self.name.startswith(GOOD)


def answers(folder: Path) -> list[Answer]:
    """The reference answers in a folder; raises `UsageError` E112 when one has no readable expected.toml."""
    found = [_answer(root) for root in sorted(folder.iterdir()) if root.is_dir()] if folder.is_dir() else []
    if not found:
        raise UsageError(
            "E112",
            f"there are no reference answers in {folder}",
            help=f"put a folder per answer there, each with an {EXPECTED}, or name another folder with --against",
        )
    return found


def _answer(root: Path) -> Answer:
    path = root / EXPECTED
    if not path.is_file():
        raise UsageError("E112", f"{root} has no {EXPECTED}", help="say there which grade it must get")
    text = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, "E112")
    expected: dict[Level, Expected] = {}
    for key, table in text.parse().items():
        if key not in list(Level):
            raise text.unknown_key(key, list(Level), inside=EXPECTED)
        try:
            expected[Level(key)] = msgspec.convert(table, type=Expected)
        except msgspec.ValidationError as error:
            raise text.invalid(error, Expected, f"[{key}]", at=(key,)) from None
    return Answer(name=root.name, root=root, expected=expected)


def differences(result: Result, expected: Expected) -> list[str]:
    """What is not as it must be, in words; empty when all is."""
    found = []
    if result.status != expected.status:
        found.append(f"status is {result.status}, not {expected.status}: {_problems(result)}")
    percent = result.score.percent if result.score.percent is not None else -1.0
    low, high = expected.score
    if expected.status != "undecided" and not low <= percent <= high:
        found.append(f"score is {percent:g} %, not between {low:g} and {high:g}")
    if expected.band is not None and result.score.band != expected.band:
        found.append(f"band is {result.score.band}, not {expected.band}")
    gates = [gate.id for gate in result.gates if gate.outcome is Outcome.FAIL]
    found += _sets("gates", gates, expected.gates_failed)
    found += _sets("checks", with_outcome(result, Outcome.FAIL), expected.fails)
    if expected.blocked is not None:
        found += _sets("blocked checks", with_outcome(result, Outcome.BLOCKED), expected.blocked)
    codes = [problem.code for problem in result.problems]
    if expected.problem is not None and expected.problem not in codes:
        found.append(f"no problem {expected.problem} is told, but {', '.join(codes) or 'none'}")
    return found


def with_outcome(result: Result, outcome: Outcome) -> list[str]:
    """Ids of the scored checks that ended so."""
    return [check.id for check in result.checks() if check.scored and check.outcome is outcome]


def uncaught(challenge: Challenge, failures: Iterable[Iterable[str]]) -> list[str]:
    """Checks that can take points at some level and are in no answer's failures: they prove nothing."""
    caught = {id_ for fails in failures for id_ in fails}
    scored = [
        use.id
        for criterion in challenge.criteria
        if not criterion.review and criterion.points > 0
        for use in criterion.checks
        if use.weight > 0
    ]
    return [id_ for id_ in scored if id_ not in caught]


def matrix(challenge: Challenge, failures: Mapping[str, Iterable[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Every check with the flawed answers that fail it, in rubric order."""
    return [(id_, tuple(name for name, fails in failures.items() if id_ in fails)) for id_ in challenge.checks]


def comparable(result: Result) -> Result:
    """A result without what may differ between two runs."""
    return msgspec.structs.replace(result, run=msgspec.structs.replace(result.run, started="", seconds=0.0, stages=()))


def _sets(what: str, got: Iterable[str], wanted: Iterable[str]) -> list[str]:
    extra, missing = sorted(set(got) - set(wanted)), sorted(set(wanted) - set(got))
    told = [f"{what} failed that should not: {', '.join(extra)}"] if extra else []
    return told + ([f"{what} did not fail that should: {', '.join(missing)}"] if missing else [])


def _problems(result: Result) -> str:
    undecided = [f"{c.id}: {c.message}" for c in result.checks() if c.outcome is Outcome.UNDECIDED]
    return "; ".join([f"{p.code} {p.what}" for p in result.problems] + undecided[:3]) or "no problem told"
