"""Are days and moments kept as such, with their time zone where the database knows any?"""

from __future__ import annotations

from grader.checks.schema.dialects import NAMES
from grader.checks.schema.footing import ground
from grader.checks.schema.mistyped import mistyped
from grader.checks.schema.shown import verdict
from grader.evidence.catalog import NUMBERS, TEXT
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, not_applicable, passed
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop, Spot


def dates(facts: SchemaFacts) -> Finding:
    """T02: points in time are neither text nor numbers, but in SQLite, which has no other types for them.

    SQLite documents ISO 8601 texts, Julian days and Unix times as its dates (https://sqlite.org/datatype3.html, 2.2).
    """
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spots = [spot for spot in shop.columns(meanings.is_date_named) if not spot.column.array]
    timed = list(shop.columns(lambda column, _: column.family in ("date", "timestamp", "timestamptz")))
    faults = [
        mistyped(
            facts,
            spot,
            f"keeps a date as {'text' if spot.column.family in TEXT else 'a number'} ({spot.column.called})",
        )
        for spot in spots
        if spot.column.family in (*TEXT, *NUMBERS) and not _is_key(spot) and not spot.column.called.startswith("year")
    ]
    if not spots and not timed:
        return not_applicable("there is no column for a date or time")
    if facts.dialect == "sqlite":
        return passed(f"{_named(spots)}: text or numbers are how SQLite keeps dates and times")
    return verdict(
        faults,
        good=f"{len(timed)} columns for dates and times have such a type",
        expected={"mysql": "DATE, DATETIME or TIMESTAMP"}.get(facts.dialect, "date or timestamptz"),
    )


def _named(spots: list[Spot]) -> str:
    return ", ".join(f"{spot} {spot.column.called}" for spot in spots[:3]) or "dates"


def _is_key(spot: Spot) -> bool:
    """It refers to a row, such as one of a calendar, or numbers it."""
    named = has(column_words(spot.column.name, spot.table), ("id", "key", "number", "count"))
    return named or any(spot.column.name in key.columns for key in spot.table.foreign_keys)


def time_zones(facts: SchemaFacts) -> Finding:
    """T03: moments know their time zone. Neither MySQL nor SQLite has a type that keeps one."""
    if early := ground(facts, "order"):
        return early
    if facts.dialect != "postgres":
        return not_applicable(f"{NAMES[facts.dialect]} has no type that keeps a time zone beside the moment")
    shop = Shop(facts.schema, facts.roles)
    spots = [
        spot
        for spot in shop.columns(lambda column, _: column.family in ("timestamp", "timestamptz"))
        if not meanings.is_birthday(spot.column, spot.table)
    ]
    if not spots:
        return not_applicable("there is no timestamp")
    faults = [
        mistyped(facts, spot, "is a timestamp without time zone") for spot in spots if spot.column.family == "timestamp"
    ]
    return verdict(faults, good=f"all {len(spots)} timestamps carry their time zone", expected="timestamptz")


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.dates",
        needs=SchemaFacts,
        ask=dates,
        title="Dates are dates",
        why="Text sorts as text and takes the 31st of February; a number must be translated before anybody can read it",
        fix="Use a type for dates and times: date or timestamptz, in MySQL DATE, DATETIME or TIMESTAMP",
    ),
    Check(
        name="schema.time_zones",
        needs=SchemaFacts,
        ask=time_zones,
        title="Moments carry their time zone",
        why="A timestamp without one means another moment on every server and twice a year no moment at all",
        fix="Use timestamptz",
    ),
)
