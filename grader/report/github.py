"""The report as GitHub workflow commands: findings as annotations, and one line that sums up.

GitHub shows ten errors and ten warnings of a step and drops the rest in silence: the worst are sent, and the last
one says how many there are more. What is our fault is a notice, never an error against somebody's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import Problem
from grader.exhibits import CodeExhibit
from grader.model import Outcome, Severity
from grader.report import overview
from grader.report.overview import Found
from grader.report.views import as_seen
from grader.report.wording import BAND, number, severities, told
from grader.result import CheckResult, Result
from grader.visible import one_line, visible

MOST = 10
MESSAGE = 800
_PLACE = re.compile(r"(?P<file>[^\s:]+\.[^\s:/]+|[^\s:]*[A-Za-z][^\s:]*):(?P<line>\d+)(?::(?P<column>\d+))?")
_ADDRESS = re.compile(r"[\d.]+|localhost")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One workflow command."""

    level: str
    title: str
    message: str
    place: tuple[tuple[str, str], ...] = ()

    def command(self) -> str:
        """`::error file=…,line=…,title=…::message`, encoded so that nothing in it is a command of its own."""
        properties = (*self.place, ("title", self.title))
        named = ",".join(f"{name}={_property(value)}" for name, value in properties)
        return f"::{self.level} {named}::{_data(self.message)}"


def render(result: Result) -> str:
    """The commands, worst first, then the summary line."""
    shown = as_seen(result)
    found = overview.findings(shown)
    gating = {id_ for gate in overview.failed_gates(shown) for id_ in gate.checks}
    theirs = [problem for problem in shown.problems if problem.code.startswith("E3")]
    errors = [_of_problem("error", problem) for problem in theirs]
    errors += [_of_finding("error", item) for item in found if _is_error(item, gating)]
    warnings = [_of_finding("warning", item) for item in found if not _is_error(item, gating)]
    lines = [*_bounded(errors), *_bounded(warnings), *_ours(shown)]
    return "\n".join([*(item.command() for item in lines), _summary(shown)]) + "\n"


def _is_error(found: Found, gating: set[str]) -> bool:
    return found.check.severity is Severity.BLOCKER or found.check.id in gating


def _bounded(annotations: list[Annotation]) -> list[Annotation]:
    if len(annotations) <= MOST:
        return annotations
    more = len(annotations) - MOST + 1
    last = Annotation(annotations[0].level, f"{more} more", f"{more} more of these are in the report")
    return [*annotations[: MOST - 1], last]


def _of_problem(level: str, problem: Problem) -> Annotation:
    said = [problem.what, problem.note, problem.help]
    return Annotation(level, problem.code, "\n".join(text for text in said if text))


def _of_finding(level: str, found: Found) -> Annotation:
    check = found.check
    said = [check.message, f"Expected: {check.expected}" if check.expected else "", check.fix]
    return Annotation(level, f"{check.id} {told(check)}", "\n".join(text for text in said if text), place(check))


def place(check: CheckResult) -> tuple[tuple[str, str], ...]:
    """File, line and column of the submission that a finding points at; nothing for a request or an address."""
    found = _PLACE.fullmatch(check.where)
    if found and not _ADDRESS.fullmatch(found["file"]):
        named = (("file", found["file"]), ("line", found["line"]), ("col", found["column"] or ""))
        return tuple((name, value) for name, value in named if value)
    code = next((exhibit for exhibit in check.evidence if isinstance(exhibit, CodeExhibit)), None)
    return (("file", code.file), ("line", str(code.line)), ("col", str(code.column))) if code else ()


def _ours(result: Result) -> list[Annotation]:
    """Everything that is undecided in one notice."""
    undecided = [check for check in result.checks() if check.outcome is Outcome.UNDECIDED]
    ours = [problem for problem in result.problems if not problem.code.startswith("E3")]
    if not undecided and not ours:
        return []
    said = [f"{problem.code}: {problem.what}" for problem in ours] or [undecided[0].message]
    total = f"{len(undecided)} checks are undecided. Nothing counts against the submission: run again."
    return [Annotation("notice", "Our side failed", "\n".join([*said, total]))]


def _summary(result: Result) -> str:
    """One line for the log."""
    ends = overview.outcomes(result)
    parts = [_score(result)]
    if result.gates:
        parts.append(f"gates {overview.gates_passed(result)}")
    parts += [text for _, text in severities([found.check for found in overview.findings(result)])]
    if ends[Outcome.UNDECIDED]:
        parts.append(f"{ends[Outcome.UNDECIDED]} undecided (our side)")
    line = one_line(f"{result.challenge.id}: {', '.join(parts)}")
    return line.replace("::", ": :").replace("##[", "## [")


def _score(result: Result) -> str:
    if result.view != "interviewer":
        ends = overview.outcomes(result)
        return f"{ends[Outcome.PASS]} passed, {ends[Outcome.FAIL]} not met"
    if result.score.points is None:
        return "undecided"
    band = BAND.get(result.score.band or "", "").lower()
    waiting = result.score.waiting_for_review
    said = f"{number(result.score.points)}/{number(result.score.possible)}" + (f" {band}" if band else "")
    return f"{said}, {number(waiting)} wait for review" if waiting else said


def _data(text: str) -> str:
    """Text after the last `::`."""
    shown = visible(text)[:MESSAGE]
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A value before it."""
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
