"""Can every column hold what it must, exactly? Which of several right types was taken is never asked."""

from __future__ import annotations

import msgspec

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.integrity import loose, unguarded
from grader.checks.schema.normalization import on_header
from grader.checks.schema.shown import Fault, code, column_asked, counted, probed, refused_for, said, verdict
from grader.evidence.catalog import NUMBERS, TEXT, WHOLE, Column, Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.exhibits import AnyExhibit
from grader.model import Check, Finding, for_review, not_applicable, passed
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop, Spot

KEEPS_HALF = 0.5
SHORTEST_ADDRESS = 64
REFUSED = frozenset({"23514", "23503", "22P02", "23505"})
_MONEY_IN = ("user", "product", "order", "order_line")
_SIZES = {"smallint": 1, "int": 2, "bigint": 3}


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
        good=f"{', '.join(f'{spot} {spot.column.type}' for spot in spots[:3])}: exact",
        expected="numeric with two decimal places, or whole cents said so by name or comment",
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
        return _fault(facts, spot, f"keeps money in binary floating point ({column.type})", _sum_probe(facts, spot))
    if column.family in TEXT:
        return _fault(facts, spot, f"keeps money as text ({column.type})")
    if column.family == "money":
        what = "is of type money, whose cents and currency sign depend on a setting of the server"
        return _fault(facts, spot, what, kept=KEEPS_HALF)
    if column.family == "numeric" and len(column.args) > 1 and column.args[1] < meanings.CENT_PLACES:
        places = "only one decimal place" if column.args[1] == 1 else "no decimal places"
        return _fault(facts, spot, f"has {places} ({column.type}): cents are rounded away", _sum_probe(facts, spot))
    if column.family in WHOLE and not _counts_cents(facts, spot):
        return _fault(facts, spot, f"is a whole number ({column.type}) and nothing says that it counts cents")
    return None


def _counts_cents(facts: SchemaFacts, spot: Spot) -> bool:
    """Whole numbers are right when anything says what they count: name, comment, the line in the script, the notes."""
    if meanings.says_cents(spot.column, spot.table) or meanings.mentions_cents(facts.notes):
        return True
    place = spot.column.place
    file = next((file for file in facts.files if place and file.name == place.file), None)
    comments = [line.partition("--")[2] for line in file.text.split("\n")] if file else []
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


def dates(facts: SchemaFacts) -> Finding:
    """T02: points in time are neither text nor numbers."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spots = [spot for spot in shop.columns(meanings.is_date_named) if not spot.column.array]
    timed = list(shop.columns(lambda column, _: column.family in ("date", "timestamp", "timestamptz")))
    faults = [
        _fault(
            facts, spot, f"keeps a date as {'text' if spot.column.family in TEXT else 'a number'} ({spot.column.type})"
        )
        for spot in spots
        if spot.column.family in (*TEXT, *NUMBERS) and not _is_key(spot)
    ]
    if not spots and not timed:
        return not_applicable("there is no column for a date or time")
    return verdict(
        faults, good=f"{len(timed)} columns for dates and times have such a type", expected="date or timestamptz"
    )


def _is_key(spot: Spot) -> bool:
    """It refers to a row, such as one of a calendar, or numbers it."""
    named = has(column_words(spot.column.name, spot.table), ("id", "key", "number", "count"))
    return named or any(spot.column.name in key.columns for key in spot.table.foreign_keys)


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
        _fault(
            facts, spot, f"counts in {'text' if spot.column.family in TEXT else 'floating point'} ({spot.column.type})"
        )
        for spot in spots
        if spot.column.family in (*TEXT, "float")
    ]
    good = ", ".join(f"{spot} {spot.column.type}" for spot in spots[:3])
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
        _fault(facts, spot, f"keeps digits as a number ({spot.column.type}): leading zeros and + are lost")
        for spot in spots
        if spot.column.family in NUMBERS
    ]
    return verdict(faults, good=f"{', '.join(map(str, spots[:3]))} keep every digit", expected="text")


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
    what = f"is {spot.column.type}, but {target} is {target.column.type}"
    fault = _fault(facts, spot, what, kept=kept, more=(column_asked(facts, target.table, target.column),))
    if kept or at not in unguarded(facts):
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


def time_zones(facts: SchemaFacts) -> Finding:
    """T03: moments know their time zone."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spots = list(shop.columns(lambda column, _: column.family in ("timestamp", "timestamptz")))
    if not spots:
        return not_applicable("there is no timestamp")
    faults = [
        _fault(facts, spot, "is a timestamp without time zone") for spot in spots if spot.column.family == "timestamp"
    ]
    return verdict(faults, good=f"all {len(spots)} timestamps carry their time zone", expected="timestamptz")


def status_values(facts: SchemaFacts) -> Finding:
    """T06: an order cannot be in a state that does not exist."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    spot = shop.of("order", meanings.is_status)
    if spot is None:
        return not_applicable("an order has no status column")
    if spot.column.enum or spot.column.family == "bool":
        return passed(f"`{spot}` knows only {', '.join(spot.column.enum[:6]) or 'true and false'}")
    probe = facts.probe("order.status.unknown")
    if probe and probe.assessed and probe.bad and probe.bad.stored:
        at = (spot.table.name, spot.column.name)
        fault = _fault(facts, spot, f"takes any value ({spot.column.type})", probe)
        if at in unguarded(facts):
            fault = msgspec.structs.replace(fault, cause=loose(*at), told=True)
        return verdict([fault], good="", expected="an enum, a CHECK, or a table of states that it refers to")
    return _status_refused(facts, spot, probe)


def _status_refused(facts: SchemaFacts, spot: Spot, probe: Probe | None) -> Finding:
    """Refused when tried; where nothing could be tried, a rule in the catalog is enough, else a person must look."""
    if probe and probe.assessed and probe.bad and refused_for(probe.bad, REFUSED):
        return passed(f"an unknown state is refused: {said(probe.bad)}")
    if probe and (untried := unopened(facts, [spot.table.name])):
        return untried
    bound = any(spot.column.name in key.columns for key in spot.table.foreign_keys)
    if bound or any(spot.column.name in rule.columns for rule in spot.table.checks):
        return passed(f"`{spot}` is bound by a rule")
    reason = probe.obstacle if probe else "there is no probe for its type"
    return for_review(f"could not be tried: {reason}", exhibits=code(facts, spot.column.place, "any value?"))


def email_length(facts: SchemaFacts) -> Finding:
    """T08: ordinary e-mail addresses fit."""
    if early := ground(facts, "user"):
        return early
    spot = Shop(facts.schema, facts.roles).login()
    if spot is None or not meanings.is_email(spot.column, spot.table):
        return not_applicable("there is no e-mail address")
    probe = facts.probe("user.email.long")
    short = bool(spot.column.args) and spot.column.args[0] < SHORTEST_ADDRESS
    if probe and probe.assessed and probe.bad and probe.bad.sqlstate == "22001":
        fault = _fault(facts, spot, f"refuses an address of {SHORTEST_ADDRESS} characters ({spot.column.type})", probe)
        return verdict([fault], good="", expected="room for 254 characters")
    if short and not (probe and probe.bad and probe.bad.stored):
        fault = _fault(facts, spot, f"has room for {spot.column.args[0]} characters only ({spot.column.type})")
        return verdict([fault], good="", expected="room for 254 characters")
    if untried := unopened(facts, [spot.table.name]):
        return untried
    return passed(f"`{spot}` takes an address of {SHORTEST_ADDRESS} characters")


def _fault(
    facts: SchemaFacts,
    spot: Spot,
    what: str,
    probe: Probe | None = None,
    *,
    kept: float = 0.0,
    more: tuple[AnyExhibit, ...] = (),
) -> Fault:
    shown = (
        probed(facts, probe, "What PostgreSQL answers") if probe else (column_asked(facts, spot.table, spot.column),)
    )
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what=what,
        place=spot.column.place,
        kept=kept,
        exhibits=(*code(facts, spot.column.place, what), *shown, *more),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.money",
        needs=SchemaFacts,
        ask=money,
        title="Money is exact",
        why="0.10 + 0.20 is not 0.30 in binary floating point: totals and books stop agreeing",
        fix="Use numeric(12,2), or whole cents in a column named so",
    ),
    Check(
        name="schema.dates",
        needs=SchemaFacts,
        ask=dates,
        title="Dates are dates",
        why="Text sorts as text and takes the 31st of February; a number must be translated before anybody can read it",
        fix="Use date or timestamptz",
    ),
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
        name="schema.time_zones",
        needs=SchemaFacts,
        ask=time_zones,
        title="Moments carry their time zone",
        why="A timestamp without one means another moment on every server and twice a year no moment at all",
        fix="Use timestamptz",
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
        fix="Use text, citext or varchar(254)",
    ),
)
