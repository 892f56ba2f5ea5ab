"""One kind of thing, one table: no table per year, and no table of names and values for everything."""

from __future__ import annotations

from grader.checks.schema.explained import argued, two_rows
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, table_asked, verdict
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding
from grader.sql.schema import anomalies
from grader.sql.schema.shapes import Family, NamesAndValues, names_and_values, per_period
from grader.sql.schema.shop import Shop


def generic(facts: SchemaFacts) -> Finding:
    """N08: tables of one shape, one per year; attributes of any table as rows of names and values.

    Partitions of one table are one table. Names and values of one kind of thing, such as the attributes in which
    products differ, are a fair choice: only a table that holds them for rows of any table is a fault.
    """
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    pairs = names_and_values(shop)
    faults = [_split(facts, family) for family in per_period(shop)]
    faults += [_anything(facts, found) for found in pairs if found.anything]
    aside = ", ".join(f"`{found.table.name}`" for found in pairs[:3])
    said = f"; {aside} keeps names and values of one kind of thing, which is fine for what differs" if aside else ""
    return verdict(
        faults, good=f"each kind of thing has one table{said}", expected="one table, with a column that says which"
    )


def _split(facts: SchemaFacts, family: Family) -> Fault:
    first = family.tables[0]
    names = ", ".join(f"`{table.name}`" for table in family.tables[:4])
    return Fault(
        table=first.name,
        what=f"is one of {len(family.tables)} tables of one shape: {names}",
        place=first.place,
        exhibits=(
            *code(facts, first.place, "one of several"),
            *two_rows(facts, anomalies.same_key(family)),
            *argued(facts, first.name),
            table_asked(facts, first),
        ),
    )


def _anything(facts: SchemaFacts, found: NamesAndValues) -> Fault:
    table = found.table
    return Fault(
        table=table.name,
        what=f"keeps attributes of any table as names and values (`{found.name}`, `{found.value}`)",
        place=table.place,
        exhibits=(
            *code(facts, table.place, "names and values of anything"),
            *two_rows(facts, anomalies.spelt(found)),
            *argued(facts, table.name, (found.value,)),
            table_asked(facts, table),
        ),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.generic",
        needs=SchemaFacts,
        ask=generic,
        title="One kind of thing has one table",
        why="Keys, types and rules cannot be declared over several tables, nor for values of any kind in one column",
        fix="Keep one table with a column for the year (partitions do the rest), and columns for what is known by name",
    ),
)
