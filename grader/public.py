"""The part of a challenge that candidates may see and run: filtered before anything is gathered or shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from grader.model import Challenge, Check, CheckUse, Collector, Criterion, Visibility


def public_part(
    challenge: Challenge, *, collectors: Mapping[str, Collector[Any]], checks: Mapping[str, Check[Any]]
) -> Challenge:
    """The challenge with its public checks only, and only the collectors and gates they need."""
    scored = tuple(criterion for criterion in challenge.criteria if not criterion.review)
    whole = msgspec.structs.replace(challenge, criteria=scored)
    return _part(whole, lambda use: use.visibility is Visibility.PUBLIC, collectors, checks)


def part_about(
    challenge: Challenge,
    kinds: Collection[type[Any]],
    *,
    collectors: Mapping[str, Collector[Any]],
    checks: Mapping[str, Check[Any]],
    costly: bool = True,
) -> Challenge:
    """The part of a challenge that these kinds of evidence can answer, with or without its `costly` checks."""

    def wanted(use: CheckUse) -> bool:
        check = checks[use.check]
        return check.needs in kinds and (costly or not check.costly)

    return _part(challenge, wanted, collectors, checks)


def _part(
    challenge: Challenge,
    wanted: Callable[[CheckUse], bool],
    collectors: Mapping[str, Collector[Any]],
    checks: Mapping[str, Check[Any]],
) -> Challenge:
    criteria = []
    for criterion in challenge.criteria:
        uses = tuple(use for use in criterion.checks if wanted(use))
        if uses:
            criteria.append(msgspec.structs.replace(criterion, checks=uses))
    kept = {use.id: use for criterion in criteria for use in criterion.checks}
    needed = {checks[use.check].needs for use in kept.values()}
    trimmed = [_without_other_causes(criterion, kept) for criterion in criteria]
    return msgspec.structs.replace(
        challenge,
        criteria=tuple(trimmed),
        collect=tuple(use for use in challenge.collect if collectors[use.name].gathers in needed),
        gates=tuple(gate for gate in challenge.gates if all(id_ in kept for id_ in gate.checks)),
    )


def _without_other_causes(criterion: Criterion, kept: Mapping[str, CheckUse]) -> Criterion:
    uses = tuple(
        msgspec.structs.replace(
            use,
            explained_by=tuple(id_ for id_ in use.explained_by if id_ in kept),
            requires=tuple(id_ for id_ in use.requires if id_ in kept),
        )
        for use in criterion.checks
    )
    return msgspec.structs.replace(criterion, checks=uses)
