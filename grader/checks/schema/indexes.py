"""Do the indexes serve the workload that the brief states, and only that?"""

from __future__ import annotations

import re

from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, indexes_asked, verdict
from grader.evidence.schema import Index, SchemaFacts, Table
from grader.model import Check, Finding, blocked
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop

_HARMLESS_FILTER = re.compile(r"^\(*\w+\s+IS\s+(NOT\s+)?NULL\)*$", re.IGNORECASE)


def reference_indexes(facts: SchemaFacts) -> Finding:
    """X01: the references by which orders, lines and categories are looked up have an index that begins with them."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    links = list(shop.core_links())
    if not links:
        return blocked("no core table refers to another")
    faults = []
    for link in links:
        table = facts.schema.table(link.table)
        if table is not None and not covered(table, link):
            faults.append(_fault(facts, table, link))
    return verdict(
        faults,
        good=f"all {len(links)} references of orders, lines and categories begin an index",
        expected="an index whose first column it is",
        share=(len(links) - len(faults)) / len(links),
    )


def covered(table: Table, link: Link) -> bool:
    """An index, or the key itself, begins with the columns of the reference."""
    width = len(link.columns)
    for index in table.indexes:
        usable = index.method in ("btree", "hash") and (not index.where or _HARMLESS_FILTER.match(index.where))
        if usable and set(index.keys[:width]) == set(link.columns):
            return True
    return False


def _fault(facts: SchemaFacts, table: Table, link: Link) -> Fault:
    column = table.column(link.columns[0])
    place = column.place if column else table.place
    return Fault(
        table=table.name,
        column=link.columns[0],
        what="is not the first column of any index: looking rows up by it reads the whole table",
        place=place,
        exhibits=(*code(facts, place, "no index"), indexes_asked(facts, table)),
    )


def duplicates(facts: SchemaFacts) -> Finding:
    """X02: no index that repeats another one exactly, a key included."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = [
        Fault(
            table=table.name,
            what=f"has the index {again.name}, which repeats {first.name} ({', '.join(first.keys)})",
            place=again.place or table.place,
            exhibits=(*code(facts, again.place, f"repeats {first.name}"), indexes_asked(facts, table)),
        )
        for table in shop.core().values()
        for first, again in _repeated(table)
    ]
    count = sum(len(table.indexes) for table in shop.core().values())
    return verdict(faults, good=f"{count} indexes on core tables, each different", expected="one index per purpose")


def _repeated(table: Table) -> list[tuple[Index, Index]]:
    """Pairs of the same shape, those of constraints first; a second one that alone makes it unique is no repetition."""
    ordered = sorted(table.indexes, key=lambda index: (not index.constraint, not index.unique, index.name))
    first: dict[str, Index] = {}
    found = []
    for index in ordered:
        if index.shape in first:
            found.append((first[index.shape], index))
        else:
            first[index.shape] = index
    return found


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.reference_indexes",
        needs=SchemaFacts,
        ask=reference_indexes,
        title="Look-ups by reference have an index",
        why="PostgreSQL indexes keys, not references: a user's orders are found by reading all orders of all users",
        fix="CREATE INDEX on each reference that the workload looks up, in a link table also for its second column",
    ),
    Check(
        name="schema.duplicate_indexes",
        needs=SchemaFacts,
        ask=duplicates,
        title="No index is there twice",
        why="Every write maintains both, and no query is faster for it",
        fix="Drop the one that no constraint needs",
    ),
)
