"""What a question about a schema stands on. Where the ground is missing the answer is not `fail` but says why."""

from __future__ import annotations

from grader.evidence.schema import SchemaFacts
from grader.model import Finding, blocked, for_review

NAMES = {
    "user": "a table of users",
    "product": "a table of products",
    "category": "a table of categories",
    "order": "a table of orders",
    "order_line": "a table of order lines",
    "product_category": "a table that links products and categories",
}
DIALECTS = {"mysql": "MySQL", "sqlite": "SQLite"}


def ground(facts: SchemaFacts, *concepts: str) -> Finding | None:
    """None when the question can be asked, else the finding that ends it: blocked or for review."""
    if facts.dialect != "postgres":
        return for_review(
            f"the schema is written for {DIALECTS[facts.dialect]}; this version of the grader judges PostgreSQL only, "
            "so a person must judge it and nothing is taken off"
        )
    if not facts.schema.tables:
        return blocked("no table was loaded")
    for concept in concepts:
        if facts.role(concept) is None:
            return missing(facts, concept) or blocked(f"there is no {NAMES[concept].removeprefix('a ')}")
    return None


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
