"""Is every fact kept once, where it belongs? Only core tables are asked; copies made at purchase are right."""

from __future__ import annotations

import re
from collections import defaultdict

import msgspec

from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, column_asked, counted, table_asked, verdict
from grader.evidence.catalog import NUMBERS, TEXT, Column, Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, blocked, for_review, not_applicable, passed
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has, words
from grader.sql.schema.shop import Shop, Spot

_NUMBERED = re.compile(r"^(?P<stem>.*?[a-z])_?(?P<number>\d{1,2})(?P<tail>_[a-z_]+)?$", re.IGNORECASE)
_SAME_THING = frozenset(
    {"address", "line", "street", "phone", "hash", "sha", "md", "md5", "utf", "base", "iso", "option"}
)
_COLLECTIONS = frozenset({"product", "item", "category", "order", "line", "article"})
_SNAPSHOT = frozenset({"snapshot", "history", "cache", "raw", "meta", "count", "total", "note", "description", "name"})
_PRODUCT_COPIES = (("product", "name"), ("product", "price"))
_LINE_WORDS = frozenset({"product", "item", "article", "good", "line", "position", "quantity", "price", "sku"})
_COPIES_ALLOWED = ("order", "order_line")


def repeating(facts: SchemaFacts) -> Finding:
    """N01: columns `x1`, `x2`, `x3` instead of rows."""
    if early := ground(facts, "product", "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = [
        msgspec.structs.replace(
            _column_fault(
                facts, table, columns[0], f"repeats itself: {', '.join(c.name for c in columns[:4])} are rows"
            ),
            cause=cause,
            told=bool(cause),
        )
        for table in shop.core().values()
        for columns in _series(table)
        for cause in [_numbered_for(shop, table, columns)]
    ]
    return verdict(
        counted(faults),
        good="no core table repeats a column with a number",
        expected="a table with one row per value",
    )


def _series(table: Table) -> list[list[Column]]:
    groups: dict[tuple[str, str, str], list[Column]] = defaultdict(list)
    for column in table.columns:
        found = _NUMBERED.match(column.name)
        if found and not has(words(found["stem"]), _SAME_THING):
            groups[found["stem"].lower(), (found["tail"] or "").lower(), column.family].append(column)
    return [columns for columns in groups.values() if len(columns) > 1]


def _numbered_for(shop: Shop, table: Table, columns: list[Column]) -> str:
    """The cause, where another check tells it: categories without a table in between, or an order without lines."""
    if table == shop.table("product") and {c.name for c in columns} <= set(_category_columns(shop)):
        return category_columns(table) if lists_categories(shop) else ""
    lineless = table == shop.table("order") and shop.table("order_line") is None
    return no_lines(table) if lineless and has(column_words(columns[0].name, table), _LINE_WORDS) else ""


def category_columns(product: Table) -> str:
    """How the cause is called when a product has a column for each of its categories."""
    return f"category columns: {product.name}"


def no_lines(order: Table) -> str:
    """How the cause is called when an order has no lines."""
    return f"no lines: {order.name}"


def lists(facts: SchemaFacts) -> Finding:
    """N02: several products, categories or ids in one column."""
    if early := ground(facts, "product", "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = [
        msgspec.structs.replace(
            _column_fault(facts, spot.table, spot.column, f"keeps a list in one column ({spot.column.type})"),
            cause=f"list: {spot}",
        )
        for spot in _list_columns(shop)
    ]
    return verdict(
        faults, good="no core table keeps a list of entities in a column", expected="a table with one row per element"
    )


def _list_columns(shop: Shop) -> list[Spot]:
    lineless = shop.table("order_line") is None
    return [
        Spot(table=table, column=column)
        for concept, table in shop.core().items()
        for column in table.columns
        if _holds_list(column, table) and not (concept == "order" and lineless)
    ]


def instead_of_link(shop: Shop) -> tuple[Spot, str] | None:
    """The column that stands where products and categories should be related, and the cause as the checks here tell."""
    for concept, other in (("product", "category"), ("category", "product")):
        for spot in _list_columns(shop):
            if spot.table == shop.table(concept) and other in column_words(spot.column.name, spot.table):
                return spot, f"list: {spot}"
    word = _written_out(shop)
    return (word, f"written out: {word}") if word else None


def _holds_list(column: Column, table: Table) -> bool:
    found = column_words(column.name, table)
    raw = [part for part in re.split(r"[^a-z0-9]+", column.name.lower()) if part]
    if has(found, _SNAPSHOT - {"name"}) or not raw:
        return False
    ids = raw[-1] in ("ids", "list") and (raw[-1] == "ids" or has(found, _COLLECTIONS))
    plural = raw[-1].endswith("s") and not raw[-1].endswith("ss") and bool(found) and found[-1] in _COLLECTIONS
    if column.array or column.family == "json":
        return ids or plural
    return column.family in TEXT and (ids or plural) and not has(found, _SNAPSHOT)


def header(facts: SchemaFacts) -> Finding:
    """N03: the order itself names one product although there are lines."""
    if early := ground(facts, "order", "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    order, product = shop.table("order"), shop.table("product")
    if order is None or product is None:
        return blocked("a table is missing")
    if shop.table("order_line") is None:
        return blocked("there are no order lines")
    faults = [
        _column_fault(facts, order, column, "puts one product on the order itself, beside its lines")
        for column in order.columns
        if (order.name, column.name) in on_header(shop)
    ]
    return verdict(faults, good=f"`{order.name}` leaves products to its lines", expected="products only on order lines")


def on_header(shop: Shop) -> frozenset[tuple[str, str]]:
    """Columns of the order that name a product beside its lines. They must go, so nothing else is asked of them."""
    order, product = shop.table("order"), shop.table("product")
    if order is None or product is None or shop.table("order_line") is None:
        return frozenset()
    names = {name for link in shop.links.between(order.name, product.name) for name in link.columns}
    names |= {c.name for c in order.columns if column_words(c.name, order) in _PRODUCT_COPIES}
    return frozenset((order.name, name) for name in names)


def category_as_text(facts: SchemaFacts) -> Finding:
    """N04: the category is a word on the product."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    product = shop.table("product")
    if product is None:
        return blocked("a table is missing")
    if shop.table("category") is not None:
        return passed("categories have a table")
    spot = _written_out(shop)
    if spot is None:
        return not_applicable("products have no category at all")
    what = f"is a category written out on every product ({spot.column.type})"
    fault = _column_fault(facts, product, spot.column, what)
    fault = msgspec.structs.replace(fault, cause=f"written out: {spot}")
    return verdict([fault], good="", expected="a table of categories that products refer to")


def _written_out(shop: Shop) -> Spot | None:
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


def copied(facts: SchemaFacts) -> Finding:
    """N05: an attribute of another table copied beside the reference to it."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = [
        _column_fault(facts, table, column, f"copies `{source}`, which its reference already gives")
        for concept, table in shop.core().items()
        if concept not in _COPIES_ALLOWED
        for column, source in _copies(table, shop)
    ]
    return verdict(
        faults, good="no core table copies an attribute of a table it refers to", expected="each fact in one place"
    )


def _copies(table: Table, shop: Shop) -> list[tuple[Column, str]]:
    keys = {name for key in table.foreign_keys for name in key.columns}
    found = []
    for target in shop.links.targets(table.name):
        parent = shop.schema.table(target)
        if parent is None:
            continue
        stem = shop.links.words(target)
        others = {
            (*stem, *column_words(c.name, parent)): c.name for c in parent.columns if c.name not in parent.primary_key
        }
        for column in table.columns:
            own = column_words(column.name, table)
            if (
                column.name not in keys
                and not column.generated
                and own in others
                and has(own, ("name", "email", "title", "phone"))
            ):
                found.append((column, f"{target}.{others[own]}"))
    return found


def several_categories(facts: SchemaFacts) -> Finding:
    """N07: `category1_id`, `category2_id` instead of a table in between. One category per product is a fair choice."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    product, category = shop.table("product"), shop.table("category")
    if product is None or category is None:
        return not_applicable("there is no table of categories")
    names = _category_columns(shop)
    if not lists_categories(shop):
        return passed(f"`{product.name}` does not list its categories in columns")
    columns = [column for column in product.columns if column.name in names]
    fault = _column_fault(
        facts, product, columns[0], f"is one of {len(names)} category columns: {', '.join(names[:4])}"
    )
    fault = msgspec.structs.replace(fault, cause=category_columns(product))
    return verdict([fault], good="", expected="one category per product, or a table that links products and categories")


def _category_columns(shop: Shop) -> list[str]:
    """Columns of the product that lead to a category, one for each reference."""
    product, category = shop.table("product"), shop.table("category")
    if product is None or category is None:
        return []
    links = shop.links.between(product.name, category.name)
    numbered = [c for c in product.columns if _NUMBERED.match(c.name) and "category" in column_words(c.name, product)]
    return list(dict.fromkeys([link.columns[-1] for link in links] + [c.name for c in numbered]))


def lists_categories(shop: Shop) -> bool:
    """A product has several columns for categories and no table in between."""
    return len(_category_columns(shop)) > 1 and shop.table("product_category") is None


def price_at_purchase(facts: SchemaFacts) -> Finding:
    """N10: the line keeps the price that was paid."""
    if early := ground(facts, "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    line = shop.table("order_line")
    if line is None:
        return blocked("a table is missing")
    if spot := shop.line_price():
        return passed(f"`{spot}` keeps the price paid")
    dated = _dated_prices(shop)
    if dated:
        return passed(f"`{dated}` keeps prices with the time they held")
    if unclear := meanings.unclear(line, NUMBERS):
        names = ", ".join(f"`{column.name}`" for column in unclear[:4])
        return for_review(
            f"whether `{line.name}` keeps the price paid is unclear: {names} may be it",
            exhibits=(*code(facts, line.place, "a price?"), table_asked(facts, line)),
        )
    quantity = shop.of("order_line", meanings.is_quantity)
    shown = quantity.column.place if quantity else line.place
    return verdict(
        [
            Fault(
                table=line.name,
                what="does not keep the price at purchase: when a product gets dearer, old orders change",
                place=line.place,
                exhibits=(*code(facts, shown or line.place, "no price on the line"), table_asked(facts, line)),
            )
        ],
        good="",
        expected="a price column on the order line, filled when the order is placed",
    )


def _dated_prices(shop: Shop) -> str:
    """A table of prices with dates, from which the price at any time follows."""
    product = shop.table("product")
    for name in shop.links.sources(product.name) if product else ():
        table = shop.schema.table(name)
        if table is None or table.name in {t.name for t in shop.core().values()}:
            continue
        timed = any(
            column.family in ("timestamp", "timestamptz", "date", "tstzrange", "daterange") for column in table.columns
        )
        priced = any(c.family in NUMBERS and meanings.is_price(c, table) for c in table.columns)
        if timed and priced and has(shop.links.words(name), ("price", "history")):
            return name
    return ""


def _column_fault(facts: SchemaFacts, table: Table, column: Column, what: str) -> Fault:
    spot = Spot(table=table, column=column)
    return Fault(
        table=table.name,
        column=column.name,
        what=what,
        place=column.place,
        exhibits=(*code(facts, column.place, f"{spot.column.name} {what}"), column_asked(facts, table, column)),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.repeating",
        needs=SchemaFacts,
        ask=repeating,
        title="No numbered columns",
        why="The fourth value has no place, and a search must look into every column",
        fix="Move the values into a table with one row each",
    ),
    Check(
        name="schema.lists",
        needs=SchemaFacts,
        ask=lists,
        title="No lists of entities in a column",
        why="Elements of a list cannot have a foreign key, and changing one means rewriting all",
        fix="Make a table with one row per element and a foreign key each way",
    ),
    Check(
        name="schema.header",
        needs=SchemaFacts,
        ask=header,
        title="The order leaves products to its lines",
        why="A product on the order contradicts the lines as soon as there are two",
        fix="Remove the product columns from the order",
    ),
    Check(
        name="schema.category_as_text",
        needs=SchemaFacts,
        ask=category_as_text,
        title="Categories are entities, not words",
        why="Renaming a category means changing every product, and a typing error makes a new one",
        fix="Make a table of categories and refer to it",
    ),
    Check(
        name="schema.copied",
        needs=SchemaFacts,
        ask=copied,
        title="Attributes are not copied beside a reference",
        why="The copy and the original can disagree, and nobody knows which is right",
        fix="Read the value through the reference",
    ),
    Check(
        name="schema.several_categories",
        needs=SchemaFacts,
        ask=several_categories,
        title="Several categories need a table in between",
        why="A product in one category more needs a new column, and a search must look into all of them",
        fix="Make a table with one row per product and category",
    ),
    Check(
        name="schema.price_at_purchase",
        needs=SchemaFacts,
        ask=price_at_purchase,
        title="The line keeps the price at purchase",
        why="An order is a contract: what was agreed must not change with the catalogue",
        fix="Add a price column to the order line and fill it when the order is placed",
    ),
)
