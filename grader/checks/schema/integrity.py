"""Do the keys hold? The database was asked: a row that it took is a fact, a missing clause only a hint."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.refused_keys import FIX, loose, refusal
from grader.checks.schema.shown import (
    Fault,
    code,
    keys_asked,
    probed,
    refused_for,
    said,
    verdict,
)
from grader.evidence.catalog import Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.exhibits import CodeExhibit
from grader.model import Check, Finding, Outcome, blocked, for_review, not_applicable, passed
from grader.sql.schema.links import Link
from grader.sql.schema.loose_ends import loose_references, probe_id
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
    found = verdict(
        asked.faults,
        good=f"all {asked.held} references between core tables are guarded",
        expected="a foreign key",
    )
    return msgspec.structs.replace(found, fix=FIX) if asked.faults and asked.refused else found


class _References(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about references: those that nothing guards, those nobody could try, and how many hold."""

    faults: list[Fault]
    open: list[str]
    held: int
    tables: list[str]
    refused: bool


def _references(facts: SchemaFacts) -> _References:
    shop = Shop(facts.schema, facts.roles)
    faults, open_, held, tables = [], [], 0, []
    for name, table, link in _asked(shop):
        probe = facts.probe(f"{name}.unknown")
        answer = _reference_held(link, table, probe)
        held += answer is True
        tables.append(table.name)
        if answer is False:
            faults.append(_reference_fault(facts, table, link, probe))
        elif answer is None:
            open_.append(f"{table.name}.{link.columns[-1]}")
    for spot, target in loose_references(shop):
        probe = facts.probe(probe_id(spot))
        if probe and probe.assessed and probe.bad and refused_for(probe.bad, REFUSES_REFERENCE):
            held += 1  # by a trigger or a rule of the table
        elif spot.table.triggers and not _tried(probe):
            open_.append(str(spot))
        else:
            faults.append(_undeclared(facts, shop, spot, target, probe))
    told = [_with_refusal(facts, fault) for fault in faults]
    refused = all(one is not fault for one, fault in zip(told, faults, strict=True))
    return _References(faults=told, open=open_, held=held, tables=tables, refused=refused)


def _with_refusal(facts: SchemaFacts, fault: Fault) -> Fault:
    """The fault; where a foreign key is declared that the database refuses, with the place and the reason."""
    table = facts.schema.table(fault.table)
    failure = refusal(facts, table, fault.column) if table else None
    if failure is None:
        return fault
    what = f"has a foreign key that does not hold, because the statement at {failure.place} fails: {failure.message}"
    shown = [one for one in fault.exhibits if not isinstance(one, CodeExhibit)]
    exhibits = (*code(facts, failure.place, "refused"), *shown)
    return msgspec.structs.replace(fault, what=what, place=failure.place, exhibits=exhibits)


def _asked(shop: Shop) -> Iterator[tuple[str, Table, Link]]:
    """The references that hold a shop together, and that of a variant to its product where lines sell variants."""
    for child, parent in _LINKS:
        link, table = shop.link(child, parent), shop.table(child)
        if link is not None and table is not None:
            yield f"{child}.{parent}", table, link
    yield from shop.onward()


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


def _undeclared(facts: SchemaFacts, shop: Shop, spot: Spot, target: Table, probe: Probe | None) -> Fault:
    kept = 0.0 if target.name in {table.name for table in shop.core().values()} else KEEPS_HALF
    shown = (
        probed(facts, probe, f"A row that refers to nothing in {target.name}: taken") if probe and _taken(probe) else ()
    )
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what=f"looks like a reference to `{target.name}` but has no foreign key",
        place=spot.column.place,
        kept=kept,
        exhibits=(*code(facts, spot.column.place, "no foreign key"), *(shown or (keys_asked(facts, spot.table),))),
        cause=loose(spot.table.name, spot.column.name),
    )


def _taken(probe: Probe) -> bool:
    return probe.assessed and probe.bad is not None and probe.bad.stored


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


CHECKS: tuple[Check[SchemaFacts], ...] = (
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
)
