"""What does a changed key leave behind? What refers to it must follow, or the change be refused."""

from __future__ import annotations

from grader.checks.schema.footing import ground
from grader.checks.schema.integrity import unguarded
from grader.checks.schema.shown import Fault, code, probed, verdict
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, for_review, not_applicable
from grader.sql.schema.shop import Shop

_KEYS = (("user", "order"), ("product", "order_line"), ("order", "order_line"))
_HELD = ("23", "428C9", "P0001")  # refused by a key or rule, because the key is always generated, or by a trigger


def key_changes(facts: SchemaFacts) -> Finding:
    """I06 for updates: rows follow a changed key, or the change is refused. Which of the two is the design's choice."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults, held, stuck, loose_ones = [], 0, [], unguarded(facts)
    for parent, child in _KEYS:
        probe, table = facts.probe(f"{parent}.rekey"), shop.table(child)
        link = shop.link(child, parent)
        if probe is None or table is None or link is None or (table.name, link.columns[-1]) in loose_ones:
            continue
        if not probe.assessed or probe.bad is None:
            stuck.append(f"{probe.table} ({probe.obstacle})")
        elif probe.bad.stored and not probe.left:
            faults.append(_fault(facts, probe, table.name))
        elif probe.bad.stored or probe.bad.sqlstate.startswith(_HELD):
            held += 1
    if not faults and stuck:
        return for_review(f"not every key could be changed to see what follows: {', '.join(stuck[:2])}")
    if not faults and not held:
        return not_applicable("no foreign key to try")
    return verdict(
        faults,
        good=f"{held} keys: what refers to them follows a change, or the change is refused",
        expected="the reference follows (CASCADE), or the change is refused",
    )


def _fault(facts: SchemaFacts, probe: Probe, child: str) -> Fault:
    table = facts.schema.table(child)
    key = next((k for k in table.foreign_keys if k.table == probe.table), None) if table else None
    place = key.place if key and key.place else (table.place if table else None)
    what = f"can be changed, and rows of `{child}` no longer say what they belong to"
    rule = f"ON UPDATE {key.on_update}" if key else "the reference is lost"
    return Fault(
        table=probe.table,
        column=probe.column,
        what=what,
        place=place,
        exhibits=(*code(facts, place, rule), *probed(facts, probe, "After the change")[-1:]),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.key_changes",
        needs=SchemaFacts,
        ask=key_changes,
        title="A changed key keeps rows together",
        why="Keys change when shops are merged or a number was typed wrongly; what refers to them must not get lost",
        fix="Leave ON UPDATE away (then the change is refused), or use ON UPDATE CASCADE",
    ),
)
