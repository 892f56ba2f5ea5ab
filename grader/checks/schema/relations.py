"""Does each entity lead to the others, and to as many rows of them as a shop needs?"""

from __future__ import annotations

import msgspec

from grader.checks.schema.footing import ground
from grader.checks.schema.normalization import instead_of_link
from grader.checks.schema.shown import code, keys_asked, table_asked
from grader.evidence.catalog import Table
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, blocked, failed, passed
from grader.sql.schema.names import column_words
from grader.sql.schema.shop import Shop, Spot


def related(facts: SchemaFacts, *, child: str, parent: str) -> Finding:
    """Two concepts are related, directly or over a table in between."""
    if early := ground(facts):
        return early
    shop = Shop(facts.schema, facts.roles)
    one, other = shop.table(child), shop.table(parent)
    if one is not None and other is not None and (shop.related(child, parent) or shop.related(parent, child)):
        return _related(facts, shop, one, other)
    if {child, parent} == {"product", "category"} and (instead := instead_of_link(shop)):
        return _instead(facts, *instead)
    if early := ground(facts, child, parent):
        return early
    return _unrelated(facts, shop, one, other) if one and other else blocked("a table is missing")


def _instead(facts: SchemaFacts, spot: Spot, cause: str) -> Finding:
    return failed(
        f"no reference relates products and categories: `{spot}` stands in its place",
        expected="a reference to a table of categories, or a table that links both",
        where=str(spot.column.place or ""),
        exhibits=(*code(facts, spot.column.place, "no reference"), table_asked(facts, spot.table)),
        symptoms=(cause,),
    )


def _related(facts: SchemaFacts, shop: Shop, one: Table, other: Table) -> Finding:
    if wrong := _too_few(shop, one, other):
        return _too_few_found(facts, wrong, one, other)
    middle = shop.links.junction(one.name, other.name)
    over = f" over `{middle}`" if middle and not shop.links.direct(one.name, other.name) else ""
    return passed(f"`{one.name}` and `{other.name}` are related{over}")


def _unrelated(facts: SchemaFacts, shop: Shop, one: Table, other: Table) -> Finding:
    message = f"nothing relates `{one.name}` to `{other.name}`{_elsewhere(shop, one, other)}"
    return failed(
        message,
        expected=f"a reference from `{one.name}` to `{other.name}`, or a table that links them",
        where=str(one.place or ""),
        exhibits=(*code(facts, one.place, f"no column leads to {other.name}"), table_asked(facts, one)),
        symptoms=(message,),
    )


def _elsewhere(shop: Shop, child: Table, parent: Table) -> str:
    """The key of a column that is named for the parent and refers to another table."""
    for key in child.foreign_keys:
        named = set(column_words(key.columns[-1], child)) - {"id"} == set(shop.links.words(parent.name))
        if named and key.table != parent.name:
            return f": `{child.name}.{key.columns[-1]}` refers to `{key.table}`"
    return ""


class TooFew(msgspec.Struct, frozen=True, kw_only=True):
    """Columns by which a row of the parent can have one row of the child only, and why."""

    table: Table
    columns: tuple[str, ...]
    why: str


def _too_few(shop: Shop, child: Table, parent: Table) -> TooFew | None:
    """The reference is there, but unique or turned round."""
    if shop.links.junction(child.name, parent.name):
        return None
    links = shop.links.between(child.name, parent.name)
    kept = [keys for keys in child.unique_sets() if any(set(keys) <= set(link.columns) for link in links)]
    if links and kept:
        return TooFew(table=child, columns=kept[0], why="is unique")
    back = shop.links.direct(parent.name, child.name)
    if not links and back and not shop.links.reach(child.name, parent.name):
        return TooFew(table=parent, columns=back.columns, why="refers the wrong way round")
    return None


def _too_few_found(facts: SchemaFacts, wrong: TooFew, child: Table, parent: Table) -> Finding:
    column = wrong.table.column(wrong.columns[0])
    place = column.place if column else wrong.table.place
    spot = f"`{wrong.table.name}.{'`, `'.join(wrong.columns)}`"
    return failed(
        f"a row of `{parent.name}` can have only one of `{child.name}`: {spot} {wrong.why}",
        expected=f"any number of rows of `{child.name}` for each of `{parent.name}`",
        where=str(place or ""),
        exhibits=(*code(facts, place, wrong.why), keys_asked(facts, wrong.table)),
        symptoms=(turned(child, parent),),
    )


def turned(child: Table, parent: Table) -> str:
    """How the cause is called when a reference allows one row only."""
    return f"turned round: {child.name} to {parent.name}"


def misdirected(shop: Shop) -> dict[frozenset[str], str]:
    """Pairs of tables whose reference is turned round, with the cause; a right diagram contradicts such keys."""
    pairs = (("order", "user"), ("order_line", "order"), ("order_line", "product"), ("product", "category"))
    tables = [(shop.table(child), shop.table(parent)) for child, parent in pairs]
    return {
        frozenset((child.name, parent.name)): turned(child, parent)
        for child, parent in tables
        if child and parent and _too_few(shop, child, parent)
    }


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.related",
        needs=SchemaFacts,
        ask=related,
        title="The entities are related",
        why="Without the reference the question that joins the two cannot be answered",
        fix="Add a column that refers to the other table, or a table that links both",
    ),
)
