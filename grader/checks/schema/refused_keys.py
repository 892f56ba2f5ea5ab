"""Foreign keys that are declared and that the database refuses: one cause, whoever sees it first."""

from __future__ import annotations

import re

from grader.evidence.catalog import Table
from grader.evidence.schema import LoadFailure, SchemaFacts

FIX = "Mend the foreign key that is there; what is wrong with it stands above"
_KEY = re.compile(r"\bforeign\s+key\s*\(([^)]*)\)", re.IGNORECASE)
_ALTERED = re.compile(r"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.\"`]+)", re.IGNORECASE)


def loose(table: str, column: str) -> str:
    """How the cause is called when a reference has no foreign key."""
    return f"no foreign key: {table}.{column}"


def refusal(facts: SchemaFacts, table: Table, column: str) -> LoadFailure | None:
    """Why the foreign key that the script declares for a column is not there; None when it declares none."""
    return next((one for one in facts.loading.failures if cause(one) == loose(table.name, column)), None)


def cause(failure: LoadFailure) -> str:
    """The name of the cause when a statement that failed would only have added a foreign key, else empty."""
    found = _KEY.search(failure.statement)
    altered = _ALTERED.match(failure.statement)
    table = failure.about or (_bare(altered[1]) if altered else "")
    if found is None or not table or failure.table or not (failure.structural and failure.theirs):
        return ""
    return loose(table, _bare(found[1].rpartition(",")[2]))


def causes(failures: list[LoadFailure]) -> tuple[str, ...]:
    """What sets these failures apart, when all of them are refused foreign keys."""
    found = tuple(dict.fromkeys(map(cause, failures)))
    return found if all(found) else ()


def _bare(name: str) -> str:
    return re.sub(r"[\"`\s]", "", name).removeprefix("public.")
