"""Which questions are asked: the worst failures, one of them at the candidate's own lines, and a strength."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from grader.model import Judgement, Level, Outcome, Question, Severity
from grader.questions.pointing import KNOWS_THEIR_CODE, Pointed, beside, pointed
from grader.questions.sources import Sources
from grader.result import QuestionResult

MOST = 4
MOST_STRENGTHS = 2
_HEAVY = {Severity.BLOCKER: 0, Severity.MAJOR: 1}  # all others are small


class _Template(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the pack with the judgement it speaks of."""

    criterion: str
    judgement: Judgement
    question: Question

    @property
    def topic(self) -> str:
        return self.question.topic or self.judgement.use.id


def questions(
    judgements: Mapping[str, tuple[Judgement, ...]], level: Level, known: Sources
) -> tuple[QuestionResult, ...]:
    """At most four, none twice about the same thing, each with the check it comes from.

    `judgements` are those of each criterion. The worst failure that leads to lines of the candidate's own points at
    them; two more failures follow, of other criteria where those are as heavy, beside the lines they show. The last
    place is for a strength (they give the best talks). Where no failure leads to lines, the question that does is about
    the code that people review, or about a strength.
    """
    failures = sorted(_templates(judgements, Outcome.FAIL), key=_weight)
    reviewed = list(_templates(judgements, Outcome.FOR_REVIEW))
    failed_at = {template.topic for template in failures}
    strengths = [t for t in sorted(_templates(judgements, Outcome.PASS), key=_weight) if t.topic not in failed_at]
    if not failures and not strengths:
        return ()
    at_lines, lines = _first_pointed([*failures, *reviewed, *strengths], known)
    chosen = [at_lines] if at_lines else []
    kept = 1 if any(template is not at_lines for template in strengths) else 0
    chosen = _chosen(failures, chosen, until=MOST - kept)
    chosen = _chosen(strengths, chosen, until=min(MOST, len(chosen) + MOST_STRENGTHS))
    in_order = [template for template in (*failures, *reviewed, *strengths) if template in chosen]
    return tuple(
        _asked(template, level, lines if template is at_lines else beside(template.judgement, template.question, known))
        for template in in_order
    )


def _templates(judgements: Mapping[str, tuple[Judgement, ...]], outcome: Outcome) -> Iterator[_Template]:
    """What the pack asks about checks that ended so."""
    for criterion, group in judgements.items():
        for judgement in group:
            question = judgement.use.praise if outcome is Outcome.PASS else judgement.use.question
            if judgement.finding.outcome is outcome and question is not None:
                yield _Template(criterion=criterion, judgement=judgement, question=question)


def _weight(template: _Template) -> tuple[bool, int, float]:
    """The worst failures and the heaviest strengths first; what costs nothing last."""
    use, failed = template.judgement.use, template.judgement.finding.outcome is Outcome.FAIL
    return (not template.judgement.scored, use.severity.rank if failed else 0, -use.weight)


def _first_pointed(templates: Iterable[_Template], known: Sources) -> tuple[_Template | None, Pointed | None]:
    for template in templates:
        lines = pointed(template.judgement, template.question, known)
        if lines is not None:
            return template, lines
    return None, None


def _chosen(templates: Sequence[_Template], chosen: list[_Template], *, until: int) -> list[_Template]:
    """`chosen` with more of `templates`: the heavy ones first, and of those such of criteria not yet asked about."""
    chosen = list(chosen)
    while len(chosen) < until:
        topics, criteria = {t.topic for t in chosen}, {t.criterion for t in chosen}
        left = [template for template in templates if template.topic not in topics]
        if not left:
            break
        chosen.append(min(left, key=lambda template: _after(template, criteria)))
    return chosen


def _after(template: _Template, criteria: set[str]) -> tuple[bool, int, bool]:
    """The order of what may be asked next; what is equal stays in the order of its weight."""
    use, failed = template.judgement.use, template.judgement.finding.outcome is Outcome.FAIL
    heavy = _HEAVY.get(use.severity, len(_HEAVY)) if failed else 0
    return (not template.judgement.scored, heavy, template.criterion in criteria)


def _asked(template: _Template, level: Level, lines: Pointed | None) -> QuestionResult:
    sought, above = _sought(template.question, level)
    return QuestionResult(
        ask=lines.ask if lines else template.question.ask,
        listen_for=f"{KNOWS_THEIR_CODE[level]}. {sought}" if lines and lines.own_code else sought,
        because=template.judgement.use.id,
        above=above,
        code=lines.code if lines else None,
    )


def _sought(question: Question, level: Level) -> tuple[str, str]:
    """What to listen for at a level, and what one more would add. At the highest the one below goes without saying."""
    said = {other: question.sought(other) for other in Level}
    if len(set(said.values())) == 1:
        return said[level], ""
    if level is Level.SENIOR:
        return f"{said[Level.MID]}. Beyond that: {said[level]}", ""
    return said[level], said[Level.MID if level is Level.JUNIOR else Level.SENIOR]
