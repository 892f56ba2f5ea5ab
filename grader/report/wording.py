"""The words all formats share: names of outcomes, levels and bands, and how numbers are written."""

from __future__ import annotations

import shlex
from datetime import datetime

from grader.model import Outcome, Severity, Visibility
from grader.result import CheckResult, Isolation, Result
from grader.visible import visible

BRAND = "Takehome Grader"
OUTCOME = {
    Outcome.PASS: "Passed",
    Outcome.FAIL: "Failed",
    Outcome.BLOCKED: "Blocked",
    Outcome.NOT_APPLICABLE: "Not asked",
    Outcome.UNDECIDED: "Undecided",
    Outcome.FOR_REVIEW: "For review",
}
LEVEL = ("Well below", "Below the bar", "Meets the bar", "Above the bar")
BAND = {"below": "Below the bar", "junior": "Junior", "mid": "Mid", "senior": "Senior"}
SEEN_BY_CANDIDATE = {
    Visibility.PUBLIC: "In full (public)",
    Visibility.AREA: "Area and rule only",
    Visibility.PRIVATE: "Never",
}
ISOLATION: dict[Isolation, str] = {
    "docker": "in a container without network",
    "process": "without a container: as ordinary processes of the machine that graded",
    "none": "nothing was started by the grader: files were read, or a service that was already running was asked",
}
NOT_ISOLATED: dict[Isolation, str] = {
    "docker": "",
    "process": "No container was used. What was run had the rights of a process of this machine: "
    "limits hold less well, and traces of it may stay.",
    "none": "The grader started nothing itself. It read files, or asked a service that somebody else started: "
    "it cannot say what that service was made of.",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: float | None) -> str:
    """Points for people: at most two decimals, a dash for what is not decided."""
    if value is None:
        return "–"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def count(amount: int, singular: str, plural: str = "") -> str:
    """`1 check`, `3 checks`."""
    return f"{amount} {singular if amount == 1 else plural or singular + 's'}"


def cut(text: str, limit: int) -> str:
    """`text`, and if it is longer than `limit`, its beginning and how much more there is."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters in result.json)"


def cap(band: str) -> str:
    """What a failed gate does to the band."""
    if not band:
        return "failed"
    return "puts it below the bar" if band == "below" else f"caps at {BAND.get(band, band).lower()}"


def severity(check: CheckResult) -> str:
    """`Blocker`, `Major`, `Minor` or `Note`."""
    return check.severity.value.capitalize()


def severities(checks: list[CheckResult]) -> list[tuple[Severity, str]]:
    """How many of each severity, worst first: `1 blocker`."""
    amounts = [(kind, sum(check.severity is kind for check in checks)) for kind in Severity]
    names = {Severity.MAJOR: "major", Severity.MINOR: "minor"}
    return [(kind, count(amount, kind.value, names.get(kind, ""))) for kind, amount in amounts if amount]


def moment(started: str) -> str:
    """`21 Nov 2026, 01:12 UTC`; what is no time stays as it is."""
    try:
        when = datetime.fromisoformat(started)
    except ValueError:
        return started
    zone = when.tzname() or ""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}, {when:%H:%M} {zone}".strip()


def seconds(value: float) -> str:
    """`4.2 s`, `1 min 58 s`."""
    if value < 60:  # noqa: PLR2004 - a minute
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def again(result: Result) -> str:
    """The command that repeats the run; the path is the reader's."""
    level = ["--level", result.level.value]
    seed = [] if result.run.seed is None else ["--seed", str(result.run.seed)]
    process = ["--sandbox", "process"] if result.run.isolation == "process" else []
    if result.view != "interviewer":
        return shlex.join(["grader", "check", ".", "--challenge", result.challenge.id, *level, *seed])
    name = visible(result.submission.name, keep="")
    return shlex.join(["grader", "grade", result.challenge.id, f"./{name}", *level, *seed, *process])
