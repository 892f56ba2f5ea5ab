"""Do the values fit that a shop has? What is refused although it is right."""

from __future__ import annotations

from decimal import Decimal

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.shown import Fault, code, probed, verdict
from grader.evidence.catalog import Column
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, not_applicable

TOO_NARROW = frozenset({"22001", "22003"})
MOST_DIGITS = 25
BROKEN_RULE = "23514"
_COMMON = ("product.price.common", "order_line.price.common")


def price_range(facts: SchemaFacts) -> Finding:
    """P13: a price of 9999.99 is taken. Larger ones are advice, and what rounds them is told where types are judged."""
    if early := ground(facts, "product", "order_line"):
        return early
    probes = [probe for id_ in _COMMON if (probe := facts.probe(id_)) is not None]
    faults = [_fault(facts, probe) for probe in probes if too_narrow(facts, probe)]
    if not faults and (untried := unopened(facts, [probe.table for probe in probes])):
        return untried
    if not probes:
        return not_applicable("there is no price to try")
    return verdict(faults, good="a price of 9999.99 fits", expected="a type in which a price of 9999.99 fits")


def too_narrow(facts: SchemaFacts, probe: Probe) -> bool:
    """A right value was refused by the type of its column, or by a rule on nothing but that column.

    A rule over several columns, such as a price that must not exceed another one, says nothing about what fits.
    """
    if not probe.assessed or probe.bad is None:
        return False
    if probe.bad.sqlstate in TOO_NARROW:
        return True
    table = facts.schema.table(probe.table)
    rules = [rule for rule in table.checks if rule.columns == (probe.column,)] if table else []
    return probe.bad.sqlstate == BROKEN_RULE and any(
        f'"{rule.name}"' in probe.bad.answer for rule in rules if rule.name
    )


def largest(column: Column) -> str:
    """The largest amount that the type of a column holds, as an aside; empty where the type sets no bound."""
    if column.family == "numeric" and column.args:
        precision, scale = column.args[0], column.args[1] if len(column.args) > 1 else 0
        most = (Decimal(10) ** precision - 1).scaleb(-scale) if precision <= MOST_DIGITS else None
        return f": the largest that fits is {most:f} ({column.called})" if most is not None else ""
    most_whole = {"smallint": "32767", "integer": "2147483647"}.get(column.type)
    return f": the largest that fits is {most_whole} ({column.called})" if most_whole else ""


def _fault(facts: SchemaFacts, probe: Probe) -> Fault:
    table = facts.schema.table(probe.table)
    column = table.column(probe.column) if table else None
    place = column.typed if column else None
    by = "a rule on it" if probe.bad and probe.bad.sqlstate == BROKEN_RULE else column.type if column else "its type"
    what = f"refuses a price of 9999.99 ({by})"
    return Fault(
        table=probe.table,
        column=probe.column,
        what=what,
        place=place,
        exhibits=(*code(facts, place, "too narrow"), *probed(facts, probe, "A price of 9999.99: refused")),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.price_range",
        needs=SchemaFacts,
        ask=price_range,
        title="Prices fit",
        why="The first thing that costs more than the column holds cannot be sold",
        fix="Use numeric(10, 2) or wider; for whole cents integer or bigint, not smallint",
    ),
)
