"""Do the indexes serve the workload that the brief states, and only that?"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, indexes_asked, verdict
from grader.evidence.catalog import Index, Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, blocked
from grader.sql.schema.filters import harmless
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop

# The references by which the questions of the brief find rows, each with its question. A link table's other column
# finds none of these: nobody asks for the categories of a product.
QUESTIONS = (
    ("order", "user", "the latest orders of a user"),
    ("order_line", "order", "the lines of an order"),
    ("order_line", "product", "the sales of a product"),
    ("product_category", "category", "the products of a category"),
)
SINGLE_CATEGORY = ("product", "category", "the products of a category")


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """A reference by which a question of the brief finds rows."""

    table: Table
    link: Link
    question: str


def reference_indexes(facts: SchemaFacts) -> Finding:
    """X01: the references by which the brief's questions find rows have an index that begins with them."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    lookups = list(_lookups(shop))
    if not lookups:
        return blocked("no core table refers to another")
    faults = [_fault(facts, lookup) for lookup in lookups if not covered(lookup.table, lookup.link)]
    return verdict(
        faults,
        good=f"all {len(lookups)} references by which the questions find rows begin an index{_unasked(shop)}",
        expected="an index whose first column it is",
        share=(len(lookups) - len(faults)) / len(lookups),
    )


def _lookups(shop: Shop) -> Iterator[Lookup]:
    """What the questions look up; categories over the link table, or by the product where there is none."""
    for child, parent, question in QUESTIONS:
        table, link = shop.table(child), shop.link(child, parent)
        if table is not None and link is not None:
            yield Lookup(table=table, link=link, question=question)
    child, parent, question = SINGLE_CATEGORY
    product, category = shop.table(child), shop.table(parent)
    if product is None or category is None or shop.table("product_category") is not None:
        return
    if direct := shop.links.direct(product.name, category.name):
        yield Lookup(table=product, link=direct, question=question)


def _unasked(shop: Shop) -> str:
    """Told, and never a fault: the column of a link table that no question uses."""
    middle, link = shop.table("product_category"), shop.link("product_category", "product")
    if middle is None or link is None or covered(middle, link):
        return ""
    return f"; `{middle.name}.{link.columns[0]}` begins none, and no question looks rows up by it"


def covered(table: Table, link: Link) -> bool:
    """An index, or the key itself, begins with the columns of the reference."""
    width = len(link.columns)
    for index in table.indexes:
        usable = index.method in ("btree", "hash") and harmless(index.where)
        if usable and set(index.keys[:width]) == set(link.columns):
            return True
    return False


def _fault(facts: SchemaFacts, lookup: Lookup) -> Fault:
    table, name = lookup.table, lookup.link.columns[0]
    column = table.column(name)
    place = column.place if column else table.place
    return Fault(
        table=table.name,
        column=name,
        what=f"is not the first column of any index: to find {lookup.question}, the whole table is read",
        place=place,
        exhibits=(*code(facts, place, "no index"), indexes_asked(facts, table)),
        cause=not_indexed(table.name, name),
    )


def not_indexed(table: str, column: str) -> str:
    """How the cause is called when a reference begins no index."""
    return f"{table}.{column} is not the first column of any index"


def unindexed(facts: SchemaFacts) -> frozenset[tuple[str, str]]:
    """Table and column of every reference that `reference_indexes` finds without an index."""
    if ground(facts, "order", "order_line"):
        return frozenset()
    lookups = _lookups(Shop(facts.schema, facts.roles))
    return frozenset((one.table.name, one.link.columns[0]) for one in lookups if not covered(one.table, one.link))


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
        why="Keys bring an index, references do not: a user's orders are found by reading all orders of all users",
        fix="CREATE INDEX on each reference that a question looks up; a key that begins with it is one already",
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
