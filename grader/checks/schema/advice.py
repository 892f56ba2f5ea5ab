"""Advice on details: nothing of it is a fault by itself, and nothing of it scores."""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.schema.footing import ground
from grader.checks.schema.limits import TOO_NARROW, largest, too_narrow
from grader.checks.schema.shown import Fault, code, verdict
from grader.evidence.catalog import TEXT, Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop

LONGEST_CODE = 4  # `char(2)` and `char(3)` are what codes of countries and currencies are
_CODES = frozenset({"hash", "code", "currency", "country", "ean", "isbn", "upc", "gtin", "iban", "bic", "sku", "uuid"})


def advice(facts: SchemaFacts) -> Finding:
    """T08, T11, P13, P15, and I06 in part: `char(n)`, `password`, what does not fit, SET NULL on NOT NULL."""
    if early := ground(facts):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = [fault for table in shop.core().values() for fault in _columns(facts, table)]
    faults += list(_limits(facts))
    faults += [fault for table in shop.core().values() for fault in _emptied(facts, table)]
    return verdict(faults, good="there is nothing to advise on", expected="a second look")


def _columns(facts: SchemaFacts, table: Table) -> Iterator[Fault]:
    for column in table.columns:
        found = column_words(column.name, table)
        length = column.args[0] if column.args else 1
        if column.family == "char" and length > LONGEST_CODE and not has(found, _CODES):
            what = f"is of fixed length ({column.called}): the database pads it with blanks"
            yield _fault(facts, table, column.name, what)
        if found == ("password",) and column.family in TEXT:
            what = "is called password: say by its name that a hash is kept in it, if it is one"
            yield _fault(facts, table, column.name, what)


def _limits(facts: SchemaFacts) -> Iterator[Fault]:
    for id_, what in (
        ("user.email.longest", "refuses an e-mail address of 254 characters, the longest there can be"),
        ("product.price.large", "refuses a price of 1234567.89"),
    ):
        probe = facts.probe(id_)
        table = facts.schema.table(probe.table) if probe else None
        if probe and table and too_narrow(facts, probe):
            column = table.column(probe.column)
            by_type = probe.bad is not None and probe.bad.sqlstate in TOO_NARROW
            bound = largest(column) if column and by_type and id_.startswith("product") else ""
            yield _fault(facts, table, probe.column, what + bound)


def _emptied(facts: SchemaFacts, table: Table) -> Iterator[Fault]:
    """SET NULL on a column that must be given: the deletion is refused, with a message that nobody expects."""
    for key in table.foreign_keys:
        required = [name for name in key.columns if (c := table.column(name)) is not None and not c.nullable]
        if key.on_delete == "SET NULL" and required:
            what = f"must be given, and is emptied when its row of `{key.table}` is deleted: the deletion will fail"
            yield _fault(facts, table, required[0], what)


def _fault(facts: SchemaFacts, table: Table, column: str, what: str) -> Fault:
    found = table.column(column)
    place = found.typed if found else table.place
    return Fault(table=table.name, column=column, what=what, place=place, exhibits=code(facts, place, what))


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.advice",
        needs=SchemaFacts,
        ask=advice,
        title="Advice on details",
        why="None of it is wrong today, and each of it surprises somebody some day",
        fix="Use text for texts, a wider numeric for prices, call a hash a hash, and say RESTRICT where it is meant",
    ),
)
