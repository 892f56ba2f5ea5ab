"""Answers for MySQL and SQLite: what findings about their PostgreSQL copy say, and where only a person can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

import msgspec

from grader.evidence.schema import LoadFailure, SchemaFacts
from grader.model import Check, Finding, Outcome, for_review

P = ParamSpec("P")
NAMES = {"postgres": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}
_LOADING = ("schema.loads", "schema.runs")  # what is said of statements that cannot be read or fail
IN_THE_COPY = "in the PostgreSQL copy of your schema"


def careful(checks: Iterable[Check[SchemaFacts]]) -> tuple[Check[SchemaFacts], ...]:
    """The checks, which take nothing off for what may stand in a statement that the grader could not read."""
    return tuple(
        msgspec.structs.replace(check, ask=_careful(check.ask, loading=check.name in _LOADING)) for check in checks
    )


def _careful(
    ask: Callable[Concatenate[SchemaFacts, P], Finding], *, loading: bool
) -> Callable[Concatenate[SchemaFacts, P], Finding]:
    @wraps(ask)
    def asked(facts: SchemaFacts, /, *args: P.args, **options: P.kwargs) -> Finding:
        finding = _with_caveat(facts, ask(facts, *args, **options))
        if loading and finding.outcome in (Outcome.FAIL, Outcome.FOR_REVIEW):
            finding = msgspec.structs.replace(finding, message=finding.message + _mistaken(facts))
        unread = [failure for failure in facts.loading.failures if failure.kind == "unread"]
        if not unread or finding.outcome not in (Outcome.FAIL, Outcome.BLOCKED):
            return finding
        cause = next((failure for failure in unread if _may_explain(facts, failure, finding)), None)
        return finding if cause is None else _for_a_person(facts, finding, cause)

    return asked


def _with_caveat(facts: SchemaFacts, finding: Finding) -> Finding:
    """The finding; where its column has a clause that the database ignores, the message says so."""
    if finding.outcome is not Outcome.FAIL or not facts.caveats:
        return finding
    spot = f"`{finding.message.partition(' ')[0]}`"
    known = next((caveat for caveat in facts.caveats if spot in caveat and "ignores" in caveat), "")
    return msgspec.structs.replace(finding, message=f"{finding.message}. {known}") if known else finding


def _may_explain(facts: SchemaFacts, failure: LoadFailure, finding: Finding) -> bool:
    """The statement is about a table that the finding names, or makes one that is not there."""
    if facts.schema.table(failure.about) is None:
        return True
    said = " ".join((finding.message, *finding.symptoms))
    return failure.about in said


def _for_a_person(facts: SchemaFacts, finding: Finding, cause: LoadFailure) -> Finding:
    """The point waits, and whoever looks is told where."""
    why = cause.message.removeprefix("it could not be read: ")
    return for_review(
        f"{cause.place.file}:{cause.place.line} could not be read ({why}), and it may decide this; a person must look"
        f"{_mistaken(facts)}",
        exhibits=finding.exhibits,
    )


def _mistaken(facts: SchemaFacts) -> str:
    """That the files are plainly in another dialect than submission.toml says."""
    if facts.resembles is None:
        return ""
    return f". This looks like {NAMES[facts.resembles]}; submission.toml says {NAMES[facts.dialect]}"


def where_asked(facts: SchemaFacts, title: str) -> str:
    """The title of an exhibit, which says when a copy was asked."""
    return title if facts.dialect == "postgres" else f"{title} ({IN_THE_COPY})"
