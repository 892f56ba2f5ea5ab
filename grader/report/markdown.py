"""The report for a step summary or a pull-request comment: GitHub-flavoured Markdown, at most 60 kB.

Text of the submission and of the pack never is Markdown: it stands in code spans and fences longer than any run
of backticks in it, or with every character that means something escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.exhibits import AnyExhibit, CodeExhibit, HttpExhibit, PictureExhibit, RowsExhibit, SqlExhibit, TextExhibit
from grader.model import Outcome
from grader.report import overview
from grader.report.figures import code_rows
from grader.report.overview import Found
from grader.report.views import as_seen
from grader.report.wording import (
    BAND,
    LEVEL,
    NOT_ISOLATED,
    OUTCOME,
    count,
    do_not_apply,
    folded,
    number,
    severities,
    severity,
    told,
)
from grader.result import CheckResult, CriterionResult, QuestionResult, Result
from grader.visible import one_line, visible

MOST_BYTES = 60_000
MOST_FINDINGS = 20
MOST_EXHIBITS = 3
FENCE_CHARACTERS = 1500
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~@&:/$^=\"'])")


def render(result: Result) -> str:
    """The Markdown. It begins with a marker by which a comment is found again and replaced."""
    shown = as_seen(result)
    sections = [_head(shown), *_parts(shown)]
    foot = _foot(shown)
    return _within(sections, foot)


def plain(text: str, limit: int = 300) -> str:
    """`text` on one line with everything escaped that Markdown could read as more than text.

    GitHub looks for @names in what was rendered, so no escape helps: a zero-width space parts them.
    """
    return _MEANS_SOMETHING.sub(r"\\\1", one_line(text, limit=limit)).replace("\\@", "@\u200b") or " "


def span(text: str, limit: int = 300, *, cell: bool = False) -> str:
    """`text` as one code span; inside a table cell a `|` would end the cell even there."""
    flat = one_line(text, limit=limit) or " "
    ticks = "`" * (_longest_run(flat) + 1)
    code = f"{ticks} {flat} {ticks}"
    return code.replace("|", "\\|") if cell else code


def fence(text: str, language: str = "") -> str:
    """`text` as a fenced block, bounded."""
    shown = folded(text)
    cut = len(shown) - FENCE_CHARACTERS
    body = visible(shown[:FENCE_CHARACTERS]) + (f"\n… {cut} more characters in the report" if cut > 0 else "")
    ticks = "`" * max(3, _longest_run(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _within(sections: list[str], foot: str) -> str:
    """As many whole sections as fit."""
    room = MOST_BYTES - len(foot.encode()) - 200
    kept: list[str] = []
    for section in sections:
        room -= len(section.encode()) + 2
        if room < 0:
            kept.append(f"_Cut here: {count(len(sections) - len(kept), 'more part')} in the full report._")
            break
        kept.append(section)
    return "\n\n".join([*kept, foot]) + "\n"


def _head(result: Result) -> str:
    marker = f"<!-- grader:{_slug(result.challenge.id)}:{result.level.value} -->"
    return f"{marker}\n### {plain(result.challenge.title)} · {_headline(result)}"


def _slug(name: str) -> str:
    """Letters that cannot end a comment."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", name).strip("-")


def _headline(result: Result) -> str:
    if result.view != "interviewer":
        ends = overview.outcomes(result)
        what = "self-check" if result.view == "candidate" else "feedback"
        return f"{what} · {ends[Outcome.PASS]} passed, {ends[Outcome.FAIL]} not met"
    if result.score.points is None:
        codes = ", ".join(plain(problem.code) for problem in result.problems)
        return f"not graded: our side ({codes})" if codes else "not graded: our side"
    band = BAND.get(result.score.band or "", "the band waits for people").lower()
    gate = " · gate failed" if overview.failed_gates(result) else ""
    failed = " · could not be run" if result.status == "failed" else ""
    return f"{overview.points(result)} · {band}{gate}{failed}"


def _parts(result: Result) -> Iterable[str]:
    yield from (_problem(result, i) for i in range(len(result.problems)))
    if said := [plain(text) for text in overview.verdict(result) if result.view == "interviewer"]:
        yield " ".join(said)
    yield _table(result)
    if gates := overview.failed_gates(result):
        yield "\n".join(f"**Gate failed:** {plain(gate.title)}" for gate in gates)
    found = overview.findings(result)
    if found:
        yield f"#### {', '.join(text for _, text in severities([item.check for item in found]))}"
    yield from (_finding(item) for item in found[:MOST_FINDINGS])
    if len(found) > MOST_FINDINGS:
        yield f"{count(len(found) - MOST_FINDINGS, 'more finding')} in the full report."
    if result.questions:
        yield "\n".join(["#### Ask in the follow-up", *(_question(item) for item in result.questions)])


def _question(item: QuestionResult) -> str:
    above = f"\n   - More than that: {plain(item.above, 600)}" if item.above else ""
    return f"1. {plain(item.ask, 600)}\n   - Listen for: {plain(item.listen_for, 600)}{above}"


def _problem(result: Result, index: int) -> str:
    problem = result.problems[index]
    ours = "" if problem.code.startswith("E3") else " (our side: it costs the candidate nothing)"
    lines = [f"**{plain(problem.code)}:** {span(problem.what)}{ours}"]
    lines += [fence(problem.snippet)] if problem.snippet else []
    lines += [f"Note: {span(problem.note, 600)}"] if problem.note else []
    lines += [f"What to do: {span(problem.help, 600)}"] if problem.help else []
    return "\n\n".join(lines)


def _table(result: Result) -> str:
    if result.view != "interviewer":
        rows = [f"| {plain(item.title)} | {_reason(item)} |" for item in result.criteria]
        return "\n".join(["| Area | Public checks |", "| --- | --- |", *rows])
    rows = [
        f"| {plain(item.title)} | {_level(item)} | {number(item.points)} / "
        f"{number(item.possible or item.waiting_for_review)} | {_reason(item)} |"
        for item in result.criteria
    ]
    return "\n".join(["| Criterion | Level | Points | What decided it |", "| --- | --- | ---: | --- |", *rows])


def _reason(item: CriterionResult) -> str:
    return span(item.reason, cell=True) if item.reason else ""


def _level(item: CriterionResult) -> str:
    if item.level is not None:
        return f"{item.level} of 4, {LEVEL[item.level - 1].lower()}"
    if item.waiting_for_review and not item.possible:
        return "left to people"
    return "undecided, our side" if item.points is None and item.possible else "not asked"


def _finding(found: Found) -> str:
    check = found.check
    cost = f" · −{number(found.lost)}" if found.lost and check.points is not None else ""
    lines = [
        f"<details><summary>{_html(f'{severity(check)} · {told(check)} · {check.id}{cost}')}</summary>",
        *_texts(check),
        *(block for exhibit in check.evidence[:MOST_EXHIBITS] for block in _exhibit(exhibit)),
        "</details>",
    ]
    return "\n\n".join(lines)


def _texts(check: CheckResult) -> Iterable[str]:
    if check.message:
        yield span(check.message, 600)
    if check.expected:
        yield f"Expected: {span(check.expected, 400)}"
    if check.where:
        yield f"Where: {span(check.where)}"
    if check.why:
        yield f"Why it matters: {plain(check.why, 600)}"
    if check.fix:
        yield f"How to fix: {plain(check.fix, 600)}"
    if check.brief:
        yield f"The brief: “{plain(check.brief, 400)}”"


def _exhibit(exhibit: AnyExhibit) -> Iterable[str]:
    match exhibit:
        case HttpExhibit():
            yield fence(f"{exhibit.request}\n\n{exhibit.response}", "http")
            yield from _command(exhibit.command)
        case SqlExhibit():
            yield fence(exhibit.statement, "sql")
            yield fence(exhibit.answer)
            yield from _command(exhibit.command)
        case CodeExhibit():
            yield f"{span(f'{exhibit.file}:{exhibit.line}')}"
            yield fence(_source(exhibit))
        case TextExhibit():
            yield fence(exhibit.text)
        case RowsExhibit():
            yield fence("\n".join(" | ".join(row) for row in (exhibit.head, *exhibit.rows)))
        case PictureExhibit():
            yield f"A picture: {span(exhibit.file)}"
        case _:
            yield "A drawing: see the full report."


def _command(command: str) -> Iterable[str]:
    """A command that runs as it stands; one that is too long for that is left to the report."""
    if command and folded(command) == command and len(command) <= FENCE_CHARACTERS:
        yield fence(command, "sh")
    elif command:
        yield "The command that shows it again is long: see the full report."


def _source(exhibit: CodeExhibit) -> str:
    lines = []
    for row in code_rows(exhibit):
        lines.append(f"{row.number:>4} | {row.text}")
        if row.caret:
            lines.append(f"     | {' ' * row.pad}{'^' * row.caret} {exhibit.label}")
    return "\n".join(lines)


def _html(text: str) -> str:
    """Text inside a `<summary>`: both HTML and Markdown are escaped."""
    return re.sub(r"[^\w ,·−]", lambda found: f"&#{ord(found.group())};", one_line(text, limit=300))


def _foot(result: Result) -> str:
    answered, asked = overview.ran(result)
    isolation = f" · not in a container ({result.run.isolation})" if NOT_ISOLATED[result.run.isolation] else ""
    ends = overview.outcomes(result)
    open_ends = (Outcome.BLOCKED, Outcome.UNDECIDED, Outcome.UNSTABLE)
    missing = [f"{ends[end]} {OUTCOME[end].lower()}" for end in open_ends if ends[end]]
    missing += [do_not_apply(ends[Outcome.NOT_APPLICABLE])] if ends[Outcome.NOT_APPLICABLE] else []
    missing += [f"{also} counted elsewhere"] if (also := len(overview.counted(result))) else []
    said = f"{answered} of {count(asked, 'check')} ran{''.join(f', {text}' for text in missing)}"
    pack = f"{plain(result.challenge.id)} {plain(result.challenge.version)}"
    seed = "" if result.run.seed is None else f" · seed {result.run.seed}"
    return f"<sub>{said} · {result.level.value} level{seed} · pack {pack}{isolation}</sub>"
