"""What a question about a schema stands on. Where the ground is missing the answer is not `fail` but says why."""

from __future__ import annotations

from collections.abc import Iterable

from grader.evidence.schema import SchemaFacts
from grader.model import Finding, blocked, for_review
from grader.sql.schema.matcher import concept_of

NAMES = {
    "user": "a table of users",
    "product": "a table of products",
    "category": "a table of categories",
    "order": "a table of orders",
    "order_line": "a table of order lines",
    "product_category": "a table that links products and categories",
}


def ground(facts: SchemaFacts, *concepts: str) -> Finding | None:
    """None when the question can be asked, else the finding that ends it: blocked or for review."""
    if not facts.schema.tables:
        return blocked("no table was loaded")
    for concept in concepts:
        if facts.role(concept) is None:
            return missing(facts, concept) or blocked(absent(facts, concept))
    return None


def absent(facts: SchemaFacts, concept: str) -> str:
    """That a concept has no table, and which tables submission.toml gave to others: one of them may be the one."""
    given = [
        f"`{role.table}` to {other}"
        for other, role in facts.roles.items()
        if role.source == "submission.toml" and concept_of(role.table) in ("", concept)
    ]
    why = f" (submission.toml [concepts] gives {', '.join(given)})" if given else ""
    return f"there is no {NAMES[concept].removeprefix('a ')}{why}"


def missing(facts: SchemaFacts, concept: str) -> Finding | None:
    """Why a concept has no table although the answer may hold one; None when it plainly does not."""
    for table, played in facts.unloaded.items():
        if played == concept:
            return _unloaded(facts, table)
    doubtful = facts.doubtful.get(concept, ())
    if doubtful:
        names = ", ".join(f"`{name}`" for name in doubtful[:5])
        return for_review(
            f"no table could be recognised as {NAMES[concept]}; it may be {names}. "
            f'Naming it in submission.toml decides it: [concepts] {concept} = "…"'
        )
    return None


def _unloaded(facts: SchemaFacts, table: str) -> Finding:
    failure = next((f for f in facts.loading.failures if f.table.rpartition(".")[2] == table.rpartition(".")[2]), None)
    if failure is not None and not failure.theirs:
        return for_review(f"`{table}` could not be loaded here ({failure.message}): nothing is taken off for it")
    where = f" ({failure.place}: {failure.message})" if failure else ""
    return blocked(f"`{table}` did not load{where}")


def closed(facts: SchemaFacts) -> dict[str, str]:
    """Tables into which no row could be inserted at all, with why.

    A trigger or constraint of the design may refuse everything, or our rows may be wrong for a good design: nobody can
    tell, so what was to be tried on such a table is for a person to judge, whatever its declarations promise.
    """
    asked = [probe for probe in facts.probes if not probe.id.endswith(".delete")]  # a deletion needs other tables too
    taken = {probe.table for probe in asked if probe.good is not None}
    return {probe.table: probe.obstacle for probe in reversed(asked) if probe.obstacle and probe.table not in taken}


def unopened(facts: SchemaFacts, tables: Iterable[str]) -> Finding | None:
    """For review when one of these tables took no row, with what PostgreSQL said; None when all could be tried."""
    shut = closed(facts)
    found = [name for name in dict.fromkeys(tables) if name in shut]
    if not found:
        return None
    named = ", ".join(f"`{name}`" for name in found)
    return for_review(f"could not be tried on {named}, because it took no row: {shut[found[0]]}")
