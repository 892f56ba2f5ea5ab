"""Ask a second time what went wrong, in a fresh container: a deduction must not hang on chance.

A service that answers one way today and another way tomorrow (a race, a thread that was slow, a test of luck) would
lose points in one grade and keep them in the next. So where anything that scores went wrong, the service is started
anew and everything that its answers decide is collected once more; `grader.judge` calls a check whose verdict differs
unstable, which costs nothing and is told. Correct answers pay no time for this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.evidence import Evidence, NoEvidence, NotCollected, freeze, thaw
from grader.gather import gather
from grader.job import Job
from grader.judge import judge
from grader.model import Check, Collector, Outcome, Resource

WRONG = (Outcome.FAIL, Outcome.BLOCKED)


def asked_again(
    job: Job, evidence: Evidence, *, collectors: Mapping[str, Collector[Any]], checks: Mapping[str, Check[Any]]
) -> Evidence:
    """The evidence of a second run where the first one went against the submission, by kind; empty where it did not.

    Only answers of the running service can differ by chance, and a second run that could not be made (it did not
    start again, our side failed) says nothing: what it would give is left out.
    """
    doubtful = _doubtful(job, evidence, checks)
    uses = [
        use
        for use in job.challenge.collect
        if collectors[use.name].uses is Resource.SERVICE and collectors[use.name].gathers in doubtful
    ]
    again = gather(job, collectors, uses) if uses else {}
    return {kind: found for kind, found in again.items() if not isinstance(found, NoEvidence | NotCollected)}


def _doubtful(job: Job, evidence: Evidence, checks: Mapping[str, Check[Any]]) -> set[type[Any]]:
    """Kinds of evidence on which something that scores failed or was blocked."""
    settled = judge(job.challenge, thaw(freeze(evidence)), job.level, checks)
    found = {
        checks[judgement.use.check].needs
        for group in settled.values()
        for judgement in group
        if judgement.scored and judgement.finding.outcome in WRONG
    }
    return {kind for kind in found if not isinstance(evidence.get(kind), NoEvidence | NotCollected)}
