"""What the grader understood, for people: the diagram of the catalog, the meaning of each table, the notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from grader.checks.schema import data_types, indexes, integrity, normalization, rules
from grader.checks.schema.footing import closed, ground
from grader.evidence.catalog import Column, Table
from grader.evidence.schema import SchemaFacts
from grader.exhibits import DiagramColumn, DiagramEdge, DiagramExhibit, DiagramTable, RowsExhibit, TextExhibit
from grader.model import Check, Finding, Outcome, for_review, not_applicable, passed
from grader.sql.schema.shop import CORE, Shop

MOST_TABLES = 25
MOST_COLUMNS = 30
MOST_ROWS = 60
MAX_NOTES = 6_000
_OF_THE_FIRST = re.compile(r" \([^)]*\)|: .*")  # its type, and what it leads to, are not those of the other columns

_MARKING: tuple[Callable[[SchemaFacts], Finding], ...] = (
    data_types.money,
    data_types.dates,
    data_types.quantities,
    data_types.digits,
    data_types.key_types,
    data_types.status_values,
    data_types.time_zones,
    data_types.email_length,
    integrity.foreign_keys,
    rules.required,
    integrity.login_unique,
    rules.value_ranges,
    normalization.repeating,
    normalization.lists,
    normalization.header,
    normalization.category_as_text,
    normalization.copied,
    normalization.several_categories,
    indexes.reference_indexes,
)


def drawn(facts: SchemaFacts) -> Finding:
    """The schema as PostgreSQL made it, drawn from its catalog; columns with a finding are marked."""
    if early := ground(facts):
        return early
    shop = Shop(facts.schema, facts.roles)
    tables = _ordered(facts)
    names = {table.name for table in tables}
    warnings = dict(_warnings(facts))
    left = len(facts.schema.tables) - len(tables)
    exhibit = DiagramExhibit(
        title="Entity relationship diagram, drawn from the catalog",
        tables=tuple(_table(table, facts, warnings) for table in tables),
        edges=tuple(edge for table in tables for edge in _edges(table, names)),
        note=f"{left} more tables are not shown" if left else "",
    )
    count = sum(1 for _ in shop.core_links())
    return passed(f"{len(facts.schema.tables)} tables, {count} references between core tables", exhibits=(exhibit,))


def _ordered(facts: SchemaFacts) -> list[Table]:
    """Core tables first, then what refers to them or is referred to, in order of name."""
    core = [table for concept in CORE if (table := facts.role(concept)) is not None]
    rest = [table for table in facts.schema.tables if table not in core]
    return [*core, *rest][:MOST_TABLES]


def _warnings(facts: SchemaFacts) -> Iterator[tuple[tuple[str, str], str]]:
    """Column and fault of every finding that names columns."""
    for ask in _MARKING:
        finding = ask(facts)
        if finding.outcome is Outcome.FAIL:
            first, *others = _spots(finding.message, facts) or [("", "")]
            what = finding.message.partition(" ")[2].partition(" (also ")[0]
            yield first, what
            for spot in others:
                yield spot, _OF_THE_FIRST.sub("", what)


def _spots(message: str, facts: SchemaFacts) -> list[tuple[str, str]]:
    """Columns that a message names as `table.column` at its beginning or in its list of others."""
    head = message.split(" ", 1)[0]
    others = message.rpartition("(also ")[2].rstrip(")").split(", ") if "(also " in message else []
    named = {f"{t.name}.{c.name}": (t.name, c.name) for t in facts.schema.tables for c in t.columns}
    return [named[name] for name in (head, *others) if name in named]


def _table(table: Table, facts: SchemaFacts, warnings: dict[tuple[str, str], str]) -> DiagramTable:
    concept = next(
        (c for c, role in facts.roles.items() if role.table == table.name), facts.helpers.get(table.name, "")
    )
    return DiagramTable(
        name=table.name,
        concept=concept.replace("_", " "),
        columns=tuple(_column(column, table, warnings.get((table.name, column.name), "")) for column in table.columns)[
            :MOST_COLUMNS
        ],
    )


def _column(column: Column, table: Table, warning: str) -> DiagramColumn:
    keys = [
        *(["PK"] if column.name in table.primary_key else []),
        *(["FK"] if any(column.name in key.columns for key in table.foreign_keys) else []),
        *(["UQ"] if (column.name,) in table.unique_sets() and (column.name,) != table.primary_key else []),
    ]
    return DiagramColumn(
        name=column.name, type=column.type, keys=tuple(keys), nullable=column.nullable, warning=warning
    )


def _edges(table: Table, names: set[str]) -> Iterator[DiagramEdge]:
    for key in table.foreign_keys:
        if key.table in names:
            columns = [table.column(name) for name in key.columns]
            yield DiagramEdge(
                child=table.name,
                column=key.columns[0],
                parent=key.table,
                one=any(set(keys) <= set(key.columns) for keys in table.unique_sets()),
                optional=any(column is not None and column.nullable for column in columns),
            )


def understood(facts: SchemaFacts) -> Finding:
    """Which table was taken for what, what was not run, and what could not be tried."""
    if early := ground(facts):
        return early
    rows = [
        (concept.replace("_", " "), role.table, f"{role.confidence:.2f}", role.source)
        for concept in CORE
        if (role := facts.roles.get(concept))
    ]
    exhibits = [
        RowsExhibit(
            title="What each table was taken for", head=("concept", "table", "confidence", "by"), rows=tuple(rows)
        ),
        *_listed("Not run, and nothing taken off", _aside(facts)),
        *_listed("Could not be tried", _untried(facts)),
    ]
    unsure = [f"{role.table} as {concept}" for concept, role in facts.roles.items() if role.confidence < 0.5]  # noqa: PLR2004 - an even chance
    doubt = f"; unsure of {', '.join(unsure)}" if unsure else ""
    shut = closed(facts)
    names = ", ".join(f"`{name}`" for name in sorted(shut))
    doubt += f"; no row could be inserted into {names}: {shut[min(shut)]}" if shut else ""
    return passed(
        f"{len(rows)} of {len(CORE)} concepts were found by PostgreSQL {facts.server}'s catalog{doubt}",
        exhibits=tuple(exhibits),
    )


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
    Check(name="schema.drawn", needs=SchemaFacts, ask=drawn, title="The schema as PostgreSQL made it"),
    Check(name="schema.understood", needs=SchemaFacts, ask=understood, title="How the schema was read"),
    Check(name="schema.erd_unread", needs=SchemaFacts, ask=diagram_unread, title="Lines of the diagram not read"),
    Check(name="schema.notes", needs=SchemaFacts, ask=notes, title="The notes explain the design"),
)
