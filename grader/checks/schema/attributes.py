"""Do the tables say what a shop must know: who, what, for how much, how many, when, and how far it has come?"""

from __future__ import annotations

from grader.checks.schema.completeness import TITLES
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import code, table_asked
from grader.evidence.catalog import DATED, NUMBERS, TEXT, WHOLE, Column, Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop
from grader.sql.schema.states import STATES

_FAMILIES = {
    "an e-mail or login name": TEXT,
    "a name": TEXT,
    "a price": NUMBERS,
    "how many of it are in stock": NUMBERS,
    "the time it was placed": TEXT,
    "a quantity": NUMBERS,
}


def attributes(facts: SchemaFacts) -> Finding:
    """The attributes without which a shop cannot work."""
    if early := ground(facts, "user", "product", "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    wanted = _wanted(shop)
    lacking = [key for key, there in wanted.items() if not there]
    if not lacking:
        return passed("login, product name, price and stock, order time and quantity are there")
    certain = [key for key in lacking if not _unclear(shop, *key)]
    concept, what = (certain or lacking)[0]
    table = shop.table(concept)
    if table is None:
        return blocked("a table is missing")
    if not certain:
        names = ", ".join(f"`{name}`" for name in _unclear(shop, concept, what)[:4])
        return for_review(
            f"`{table.name}` may lack {what}, or it is one of {names}, whose names say nothing to the grader",
            exhibits=(*code(facts, table.place, what), table_asked(facts, table)),
        )
    more = "; also " + ", ".join(f"{TITLES[c]}: {w}" for c, w in certain[1:]) if len(certain) > 1 else ""
    return failed(
        f"`{table.name}` lacks {what}{more}",
        expected=what,
        where=str(table.place or ""),
        score=round(1 - len(certain) / len(wanted), 2),
        exhibits=(*code(facts, table.place, f"lacks {what}"), table_asked(facts, table)),
    )


def _wanted(shop: Shop) -> dict[tuple[str, str], bool]:
    """What each concept must say, and whether it does."""
    return {
        ("user", "an e-mail or login name"): shop.login() is not None,
        ("product", "a name"): shop.name("product") is not None,
        ("product", "a price"): shop.price() is not None,
        ("product", "how many of it are in stock"): _knows_stock(shop),
        ("order", "the time it was placed"): _has_date(shop),
        ("order_line", "a quantity"): shop.of("order_line", meanings.is_quantity) is not None,
    }


def certainly_lacking(facts: SchemaFacts) -> list[tuple[str, str]]:
    """Tables and what they must say and do not; nothing where a table or a column was not understood."""
    if ground(facts, "user", "product", "order", "order_line"):
        return []
    shop = Shop(facts.schema, facts.roles)
    lacking = [key for key, there in _wanted(shop).items() if not there and not _unclear(shop, *key)]
    return [(table.name, what) for concept, what in lacking if (table := shop.table(concept)) is not None]


def _unclear(shop: Shop, concept: str, what: str) -> list[str]:
    """Columns of a concept's table that may be what seems to be lacking, for all that their names say."""
    table = shop.table(concept)
    return [c.name for c in meanings.unclear(table, _FAMILIES[what]) if not c.array] if table else []


def _knows_stock(shop: Shop) -> bool:
    """A column, a table of stock or of its movements, or what is available of a product at a supplier or a place."""
    if shop.stock() is not None or any(
        has(shop.links.words(table.name), ("stock", "warehouse")) for table in shop.schema.tables
    ):
        return True
    product = shop.table("product")
    near = [shop.schema.table(name) for name in shop.links.sources(product.name)] if product else []
    return any(
        has(column_words(column.name, table), ("avail", "available", "hand"))
        for table in near
        if table is not None
        for column in meanings.columns_of(table, meanings.is_quantity)
    )


def _has_date(shop: Shop) -> bool:
    order = shop.table("order")
    if order is None:
        return False
    return any(column.family in DATED for column in order.columns) or bool(
        meanings.columns_of(order, meanings.is_date_named)
    )


def order_status(facts: SchemaFacts) -> Finding:
    """An order's state is kept somewhere: a column, or a history of states."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    order = shop.table("order")
    if order is None:
        return blocked("a table is missing")
    if keeper := _status_keeper(shop, order):
        return passed(f"`{keeper}` keeps it")
    moments = [c.name for c in order.columns if _tells_state(c, order)]
    if moments:
        return passed(f"the state of an order follows from {', '.join(moments[:4])}")
    if unclear := [c.name for c in meanings.unclear(order, (*TEXT, "enum", *WHOLE)) if not c.array]:
        names = ", ".join(f"`{name}`" for name in unclear[:4])
        return for_review(
            f"`{order.name}` may lack a status, or it is one of {names}, whose names say nothing to the grader",
            exhibits=(*code(facts, order.place, "no status"), table_asked(facts, order)),
        )
    return failed(
        f"nothing in `{order.name}` says whether an order is open, paid or sent",
        expected="a status column, or a table with the states an order went through",
        where=str(order.place or ""),
        exhibits=(*code(facts, order.place, "no status"), table_asked(facts, order)),
    )


def _status_keeper(shop: Shop, order: Table) -> str:
    """The column, or the table of states that orders went through, which keeps the status; empty when none does."""
    if spot := shop.status():
        return str(spot)
    tied = [*shop.links.sources(order.name), *shop.links.targets(order.name)]
    return next((name for name in tied if {"status", "state", "history", "event"} & set(shop.links.words(name))), "")


def _tells_state(column: Column, order: Table) -> bool:
    """A moment that has not come yet (`shipped_at`), or a flag that says what has happened (`is_paid`)."""
    flag = column.family == "bool" and has(column_words(column.name, order), STATES)
    return flag or (column.family in DATED and column.nullable and not column.default)


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.attributes",
        needs=SchemaFacts,
        ask=attributes,
        title="The essential attributes are there",
        why="A shop must know who buys, what for how much, how many and when",
        fix="Add the missing columns",
    ),
    Check(
        name="schema.order_status",
        needs=SchemaFacts,
        ask=order_status,
        title="An order has a state",
        why="Open orders cannot be found when nothing says which ones are open",
        fix="Add a status column, or a table of the states an order went through",
    ),
)
