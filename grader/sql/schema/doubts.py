"""Tables that may be what no table could be recognised as: where there is one, nothing is absent for sure."""

from __future__ import annotations

from collections.abc import Mapping

from grader.evidence.catalog import WHOLE, Schema
from grader.evidence.schema import Role
from grader.sql.schema import vocabulary
from grader.sql.schema.links import Links
from grader.sql.schema.meanings import columns_of, is_money, unclear
from grader.sql.schema.others import helper

ABOUT_ORDERS = frozenset(
    {"payment", "shipment", "refund", "history", "address", "review", "cart", "invoice", "message"}
)


def doubtful(
    schema: Schema, links: Links, roles: Mapping[str, Role], explained: set[str]
) -> dict[str, tuple[str, ...]]:
    """For each concept without a table: tables nobody has explained that stand where it would.

    Empty where nothing is sold: a forum has no orders, in whatever language it is written.
    """
    taken = {role.table for role in roles.values()}
    unexplained = [table.name for table in schema.tables if table.name not in taken and table.name not in explained]
    doubts = _Doubts(schema, links, roles)
    missing = [concept for concept in vocabulary.ENTITIES if concept not in roles]
    found = {c: tuple(name for name in unexplained if doubts.might_be(c, name)) for c in missing}
    for concept, names in doubts.beside_orders().items():
        if concept in missing:
            found[concept] = tuple(dict.fromkeys([*found[concept], *names]))
    sells = any(concept in roles or found.get(concept) for concept in ("product", "order_line"))
    return {concept: names for concept, names in found.items() if names} if sells else {}


class _Doubts:
    def __init__(self, schema: Schema, links: Links, roles: Mapping[str, Role]) -> None:
        self.schema, self.links, self.roles = schema, links, roles

    def might_be(self, concept: str, name: str) -> bool:
        """It stands where the concept would, and holds amounts when the concept must."""
        if not self._has_shape(concept, name):
            return False
        above = [self.roles[other].table for other in vocabulary.REFERRED_BY[concept] if other in self.roles]
        below = [self.roles[other].table for other in vocabulary.REFERS_TO[concept] if other in self.roles]
        if not above and not below:  # nothing around it was understood: then anything that hangs together
            return bool(self.links.targets(name) or self.links.sources(name))
        return any(self.links.joined(near, name) for near in above) or any(
            self.links.direct(name, near) for near in below
        )

    def beside_orders(self) -> dict[str, tuple[str, ...]]:
        """Where orders have no lines: tables that lead from an order to something with a price, and that something.

        A shop may sell vouchers or subscriptions, which stand beside products in another shop.
        """
        if "order" not in self.roles or "order_line" in self.roles:
            return {}
        order, taken = self.roles["order"].table, {role.table for role in self.roles.values()}
        sold = {
            name: tuple(target for target in self.links.targets(name) if target not in taken and self._priced(target))
            for name in self.links.sources(order)
            if name not in taken and helper(self.links.words(name)) not in ABOUT_ORDERS
        }
        lines = {name: goods for name, goods in sold.items() if goods}
        return {"order_line": tuple(lines), "product": tuple(good for goods in lines.values() for good in goods)}

    def _priced(self, name: str) -> bool:
        table = self.schema.table(name)
        return table is not None and vocabulary.has_text(table) and bool(columns_of(table, is_money))

    def _has_shape(self, concept: str, name: str) -> bool:
        """What every such table has: a name to read, amounts, or a reference to what it belongs to."""
        table = self.schema.table(name)
        if table is None:
            return False
        if concept in ("user", "category", "product") and not vocabulary.has_text(table):
            return False
        if concept in ("product", "order_line") and not self._holds_amounts(name):
            return False
        return concept != "order_line" or bool(self.links.targets(name))

    def _holds_amounts(self, name: str) -> bool:
        """Numbers with decimals, or whole ones of which nobody knows what they count."""
        table = self.schema.table(name)
        if table is None:
            return False
        broken = any(column.family in ("numeric", "float", "money") for column in table.columns)
        return broken or bool(unclear(table, WHOLE))
