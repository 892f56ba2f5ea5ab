"""Stage 1: run every collector of the challenge; one that breaks leaves its reason, and the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.errors import OurFault, Problem, SubmissionFault, UsageError
from grader.evidence import Evidence, NoEvidence, NotCollected
from grader.job import Job
from grader.model import Collector, CollectorUse


def gather(job: Job, collectors: Mapping[str, Collector[Any]], uses: Sequence[CollectorUse] = ()) -> Evidence:
    """Evidence by kind, of the whole challenge or of some of its `uses`.

    A collector's failure becomes `NoEvidence` (theirs) or `NotCollected` (ours).

    Raises `UsageError` when a file of the pack turns out to be wrong.
    """
    evidence: Evidence = {}
    for use in uses or job.challenge.collect:
        collector = collectors[use.name]
        evidence[collector.gathers] = _collect(collector, job, dict(use.options))
    return evidence


def _collect(collector: Collector[Any], job: Job, options: dict[str, Any]) -> object:
    try:
        return collector.collect(job, **options)
    except SubmissionFault as fault:
        return NoEvidence(problem=fault.problem)
    except OurFault as fault:
        return NotCollected(problem=fault.problem)
    except UsageError:
        raise  # the pack is wrong: its author must act before anybody is graded with it
    except Exception as error:  # noqa: BLE001 - any bug of ours must become "undecided", never a lost point
        return NotCollected(problem=_bug(collector.name, error))


def _bug(name: str, error: Exception) -> Problem:
    return Problem(
        code="E299",
        what=f"the collector `{name}` broke: {type(error).__name__}: {error}",
        note="this is a fault of the grader: nothing was taken from the submission for it",
        help="run again with -vv and report it",
    )
