"""How a column of the wrong type is shown."""

from __future__ import annotations

from grader.checks.schema.shown import Fault, code, column_asked, probed
from grader.evidence.schema import Probe, SchemaFacts
from grader.exhibits import AnyExhibit
from grader.sql.schema.shop import Spot


def mistyped(
    facts: SchemaFacts,
    spot: Spot,
    what: str,
    probe: Probe | None = None,
    *,
    kept: float = 0.0,
    more: tuple[AnyExhibit, ...] = (),
) -> Fault:
    """The column with the line that declares it, and what the database says of it."""
    shown = (
        probed(facts, probe, "What PostgreSQL answers") if probe else (column_asked(facts, spot.table, spot.column),)
    )
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what=what,
        place=spot.column.typed,
        kept=kept,
        exhibits=(*code(facts, spot.column.typed, what), *shown, *more),
    )
