"""Does the diagram show every core table, and every reference between them?"""

from __future__ import annotations

from grader.checks.schema.diagram_files import Drawing, boxes_shown, drawing, unsure
from grader.checks.schema.footing import ground
from grader.checks.schema.shown import Fault, tables_asked, verdict
from grader.evidence.schema import SchemaFacts
from grader.exhibits import AnyExhibit
from grader.model import Check, Finding, blocked
from grader.sql.schema.shop import Shop


def entities(facts: SchemaFacts) -> Finding:
    """E02: every core table is drawn; a table in between may be drawn as a many-to-many line."""
    if early := ground(facts, "product", "order"):
        return early
    drawn = drawing(facts, shows=True)
    if isinstance(drawn, Finding):
        return drawn
    shop = Shop(facts.schema, facts.roles)
    wanted = [table for concept, table in shop.core().items() if concept != "product_category"]
    if not wanted:
        return blocked("no core table was found to look for")
    absent = [table for table in wanted if table.name not in drawn.tables]
    if absent and (doubt := unsure(facts, drawn, f"`{absent[0].name}` is not among the entities")):
        return doubt
    faults = [Fault(table=table.name, what="is not drawn", exhibits=_shown(drawn, facts)) for table in absent]
    return verdict(
        faults,
        good=f"all {len(wanted)} core tables are drawn in {drawn.name}",
        expected=f"an entity for each of {', '.join(table.name for table in wanted)}",
        share=1 - len(absent) / len(wanted),
    )


def relationships(facts: SchemaFacts) -> Finding:
    """E03: the references between core tables are drawn."""
    if early := ground(facts, "product", "order"):
        return early
    drawn = drawing(facts)
    if isinstance(drawn, Finding):
        return drawn
    wanted = _wanted(Shop(facts.schema, facts.roles), drawn)
    if not wanted:
        return blocked("no core table refers to another")
    connected = {frozenset((line.left, line.right)) for line in drawn.lines}
    absent = [(one, other) for one, other, shortcut in wanted if not _is_drawn(one, other, shortcut, connected)]
    if absent and (doubt := unsure(facts, drawn, f"no line connects `{absent[0][0]}` and `{absent[0][1]}`")):
        return doubt
    asked = [(one, other) for one, other, shortcut in wanted if _ends_drawn(one, other, shortcut, drawn)]
    if not asked:
        return blocked("no two tables that refer to each other are drawn")
    absent = [pair for pair in absent if pair in asked]
    faults = [
        Fault(table=f"{one} and {other}", what="are not connected", exhibits=_shown(drawn, facts))
        for one, other in absent
    ]
    return verdict(
        faults,
        good=f"all {len(asked)} references between core tables are drawn",
        expected="a line for every reference between users, orders, order lines, products and categories",
        share=1 - len(absent) / len(asked),
    )


def _wanted(shop: Shop, drawn: Drawing) -> list[tuple[str, str, frozenset[str]]]:
    """Pairs of tables that refer to each other, with the line that may stand for a table in between.

    Where the table in between is not drawn, that line is all that is asked for.
    """
    middle, product, category = (shop.table(c) for c in ("product_category", "product", "category"))
    shortcut = frozenset((product.name, category.name)) if product and category else frozenset()
    found: dict[frozenset[str], tuple[str, str, frozenset[str]]] = {}
    for link in shop.core_links():
        over = shortcut if middle is not None and link.table == middle.name else frozenset[str]()
        one, other = link.table, link.target
        if over and product and category and link.table not in drawn.tables:
            one, other = product.name, category.name
        found.setdefault(frozenset((one, other)), (one, other, over))
    return list(found.values())


def _ends_drawn(one: str, other: str, shortcut: frozenset[str], drawn: Drawing) -> bool:
    """Both tables are there to be connected; one that is not drawn at all is told by `entities`."""
    return {one, other} <= drawn.tables or (bool(shortcut) and shortcut <= drawn.tables)


def _is_drawn(one: str, other: str, shortcut: frozenset[str], connected: set[frozenset[str]]) -> bool:
    return frozenset((one, other)) in connected or (bool(shortcut) and shortcut in connected)


def _shown(drawn: Drawing, facts: SchemaFacts) -> tuple[AnyExhibit, ...]:
    return (boxes_shown(drawn), tables_asked(facts))


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.erd_entities",
        needs=SchemaFacts,
        ask=entities,
        title="The diagram shows the core tables",
        why="What is not drawn is not talked about",
        fix="Draw every table of users, products, categories, orders and order lines",
    ),
    Check(
        name="schema.erd_relationships",
        needs=SchemaFacts,
        ask=relationships,
        title="The diagram shows the references",
        why="The lines are what a diagram is for",
        fix="Draw a line for every foreign key between the core tables",
    ),
)
