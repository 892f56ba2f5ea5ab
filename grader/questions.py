"""Questions for the follow-up talk, from what was found. No template, no question."""

from __future__ import annotations

from grader.model import Judgement, Outcome
from grader.result import QuestionResult

MOST = 4


def questions(judgements: list[Judgement]) -> tuple[QuestionResult, ...]:
    """At most four: the worst failures first, the last place for a strength (they give the best talks)."""
    failed = [j for j in judgements if j.finding.outcome is Outcome.FAIL and j.use.question]
    failed.sort(key=lambda j: (not j.scored, j.use.severity.rank, -j.use.weight))
    strengths = [j for j in judgements if j.finding.outcome is Outcome.PASS and j.use.praise]
    strengths.sort(key=lambda j: -j.use.weight)
    chosen = [_asked(j, praise=False) for j in failed[: MOST - 1 if strengths else MOST]]
    chosen += [_asked(j, praise=True) for j in strengths[:1]]
    return tuple(chosen)


def _asked(judgement: Judgement, *, praise: bool) -> QuestionResult:
    question = judgement.use.praise if praise else judgement.use.question
    if question is None:
        raise ValueError(judgement.use.id)

    return QuestionResult(ask=question.ask, listen_for=question.listen_for, because=judgement.use.id)
