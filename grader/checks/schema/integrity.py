"""Do the keys hold? The database was asked: a row that it took is a fact, a missing clause only a hint."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.normalization import on_header
from grader.checks.schema.shown import (
    Fault,
    code,
    keys_asked,
    probed,
    refused_for,
    said,
    verdict,
)
from grader.evidence.catalog import TEXT, WHOLE, Column, Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, Outcome, blocked, for_review, not_applicable, passed
from grader.sql.schema.links import Link, polymorphic
from grader.sql.schema.shop import Shop, Spot

KEEPS_HALF = 0.5
REFUSES_REFERENCE = frozenset({"23503", "23514"})
REFUSES_TWICE = frozenset({"23505", "23514", "23P01"})
_LINKS = (
    ("order", "user"),
    ("order_line", "order"),
    ("order_line", "product"),
    ("product_category", "product"),
    ("product_category", "category"),
    ("product", "category"),
)


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


def foreign_keys(facts: SchemaFacts) -> Finding:
    """I02: references to nothing are refused."""
    if early := ground(facts, "order", "order_line"):
        return early
    asked = _references(facts)
    if not asked.faults and asked.open:
        return for_review(f"a trigger may guard {', '.join(asked.open)}, but no row could be inserted to try it")
    if not asked.faults and not asked.held:
        return blocked("no core table refers to another")
    if not asked.faults and (untried := unopened(facts, asked.tables)):
        return untried
    return verdict(
        asked.faults,
        good=f"all {asked.held} references between core tables are guarded",
        expected="a foreign key",
    )


class _References(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about references: those that nothing guards, those nobody could try, and how many hold."""

    faults: list[Fault]
    open: list[str]
    held: int
    tables: list[str]


def _references(facts: SchemaFacts) -> _References:
    shop = Shop(facts.schema, facts.roles)
    faults, open_, held, tables = [], [], 0, []
    for child, parent in _LINKS:
        link, table = shop.link(child, parent), shop.table(child)
        if link is None or table is None:
            continue
        probe = facts.probe(f"{child}.{parent}.unknown")
        answer = _reference_held(link, table, probe)
        held += answer is True
        tables.append(table.name)
        if answer is False:
            faults.append(_reference_fault(facts, table, link, probe))
        elif answer is None:
            open_.append(f"{table.name}.{link.columns[-1]}")
    faults += [_undeclared(facts, shop, spot, target) for spot, target in _other_references(shop)]
    return _References(faults=faults, open=open_, held=held, tables=tables)


def loose(table: str, column: str) -> str:
    """How the cause is called when a reference has no foreign key."""
    return f"no foreign key: {table}.{column}"


def unguarded(facts: SchemaFacts) -> frozenset[tuple[str, str]]:
    """Table and column of every reference that `foreign_keys` finds unguarded: what follows from it is told there."""
    if ground(facts, "order", "order_line"):
        return frozenset()
    return frozenset((fault.table, fault.column) for fault in _references(facts).faults)


def _reference_held(link: Link, table: Table, probe: Probe | None) -> bool | None:
    """True when the database guards it, False when it does not, None when that could not be found out."""
    if probe and probe.assessed and probe.bad:
        if probe.bad.stored:
            return False
        if refused_for(probe.bad, REFUSES_REFERENCE):
            return True
    if link.declared and _enforced(link, table):
        return True
    return None if table.triggers else False


def _enforced(link: Link, table: Table) -> bool:
    """The database checks it; one declared NOT ENFORCED it does not."""
    return any(key.enforced for key in table.foreign_keys if key.columns == link.columns and key.table == link.target)


def _reference_fault(facts: SchemaFacts, table: Table, link: Link, probe: Probe | None) -> Fault:
    column = table.column(link.columns[-1])
    place = column.place if column else table.place
    shown = (
        probed(facts, probe, f"A row that refers to nothing in {link.target}: taken") if _tried(probe) and probe else ()
    )
    return Fault(
        table=table.name,
        column=link.columns[-1],
        what=f"takes a value that no row of `{link.target}` has",
        place=place,
        exhibits=(*code(facts, place, f"no foreign key to {link.target}"), *(shown or (keys_asked(facts, table),))),
        cause=loose(table.name, link.columns[-1]),
    )


def _tried(probe: Probe | None) -> bool:
    return bool(probe and probe.assessed)


def _other_references(shop: Shop) -> Iterator[tuple[Spot, Table]]:
    """Columns of core tables that are named like a reference to some other table and have no foreign key."""
    told = {(link.table, link.columns[-1]) for link in shop.core_links()} | on_header(shop)
    for table in shop.core().values():
        for link in shop.links.all:
            column, target = table.column(link.columns[-1]), shop.schema.table(link.target)
            if link.table != table.name or link.declared or column is None or target is None:
                continue
            if (table.name, column.name) in told or polymorphic(column, table):
                continue
            if column.name.lower().endswith("id") and _same_kind(column, target):
                yield Spot(table=table, column=column), target


def _same_kind(column: Column, target: Table) -> bool:
    key = target.column(target.primary_key[0]) if len(target.primary_key) == 1 else None
    if key is None:
        return False
    return (
        key.family == column.family
        or {key.family, column.family} <= set(WHOLE)
        or {key.family, column.family} <= set(TEXT)
    )


def _undeclared(facts: SchemaFacts, shop: Shop, spot: Spot, target: Table) -> Fault:
    kept = 0.0 if target.name in {table.name for table in shop.core().values()} else KEEPS_HALF
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what=f"looks like a reference to `{target.name}` but has no foreign key",
        place=spot.column.place,
        kept=kept,
        exhibits=(*code(facts, spot.column.place, "no foreign key"), keys_asked(facts, spot.table)),
        cause=loose(spot.table.name, spot.column.name),
    )


def login_unique(facts: SchemaFacts) -> Finding:
    """I04: one account per e-mail address."""
    if early := ground(facts, "user"):
        return early
    spot = Shop(facts.schema, facts.roles).login()
    if spot is None:
        return not_applicable("users have neither an e-mail address nor a login name")
    probe = facts.probe("user.login.duplicate")
    if probe and probe.assessed and probe.bad:
        if refused_for(probe.bad, REFUSES_TWICE):
            return passed(f"`{spot}` is refused a second time: {said(probe.bad)}{_other_case(facts)}")
        if probe.bad.stored:
            return verdict([_twice_fault(facts, spot, probe)], good="", expected="a unique constraint or index")
    found = _unique_by_text(facts, spot)
    untried = unopened(facts, [spot.table.name]) if found.outcome is Outcome.PASS else None
    return untried or found


def _unique_by_text(facts: SchemaFacts, spot: Spot) -> Finding:
    """Where nothing could be tried, the catalog decides, unless a trigger may do the work."""
    if _is_unique(spot):
        return passed(f"`{spot}` is unique")
    if spot.table.triggers:
        return for_review(f"a trigger may guard `{spot}`, but no row could be inserted to try it")
    return verdict([_twice_fault(facts, spot, None)], good="", expected="a unique constraint or index")


def _other_case(facts: SchemaFacts) -> str:
    """Advice, never a point: most people mean the same mailbox."""
    probe = facts.probe("user.login.other_case")
    taken = probe is not None and probe.assessed and probe.bad is not None and probe.bad.stored
    return " (the same address in capitals counts as another one)" if taken else ""


def _is_unique(spot: Spot) -> bool:
    if any(spot.column.name in keys for keys in spot.table.unique_sets()):
        return True
    named = re.compile(rf"\b{re.escape(spot.column.name)}\b")
    return any(index.unique and any(named.search(key) for key in index.keys) for index in spot.table.indexes)


def _twice_fault(facts: SchemaFacts, spot: Spot, probe: Probe | None) -> Fault:
    shown = probed(facts, probe, "The same address once more: taken") if probe else (keys_asked(facts, spot.table),)
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what="may be used by two users",
        place=spot.column.place,
        exhibits=(*code(facts, spot.column.place, "not unique"), *shown),
    )


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
    return _pair_by_text(facts, shop, table)


def _pair_by_text(facts: SchemaFacts, shop: Shop, table: Table) -> Finding:
    """Where the pair could not be tried twice, the catalog decides, unless no row could be inserted at all."""
    names = {name for link in shop.links.all if link.table == table.name for name in link.columns}
    if any(set(keys) <= names for keys in table.unique_sets()):
        return unopened(facts, [table.name]) or passed(f"the pair is unique in `{table.name}`")
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
        name="schema.foreign_keys",
        needs=SchemaFacts,
        ask=foreign_keys,
        title="References point at something",
        why="Lines of orders that do not exist are counted in every report and belong to nobody",
        fix="Declare a foreign key",
    ),
    Check(
        name="schema.login_unique",
        needs=SchemaFacts,
        ask=login_unique,
        title="One account per e-mail address",
        why="With two accounts of one address, log-in and password reset pick one of them by chance",
        fix="Add a unique constraint, or a unique index on lower(email)",
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
