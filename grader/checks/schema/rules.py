"""What does the database refuse? Values left out, and values that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from grader.checks.schema.footing import ground, unopened
from grader.checks.schema.shown import Fault, code, column_asked, probed, refused_for, verdict
from grader.evidence.catalog import TEXT, Place, Table
from grader.evidence.schema import Probe, SchemaFacts
from grader.model import Check, Finding, for_review, not_applicable
from grader.sql.schema import meanings, ways_in
from grader.sql.schema.links import Link
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop, Spot
from grader.visible import one_line

REFUSES_NULL = frozenset({"23502", "23514"})
REFUSES_VALUE = frozenset({"23514", "22003"})
_GUEST = re.compile(
    r"\bguest|without (?:an )?(?:account|registration)|anonymous (?:order|checkout|customer)", re.IGNORECASE
)


def required(facts: SchemaFacts) -> Finding:
    """I03: what every order, line and product must say cannot be left out."""
    if early := ground(facts, "order", "order_line", "product"):
        return early
    asked = _required(facts)
    if asked.review and not asked.faults:
        return asked.review
    if not asked.faults and (untried := unopened(facts, asked.tables)):
        return untried
    return verdict(asked.faults, good=f"all {len(asked.tables)} required values must be given", expected="NOT NULL")


class _Required(msgspec.Struct, frozen=True, kw_only=True):
    """Values that may be left out, what a person must decide, and the table of every value asked for."""

    faults: list[Fault]
    review: Finding | None
    tables: list[str]


def _required(facts: SchemaFacts) -> _Required:
    shop = Shop(facts.schema, facts.roles)
    asked = list(_must_be_given(shop))
    found = [_left_out(facts, spot, facts.probe(id_)) for id_, spot in asked]
    tables = [spot.table.name for _, spot in asked]
    order, link = shop.table("order"), shop.link("order", "user")
    if order and link:
        tables.append(order.name)
        found.append(_owner(facts, shop, order, link))
    return _Required(
        faults=[answer for answer in found if isinstance(answer, Fault)],
        review=next((answer for answer in found if isinstance(answer, Finding)), None),
        tables=tables,
    )


def _left_out(facts: SchemaFacts, spot: Spot, probe: Probe | None) -> Fault | Finding | None:
    """A fault when a row without the value is taken; a person must look where a rule says when it must be there."""
    if not _null_taken(spot, probe):
        return _let_in(facts, spot) if probe and probe.id == "user.login.missing" else None
    name = re.escape(spot.column.name)
    speaks = re.compile(
        rf"\b{name}\b\W*(?:::\w+\W*)?IS (?:NOT )?NULL|num_(?:non)?nulls\([^)]*\b{name}\b", re.IGNORECASE
    )
    rule = next((r for r in spot.table.checks if spot.column.name in r.columns and speaks.search(r.text)), None)
    if rule is None:
        return _null_fault(facts, spot, probe)
    return for_review(
        f"`{spot}` may be left empty in some rows, and a rule says in which: {one_line(rule.text, 160)}",
        exhibits=code(facts, spot.column.place, "may be NULL"),
    )


def _let_in(facts: SchemaFacts, spot: Spot) -> Fault | Finding | None:
    """A user with nothing to log in with is taken all the same, because something else is known of him."""
    found = ways_in.instead(spot)
    probe = _stored_empty(facts, ways_in.CONTACT)
    if probe:
        known = " and ".join(f"`{name}`" for name in found.contacts)
        what = f"may be left empty, with no login name either, in a row that has {known}"
        return msgspec.structs.replace(_null_fault(facts, spot, probe), what=what)
    probe = _stored_empty(facts, ways_in.ANY)
    if probe:
        known = " or ".join(f"`{name}`" for name in found.others)
        return for_review(
            f"`{spot}` may be left empty where {known} has a value: for users who have left or log in otherwise?",
            exhibits=probed(facts, probe, "A user without e-mail address and login name: taken"),
        )
    return None


def _stored_empty(facts: SchemaFacts, id_: str) -> Probe | None:
    """The probe when its row was taken and kept nothing in the column."""
    probe = facts.probe(id_)
    taken = probe is not None and probe.assessed and probe.bad is not None and probe.bad.stored
    return probe if taken and probe and probe.bad and probe.bad.value is None else None


def empty(table: str, column: str) -> str:
    """How the cause is called when a value may be left out."""
    return f"may be empty: {table}.{column}"


def may_be_empty(facts: SchemaFacts) -> frozenset[tuple[str, str]]:
    """Table and column of every value that `required` finds missing a rule: what follows from it is told there."""
    if ground(facts, "order", "order_line", "product"):
        return frozenset()
    return frozenset((fault.table, fault.column) for fault in _required(facts).faults)


def never_empty(facts: SchemaFacts) -> frozenset[tuple[str, str]]:
    """Table and column of every value without which a row was refused, whatever the column's declaration says."""
    probes = [probe for probe in facts.probes if probe.id.endswith(".missing") and probe.assessed]
    refused = [p for p in probes if p.bad is not None and refused_for(p.bad, REFUSES_NULL)]
    return frozenset((p.table, p.column) for p in refused if not _refused_beside_others(facts, p))


def _refused_beside_others(facts: SchemaFacts, probe: Probe) -> bool:
    """By a rule over several columns: beside other values, such as a guest's address, it may allow the empty one."""
    table, said = facts.schema.table(probe.table), probe.bad.answer if probe.bad else ""
    rules = [rule for rule in table.checks if len(rule.columns) > 1 and probe.column in rule.columns] if table else []
    return any(rule.name and f'"{rule.name}"' in said for rule in rules)


def _must_be_given(shop: Shop) -> Iterator[tuple[str, Spot]]:
    login, price = shop.login(), shop.price()
    if login and login.table == shop.table("user") and _only_way_in(login):
        yield "user.login.missing", login
    for id_, spot in (
        ("product.name.missing", shop.name("product")),
        ("product.price.missing", price),
        ("order_line.quantity.missing", shop.of("order_line", meanings.is_quantity)),
        ("order_line.price.missing", shop.line_price()),
    ):
        if spot and not spot.column.generated:
            yield id_, spot
    line = shop.table("order_line")
    for parent in ("order", "product"):
        link = shop.link("order_line", parent)
        column = line.column(link.columns[-1]) if link and line else None
        if line and link and column and not (parent == "product" and _set_null_kept(line, link)):
            yield f"order_line.{parent}.missing", Spot(table=line, column=column)


def _only_way_in(login: Spot) -> bool:
    """No other column that must be given is there to log in with: then an e-mail address may be missing."""
    if not meanings.is_email(login.column, login.table):
        return False
    ways = [*meanings.columns_of(login.table, meanings.is_email), *meanings.columns_of(login.table, meanings.is_login)]
    return all(way.nullable for way in ways if way.name != login.column.name)


def _set_null_kept(line: Table, link: Link) -> bool:
    """A product may go when the line keeps its name or number: then the reference must be allowed to be empty."""
    return on_delete(line, link) == "SET NULL" and says_what_was_sold(line)


def says_what_was_sold(line: Table) -> bool:
    """It keeps a copy of the product's name or number."""
    return any(
        has(column_words(column.name, line), ("name", "title", "sku", "description", "snapshot"))
        for column in line.columns
        if column.family in (*TEXT, "json")
    )


def on_delete(table: Table, link: Link) -> str:
    """What the foreign key of a reference does when its target is deleted; empty without a foreign key."""
    return next((key.on_delete for key in table.foreign_keys if set(key.columns) == set(link.columns)), "")


def _null_taken(spot: Spot, probe: Probe | None) -> bool:
    if probe and probe.assessed and probe.bad:
        if refused_for(probe.bad, REFUSES_NULL):
            return False
        if probe.bad.stored:
            return probe.bad.value is None
    return spot.column.nullable and not spot.table.triggers


def _null_fault(facts: SchemaFacts, spot: Spot, probe: Probe | None) -> Fault:
    shown = probed(facts, probe, "A row without it: taken") if probe and probe.assessed else ()
    return Fault(
        table=spot.table.name,
        column=spot.column.name,
        what="may be left empty",
        place=spot.column.place,
        exhibits=(
            *code(facts, spot.column.place, "may be NULL"),
            *(shown or (column_asked(facts, spot.table, spot.column),)),
        ),
        cause=empty(spot.table.name, spot.column.name),
    )


def _owner(facts: SchemaFacts, shop: Shop, order: Table, link: Link) -> Fault | Finding | None:
    """An order without a user is fine when the design lets guests buy and still knows how to reach them."""
    column = order.column(link.columns[-1])
    if column is None:
        return None
    spot = Spot(table=order, column=column)
    probe = facts.probe("order.user.missing")
    if not _null_taken(spot, probe) or _reaches_buyer(shop, order) or on_delete(order, link) == "SET NULL":
        return None
    if _GUEST.search(facts.notes):
        return for_review(
            f"`{spot}` may be empty; the notes speak of guests, but the order keeps no way to reach them",
            exhibits=code(facts, column.place, "may be NULL"),
        )
    return _left_out(facts, spot, probe)


def _reaches_buyer(shop: Shop, order: Table) -> bool:
    own = any(has(column_words(c.name, order), ("email", "phone", "guest", "contact")) for c in order.columns)
    near = [*shop.links.targets(order.name), *shop.links.sources(order.name)]
    return own or any(has(shop.links.words(name), ("guest", "contact")) for name in near)


_RANGES = (
    ("product.price.negative", "a negative price"),
    ("order_line.price.negative", "a negative price"),
    ("order_line.quantity.zero", "a quantity of zero"),
    ("order_line.quantity.negative", "a negative quantity"),
    ("product.stock.negative", "a negative stock"),
)


def value_ranges(facts: SchemaFacts) -> Finding:
    """I05: prices and stock are never negative, quantities at least one."""
    if early := ground(facts, "product", "order_line"):
        return early
    faults, held, open_, tables = [], 0, [], []
    for id_, what in _RANGES:
        probe = facts.probe(id_)
        if probe is None:
            continue
        tables.append(probe.table)
        answer = _range_held(facts, probe)
        held += answer is True
        if answer is False:
            faults.append(_range_fault(facts, probe, what))
        elif answer is None:
            open_.append(f"{probe.table}.{probe.column}" + (f" ({probe.obstacle})" if probe.good else ""))
    if not faults and (untried := unopened(facts, tables)):
        return untried
    if not faults and open_:
        why = "could not be tried" if facts.shadow else "could not be tried, because no row could be inserted"
        return for_review(f"{why}: {', '.join(dict.fromkeys(open_))}")
    if not faults and not held:
        return not_applicable("there is nothing to try")
    return verdict(
        faults,
        good=f"all {held} faulty values were refused",
        expected="a CHECK, a domain or a trigger that refuses it",
        share=held / (held + len(faults)),
    )


def _range_held(facts: SchemaFacts, probe: Probe) -> bool | None:
    if probe.good is not None and probe.obstacle:
        return None  # a copy took it, and only the original can tell
    if probe.assessed and probe.bad:
        if refused_for(probe.bad, REFUSES_VALUE):
            return True
        if probe.bad.stored:
            faulty = probe.bad.value is not None and re.search(r"-|^0+(\.0+)?$|\(", probe.bad.value) is not None
            return not faulty  # a trigger may have put it right
    table = facts.schema.table(probe.table)
    ruled = table is not None and any(probe.column in rule.columns for rule in table.checks)
    return True if ruled else None


def _range_fault(facts: SchemaFacts, probe: Probe, what: str) -> Fault:
    table = facts.schema.table(probe.table)
    column = table.column(probe.column) if table else None
    place: Place | None = column.place if column else None
    return Fault(
        table=probe.table,
        column=probe.column,
        what=f"takes {what}",
        place=place,
        exhibits=(*code(facts, place, f"takes {what}"), *probed(facts, probe, f"With {what}: taken")),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.required",
        needs=SchemaFacts,
        ask=required,
        title="What must be known cannot be left out",
        why="A line without quantity or price makes every total of its order unknown",
        fix="Add NOT NULL",
    ),
    Check(
        name="schema.value_ranges",
        needs=SchemaFacts,
        ask=value_ranges,
        title="Impossible values are refused",
        why="Every program that writes to the database makes mistakes some day; the database sees all of them",
        fix="Add CHECK (price >= 0), CHECK (quantity > 0), CHECK (stock >= 0)",
    ),
)
