"""The contents of the HTML page, chosen and bounded before a template sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from grader.exhibits import AnyExhibit
from grader.model import Outcome, Severity, Visibility
from grader.report import overview, wording
from grader.report.figures import Figure, figure, side_by_side, weight
from grader.report.overview import Found
from grader.report.wording import count, number
from grader.result import CheckResult, CriterionResult, GateResult, QuestionResult, Result

MOST_FINDINGS = 50
MOST_EXHIBITS = 4
EVIDENCE_BYTES = 500_000
TONE = {
    Outcome.PASS: "ok",
    Outcome.FAIL: "no",
    Outcome.BLOCKED: "wa",
    Outcome.NOT_APPLICABLE: "nt",
    Outcome.UNDECIDED: "wa",
    Outcome.FOR_REVIEW: "wa",
    Outcome.UNSTABLE: "wa",
}
SEVERITY_TONE = {Severity.BLOCKER: "no", Severity.MAJOR: "wa", Severity.MINOR: "nt", Severity.NOTE: "nt"}
FILTER = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.FOR_REVIEW: "review",
    Outcome.BLOCKED: "open",
    Outcome.NOT_APPLICABLE: "none",
    Outcome.UNDECIDED: "open",
    Outcome.UNSTABLE: "open",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A check told in full. `left_out` counts exhibits that only result.json has, `above` those shown before."""

    anchor: str
    check: CheckResult
    criterion: CriterionResult
    lost: float
    rows: tuple[tuple[Figure, ...], ...]
    left_out: int
    above: int = 0


@dataclass(slots=True)
class Page:
    """All that the templates show beside the result itself."""

    result: Result
    hrefs: dict[str, str] = field(default_factory=dict)
    questions: list[tuple[QuestionResult, Figure | None]] = field(default_factory=list)
    findings: list[Card] = field(default_factory=list)
    more: list[Found] = field(default_factory=list)
    counted: list[Card] = field(default_factory=list)
    review: list[tuple[CriterionResult, list[Card]]] = field(default_factory=list)
    evidence: list[list[Card]] = field(default_factory=list)
    advice: list[Card] = field(default_factory=list)


def page_of(result: Result) -> Page:
    """The page's contents for a result that is already filtered for its reader."""
    maker = _Maker(result)
    found = overview.findings(result)
    page = Page(result=result, hrefs=maker.hrefs)
    page.questions = [(asked, maker.figure(asked.code) if asked.code else None) for asked in result.questions]
    page.findings = maker.cards(found[:MOST_FINDINGS])
    page.more = found[MOST_FINDINGS:]
    page.counted = maker.cards(overview.counted(result)[:MOST_FINDINGS])
    page.review = _review(result, maker) if result.view == "interviewer" else []
    page.evidence = _in_pairs(maker.new_cards(overview.evidence(result)))
    page.advice = maker.cards(overview.advice(result)[:MOST_FINDINGS])
    return page


class _Maker:
    """Makes cards, hands out anchors, and stops showing evidence when the page is full."""

    def __init__(self, result: Result) -> None:
        self._anchors = _anchors(result.checks())
        self.hrefs = {id_: f"#row-{anchor}" for id_, anchor in self._anchors.items()}
        self._room = EVIDENCE_BYTES
        self._figures = 0
        self._shown: set[AnyExhibit] = set()

    def cards(self, found: Iterable[Found]) -> list[Card]:
        """Cards of checks."""
        return [self._card(item, once=False) for item in found]

    def new_cards(self, found: Iterable[Found]) -> list[Card]:
        """Cards of checks, without exhibits that are on the page already; none for a check that has no other."""
        return [self._card(item, once=True) for item in found if set(item.check.evidence) - self._shown]

    def _card(self, found: Found, *, once: bool) -> Card:
        check = found.check
        anchor = self._anchors[check.id]
        self.hrefs[check.id] = f"#{anchor}"
        new = [exhibit for exhibit in check.evidence if not (once and exhibit in self._shown)]
        figures = [self.figure(exhibit) for exhibit in new[:MOST_EXHIBITS] if self._fits(weight(exhibit))]
        return Card(
            anchor=anchor,
            check=check,
            criterion=found.criterion,
            lost=found.lost,
            rows=tuple(side_by_side(figures)),
            left_out=len(new) - len(figures),
            above=len(check.evidence) - len(new),
        )

    def figure(self, exhibit: AnyExhibit) -> Figure:
        """The figure of an exhibit with an id of its own."""
        self._figures += 1
        self._shown.add(exhibit)
        return figure(exhibit, f"figure-{self._figures}")

    def _fits(self, size: int) -> bool:
        self._room -= size
        return self._room >= 0


def _anchors(checks: tuple[CheckResult, ...]) -> dict[str, str]:
    """An id on the page for every check, made from its own."""
    anchors: dict[str, str] = {}
    for i, check in enumerate(checks):
        slug = "check-" + re.sub(r"[^A-Za-z0-9_-]+", "-", check.id)
        anchors[check.id] = f"{slug}-{i}" if slug in anchors.values() else slug
    return anchors


def _review(result: Result, maker: _Maker) -> list[tuple[CriterionResult, list[Card]]]:
    """Criteria that people have to look at, with what they look at."""
    waiting = {criterion.id for criterion in overview.people(result)}
    cards = maker.cards(overview.for_review(result))
    return [
        (criterion, mine)
        for criterion in result.criteria
        if (mine := [card for card in cards if card.criterion.id == criterion.id]) or criterion.id in waiting
    ]


def _in_pairs(cards: list[Card]) -> list[list[Card]]:
    """Cards in rows: neighbours that show one plan each stand side by side."""
    rows: list[list[Card]] = []
    for is_single, group in groupby(cards, key=_is_single_plan):
        members = list(group)
        rows += [members] if is_single else [[member] for member in members]
    return rows


def _is_single_plan(card: Card) -> bool:
    return len(card.rows) == 1 and len(card.rows[0]) == 1 and card.rows[0][0].kind == "plan"


def validity(result: Result) -> list[tuple[str, str]]:
    """Tags that say how far the run can be trusted: what ran, what did not, and whose turn it is."""
    answered, asked = overview.ran(result)
    ends = overview.outcomes(result)
    amount = f"{answered} of {count(asked, 'check')}"
    tags = {
        "graded": ("ok", f"Run complete: {amount} that count"),
        "failed": ("no", f"Could not run, the submission’s side: {amount} answered"),
        "undecided": ("wa", f"Undecided, our side: {amount} answered"),
    }
    said = [tags[result.status]]
    if ends[Outcome.BLOCKED]:
        said.append(("wa", f"{ends[Outcome.BLOCKED]} blocked by a fault of the submission"))
    if ends[Outcome.UNDECIDED]:
        said.append(("wa", f"{ends[Outcome.UNDECIDED]} undecided by a fault of ours"))
    if ends[Outcome.UNSTABLE]:
        said.append(("wa", f"{ends[Outcome.UNSTABLE]} unstable: two runs disagree, which costs nothing"))
    if ends[Outcome.NOT_APPLICABLE]:
        said.append(("nt", wording.do_not_apply(ends[Outcome.NOT_APPLICABLE])))
    if informing := len(overview.informing(result)):
        said.append(("nt", f"{informing} only inform"))
    isolated = result.run.isolation == "docker"
    said.append(("nt" if isolated else "wa", "In a container, no network" if isolated else "Not in a container"))
    return said


def filter_of(check: CheckResult) -> str:
    """Under which filter of the table a check stands."""
    return FILTER[check.outcome] if check.scored else "review" if check.outcome is Outcome.FOR_REVIEW else "none"


def chips(result: Result) -> list[tuple[str, str]]:
    """How many findings of each severity, as tags."""
    found = [item.check for item in overview.findings(result)]
    amounts = [(kind, sum(check.severity is kind for check in found)) for kind in Severity]
    words = {Severity.MAJOR: "major", Severity.MINOR: "minor"}
    return [(SEVERITY_TONE[kind], count(n, kind.value, words.get(kind, ""))) for kind, n in amounts if n]


def gate_link(gate: GateResult, page: Page) -> str:
    """Where a failed gate is explained, empty when it passed."""
    bad = (Outcome.FAIL, Outcome.BLOCKED, Outcome.UNDECIDED)
    ends = {check.id: check.outcome for check in page.result.checks()}
    return next((page.hrefs[id_] for id_ in gate.checks if ends.get(id_) in bad), "")


def criterion_link(criterion: CriterionResult, page: Page) -> str:
    """The worst thing to read about a criterion."""
    mine = [card for card in page.findings if card.criterion.id == criterion.id]
    if mine:
        return f"#{max(mine, key=lambda card: card.lost).anchor}"
    if any(waiting.id == criterion.id for waiting, _ in page.review):
        return "#review"
    return page.hrefs[criterion.checks[0].id] if criterion.checks else ""


def lost(card: Card) -> str:
    """`−3 pt`, empty when it cost nothing."""
    return f"−{number(card.lost)} pt" if card.lost > 0 else ""


def tally(criterion: CriterionResult, *, own: bool) -> tuple[str, str]:
    """A criterion in a candidate's view: a tone and `4 of 5 public checks, more at grading`, or how it ended."""
    shown = [check for check in criterion.checks if check.scored and (check.visibility is Visibility.PUBLIC or not own)]
    asked = [check for check in shown if check.outcome not in (Outcome.NOT_APPLICABLE, Outcome.FOR_REVIEW)]
    passed = sum(check.outcome is Outcome.PASS for check in asked)
    tone = "ok" if passed == len(asked) else "wa"
    if not own:
        hidden = f", {criterion.not_shown} not shown" if criterion.not_shown else ""
        return (tone, f"{passed} of {count(len(asked), 'check')} met{hidden}") if asked else ("nt", _left(criterion))
    if not shown:
        return "nt", _left(criterion, "looked at in the grading")
    more = criterion.not_shown > 0 or len(shown) < len(criterion.checks)
    return tone, f"{passed} of {count(len(asked), 'public check')}" + (", more at grading" if more else "")


def _left(criterion: CriterionResult, otherwise: str = "nothing to show") -> str:
    return "read by people" if criterion.waiting_for_review else otherwise


def outcome_tags(result: Result, *, advice: int) -> list[tuple[str, str]]:
    """How the checks that count ended, in a candidate's view, and how much is only advice."""
    ends = overview.outcomes(result)
    words = {
        Outcome.PASS: "passed",
        Outcome.FAIL: "not met",
        Outcome.BLOCKED: "blocked",
        Outcome.UNDECIDED: "undecided, our side",
        Outcome.UNSTABLE: "unstable, costs nothing",
    }
    said = [(TONE[end], f"{ends[end]} {word}") for end, word in words.items() if ends[end] or end is Outcome.PASS]
    if ends[Outcome.NOT_APPLICABLE]:
        said.append(("nt", wording.do_not_apply(ends[Outcome.NOT_APPLICABLE])))
    return [*said, ("nt", f"{advice} advice")] if advice else said
