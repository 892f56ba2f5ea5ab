"""Facts that a schema keeps twice: attributes beside a reference, stored totals, and prices that are kept nowhere."""

from __future__ import annotations

import msgspec

from grader.evidence.catalog import DATED, NUMBERS, Column, Table
from grader.sql.schema import meanings
from grader.sql.schema.names import Words, column_words, has
from grader.sql.schema.shop import Shop, Spot

SNAPSHOTS = ("order", "order_line")  # what they copy at purchase is a fact about the sale
# What a thing is called and how it is reached; `category_position` may be the product's place in its category.
_SAID_OF_IT = frozenset(
    {
        *("name", "email", "title", "phone", "label", "description", "slug", "url", "website", "logo"),
        *("country", "city", "street", "zip"),
    }
)
_COUNTS = frozenset({"count", "total"})
_COUNTED = frozenset({"order", "purchase", "sale", "review", "product", "item", "customer", "user", "sold"})
_SUMS = frozenset({"total", "lifetime", "sum"})
_SUMMED = frozenset({"spent", "spend", "spending", "revenue", "value", "turnover", "sale", "purchase", "order"})
_MEANS = frozenset({"average", "avg", "mean"})
_RATED = frozenset({"rating", "score", "review", "star"})
_WHOLE = frozenset(
    {
        *("total", "subtotal", "order", "grand", "amount", "price", "sum", "item", "line", "product", "net", "gross"),
        *("value", "cent", "cents", "invoice", "purchase", "sale"),
    }
)
_NO_TOTAL = frozenset(
    {"stock", "id", "min", "minimum", "max", "maximum", "limit", "per", "code", "type", "key", "name"}
)


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A column that repeats an attribute of the table to which `reference` leads."""

    spot: Spot
    reference: tuple[str, ...]
    original: Spot


def copies(shop: Shop) -> list[Copy]:
    """Attributes of another table beside the reference to it, on core tables; copies made at purchase are none."""
    tables = [table for concept, table in shop.core().items() if concept not in SNAPSHOTS]
    return [copy for table in tables for copy in _copies(table, shop)]


def snapshots(shop: Shop) -> list[Copy]:
    """What orders and their lines copy when they are placed: right where it is to stay as it was."""
    tables = [table for concept, table in shop.core().items() if concept in SNAPSHOTS]
    return [copy for table in tables for copy in _copies(table, shop)]


def _copies(table: Table, shop: Shop) -> list[Copy]:
    keys = {name for key in table.foreign_keys for name in key.columns}
    found = []
    for target in shop.links.targets(table.name):
        parent, link = shop.schema.table(target), shop.links.direct(table.name, target)
        if parent is None or link is None:
            continue
        stem = shop.links.words(target)
        others = {(*stem, *column_words(c.name, parent)): c for c in parent.columns if c.name not in parent.primary_key}
        for column in table.columns:
            own = column_words(column.name, table)
            plain = column.name not in keys and not column.generated
            if plain and own in others and has(own, _SAID_OF_IT):
                original = Spot(table=parent, column=others[own])
                found.append(Copy(spot=Spot(table=table, column=column), reference=link.columns, original=original))
    return found


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A stored number that rows of `source` give as well."""

    spot: Spot
    source: Table


def totals(shop: Shop) -> list[Total]:
    """Stored counts, sums and means of core tables that other rows give as well; generated columns are none."""
    found = []
    for concept, table in shop.core().items():
        for column in table.columns:
            if column.generated or column.array or column.family not in NUMBERS or column.name in table.primary_key:
                continue
            source = _source(shop, concept, column, table)
            if source is not None and source.name != table.name:
                found.append(Total(spot=Spot(table=table, column=column), source=source))
    return found


def _source(shop: Shop, concept: str, column: Column, table: Table) -> Table | None:
    """The table whose rows a stored number counts or adds up."""
    found = column_words(column.name, table)
    if any(column.name in key.columns for key in table.foreign_keys):
        return None
    if concept == "order":
        line = shop.table("order_line")
        whole = has(found, ("total", "subtotal")) and set(found) <= _WHOLE and meanings.is_money(column, table)
        return line if whole else None
    if concept in ("order_line", "product_category") or has(found, _NO_TOTAL) or not _adds_up(found):
        return None
    if has(found, _RATED):
        near = [shop.schema.table(name) for name in shop.links.sources(table.name)]
        return next((t for t in near if t is not None and has(shop.links.words(t.name), _RATED)), None)
    if concept == "category":
        return shop.table("product_category") or shop.table("product")
    return shop.table("order" if concept == "user" else "order_line")


def _adds_up(found: Words) -> bool:
    """`order_count`, `total_spent`, `average_rating`."""
    counts = has(found, _COUNTED) and (
        has(found, _COUNTS) or found[0] in ("number", "num", "no", "n")
    )  # `item_number` is a name
    return counts or (has(found, _SUMS) and has(found, _SUMMED)) or (has(found, _MEANS) and has(found, _RATED))


def dated_prices(shop: Shop) -> str:
    """A table of prices with dates, from which the price at any time follows."""
    product = shop.table("product")
    for name in shop.links.sources(product.name) if product else ():
        table = shop.schema.table(name)
        if table is None or table.name in {t.name for t in shop.core().values()}:
            continue
        timed = any(column.family in (*DATED, "tstzrange", "daterange") for column in table.columns)
        priced = any(c.family in NUMBERS and meanings.is_price(c, table) for c in table.columns)
        if timed and priced and has(shop.links.words(name), ("price", "history")):
            return name
    return ""
