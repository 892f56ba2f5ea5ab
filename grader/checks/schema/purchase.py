"""Does an order still say what was paid when a price has changed?"""

from __future__ import annotations

from grader.checks.schema.explained import argued, two_rows
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, table_asked, verdict
from grader.evidence.catalog import NUMBERS, Table
from grader.evidence.schema import SchemaFacts
from grader.exhibits import AnyExhibit
from grader.model import Check, Finding, blocked, for_review, not_applicable, passed
from grader.sql.schema import anomalies, meanings
from grader.sql.schema.copies import dated_prices, snapshots
from grader.sql.schema.shop import Shop

MOST_SHOWN = 2


def price_at_purchase(facts: SchemaFacts) -> Finding:
    """N10: the line keeps the price that was paid, or a table of prices says what held at any time."""
    if early := ground(facts, "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    line = shop.table("order_line")
    if line is None:
        return blocked("a table is missing")
    if spot := shop.line_price():
        return passed(f"`{spot}` keeps the price paid")
    dated = dated_prices(shop)
    if dated:
        return passed(f"`{dated}` keeps prices with the time they held")
    if unclear := meanings.unclear(line, NUMBERS):
        names = ", ".join(f"`{column.name}`" for column in unclear[:4])
        return for_review(
            f"whether `{line.name}` keeps the price paid is unclear: {names} may be it",
            exhibits=(*code(facts, line.place, "a price?"), table_asked(facts, line)),
        )
    return verdict(
        [_fault(facts, shop, line)],
        good="",
        expected="a price column on the order line, filled when the order is placed",
    )


def _fault(facts: SchemaFacts, shop: Shop, line: Table) -> Fault:
    quantity = shop.of("order_line", meanings.is_quantity)
    shown = quantity.column.place if quantity else line.place
    recipe = anomalies.repriced(shop)
    return Fault(
        table=line.name,
        what="does not keep the price at purchase: when a product gets dearer, old orders change",
        place=line.place,
        exhibits=(
            *code(facts, shown or line.place, "no price on the line"),
            *(two_rows(facts, recipe) if recipe else ()),
            *argued(facts, line.name),
            table_asked(facts, line),
        ),
    )


def copied_at_purchase(facts: SchemaFacts) -> Finding:
    """N05 on orders and lines: names and addresses copied at purchase are right, when they are meant to stay."""
    if early := ground(facts, "order"):
        return early
    found = snapshots(Shop(facts.schema, facts.roles))
    if not found:
        return not_applicable("orders and lines copy nothing but the price")
    shown: list[AnyExhibit] = []
    for copy in found[:MOST_SHOWN]:
        shown += two_rows(facts, anomalies.copied(copy))
        shown += argued(facts, copy.spot.table.name, (copy.spot.column.name,))
    named = ", ".join(f"`{copy.spot}`" for copy in found[:4])
    said = f"copied when an order is placed, which is right for what must stay as it was: {named}"
    return passed(said, exhibits=tuple(shown))


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.price_at_purchase",
        needs=SchemaFacts,
        ask=price_at_purchase,
        title="The line keeps the price at purchase",
        why="An order is a contract: what was agreed must not change with the catalogue",
        fix="Add a price column to the order line and fill it when the order is placed",
    ),
    Check(
        name="schema.snapshots",
        needs=SchemaFacts,
        ask=copied_at_purchase,
        title="What orders copy when they are placed",
    ),
)
