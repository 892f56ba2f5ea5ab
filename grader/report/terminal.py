"""The report in a terminal: the verdict, the criteria, and why, without opening anything.

Every text of a submission goes through `one_line`: nothing in it can move the cursor, colour or reorder.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from grader import diagnostics
from grader.exhibits import CodeExhibit
from grader.model import Outcome, Severity
from grader.report import overview
from grader.report.figures import code_rows
from grader.report.overview import Found
from grader.report.views import as_seen
from grader.report.wording import BAND, NOT_ISOLATED, count, do_not_apply, milliseconds, number, told
from grader.result import CriterionResult, Result
from grader.visible import one_line, visible

WORST = 5
FIRST = 3
MOST_NOTES = 4
NARROWEST = 40
MARK = {Severity.BLOCKER: "✗", Severity.MAJOR: "!", Severity.MINOR: "·", Severity.NOTE: "·"}
CHECK_MARK = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "red"),
    Outcome.BLOCKED: ("-", "yellow"),
    Outcome.NOT_APPLICABLE: ("·", "dim"),
    Outcome.UNDECIDED: ("?", "yellow"),
    Outcome.FOR_REVIEW: ("·", "dim"),
    Outcome.UNSTABLE: ("~", "yellow"),
}
END = {
    "candidate": "Public checks are a floor, not a forecast: the full grading has more.",
    "feedback": "Public checks are told in full, of others the rule; some are not shown, and no score is.",
}
_STYLE = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}
_SEVERITY_STYLE = {Severity.BLOCKER: "red", Severity.MAJOR: "yellow", Severity.MINOR: "dim", Severity.NOTE: "dim"}


def human(result: Result, width: int = 80, *, color: bool = False) -> str:
    """The report as lines of at most `width` cells; escape sequences only when `color` asks for them."""
    shown = as_seen(result)
    writer = _Writer(max(width, NARROWEST), color=color)
    lines = _graded(shown, writer) if shown.view == "interviewer" else _candidate(shown, writer)
    return "\n".join(line.rstrip() for line in lines) + "\n"


class _Writer:
    """Lines that fit, with or without colour."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = width
        self._color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLE[style]}m{text}\x1b[0m" if self._color and style else text

    def fit(self, text: str, room: int) -> str:
        """One harmless line of at most `room` cells."""
        flat = one_line(text, limit=4 * self.width)
        if cell_len(flat) <= room:
            return flat
        return chop_cells(flat, max(1, room - 1))[0] + "…" if room > 1 else "…"

    def clip(self, line: str) -> str:
        """One harmless line with its blanks kept, so that carets stay where they point."""
        return (chop_cells(visible(line, keep=""), self.width) or [""])[0]

    def told(self, line: str) -> list[str]:
        """A line of a diagnostic: sentences go on below, lines of a file keep their columns and are cut."""
        sentence = line.startswith(("  = ", "error[", "  --> "))
        if not sentence or cell_len(visible(line, keep="")) <= self.width:
            return [self.clip(line)]
        inset = " " * (len("  = help: ") if line.startswith("  = ") else 2)
        flat = visible(line, keep="")[: 20 * self.width]
        lines = textwrap.wrap(flat, self.width, subsequent_indent=inset, break_on_hyphens=False)
        return [piece for part in lines for piece in chop_cells(part, self.width)]

    def wrapped(self, text: str, indent: str) -> list[str]:
        """Whole sentences over several lines."""
        flat = one_line(text, limit=20 * self.width)
        lines = textwrap.wrap(flat, self.width, initial_indent=indent, subsequent_indent=indent)
        return [piece for line in lines for piece in chop_cells(line, self.width)]

    def both_ends(self, left: str, right: str) -> str:
        """`left` with `right` behind it where there is room for both."""
        room = self.width - cell_len(left) - 2
        return f"{left}  {self.fit(right, room)}" if right and room >= min(cell_len(right), 12) else left


def _graded(result: Result, writer: _Writer) -> Iterator[str]:
    title = f"{result.challenge.title} · {result.submission.name} · {result.level.value} rubric"
    yield writer.paint(writer.fit(title, writer.width), "bold")
    if overview.not_judged(result):
        yield from _problems(result, writer)
        yield ""
        yield "  " + writer.paint(overview.headline(result), "red")
        yield from writer.wrapped(_waiting_for_it(result), "  ")
        yield from _isolation(result, writer)
        yield from _notes(result, writer)
        return
    yield from _verdict(result, writer)
    yield from _problems(result, writer)
    yield from _notes(result, writer)
    yield from _times(result, writer)
    if result.criteria:
        yield ""
        wide = max(cell_len(one_line(item.title)) for item in result.criteria)
        for item in result.criteria:
            yield _criterion(item, writer, min(wide, writer.width // 2))
    yield from _findings(overview.findings(result), writer)


def _waiting_for_it(result: Result) -> str:
    """What cannot be told before the submission runs."""
    gates = f"{count(len(result.gates), 'must-pass gate')} and " if result.gates else ""
    return f"{gates}{count(len(result.criteria), 'criterion', 'criteria')} say nothing until that is mended."


def _verdict(result: Result, writer: _Writer) -> Iterator[str]:
    score = result.score
    band = BAND.get(score.band or "", "the band waits for people").lower()
    if score.points is None:
        yield "  " + writer.paint(
            "Undecided: our side failed" if result.status == "undecided" else "No score", "yellow"
        )
    else:
        percent = "" if score.percent is None else f" · {number(score.percent)} %"
        yield "  " + writer.paint(f"{overview.points(result)}{percent}", "bold") + f" · {band}"
    if result.status == "failed":
        yield "  " + writer.paint("The submission could not be run", "red")
    for said in overview.verdict(result):
        yield from writer.wrapped(said, "  ")
    yield from _gates(result, writer)
    yield from _isolation(result, writer)


def _isolation(result: Result, writer: _Writer) -> Iterator[str]:
    if result.run.isolation != "docker":
        yield from writer.wrapped(f"Isolation: {result.run.isolation}. {NOT_ISOLATED[result.run.isolation]}", "  ")


def _gates(result: Result, writer: _Writer) -> Iterator[str]:
    if not result.gates:
        return
    failed = [gate.title for gate in overview.failed_gates(result)]
    said = f"Gates {overview.gates_passed(result)}" + (f", failed: {', '.join(failed)}" if failed else "")
    yield from (writer.paint(line, "red" if failed else "") for line in writer.wrapped(said, "  "))


def _problems(result: Result, writer: _Writer) -> Iterator[str]:
    for problem in result.problems:
        yield ""
        for line in diagnostics.render(problem).splitlines():
            yield from writer.told(line)


def _times(result: Result, writer: _Writer) -> Iterator[str]:
    """Wall times of what is judged by other means: people want to see them."""
    told = ", ".join(f"{one.name} {milliseconds(one.milliseconds)}" for one in result.run.measured)
    if told:
        yield ""
        yield from (writer.paint(line, "dim") for line in writer.wrapped(f"Wall time, never scored: {told}", "  "))


def _notes(result: Result, writer: _Writer) -> Iterator[str]:
    """Remarks on the run, such as what of submission.toml was passed over: nobody looks for them in the report."""
    if result.notes:
        yield ""
    for note in result.notes[:MOST_NOTES]:
        yield from (writer.paint(line, "yellow") for line in writer.wrapped(f"Note: {note}", "  "))
    if len(result.notes) > MOST_NOTES:
        yield writer.paint(f"  … {count(len(result.notes) - MOST_NOTES, 'more note')} in the report", "dim")


def _criterion(item: CriterionResult, writer: _Writer, wide: int) -> str:
    name = writer.fit(item.title, wide)
    blocks = "····" if item.level is None else "■" * item.level + "□" * (4 - item.level)
    possible = item.possible or item.waiting_for_review
    line = f"  {name}{' ' * (wide - cell_len(name))}  {blocks}  {number(item.points):>5} / {number(possible):<5}"
    if item.waiting_for_review:
        waits = "left to people" if not item.possible else f"{overview.count_points(item.waiting_for_review)}"
        return writer.both_ends(line, waits)
    return writer.both_ends(line, "undecided, our side") if item.points is None and item.possible else line


def _findings(found: list[Found], writer: _Writer) -> Iterator[str]:
    if found:
        yield ""
    wide = max((len(one_line(item.check.id, limit=24)) for item in found[:WORST]), default=0)
    for item in found[:WORST]:
        yield from _finding(item, writer, wide)
    if len(found) > WORST:
        yield writer.paint(f"  … {len(found) - WORST} more in the report", "dim")


def _finding(found: Found, writer: _Writer, wide: int) -> Iterator[str]:
    check = found.check
    head = f"  {MARK[check.severity]} {check.severity.value.upper():<7} {one_line(check.id, limit=24):<{wide}}  "
    line = head + writer.fit(told(check), max(10, writer.width - cell_len(head)))
    line = writer.both_ends(line, check.where)
    yield writer.paint(line, _SEVERITY_STYLE[check.severity])
    if check.message:
        yield "            " + writer.fit(check.message, writer.width - 12)


def _candidate(result: Result, writer: _Writer) -> Iterator[str]:
    what = "self-check" if result.view == "candidate" else "feedback"
    yield writer.paint(writer.fit(f"{result.challenge.title} · {what}", writer.width), "bold")
    yield from _problems(result, writer)
    yield from _notes(result, writer)
    for item in result.criteria:
        yield ""
        yield "  " + writer.fit(f"{item.title}", writer.width - 2)
        for check in item.checks:
            mark, style = CHECK_MARK[check.outcome] if check.scored else ("·", "dim")
            title = check.title if mark == "✗" else told(check)
            said = f"    {mark} {writer.fit(title, writer.width - 6)}"
            yield writer.paint(
                said if check.outcome is Outcome.PASS else writer.both_ends(said, f"({check.id})"), style
            )
            if check.outcome in (Outcome.FOR_REVIEW, Outcome.BLOCKED) and check.scored:
                yield from writer.wrapped(check.message, "        ")
            elif check.outcome is Outcome.PASS and not check.scored:
                yield from (writer.paint(line, "dim") for line in writer.wrapped(check.message, "        ")[:FIRST])
    yield ""
    yield from writer.wrapped(_tally(result), "  ")
    yield from _first(overview.findings(result), writer)
    yield from _advice(overview.advice(result), writer)
    yield ""
    yield from writer.wrapped(END[result.view], "  ")


def _tally(result: Result) -> str:
    ends = overview.outcomes(result)
    names = {
        Outcome.PASS: "passed",
        Outcome.FAIL: "not met",
        Outcome.BLOCKED: "blocked",
        Outcome.UNDECIDED: "undecided (our side)",
        Outcome.FOR_REVIEW: "for people to say",
        Outcome.UNSTABLE: "unstable (two runs disagree, which costs nothing)",
    }
    said = [f"{ends[outcome]} {name}" for outcome, name in names.items() if ends[outcome]]
    said += [do_not_apply(ends[Outcome.NOT_APPLICABLE])] if ends[Outcome.NOT_APPLICABLE] else []
    said += [f"{also} counted elsewhere"] if (also := len(overview.counted(result))) else []
    said += [f"{also} only inform"] if (also := len(overview.informing(result))) else []
    return (", ".join(said) or count(0, "check")) + "."


def _first(found: list[Found], writer: _Writer) -> Iterator[str]:
    """What to fix first, with the reason and what to do: most people read no further."""
    if not found:
        return
    yield ""
    yield "  " + writer.paint("Fix first", "bold")
    for i, item in enumerate(found[:FIRST], start=1):
        check = item.check
        yield writer.both_ends(f"  {i}. {writer.fit(told(check), writer.width - 5)}", check.where)
        for said in (check.message, f"Expected: {check.expected}" if check.expected else "", check.fix):
            yield from writer.wrapped(said, "     ")
    if len(found) > FIRST:
        yield f"  … {len(found) - FIRST} more in the report"


def _advice(found: list[Found], writer: _Writer) -> Iterator[str]:
    """Advice about lines of the submission, with its carets: it is of use where the lines are open."""
    placed = [(item.check, [e for e in item.check.evidence if isinstance(e, CodeExhibit)]) for item in found]
    placed = [(check, lines) for check, lines in placed if lines]
    if placed:
        yield ""
        yield "  " + writer.paint("Advice, costs nothing", "bold")
    for check, lines in placed[:FIRST]:
        yield from writer.wrapped(check.message, "  ")
        for exhibit in lines[:FIRST]:
            yield ""
            yield writer.clip(f"     {exhibit.file}:{exhibit.line}:{exhibit.column}  {exhibit.title}")
            yield from _with_caret(exhibit, writer)


def _with_caret(exhibit: CodeExhibit, writer: _Writer) -> Iterator[str]:
    row = next((row for row in code_rows(exhibit) if row.caret), None)
    if row is not None:
        yield writer.clip(f"{row.number:>7} | {row.text}")
        yield writer.paint(writer.clip(f"        | {' ' * row.pad}{'^' * row.caret} {exhibit.label}"), "yellow")
