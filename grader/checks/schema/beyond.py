"""What a design holds beyond the minimum: it informs the reviewer, and never scores."""

from __future__ import annotations

from grader.checks.schema.footing import ground
from grader.evidence.catalog import Table
from grader.evidence.schema import SchemaFacts
from grader.exhibits import RowsExhibit
from grader.model import Check, Finding, passed
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("addresses", frozenset({"address"})),
    ("payments", frozenset({"payment", "invoice", "refund", "transaction"})),
    ("deliveries", frozenset({"shipment", "delivery", "fulfillment", "parcel", "tracking"})),
    ("stock and its movements", frozenset({"stock", "warehouse", "inventory"})),
    ("history of statuses", frozenset({"history", "event", "log", "audit"})),
    ("prices over time", frozenset({"price"})),
    ("reviews", frozenset({"review", "rating"})),
    ("carts and wishlists", frozenset({"cart", "wishlist", "basket"})),
    ("discounts", frozenset({"coupon", "voucher", "promotion", "discount"})),
    ("variants and attributes", frozenset({"variant", "attribute", "option", "sku"})),
    ("pictures", frozenset({"image", "picture", "photo", "media"})),
)


def beyond(facts: SchemaFacts) -> Finding:
    """C04: addresses, payments, stock, histories, reviews … found beside the core tables, or as columns of them."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    core = {table.name for table in shop.core().values()}
    rows = [
        (kind, ", ".join(found[:4]))
        for kind, known in _KINDS
        if (
            found := [
                t.name for t in facts.schema.tables if t.name not in core and has(shop.links.words(t.name), known)
            ]
        )
    ]
    order = shop.table("order")
    if order is not None and not any(kind == "addresses" for kind, _ in rows) and (kept := _address(order)):
        rows.append(("addresses", f"columns of {order.name}: {', '.join(kept[:4])}"))
    if not rows:
        return passed("users, products, categories, orders and order lines, and nothing beside them")
    named = ", ".join(kind for kind, _ in rows)
    exhibit = RowsExhibit(title="Beyond the minimum", head=("what", "where"), rows=tuple(rows))
    return passed(f"beside the minimum there are {named}", exhibits=(exhibit,))


def _address(order: Table) -> list[str]:
    words = ("address", "street", "city", "zip")
    return [column.name for column in order.columns if has(column_words(column.name, order), words)]


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(name="schema.beyond", needs=SchemaFacts, ask=beyond, title="What the design holds beyond the minimum"),
)
