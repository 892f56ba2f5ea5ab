"""What the grader understood, for people: the meaning of each table, what was not run, the notes."""

from __future__ import annotations

from grader.checks.schema.dialects import NAMES
from grader.checks.schema.footing import closed, ground
from grader.evidence.schema import Role, SchemaFacts
from grader.exhibits import RowsExhibit, TextExhibit
from grader.model import Check, Finding, for_review, not_applicable, passed
from grader.sql.schema.shop import CORE

MOST_ROWS = 60
MAX_NOTES = 6_000
MAX_COPY = 60_000  # as much as the report shows of a text to be copied
SURE, LIKELY = 0.8, 0.5  # what is below an even chance is only assumed
_BY = {"matcher": "names, columns and references", "submission.toml": "you, in submission.toml"}


def understood(facts: SchemaFacts) -> Finding:
    """Which table was taken for what, what was not run, and what could not be tried."""
    if early := ground(facts):
        return early
    rows = [
        (concept.replace("_", " "), role.table, _sure(role), _BY[role.source])
        for concept in CORE
        if (role := facts.roles.get(concept))
    ]
    exhibits = [
        *_copy(facts),
        RowsExhibit(
            title="What each table was taken for", head=("concept", "table", "how sure", "by"), rows=tuple(rows)
        ),
        *_listed("Not run, and nothing taken off", _aside(facts)),
        *_listed("Could not be tried", _untried(facts)),
    ]
    unsure = [f"{role.table} as {concept}" for concept, role in facts.roles.items() if role.confidence < LIKELY]
    doubt = f"; unsure of {', '.join(unsure)}" if unsure else ""
    shut = closed(facts)
    names = ", ".join(f"`{name}`" for name in sorted(shut))
    doubt += f"; no row could be inserted into {names}: {shut[min(shut)]}" if shut else ""
    told = ", ".join(f"`{table}` ({concept})" for concept, table, *_ in rows)
    how = f"read as {NAMES[facts.dialect]}; checked in a PostgreSQL copy: " if facts.shadow else ""
    return passed(
        f"{how}PostgreSQL {facts.server} has {told or 'no table that could be recognised'}{doubt}",
        exhibits=tuple(exhibits),
    )


def _sure(role: Role) -> str:
    """How sure the grader is of a table, in words: a figure would say more than anybody knows."""
    if role.source != "matcher":
        return "as you said"
    return "sure" if role.confidence >= SURE else "likely" if role.confidence >= LIKELY else "assumed"


def _copy(facts: SchemaFacts) -> list[RowsExhibit | TextExhibit]:
    """The script of the copy, and in what it differs from the original."""
    if not facts.shadow:
        return []
    said = tuple((caveat,) for caveat in facts.caveats)
    return [
        *([RowsExhibit(title="What to know about the copy", head=("caveat",), rows=said)] if said else []),
        TextExhibit(
            title="copy.sql: the PostgreSQL copy in which it was checked", text=facts.shadow[:MAX_COPY], whole=True
        ),
    ]


def _untried(facts: SchemaFacts) -> list[tuple[str, str]]:
    """Tables that took no row, and why; not what would have been asked of them."""
    return list(dict.fromkeys((probe.table, probe.obstacle) for probe in facts.probes if probe.obstacle))


def _aside(facts: SchemaFacts) -> list[tuple[str, str]]:
    aside = [(f"{item.place}: {item.statement}", item.reason) for item in facts.loading.set_aside]
    excused = [f for f in facts.loading.failures if not f.structural or not f.theirs]
    return aside + [(f"{failure.place}: {failure.statement}", failure.message) for failure in excused]


def _listed(title: str, rows: list[tuple[str, str]]) -> list[RowsExhibit]:
    return [RowsExhibit(title=title, head=("what", "why"), rows=tuple(rows[:MOST_ROWS]))] if rows else []


def notes(facts: SchemaFacts) -> Finding:
    """The candidate's notes, for a person to read."""
    if not facts.notes.strip():
        return for_review("there is no NOTES.md")
    return for_review(
        f"NOTES.md: {len(facts.notes.split())} words",
        exhibits=(TextExhibit(title="NOTES.md", text=facts.notes[:MAX_NOTES]),),
    )


def diagram_unread(facts: SchemaFacts) -> Finding:
    """Lines of the candidate's diagram that could not be read."""
    unread = [(file.name, line) for file in facts.diagrams for line in file.unread]
    if not unread:
        return not_applicable("every line of the diagram was read")
    rows = tuple(unread[:MOST_ROWS])
    return passed(f"{len(unread)} lines were not read", exhibits=(RowsExhibit(head=("file", "line"), rows=rows),))


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(name="schema.understood", needs=SchemaFacts, ask=understood, title="How the schema was read"),
    Check(name="schema.erd_unread", needs=SchemaFacts, ask=diagram_unread, title="Lines of the diagram not read"),
    Check(name="schema.notes", needs=SchemaFacts, ask=notes, title="The notes explain the design"),
)
