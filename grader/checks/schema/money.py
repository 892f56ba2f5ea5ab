"""Is money kept exactly to the cent?"""

from __future__ import annotations

import re

from grader.checks.schema.footing import ground
from grader.checks.schema.mistyped import mistyped
from grader.checks.schema.shown import Fault, verdict
from grader.evidence.catalog import TEXT, WHOLE
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, not_applicable
from grader.sql.schema import meanings
from grader.sql.schema.normal_forms import on_header
from grader.sql.schema.shop import Shop, Spot

KEEPS_HALF = 0.5
NO_TYPE = "no type"
_EXPECTED = {"postgres": "numeric with two decimal places", "mysql": "DECIMAL(12,2)", "sqlite": "DECIMAL"}
_MONEY_IN = ("user", "product", "order", "order_line")


def money(facts: SchemaFacts) -> Finding:
    """T01: money in exact numbers: numeric with cents, or whole numbers of the smallest unit."""
    if early := ground(facts, "product", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spots = list(_money_spots(shop))
    if not spots:
        return not_applicable("there is no column for money")
    faults = [fault for spot in spots if (fault := _money_fault(facts, spot))]
    return verdict(
        faults,
        good=f"{', '.join(f'{spot} {spot.column.called}' for spot in spots[:3])}: exact",
        expected=_EXPECTED[facts.dialect] + ", or whole cents said so by name or comment",
    )


def _money_spots(shop: Shop) -> list[Spot]:
    spots = [
        spot for spot in shop.columns(meanings.is_money, _MONEY_IN) if not meanings.is_share(spot.column, spot.table)
    ]
    header = on_header(shop)
    spots = [spot for spot in spots if (spot.table.name, spot.column.name) not in header]
    price = shop.price()
    known = {(spot.table.name, spot.column.name) for spot in spots}
    if price and (price.table.name, price.column.name) not in known:
        spots.append(price)
    return spots


def _money_fault(facts: SchemaFacts, spot: Spot) -> Fault | None:
    column = spot.column
    if column.family == "float":
        return mistyped(facts, spot, f"keeps money in binary floating point ({column.called})", _sum_probe(facts, spot))
    if column.family in TEXT:
        kept = "in a column without a type" if column.declared == NO_TYPE else f"as text ({column.called})"
        return mistyped(facts, spot, f"keeps money {kept}")
    if column.family == "money":
        what = "is of type money, whose cents and currency sign depend on a setting of the server"
        return mistyped(facts, spot, what, kept=KEEPS_HALF)
    if column.family == "numeric" and len(column.args) > 1 and column.args[1] < meanings.CENT_PLACES:
        places = "only one decimal place" if column.args[1] == 1 else "no decimal places"
        return mistyped(facts, spot, f"has {places} ({column.called}): cents are rounded away", _sum_probe(facts, spot))
    if column.family in WHOLE and not _counts_cents(facts, spot):
        return mistyped(facts, spot, f"is a whole number ({column.called}) and nothing says that it counts cents")
    return None


def _counts_cents(facts: SchemaFacts, spot: Spot) -> bool:
    """Whole numbers are right when anything says what they count: name, comment, the line in the script, the notes."""
    if meanings.says_cents(spot.column, spot.table) or meanings.mentions_cents(facts.notes):
        return True
    place = spot.column.typed
    file = next((file for file in facts.files if place and file.name == place.file), None)
    marks = re.compile("--|#" if facts.dialect == "mysql" else "--")
    comments = ["".join(marks.split(line, maxsplit=1)[1:]) for line in file.text.split("\n")] if file else []
    return any(meanings.mentions_cents(comment) for comment in comments)


def _sum_probe(facts: SchemaFacts, spot: Spot) -> Probe | None:
    """The probe that added 0.10 and 0.20 in this column, when the database got it wrong."""
    for probe in facts.probes:
        mine = probe.id.endswith(".sum") and (probe.table, probe.column) == (spot.table.name, spot.column.name)
        if (
            mine
            and probe.assessed
            and probe.bad is not None
            and probe.bad.value not in ("0.3", "0.30", "0.300", "0.3000")
        ):
            return probe
    return None


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.money",
        needs=SchemaFacts,
        ask=money,
        title="Money is exact",
        why="0.10 + 0.20 is not 0.30 in binary floating point: totals and books stop agreeing",
        fix="Use numeric(12,2), or whole cents in a column named so (in SQLite always cents: it has no decimal type)",
    ),
)
