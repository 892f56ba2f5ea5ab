"""The contents of the HTML page, chosen and bounded before a template sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from grader.exhibits import AnyExhibit
from grader.model import Outcome, Severity, Visibility
from grader.report import overview
from grader.report.figures import Figure, figure, side_by_side, weight
from grader.report.overview import Found
from grader.report.wording import count, number
from grader.result import CheckResult, CriterionResult, GateResult, Result

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
}
SEVERITY_TONE = {Severity.BLOCKER: "no", Severity.MAJOR: "wa", Severity.MINOR: "nt", Severity.NOTE: "nt"}
FILTER = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.FOR_REVIEW: "review",
    Outcome.BLOCKED: "open",
    Outcome.NOT_APPLICABLE: "open",
    Outcome.UNDECIDED: "open",
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
    findings: list[Card] = field(default_factory=list)
    more: list[Found] = field(default_factory=list)
    review: list[tuple[CriterionResult, list[Card]]] = field(default_factory=list)
    evidence: list[list[Card]] = field(default_factory=list)
    advice: list[Card] = field(default_factory=list)


def page_of(result: Result) -> Page:
    """The page's contents for a result that is already filtered for its reader."""
    maker = _Maker(result)
    found = overview.findings(result)
    page = Page(result=result, hrefs=maker.hrefs)
    page.findings = maker.cards(found[:MOST_FINDINGS])
    page.more = found[MOST_FINDINGS:]
    page.review = _review(result, maker) if result.view == "interviewer" else []
    page.evidence = _in_pairs(maker.cards(overview.evidence(result), once=True))
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

    def cards(self, found: Iterable[Found], *, once: bool = False) -> list[Card]:
        """Cards of checks; with `once`, an exhibit that is on the page already is not shown again."""
        return [self._card(item, once=once) for item in found]

    def _card(self, found: Found, *, once: bool) -> Card:
        check = found.check
        anchor = self._anchors[check.id]
        self.hrefs[check.id] = f"#{anchor}"
        new = [exhibit for exhibit in check.evidence if not (once and exhibit in self._shown)]
        figures = [self._figure(exhibit) for exhibit in new[:MOST_EXHIBITS] if self._fits(weight(exhibit))]
        return Card(
            anchor=anchor,
            check=check,
            criterion=found.criterion,
            lost=found.lost,
            rows=tuple(side_by_side(figures)),
            left_out=len(new) - len(figures),
            above=len(check.evidence) - len(new),
        )

    def _figure(self, exhibit: AnyExhibit) -> Figure:
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
    tags = {
        "graded": ("ok", f"Run complete: {answered} of {count(asked, 'check')}"),
        "failed": ("no", f"Could not run, the submission’s side: {answered} of {count(asked, 'check')} answered"),
        "undecided": ("wa", f"Undecided, our side: {answered} of {count(asked, 'check')} answered"),
    }
    said = [tags[result.status]]
    if ends[Outcome.BLOCKED]:
        said.append(("wa", f"{ends[Outcome.BLOCKED]} blocked by a fault of the submission"))
    if ends[Outcome.UNDECIDED]:
        said.append(("wa", f"{ends[Outcome.UNDECIDED]} undecided by a fault of ours"))
    if ends[Outcome.NOT_APPLICABLE]:
        said.append(("nt", f"{ends[Outcome.NOT_APPLICABLE]} not asked"))
    isolated = result.run.isolation == "docker"
    said.append(("nt" if isolated else "wa", "In a container, no network" if isolated else "Not in a container"))
    return said


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


def public_tally(criterion: CriterionResult) -> tuple[str, str]:
    """A criterion in a candidate's view: a tone and `4 of 5 public checks, more at grading`."""
    public = [check for check in criterion.checks if check.visibility is Visibility.PUBLIC and check.scored]
    passed = sum(check.outcome is Outcome.PASS for check in public)
    more = criterion.not_shown > 0 or len(public) < len(criterion.checks)
    if not public:
        return "nt", "read by people" if criterion.waiting_for_review else "looked at in the grading"
    tone = "ok" if passed == len(public) else "wa"
    return tone, f"{passed} of {count(len(public), 'public check')}" + (", more at grading" if more else "")
