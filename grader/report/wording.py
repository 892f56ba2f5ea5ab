"""The words all formats share: names of outcomes, levels and bands, and how numbers are written."""

from __future__ import annotations

import re
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
    Outcome.NOT_APPLICABLE: "Does not apply",
    Outcome.UNDECIDED: "Undecided",
    Outcome.FOR_REVIEW: "For review",
    Outcome.UNSTABLE: "Unstable",
}
ADVISES = {Outcome.PASS: "Informs", Outcome.FAIL: "Advice"}  # of checks that do not score
LEVEL = ("Well below", "Below the bar", "Meets the bar", "Above the bar")
LEVEL_KEY = (
    "The level is read off the share of the points: 2 from 40 %, 3 from 75 %, 4 from 95 %. A criterion may be above "
    "the bar with a small check not met."
)
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
RUN = 120  # from this length on a repeated piece of text is folded
RUN_SHOWN = 12
_REPEATED = re.compile(r"(.{1,8}?)\1{14,}", re.DOTALL)
_STEP = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
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


def folded(text: str) -> str:
    """`text` with long repetitions told as such: `ddd…⟨“d” × 2,001⟩`."""
    return _REPEATED.sub(_fold, text)


def _fold(run: re.Match[str]) -> str:
    whole, piece = run.group(), run.group(1)
    if len(whole) < RUN:
        return whole
    return f"{whole[:RUN_SHOWN]}…⟨“{piece}” × {len(whole) // len(piece):,}⟩"


def caption(title: str) -> str:
    """The title of an exhibit: a step of an exam is named in words, `crud.read-replaced` is `Step: read replaced`."""
    if not _STEP.fullmatch(title):
        return title
    return f"Step: {title.rpartition('.')[2].replace('-', ' ')}"


def ending(check: CheckResult) -> str:
    """How a check ended, in the words of a table."""
    if check.counted_in:
        return "Counted elsewhere"
    if not check.scored and check.outcome in ADVISES:
        return ADVISES[check.outcome]
    return OUTCOME[check.outcome]


def told(check: CheckResult) -> str:
    """The title of a check said so that nobody takes it for what was found: `Not met: Money is exact`."""
    if check.outcome is Outcome.FAIL or check.counted_in:
        return f"{mark(check)} {check.title}"
    return check.title


def do_not_apply(amount: int) -> str:
    """`1 does not apply`, `3 do not apply`."""
    return f"{amount} {'does' if amount == 1 else 'do'} not apply"


def mark(check: CheckResult) -> str:
    """What stands before the title of a check that did not hold."""
    return "Met in part:" if check.points else "Not met:"


def hours(text: str) -> str:
    """`3–5 hours`; a text that names its unit stays as it is."""
    return f"{text} hours" if text[-1:].isdigit() else text


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


def milliseconds(value: float) -> str:
    """`0.4 ms`, `120 ms`, `2,480 ms`."""
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"  # noqa: PLR2004 - below ten a digit more


REPEATS = {
    "interviewer": "Put the folder or archive of the submission where the path stands.",
    "candidate": "Run it where your answer lies.",
    "feedback": "Run it where your answer lies: only public checks are in it, and their inputs are others.",
}


def judge_again(result: Result) -> str:
    """The command that judges saved evidence again; the path is where grades are written when nobody says otherwise."""
    return shlex.join(["grader", "rejudge", f"grader-out/{visible(result.submission.name, keep='')}"])


def again(result: Result) -> str:
    """The command that repeats the run; the path is the reader's."""
    level = ["--level", result.level.value]
    seed = [] if result.run.seed is None else ["--seed", str(result.run.seed)]
    process = ["--sandbox", "process"] if result.run.isolation == "process" else []
    if result.view != "interviewer":
        return shlex.join(["grader", "check", ".", "--challenge", result.challenge.id, *level, *seed])
    name = visible(result.submission.name, keep="")
    return shlex.join(["grader", "grade", result.challenge.id, f"./{name}", *level, *seed, *process])
