"""What does a deletion take with it? Orders and what was sold must outlive users and products."""

from __future__ import annotations

from grader.checks.schema.footing import ground
from grader.checks.schema.integrity import unguarded
from grader.checks.schema.refused_keys import loose
from grader.checks.schema.rules import empty, may_be_empty, on_delete, says_what_was_sold
from grader.checks.schema.shown import Fault, code, probed, shared
from grader.evidence.catalog import Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, blocked, for_review, not_applicable
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop

_DELETIONS = (
    ("user", "order", "takes the user's orders with it"),
    ("product", "order_line", "takes order lines with it"),
    ("order", "order_line", "leaves lines without an order"),
)


def deletes(facts: SchemaFacts) -> Finding:
    """I06: deleting a user or a product does not erase what was sold, and no line is left without its order."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults, tried, open_, loose_ends = [], 0, [], 0
    for parent, child, what in _DELETIONS:
        probe, table, link = facts.probe(f"{parent}.delete"), shop.table(child), shop.link(child, parent)
        if probe is None or table is None or link is None:
            continue
        lost = _lost(shop, probe)
        if not lost and (table.name, link.columns[-1]) in unguarded(facts):
            loose_ends += 1  # nothing holds the rows together: that they stay is no merit, and the missing key is told
            continue
        if lost is None:
            open_.append(f"{probe.table} ({probe.obstacle})")
            continue
        tried += 1
        if lost:
            faults.append(_fault(facts, table, link, probe, lost if lost != "rows" else what))
    if not faults and open_:
        return for_review(f"not every deletion could be tried: {', '.join(open_[:2])}")
    if not tried and loose_ends:
        return not_applicable("no foreign key holds orders, lines and products together")
    if not tried:
        return blocked("no reference between users, orders, lines and products to try")
    return shared(
        faults,
        tried,
        good="deletions were refused or kept what was sold",
        expected="the deletion is refused, or orders and lines stay",
    )


def _cause(facts: SchemaFacts, child: Table, link: Link) -> str:
    """Why rows are lost, where another check says so: no foreign key, or one that empties what must not be empty."""
    spot = (child.name, link.columns[-1])
    if spot in unguarded(facts):
        return loose(*spot)
    return empty(*spot) if on_delete(child, link) == "SET NULL" and spot in may_be_empty(facts) else ""


def _lost(shop: Shop, probe: Probe) -> str | None:
    """What a deletion destroyed; empty when all is well, None when it could not be tried."""
    if not probe.assessed or probe.bad is None:
        return None
    if not probe.bad.stored:
        return ""
    if probe.id == "order.delete":
        return "rows" if probe.left else ""
    if not probe.left:
        return "rows"
    line = shop.table("order_line")
    if probe.id == "product.delete" and probe.bad.value is None and line and not says_what_was_sold(line):
        return "leaves order lines that no longer say what was sold"
    return ""


def _fault(facts: SchemaFacts, child: Table, link: Link, probe: Probe, what: str) -> Fault:
    cause = _cause(facts, child, link)
    key = next((k for k in child.foreign_keys if probe.column in k.columns), None)
    place = key.place if key and key.place else child.place
    return Fault(
        table=probe.table,
        what=f"can be deleted, and that {what}",
        place=place,
        exhibits=(*code(facts, place, what), *probed(facts, probe, "After the deletion")[-1:]),
        cause=cause,
        told=bool(cause),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.deletes",
        needs=SchemaFacts,
        ask=deletes,
        title="Deleting keeps what was sold",
        why="Orders are records of the business: they must survive the user who asks to be forgotten",
        fix="Use RESTRICT (or SET NULL with a copy of what was sold) for users and products, CASCADE for lines",
    ),
)
