"""What does the database refuse? Values left out, values that cannot be, deletions that erase what was sold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, column_asked, probed, refused_for, verdict
from grader.evidence.schema import TEXT, Place, Probe, SchemaFacts, Table
from grader.model import Check, Finding, blocked, for_review, not_applicable
from grader.sql.schema import meanings
from grader.sql.schema.links import Link
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop, Spot

REFUSES_NULL = frozenset({"23502", "23514"})
REFUSES_VALUE = frozenset({"23514", "22003"})
_GUEST = re.compile(
    r"\bguest|without (?:an )?(?:account|registration)|anonymous (?:order|checkout|customer)", re.IGNORECASE
)


def required(facts: SchemaFacts) -> Finding:
    """I03: what every order, line and product must say cannot be left out."""
    if early := ground(facts, "order", "order_line", "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults, asked = [], 0
    for id_, spot in _must_be_given(shop):
        probe = facts.probe(id_)
        asked += 1
        if _null_taken(spot, probe):
            faults.append(_null_fault(facts, spot, probe))
    order, link = shop.table("order"), shop.link("order", "user")
    if order and link:
        finding = _owner(facts, shop, order, link)
        if isinstance(finding, Finding) and not faults:
            return finding
        if isinstance(finding, Fault):
            faults.append(finding)
        asked += 1
    return verdict(faults, good=f"all {asked} required values must be given", expected="NOT NULL")


def _must_be_given(shop: Shop) -> Iterator[tuple[str, Spot]]:
    login, price = shop.login(), shop.price()
    if login and meanings.is_email(login.column, login.table) and login.table == shop.table("user"):
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


def _set_null_kept(line: Table, link: Link) -> bool:
    """A product may go when the line keeps its name or number: then the reference must be allowed to be empty."""
    return _on_delete(line, link) == "SET NULL" and _says_what_was_sold(line)


def _says_what_was_sold(line: Table) -> bool:
    return any(
        has(column_words(column.name, line), ("name", "title", "sku", "description", "snapshot"))
        for column in line.columns
        if column.family in (*TEXT, "json")
    )


def _on_delete(table: Table, link: Link) -> str:
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
    )


def _owner(facts: SchemaFacts, shop: Shop, order: Table, link: Link) -> Fault | Finding | None:
    """An order without a user is fine when the design lets guests buy and still knows how to reach them."""
    column = order.column(link.columns[-1])
    if column is None:
        return None
    spot = Spot(table=order, column=column)
    probe = facts.probe("order.user.missing")
    if not _null_taken(spot, probe) or _reaches_buyer(shop, order) or _on_delete(order, link) == "SET NULL":
        return None
    if _GUEST.search(facts.notes):
        return for_review(
            f"`{spot}` may be empty; the notes speak of guests, but the order keeps no way to reach them",
            exhibits=code(facts, column.place, "may be NULL"),
        )
    return _null_fault(facts, spot, probe)


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
    faults, held, open_ = [], 0, []
    for id_, what in _RANGES:
        probe = facts.probe(id_)
        if probe is None:
            continue
        answer = _range_held(facts, probe)
        held += answer is True
        if answer is False:
            faults.append(_range_fault(facts, probe, what))
        elif answer is None:
            open_.append(f"{probe.table}.{probe.column}")
    if not faults and open_:
        return for_review(f"could not be tried, because no row could be inserted: {', '.join(dict.fromkeys(open_))}")
    if not faults and not held:
        return not_applicable("there is nothing to try")
    return verdict(
        faults,
        good=f"all {held} faulty values were refused",
        expected="a CHECK, a domain or a trigger that refuses it",
        share=held / (held + len(faults)),
    )


def _range_held(facts: SchemaFacts, probe: Probe) -> bool | None:
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


def deletes(facts: SchemaFacts) -> Finding:
    """I06: deleting a user or a product does not erase what was sold, and no line is left without its order."""
    if early := ground(facts, "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults, tried, open_ = [], 0, []
    for id_, what in (
        ("user.delete", "takes the user's orders with it"),
        ("product.delete", "takes order lines with it"),
        ("order.delete", "leaves lines without an order"),
    ):
        probe = facts.probe(id_)
        if probe is None:
            continue
        if not probe.assessed or probe.bad is None:
            open_.append(f"{probe.table} ({probe.obstacle})")
            continue
        tried += 1
        lost = _lost(shop, probe)
        if lost:
            faults.append(_delete_fault(facts, shop, probe, lost if lost != "rows" else what))
    if not faults and open_:
        return for_review(f"not every deletion could be tried: {', '.join(open_[:2])}")
    if not tried:
        return blocked("no reference between users, orders, lines and products to try")
    return verdict(
        faults,
        good=f"all {tried} deletions were refused or kept what was sold",
        expected="the deletion is refused, or orders and lines stay",
        share=(tried - len(faults)) / tried,
    )


def _lost(shop: Shop, probe: Probe) -> str:
    """What a deletion destroyed; empty when all is well."""
    if probe.bad is None or not probe.bad.stored:
        return ""
    if probe.id == "order.delete":
        return "rows" if probe.left else ""
    if not probe.left:
        return "rows"
    line = shop.table("order_line")
    if probe.id == "product.delete" and probe.bad.value is None and line and not _says_what_was_sold(line):
        return "leaves order lines that no longer say what was sold"
    return ""


def _delete_fault(facts: SchemaFacts, shop: Shop, probe: Probe, what: str) -> Fault:
    child = shop.table("order" if probe.id == "user.delete" else "order_line")
    key = next((k for k in child.foreign_keys if probe.column in k.columns), None) if child else None
    place = key.place if key and key.place else child.place if child else None
    return Fault(
        table=probe.table,
        what=f"can be deleted, and that {what}",
        place=place,
        exhibits=(*code(facts, place, what), *probed(facts, probe, "After the deletion")[-1:]),
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
    Check(
        name="schema.deletes",
        needs=SchemaFacts,
        ask=deletes,
        title="Deleting keeps what was sold",
        why="Orders are records of the business: they must survive the user who asks to be forgotten",
        fix="Use RESTRICT (or SET NULL with a copy of what was sold) for users and products, CASCADE for lines",
    ),
)
