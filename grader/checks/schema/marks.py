"""Which table, column or reference a finding is about: what a diagram of the schema marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from grader.checks.schema.integrity import unguarded
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, Outcome
from grader.sql.schema.shop import Shop

# The checks whose findings are faults of a table or column. Those of references and deletions are marked at the lines.
MARKING = (
    *("schema.primary_keys", "schema.link_key", "schema.link_unique", "schema.login_unique", "schema.foreign_keys"),
    *("schema.money", "schema.dates", "schema.time_zones", "schema.quantities", "schema.digits", "schema.key_types"),
    *("schema.status_values", "schema.email_length", "schema.required", "schema.value_ranges", "schema.price_range"),
    *("schema.repeating", "schema.lists", "schema.header", "schema.category_as_text", "schema.copied"),
    *("schema.several_categories", "schema.totals", "schema.generic", "schema.reference_indexes"),
)
_DELETIONS = (("user", "order"), ("product", "order_line"), ("order", "order_line"))
_LOOSE = "no foreign key"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A finding at a table, at one of its columns, or at the reference that begins with the column."""

    table: str
    column: str = ""
    parent: str = ""
    what: str


def marks(facts: SchemaFacts, checks: Iterable[Check[SchemaFacts]]) -> Iterator[Mark]:
    """Every mark that the findings of these checks make; references first."""
    asked = {check.name: check.ask for check in checks}
    yield from _loose(facts)
    if "schema.deletes" in asked:
        yield from _deletions(facts, asked["schema.deletes"](facts))
    loose = unguarded(facts)
    for name in MARKING:
        if name in asked:
            found = _of(asked[name](facts), facts)
            yield from (one for one in found if name != "schema.foreign_keys" or (one.table, one.column) not in loose)


def _loose(facts: SchemaFacts) -> Iterator[Mark]:
    """References that nothing guards."""
    links = Shop(facts.schema, facts.roles).links
    loose = unguarded(facts)
    for link in links.all:
        if (link.table, link.columns[-1]) in loose:
            yield Mark(table=link.table, column=link.columns[0], parent=link.target, what=_LOOSE)


def _deletions(facts: SchemaFacts, finding: Finding) -> Iterator[Mark]:
    """References that a deletion goes along, and what it takes with it."""
    shop = Shop(facts.schema, facts.roles)
    for parent, child in _DELETIONS:
        probe, link = facts.probe(f"{parent}.delete"), shop.link(child, parent)
        head = f"{probe.table} can be deleted, and that " if probe else ""
        what = next((symptom for symptom in finding.symptoms if head and symptom.startswith(head)), "")
        if what and link and finding.outcome is Outcome.FAIL:
            yield Mark(
                table=link.table,
                column=link.columns[0],
                parent=link.target,
                what=f"deleting one of `{link.target}` {what.removeprefix(head)}",
            )


def _of(finding: Finding, facts: SchemaFacts) -> Iterator[Mark]:
    """The marks of one finding: each symptom begins with where it is, or ends with that when it is a shared cause."""
    if finding.outcome is not Outcome.FAIL:
        return
    spots = _spots(facts)
    first = _at_beginning(finding.message.partition(" (also ")[0], spots)
    if first:
        yield first
    for symptom in finding.symptoms:
        mark = _at_beginning(symptom, spots) or _at_end(symptom, spots)
        if mark and not (first and (mark.table, mark.column) == (first.table, first.column)):
            yield mark


def _spots(facts: SchemaFacts) -> dict[str, tuple[str, str]]:
    tables = {table.name: (table.name, "") for table in facts.schema.tables}
    columns = {f"{t.name}.{c.name}": (t.name, c.name) for t in facts.schema.tables for c in t.columns}
    return {**tables, **columns}


def _at_beginning(text: str, spots: dict[str, tuple[str, str]]) -> Mark | None:
    """`orders.total is a floating point number`: names may hold blanks, so the longest that fits is meant."""
    words = text.split(" ")
    for end in range(min(len(words), 12), 0, -1):
        if (head := " ".join(words[:end])) in spots:
            table, column = spots[head]
            return Mark(table=table, column=column, what=" ".join(words[end:]))
    return None


def _at_end(text: str, spots: dict[str, tuple[str, str]]) -> Mark | None:
    """`no index: orders.user_id`."""
    what, _, spot = text.partition(": ")
    if spot not in spots:
        return None
    table, column = spots[spot]
    return Mark(table=table, column=column, what=what)
