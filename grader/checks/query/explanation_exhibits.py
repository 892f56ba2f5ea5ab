"""What the checks of an explanation show: its lines beside the plans, what made the difference, its own figures."""

from __future__ import annotations

from collections.abc import Iterable

from grader.evidence.query import QueryAnswer
from grader.exhibits import RowsExhibit, TextExhibit
from grader.sql.query.claims import Claim
from grader.sql.query.comparison import Gain, Told
from grader.sql.query.explained import NamedEffect
from grader.sql.query.plan import Work
from grader.sql.query.prose import lines_of, sentences
from grader.visible import one_line

FILE = "EXPLANATION.md"
MOST_LINES_SHOWN = 120
MOST_FIGURES_SHOWN = 16
MOST_OF_A_LINE = 240
_MARKS = {"contradicted": "✗", "confirmed": "✓", "confirmed in part": "✓", "not checkable": "?"}
_KINDS = {"time": "time", "buffers": "blocks", "factor": "as a factor"}


def line_by_line(text: str, found: Iterable[Claim]) -> RowsExhibit:
    """The text as it was handed in, by lines; beside each what the plans say to the sentences that start there.

    Of a long text, the lines that claim something come before those that do not, in the order of the text.
    """
    said: dict[int, list[Claim]] = {}
    for claim in found:
        for line in (claim.line, *claim.again):
            said.setdefault(line, []).append(claim)
    lines = lines_of(text)
    wanted = _shown_lines(lines, said)
    rows = [row for number in wanted for row in _rows_of(number, lines[number - 1], said.get(number, []))]
    told = sum(bool(line.strip()) for line in lines)
    left = told - len(wanted)
    note = "Whether a figure is right is held against nobody: it was measured on other data"
    return RowsExhibit(
        title=f"{FILE}, line by line beside the plans",
        head=("line", "as it is written", "verdict", "what the plans show"),
        rows=tuple(rows),
        note=f"{note}. {left:,} more lines are not shown" if left > 0 else note,
    )


def _shown_lines(lines: list[str], said: dict[int, list[Claim]]) -> list[int]:
    written = [number for number, line in enumerate(lines, 1) if line.strip()]
    if len(written) <= MOST_LINES_SHOWN:
        return written
    wrong = [n for n in written if any(claim.verdict == "contradicted" for claim in said.get(n, []))]
    ranked = [*wrong, *(n for n in written if n in said), *written]
    return sorted(list(dict.fromkeys(ranked))[:MOST_LINES_SHOWN])


def _rows_of(number: int, line: str, found: list[Claim]) -> Iterable[tuple[str, str, str, str]]:
    shown = one_line(line, MOST_OF_A_LINE)
    if not found:
        yield str(number), shown, "", ""
    for place, claim in enumerate(found):
        text = f"… {one_line(claim.text, MOST_OF_A_LINE)}" if place else shown
        because = f"as on line {claim.line}" if number in claim.again else one_line(claim.because, MOST_OF_A_LINE)
        yield str(number), text, f"{_MARKS[claim.verdict]} {claim.verdict}", because


def difference_table(found: list[NamedEffect]) -> RowsExhibit:
    """What made the difference, in each of its ways, and where the text tells it."""
    rows = []
    for effect in found:
        for aspect in effect.aspects:
            where = f"line {aspect.line}: {one_line(aspect.where, 200)}" if aspect.line else ""
            rows.append((effect.about, one_line(aspect.what, 200), "yes" if aspect.line else "no", where))
    return RowsExhibit(
        title="What made the difference, and where the explanation says so",
        head=("", "what the plans show", "told", "where"),
        rows=tuple(rows),
        note="From the 2×2 of rewrite × setup and the plans. Of the rewrite, one of its ways is enough, when it stands "
        "for a part of the work; that a table is read less does not say why",
    )


def figures_table(found: list[Told], gains: list[Gain], given: Work, final: Work) -> RowsExhibit:
    """The candidate's own figures, each beside what was counted here for the same query."""
    rows = [
        (
            f"line {one.line}",
            one_line(one.text, 60),
            {"before": "given query", "after": "submitted query"}.get(one.side, "not told"),
            _ours(one, given, final),
        )
        for one in found[:MOST_FIGURES_SHOWN]
    ]
    rows += [("gain", f"{gain.told:,.0f} times by {_KINDS[gain.kind]}", "both", _counted(gain)) for gain in gains]
    left = len(found) - MOST_FIGURES_SHOWN
    note = "Theirs were measured on other data and another machine; work is counted, not timed"
    return RowsExhibit(
        title="The candidate's own comparison beside what was counted here",
        head=("where", "measured by the candidate", "of", "counted here"),
        rows=tuple(rows),
        note=f"{note}. {left} more figures are not shown" if left > 0 else note,
    )


def _counted(gain: Gain) -> str:
    far = ": far apart, ask how it was measured" if gain.far else ""
    unit = "fewer blocks" if gain.kind == "buffers" else "less work"
    return f"{gain.counted:,.1f} times {unit}{far}"


def _ours(one: Told, given: Work, final: Work) -> str:
    sides = {"before": (given,), "after": (final,)}.get(one.side, (given, final))
    return " → ".join(dict.fromkeys(_amount(one, work) for work in sides))


def _amount(one: Told, work: Work) -> str:
    if one.temporary and one.kind in ("buffers", "rows"):
        return f"{work.temp:,} temporary blocks"
    if one.kind in ("percent", "cost"):
        return "not counted"
    amounts = {"buffers": f"{work.buffers:,} blocks", "rows": f"{work.rows:,} rows handled"}
    return amounts.get(one.kind, f"{work.total:,} work")


def beginning(evidence: QueryAnswer) -> TextExhibit:
    """The beginning of the explanation, and how to look at all of it."""
    parts = sentences(evidence.explanation)[:12]
    text = "\n".join(one_line(part, 240) for part in parts) or one_line(evidence.explanation, 240)
    return TextExhibit(title=f"{FILE}, as it reads (cat {FILE})", text=text)
