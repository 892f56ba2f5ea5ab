"""Can rows be told apart? Primary keys, and the pair that links a product with a category."""

from __future__ import annotations

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.integrity import REFUSES_TWICE
from grader.checks.schema.shown import Fault, code, keys_asked, probed, refused_for, said, verdict
from grader.evidence.catalog import Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, for_review, not_applicable, passed
from grader.sql.schema.shop import Shop

KEEPS_HALF = 0.5


def primary_keys(facts: SchemaFacts) -> Finding:
    """I01: every core table has a key."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    core = shop.core()
    faults = [
        Fault(
            table=table.name,
            what="has no primary key" + (", only a unique one" if table.unique_sets() else ""),
            place=table.place,
            kept=KEEPS_HALF if table.unique_sets() else 0.0,
            exhibits=(*code(facts, table.place, "no primary key"), keys_asked(facts, table)),
            cause="" if table.unique_sets() else _keyless(table),
        )
        for concept, table in core.items()
        if not table.primary_key and not (concept == "product_category" and _keyed_in_all_but_name(table))
    ]
    return verdict(faults, good=f"all {len(core)} core tables have one", expected="a primary key on every table")


def _keyless(table: Table) -> str:
    return f"no key: {table.name}"


def _keyed_in_all_but_name(table: Table) -> bool:
    """A link table whose pair is unique and required."""
    return any(
        all((column := table.column(name)) is not None and not column.nullable for name in keys)
        for keys in table.unique_sets()
    )


def link_key(facts: SchemaFacts) -> Finding:
    """I01 for the link table: where the pair is required and unique, only the name of a primary key is missing."""
    if early := ground(facts, "product"):
        return early
    table = Shop(facts.schema, facts.roles).table("product_category")
    if table is None:
        return not_applicable("no table links products and categories")
    if table.primary_key:
        return passed(f"`{table.name}` has a primary key")
    if not _keyed_in_all_but_name(table):
        return not_applicable("the key that it lacks is told where primary keys are asked for")
    fault = Fault(
        table=table.name,
        what="has a unique pair in place of a primary key",
        place=table.place,
        exhibits=(*code(facts, table.place, "UNIQUE, but no primary key"), keys_asked(facts, table)),
    )
    return verdict([fault], good="", expected="the pair as the primary key")


def link_unique(facts: SchemaFacts) -> Finding:
    """I04 for the link table: a product is in a category once."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    table = shop.table("product_category")
    if table is None:
        return not_applicable("no table links products and categories")
    probe = facts.probe("product_category.duplicate")
    if probe and probe.assessed and probe.bad and refused_for(probe.bad, REFUSES_TWICE):
        return passed(f"the same pair is refused: {said(probe.bad)}")
    if probe and probe.assessed and probe.bad and probe.bad.stored:
        return verdict([_pair_fault(facts, table, probe)], good="", expected="the pair is the key, or unique")
    return _pair_by_text(facts, shop, table, probe)


def _pair_by_text(facts: SchemaFacts, shop: Shop, table: Table, probe: Probe | None) -> Finding:
    """Where the pair could not be tried twice, the catalog decides, unless no row could be inserted at all."""
    names = {name for link in shop.links.all if link.table == table.name for name in link.columns}
    if any(set(keys) <= names for keys in table.unique_sets()):
        return unopened(facts, [table.name]) or passed(f"the pair is unique in `{table.name}`")
    if facts.shadow and table.triggers and probe and probe.obstacle:
        return for_review(f"the pair could not be tried twice in `{table.name}`: {probe.obstacle}")
    return verdict([_pair_fault(facts, table, None)], good="", expected="the pair is the key, or unique")


def _pair_fault(facts: SchemaFacts, table: Table, probe: Probe | None) -> Fault:
    shown = probed(facts, probe, "The same pair once more: taken") if probe else (keys_asked(facts, table),)
    keyed = bool(table.primary_key or table.unique_sets())
    return Fault(
        table=table.name,
        what="takes the same product and category twice",
        place=table.place,
        exhibits=(*code(facts, table.place, "the pair is not unique"), *shown),
        cause="" if keyed else _keyless(table),  # the key it lacks is the pair, and `primary_keys` says so
        told=not keyed,
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.primary_keys",
        needs=SchemaFacts,
        ask=primary_keys,
        title="Every core table has a primary key",
        why="Rows without a key cannot be told apart, referred to or repaired",
        fix="Declare a primary key",
    ),
    Check(
        name="schema.link_key",
        needs=SchemaFacts,
        ask=link_key,
        title="The link table has a primary key",
        why="Tools that copy, compare or replicate rows look for a primary key, and leave a table without one aside",
        fix="Declare the unique pair as PRIMARY KEY",
    ),
    Check(
        name="schema.link_unique",
        needs=SchemaFacts,
        ask=link_unique,
        title="A product is in a category once",
        why="A pair that is there twice shows the product twice and counts it twice",
        fix="Make the pair the primary key, or unique",
    ),
)
