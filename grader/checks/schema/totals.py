"""Numbers that other rows give as well: stored counts, sums and means. They inform, and never score."""

from __future__ import annotations

from grader.checks.schema.explained import argued, kept_in_step, sentences, two_rows
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, verdict
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, passed
from grader.sql.schema import anomalies
from grader.sql.schema.copies import Total, totals
from grader.sql.schema.shop import Shop


def stored_totals(facts: SchemaFacts) -> Finding:
    """N06: a stored number that other rows give as well, and that neither the database nor the notes keep in step.

    A generated column is never asked for, one that a trigger moves is in step by what it did, and one that the notes
    name was decided on.
    """
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    found = totals(shop)
    if not found:
        return passed("no number is stored that other rows give as well")
    kept = [total for total in found if kept_in_step(facts, anomalies.stored_total(shop, total))]
    told = [total for total in found if total not in kept and _told(facts, total)]
    faults = [_fault(facts, shop, total) for total in found if total not in kept and total not in told]
    parts = [(kept, "moved with the rows it counts"), (told, "is argued in the notes")]
    good = "; ".join(f"`{total.spot}` {how}" for group, how in parts for total in group[:2])
    shown = tuple(exhibit for total in told[:2] for exhibit in argued(facts, *_names(total)))
    return verdict(
        faults,
        good=good,
        expected="a generated column, a view, a trigger, or a sentence in the notes that says who keeps it in step",
        exhibits=shown,
    )


def _names(total: Total) -> tuple[str, tuple[str, ...]]:
    return total.spot.table.name, (total.spot.column.name,)


def _told(facts: SchemaFacts, total: Total) -> bool:
    return bool(sentences(facts.notes, *_names(total)))


def _fault(facts: SchemaFacts, shop: Shop, total: Total) -> Fault:
    table, column = total.spot.table, total.spot.column
    what = f"is stored although the rows of `{total.source.name}` give it, and nothing keeps the two in step"
    return Fault(
        table=table.name,
        column=column.name,
        what=what,
        place=column.place,
        exhibits=(
            *code(facts, column.place, "stored, and given by other rows"),
            *two_rows(facts, anomalies.stored_total(shop, total)),
        ),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.totals",
        needs=SchemaFacts,
        ask=stored_totals,
        title="Stored totals are kept in step",
        why="A total that is stored and counted can say two things, and the stored one is believed",
        fix="Compute it when it is asked for, generate it, or let a trigger keep it in step and say so in the notes",
    ),
)
