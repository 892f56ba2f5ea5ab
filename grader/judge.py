"""Stage 2: put every check of the rubric to the one kind of evidence it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from grader.evidence import Evidence, NoEvidence, NotCollected
from grader.model import (
    Challenge,
    Check,
    CheckUse,
    Criterion,
    Finding,
    Judgement,
    Level,
    Outcome,
    blocked,
    undecided,
)

Judgements = dict[str, tuple[Judgement, ...]]


def judge(
    challenge: Challenge,
    evidence: Evidence,
    level: Level,
    checks: Mapping[str, Check[Any]],
    again: Evidence | None = None,
) -> Judgements:
    """Judgements by criterion id, in rubric order. `again` is evidence of a second run, of any kinds it has."""
    findings = {use.id: _ask(use, evidence, checks[use.check]) for use in challenge.checks.values()}
    for use in challenge.checks.values():
        if again and checks[use.check].needs in again:
            findings[use.id] = _of_both(findings[use.id], _ask(use, again, checks[use.check]))
    judgements = [
        _judgement(criterion, use, findings[use.id], level)
        for criterion in challenge.criteria
        for use in criterion.checks
    ]
    costing = {judgement.use.id for judgement in judgements if judgement.scored}
    settled = {id_: _settled(challenge.checks[id_], findings, costing) for id_ in findings}
    return {
        criterion.id: tuple(_judgement(criterion, use, settled[use.id], level) for use in criterion.checks)
        for criterion in challenge.criteria
    }


def _judgement(criterion: Criterion, use: CheckUse, finding: Finding, level: Level) -> Judgement:
    scored = use.weight > 0 and level.reaches(use.level) and criterion.points > 0
    return Judgement(use=use, finding=finding, scored=scored)


def _ask(use: CheckUse, evidence: Evidence, check: Check[Any]) -> Finding:
    material = evidence.get(check.needs)
    if material is None:
        return undecided(f"`{check.needs.__name__}` was not collected in this run")
    if isinstance(material, NotCollected):
        return undecided(f"{material.problem.code}: {material.problem.what}")
    if isinstance(material, NoEvidence):
        return blocked(f"{material.problem.code}: {material.problem.what}")
    try:
        return check.ask(material, **use.options)
    except Exception as error:  # noqa: BLE001 - a broken check is our fault and must not cost a point
        return undecided(f"the check `{use.check}` broke: {type(error).__name__}: {error}")


def _of_both(first: Finding, second: Finding) -> Finding:
    """One finding of two runs: unstable where one of them earns what the other does not.

    What the second run could not ask says nothing about the first; of two failures the milder one counts.
    """
    outcomes = {first.outcome, second.outcome}
    if outcomes == {Outcome.PASS, Outcome.FAIL} or (first.outcome, second.outcome) == (Outcome.BLOCKED, Outcome.PASS):
        wrong = second if first.outcome is Outcome.PASS else first
        said = f"two runs in fresh containers disagree, so it costs nothing. In one of them: {wrong.message}"
        return msgspec.structs.replace(wrong, outcome=Outcome.UNSTABLE, message=said, score=0.0)
    milder = outcomes == {Outcome.FAIL} and second.score > first.score
    return second if milder else first


def _causes(use: CheckUse, finding: Finding, findings: Mapping[str, Finding], costing: Collection[str]) -> list[str]:
    """The checks that already cost for the same root cause: together they show every symptom of the finding."""
    failing = [id_ for id_ in use.explained_by if findings[id_].outcome is Outcome.FAIL and id_ in costing]
    shown = {symptom for id_ in failing for symptom in findings[id_].symptoms}
    if not set(finding.symptoms) <= shown:
        return []
    return [id_ for id_ in failing if not finding.symptoms or set(finding.symptoms) & set(findings[id_].symptoms)]


def _settled(use: CheckUse, findings: Mapping[str, Finding], costing: Collection[str]) -> Finding:
    """The finding in the light of the others: a pass needs one of what it requires, and one root cause costs once."""
    finding = findings[use.id]
    met = [id_ for id_ in use.requires if findings[id_].outcome not in (Outcome.FAIL, Outcome.BLOCKED)]
    if use.requires and not met and finding.outcome is Outcome.PASS:
        return blocked(f"means nothing while nothing of this holds: {', '.join(use.requires)}")
    if finding.outcome is not Outcome.FAIL:
        return finding
    causes = _causes(use, finding, findings, costing)
    if not causes:
        return finding
    return msgspec.structs.replace(finding, outcome=Outcome.NOT_APPLICABLE, counted_in=tuple(causes))
