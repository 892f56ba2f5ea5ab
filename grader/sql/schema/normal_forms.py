"""Where a schema keeps several values in one row, or a fact in the wrong table: found by names, types and references.

What is found here is a suspicion with its place; what it costs, and what an exemption excuses, is for the checks.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.evidence.catalog import TEXT, Column, Table
from grader.sql.schema.names import column_words, has, words
from grader.sql.schema.shop import Shop, Spot

NUMBERED = re.compile(r"^(?P<stem>.*?[a-z])_?(?P<number>\d{1,2})(?P<tail>_[a-z_]+)?$", re.IGNORECASE)
SNAPSHOT = frozenset({"snapshot", "history", "cache", "raw", "meta", "count", "total", "note", "description", "name"})
_SAME_THING = frozenset(
    {"address", "line", "street", "phone", "hash", "sha", "md", "md5", "utf", "base", "iso", "option"}
)
_COLLECTIONS = frozenset({"product", "item", "category", "order", "line", "article"})
_MANY = ("product", "category", "order")
_SHORTEST_STEM = 4
_PRODUCT_COPIES = (("product", "name"), ("product", "price"))


def series(table: Table) -> list[list[Column]]:
    """Columns `x1`, `x2` … of one kind; lines of an address, phone numbers and names of algorithms are none."""
    groups: dict[tuple[str, str, str], list[Column]] = defaultdict(list)
    for column in table.columns:
        found = NUMBERED.match(column.name)
        if found and not has(words(found["stem"]), _SAME_THING):
            groups[found["stem"].lower(), (found["tail"] or "").lower(), column.family].append(column)
    return [columns for columns in groups.values() if len(columns) > 1]


def list_columns(shop: Shop) -> list[Spot]:
    """Columns of core tables that hold several products, categories or ids in one value."""
    lineless = shop.table("order_line") is None
    return [
        Spot(table=table, column=column)
        for concept, table in shop.core().items()
        for column in table.columns
        if (_holds_list(column, table) or _called_like_many(column, table, shop))
        and not (concept == "order" and lineless)
    ]


def _called_like_many(column: Column, table: Table, shop: Shop) -> bool:
    """A text, array or document with the whole name of another core table, one row of which is called otherwise.

    `artikel.warengruppen` beside the table `warengruppen`, whose key is `warengruppe_id`: in any language several.
    """
    keys = {name for key in table.foreign_keys for name in key.columns}
    if column.name in keys or not (column.array or column.family in (*TEXT, "json")):
        return False
    others = [other for concept, other in shop.core().items() if concept in _MANY and other.name != table.name]
    return any(_letters(column.name) == _letters(other.name) and (column.array or _plural(other)) for other in others)


def _plural(table: Table) -> bool:
    """Its key says what one row is called, and the table's name goes on after that: `kategorien`, `kategorie_id`."""
    name = _letters(table.name)
    stems = (_letters(re.sub(r"_?(?:id|nr|no|code|key|uuid)$", "", key.lower())) for key in table.primary_key)
    return any(len(stem) >= _SHORTEST_STEM and stem != name and name.startswith(stem) for stem in stems)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.rpartition(".")[2]).lower()


def _holds_list(column: Column, table: Table) -> bool:
    found = column_words(column.name, table)
    raw = [part for part in re.split(r"[^a-z0-9]+", column.name.lower()) if part]
    if has(found, SNAPSHOT - {"name"}) or not raw:
        return False
    ids = raw[-1] in ("ids", "list") and (raw[-1] == "ids" or has(found, _COLLECTIONS))
    plural = raw[-1].endswith("s") and not raw[-1].endswith("ss") and bool(found) and found[-1] in _COLLECTIONS
    if column.array or column.family == "json":
        return ids or plural
    return column.family in TEXT and (ids or plural) and not has(found, SNAPSHOT)


def on_header(shop: Shop) -> frozenset[tuple[str, str]]:
    """Columns of the order that name a product beside its lines. They must go, so nothing else is asked of them."""
    order, product = shop.table("order"), shop.table("product")
    if order is None or product is None or shop.table("order_line") is None:
        return frozenset()
    names = {name for link in shop.links.between(order.name, product.name) for name in link.columns}
    names |= {c.name for c in order.columns if column_words(c.name, order) in _PRODUCT_COPIES}
    return frozenset((order.name, name) for name in names)


def written_out(shop: Shop) -> Spot | None:
    """The column of the product that holds its category as a word, where categories have no table."""
    product = shop.table("product")
    if product is None or shop.table("category") is not None:
        return None
    column = next((c for c in product.columns if _names_category(c, product)), None)
    return Spot(table=product, column=column) if column else None


def _names_category(column: Column, table: Table) -> bool:
    found = column_words(column.name, table)
    return column.family in (*TEXT, "enum") and found in (
        ("category",),
        ("category", "name"),
        ("product", "category"),
        ("product", "type"),
        ("genre",),
    )


def category_columns(shop: Shop) -> list[str]:
    """Columns of the product that lead to a category, one for each reference."""
    product, category = shop.table("product"), shop.table("category")
    if product is None or category is None:
        return []
    links = shop.links.between(product.name, category.name)
    numbered = [c for c in product.columns if NUMBERED.match(c.name) and "category" in column_words(c.name, product)]
    return list(dict.fromkeys([link.columns[-1] for link in links] + [c.name for c in numbered]))


def lists_categories(shop: Shop) -> bool:
    """A product has several columns for categories and no table in between."""
    return len(category_columns(shop)) > 1 and shop.table("product_category") is None
