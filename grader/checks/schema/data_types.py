"""Can every column hold what it must? Which of several right types was taken is never asked."""

from __future__ import annotations

import re

import msgspec

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.integrity import unguarded
from grader.checks.schema.limits import too_narrow
from grader.checks.schema.mistyped import mistyped
from grader.checks.schema.refused_keys import loose
from grader.checks.schema.shown import Fault, code, column_asked, counted, refused_for, said, verdict
from grader.evidence.catalog import NUMBERS, TEXT, Column, Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, for_review, not_applicable, passed
from grader.sql.schema import meanings
from grader.sql.schema.normal_forms import on_header
from grader.sql.schema.shop import Shop, Spot

KEEPS_HALF = 0.5
SHORTEST_ADDRESS = 64
REFUSED = frozenset({"23514", "23503", "22P02", "23505"})
_BRANCH = re.compile(r"\b(?:THEN|ELSE) '([^']*)'(?:::[\w ]+)?(?= WHEN| ELSE| END|\s*$|\n)")
_CASE = re.compile(r"\(?CASE\b.*\bEND\)?(?:::[\w ]+(?:\(\d+\))?)?", re.DOTALL)
_TEXTS = re.compile(r"'[^']*'")
_SIZES = {"smallint": 1, "int": 2, "bigint": 3}


def quantities(facts: SchemaFacts) -> Finding:
    """T04: quantities are counted or weighed exactly."""
    if early := ground(facts, "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spots = list(shop.columns(meanings.is_quantity, ("order_line",)))
    stock = shop.stock()
    spots += [stock] if stock else []
    if not spots:
        return not_applicable("there is no column for a quantity")
    faults = [
        mistyped(
            facts,
            spot,
            f"counts in {'text' if spot.column.family in TEXT else 'floating point'} ({spot.column.called})",
        )
        for spot in spots
        if spot.column.family in (*TEXT, "float")
    ]
    good = ", ".join(f"{spot} {spot.column.called}" for spot in spots[:3])
    return verdict(faults, good=good, expected="integer, or numeric for weighed goods")


def digits(facts: SchemaFacts) -> Finding:
    """T07: phone numbers and postal codes are no numbers."""
    if early := ground(facts, "user"):
        return early
    shop = Shop(facts.schema, facts.roles)
    tables = [table for table in facts.schema.tables if facts.helpers.get(table.name) == "address"]
    spots = list(shop.columns(meanings.is_phone_or_zip))
    spots += [Spot(table=t, column=c) for t in tables for c in meanings.columns_of(t, meanings.is_phone_or_zip)]
    if not spots:
        return not_applicable("there is no phone number or postal code")
    faults = [
        mistyped(facts, spot, f"keeps digits as a number ({spot.column.called}): leading zeros and + are lost")
        for spot in spots
        if spot.column.family in NUMBERS
    ]
    keep = "keep" if len(spots) > 1 else "keeps"
    return verdict(faults, good=f"{', '.join(map(str, spots[:3]))} {keep} every digit", expected="text")


def key_types(facts: SchemaFacts) -> Finding:
    """T10: a reference can hold every key of the table it refers to."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    pairs = [pair for table in shop.core().values() for pair in _key_pairs(table, shop)]
    if not pairs:
        return not_applicable("there is no reference between tables")
    header = on_header(shop)
    faults = [
        fault
        for spot, target in pairs
        if (spot.table.name, spot.column.name) not in header and (fault := _key_fault(facts, spot, target))
    ]
    return verdict(
        counted(faults),
        good=f"all {len(pairs)} references have the type of their target",
        expected="the type of the column it refers to",
    )


def _key_fault(facts: SchemaFacts, spot: Spot, target: Spot) -> Fault | None:
    kept, at = _fits(spot.column, target.column), (spot.table.name, spot.column.name)
    if kept == 1:
        return None
    what = f"is {spot.column.called}, but {target} is {target.column.called}"
    fault = mistyped(facts, spot, what, kept=kept, more=(column_asked(facts, target.table, target.column),))
    if at not in unguarded(facts) or (kept and facts.dialect != "mysql"):  # MySQL refuses a key between two sizes
        return fault
    return msgspec.structs.replace(fault, cause=loose(*at), told=True)  # declaring the key would set it right


def _key_pairs(table: Table, shop: Shop) -> list[tuple[Spot, Spot]]:
    found = []
    declared = [(c, k.table, r) for k in table.foreign_keys for c, r in zip(k.columns, k.references, strict=False)]
    for link in shop.links.all:
        target = shop.schema.table(link.target)
        named = link.columns[0].lower().endswith(("id", "key", "nr"))
        if link.table == table.name and not link.declared and named and target and len(target.primary_key) == 1:
            declared.append((link.columns[0], target.name, target.primary_key[0]))
    for name, target_name, reference in declared:
        column, target = table.column(name), shop.schema.table(target_name)
        other = target.column(reference) if target else None
        if column and target and other:
            found.append((Spot(table=table, column=column), Spot(table=target, column=other)))
    return found


def _fits(column: Column, target: Column) -> float:
    """1 when it holds every key, a half when only small ones, 0 when the kinds differ."""
    if column.family == target.family or {column.family, target.family} <= set(TEXT):
        return 1.0
    if column.family in _SIZES and target.family in _SIZES:
        return 1.0 if _SIZES[column.family] >= _SIZES[target.family] else KEEPS_HALF
    if column.family == "numeric" and target.family in _SIZES:
        return 1.0
    return 0.0


def status_values(facts: SchemaFacts) -> Finding:
    """T06: an order cannot be in a state that does not exist."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spot = shop.status()
    if spot is None:
        return not_applicable("an order has no status column")
    if spot.column.enum or spot.column.family == "bool":
        return passed(f"`{spot}` knows only {', '.join(spot.column.enum[:6]) or 'true and false'}")
    if spot.column.generated:
        return _status_computed(facts, spot)
    probe = facts.probe("order.status.unknown")
    if probe and probe.assessed and probe.bad and probe.bad.stored:
        at = (spot.table.name, spot.column.name)
        fault = mistyped(facts, spot, f"takes any value ({spot.column.called})", probe)
        if at in unguarded(facts):
            fault = msgspec.structs.replace(fault, cause=loose(*at), told=True)
        return verdict([fault], good="", expected="an enum, a CHECK, or a table of states that it refers to")
    return _status_refused(facts, spot, probe)


def _status_computed(facts: SchemaFacts, spot: Spot) -> Finding:
    """What comes out is known where every branch of its CASE is a text of the script."""
    states, bare = _BRANCH.findall(spot.column.computed), _TEXTS.sub("''", spot.column.computed)
    if _CASE.fullmatch(bare.strip()) and len(states) == len(re.findall(r"\b(?:THEN|ELSE)\b", bare)):
        return passed(f"`{spot}` is computed, and is one of {', '.join(dict.fromkeys(states[:6]))}")
    reason = f"`{spot}` is computed from other columns, and a person must see whether only known states come out"
    return for_review(reason, exhibits=code(facts, spot.column.place, "any value?"))


def _status_refused(facts: SchemaFacts, spot: Spot, probe: Probe | None) -> Finding:
    """Refused when tried; where nothing could be tried, a rule in the catalog is enough, else a person must look."""
    if probe and probe.assessed and probe.bad and refused_for(probe.bad, REFUSED):
        return passed(f"an unknown state is refused: {said(probe.bad)}")
    if probe and (untried := unopened(facts, [spot.table.name])):
        return untried
    taken = probe is not None and probe.good is not None and bool(probe.obstacle)  # by a copy of the schema
    bound = any(spot.column.name in key.columns for key in spot.table.foreign_keys)
    bound |= any(spot.column.name in rule.columns for rule in spot.table.checks)
    if bound and not taken:
        return passed(f"`{spot}` is bound by a rule")
    reason = probe.obstacle if probe else "there is no probe for its type"
    return for_review(f"could not be tried: {reason}", exhibits=code(facts, spot.column.place, "any value?"))


def _limits_length(probe: Probe, spot: Spot) -> bool:
    """It is the length that was refused: by the type, or by a rule that speaks of it."""
    rules = [rule.text for rule in spot.table.checks if spot.column.name in rule.columns]
    return (probe.bad is not None and probe.bad.sqlstate == "22001") or any("length" in rule.lower() for rule in rules)


def email_length(facts: SchemaFacts) -> Finding:
    """T08: ordinary e-mail addresses fit."""
    if early := ground(facts, "user"):
        return early
    spot = Shop(facts.schema, facts.roles).login()
    if spot is None or not meanings.is_email(spot.column, spot.table):
        return not_applicable("there is no e-mail address")
    probe = facts.probe("user.email.long")
    short = bool(spot.column.args) and spot.column.args[0] < SHORTEST_ADDRESS
    if probe and too_narrow(facts, probe) and _limits_length(probe, spot):
        fault = mistyped(
            facts, spot, f"refuses an address of {SHORTEST_ADDRESS} characters ({spot.column.called})", probe
        )
        return verdict([fault], good="", expected="room for 254 characters")
    if short and not (probe and probe.bad and probe.bad.stored):
        fault = mistyped(facts, spot, f"has room for {spot.column.args[0]} characters only ({spot.column.called})")
        return verdict([fault], good="", expected="room for 254 characters")
    if untried := unopened(facts, [spot.table.name]):
        return untried
    return passed(f"`{spot}` takes an address of {SHORTEST_ADDRESS} characters")


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.quantities",
        needs=SchemaFacts,
        ask=quantities,
        title="Quantities are counted exactly",
        why="Sums of floating point quantities drift, and text cannot be summed at all",
        fix="Use integer, or numeric for weighed goods",
    ),
    Check(
        name="schema.digits",
        needs=SchemaFacts,
        ask=digits,
        title="Phone numbers and postal codes keep their digits",
        why="01067 becomes 1067 and +49 becomes 49: the parcel and the call go elsewhere",
        fix="Use text",
    ),
    Check(
        name="schema.key_types",
        needs=SchemaFacts,
        ask=key_types,
        title="References have the type of their target",
        why="A narrower or different type cannot hold every key, and joins must convert every row",
        fix="Give the column the type of the key it refers to",
    ),
    Check(
        name="schema.status_values",
        needs=SchemaFacts,
        ask=status_values,
        title="A status has known values",
        why="`payed` and `Paid` are not `paid`: reports silently miss orders",
        fix="Use an enum, a CHECK, or a table of states",
    ),
    Check(
        name="schema.email_length",
        needs=SchemaFacts,
        ask=email_length,
        title="E-mail addresses fit",
        why="Addresses may have 254 characters; whose does not fit cannot buy",
        fix="Use text, citext or varchar(254); in MySQL VARCHAR(254)",
    ),
)
