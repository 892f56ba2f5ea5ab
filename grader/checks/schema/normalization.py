"""Is every fact kept once, where it belongs? Only core tables are asked; copies made at purchase are right.

Every fault is shown with two rows that contradict each other (`explained`), as tried on the live schema.
"""

from __future__ import annotations

import msgspec

from grader.checks.schema.explained import argued, kept_in_step, two_rows
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, code, column_asked, counted, verdict
from grader.evidence.catalog import Column, Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, blocked, not_applicable, passed
from grader.sql.schema import anomalies, normal_forms
from grader.sql.schema.copies import Copy, copies
from grader.sql.schema.names import column_words, has
from grader.sql.schema.recipes import Recipe
from grader.sql.schema.shop import Shop, Spot

_LINE_WORDS = frozenset({"product", "item", "article", "good", "line", "position", "quantity", "price", "sku"})


def repeating(facts: SchemaFacts) -> Finding:
    """N01: columns `x1`, `x2`, `x3` instead of rows."""
    if early := ground(facts, "product", "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    faults = []
    for table in shop.core().values():
        for columns in normal_forms.series(table):
            names = ", ".join(column.name for column in columns[:4])
            what, recipe = f"repeats itself: {names} are rows", anomalies.repeated(table, columns, shop)
            cause = _numbered_for(shop, table, columns)
            fault = _column_fault(facts, Spot(table=table, column=columns[0]), what, recipe)
            faults.append(msgspec.structs.replace(fault, cause=cause, told=bool(cause)))
    return verdict(
        counted(faults),
        good="no core table repeats a column with a number",
        expected="a table with one row per value",
    )


def _numbered_for(shop: Shop, table: Table, columns: list[Column]) -> str:
    """The cause, where another check tells it: categories without a table in between, or an order without lines."""
    if table == shop.table("product") and {c.name for c in columns} <= set(normal_forms.category_columns(shop)):
        return category_columns(table) if normal_forms.lists_categories(shop) else ""
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
            _column_fault(facts, spot, f"keeps a list in one column ({spot.column.called})", anomalies.listed(spot)),
            cause=f"list: {spot}",
        )
        for spot in normal_forms.list_columns(shop)
    ]
    return verdict(
        faults, good="no core table keeps a list of entities in a column", expected="a table with one row per element"
    )


def instead_of_link(shop: Shop) -> tuple[Spot, str] | None:
    """The column that stands where products and categories should be related, and the cause as the checks here tell."""
    for concept, other in (("product", "category"), ("category", "product")):
        for spot in normal_forms.list_columns(shop):
            if spot.table == shop.table(concept) and other in column_words(spot.column.name, spot.table):
                return spot, f"list: {spot}"
    word = normal_forms.written_out(shop)
    return (word, f"written out: {word}") if word else None


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
    found, what = normal_forms.on_header(shop), "puts one product on the order itself, beside its lines"
    faults = [
        _column_fault(facts, Spot(table=order, column=column), what, anomalies.headed(shop, column.name))
        for column in order.columns
        if (order.name, column.name) in found
    ]
    return verdict(faults, good=f"`{order.name}` leaves products to its lines", expected="products only on order lines")


def category_as_text(facts: SchemaFacts) -> Finding:
    """N04: the category is a word on the product."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    if shop.table("category") is not None:
        return passed("categories have a table")
    spot = normal_forms.written_out(shop)
    if spot is None:
        return not_applicable("products have no category at all")
    what = f"is a category written out on every product ({spot.column.called})"
    fault = _column_fault(facts, spot, what, anomalies.renamed(spot))
    fault = msgspec.structs.replace(fault, cause=f"written out: {spot}")
    return verdict([fault], good="", expected="a table of categories that products refer to")


def copied(facts: SchemaFacts) -> Finding:
    """N05: an attribute of another table copied beside the reference to it, which nothing keeps in step.

    A key over both columns, or a trigger that copies every change, makes it a denormalisation that cannot drift: what
    the database did decides.
    """
    if early := ground(facts, "product"):
        return early
    found = [(copy, anomalies.copied(copy)) for copy in copies(Shop(facts.schema, facts.roles))]
    held = [copy for copy, recipe in found if kept_in_step(facts, recipe)]
    faults = [_copy_fault(facts, copy, recipe) for copy, recipe in found if copy not in held]
    named = ", ".join(f"`{copy.spot}`" for copy in held[:4])
    good = (
        f"the database itself keeps {named} in step with what it copies"
        if held
        else "no core table copies an attribute of a table it refers to"
    )
    return verdict(faults, good=good, expected="each fact in one place")


def _copy_fault(facts: SchemaFacts, copy: Copy, recipe: Recipe) -> Fault:
    return _column_fault(facts, copy.spot, f"copies `{copy.original}`, which its reference already gives", recipe)


def several_categories(facts: SchemaFacts) -> Finding:
    """N07: `category1_id`, `category2_id` instead of a table in between. One category per product is a fair choice."""
    if early := ground(facts, "product"):
        return early
    shop = Shop(facts.schema, facts.roles)
    product, category = shop.table("product"), shop.table("category")
    if product is None or category is None:
        return not_applicable("there is no table of categories")
    names = normal_forms.category_columns(shop)
    if not normal_forms.lists_categories(shop):
        return passed(f"`{product.name}` does not list its categories in columns")
    columns = [column for column in product.columns if column.name in names]
    spot, what = (
        Spot(table=product, column=columns[0]),
        f"is one of {len(names)} category columns: {', '.join(names[:4])}",
    )
    fault = _column_fault(facts, spot, what, anomalies.repeated(product, columns, shop))
    fault = msgspec.structs.replace(fault, cause=category_columns(product))
    return verdict([fault], good="", expected="one category per product, or a table that links products and categories")


def _column_fault(facts: SchemaFacts, spot: Spot, what: str, recipe: Recipe | None) -> Fault:
    table, column = spot.table, spot.column
    return Fault(
        table=table.name,
        column=column.name,
        what=what,
        place=column.place,
        exhibits=(
            *code(facts, column.place, f"{column.name} {what}"),
            *(two_rows(facts, recipe) if recipe else ()),
            *argued(facts, table.name, (column.name,)),
            column_asked(facts, table, column),
        ),
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
)
