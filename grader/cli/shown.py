"""A challenge as text: the brief, the files that come with it, and what is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from grader.handout import handed_out_at_all
from grader.model import Challenge, CheckUse, Criterion, Gate, Visibility
from grader.packs import BRIEF

LEGEND = """\
How to read a line: id, weight within its part (`info` never scores), the level from which it scores, how much
a failure matters, who sees it, what is asked. Of `public` checks candidates see everything, and `grader check`
runs them; of `area` checks they see what is asked, not with which data; of `private` ones only how many there are."""


def shown(challenge: Challenge, *, whole: bool) -> Iterator[str]:
    """The lines of `challenge show`; private checks and what depends on them only for a `whole` view."""
    yield (challenge.root / BRIEF).read_text(encoding="utf-8").rstrip()
    yield "\nFiles for the candidate"
    yield from (f"  {challenge.root / path}" for path in handed_out_at_all(challenge))
    yield f"  `grader challenge handout {challenge.id} --level LEVEL -o DIR` writes those of one level into a folder"
    yield "\nRubric"
    yield LEGEND
    for criterion in challenge.criteria:
        yield from _criterion(criterion, whole=whole)
    hidden = [gate for gate in challenge.gates if not whole and _is_private(challenge, gate)]
    for gate in challenge.gates:
        if gate not in hidden:
            cap = "below the bar" if gate.cap == "below" else gate.cap
            yield f"\n  Gate: {gate.title} (when it fails, the band is at most: {cap})"
    if hidden:
        yield f"\n  and {len(hidden)} more {'gates' if len(hidden) > 1 else 'gate'} on private checks"


def _criterion(criterion: Criterion, *, whole: bool) -> Iterator[str]:
    seen = [use for use in criterion.checks if whole or use.visibility is not Visibility.PRIVATE]
    who = "people" if criterion.review else f"{len(criterion.checks)} checks"
    yield f"\n  {criterion.title} · {criterion.points:g} points · {who}"
    yield from (_check(use) for use in seen)
    if len(seen) < len(criterion.checks):
        yield f"    and {len(criterion.checks) - len(seen)} private"


def _check(use: CheckUse) -> str:
    weight = f"×{use.weight:g}" if use.weight else "info"
    return f"    {use.id:<36} {weight:<5} {use.level:<7} {use.severity:<8} {use.visibility:<8} {use.title}"


def _is_private(challenge: Challenge, gate: Gate) -> bool:
    return any(challenge.checks[id_].visibility is Visibility.PRIVATE for id_ in gate.checks)
