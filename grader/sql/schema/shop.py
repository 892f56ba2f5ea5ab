"""A schema read as a shop: which table is which, and which columns carry what the checks and probes ask about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import msgspec

from grader.evidence.catalog import Column, Schema, Table
from grader.evidence.schema import Role
from grader.sql.schema import meanings
from grader.sql.schema.links import Link, Links
from grader.sql.schema.meanings import Meaning
from grader.sql.schema.names import has
from grader.sql.schema.states import status_column

CORE = ("user", "product", "category", "order", "order_line", "product_category")


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A column in its table."""

    table: Table
    column: Column

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column.name}"


class Shop:
    """The shop behind a schema."""

    def __init__(self, schema: Schema, roles: Mapping[str, Role]) -> None:
        self.schema = schema
        self.links = Links(schema)
        self._tables = {concept: schema.table(role.table) for concept, role in roles.items()}

    def table(self, concept: str) -> Table | None:
        """The table that plays a concept."""
        return self._tables.get(concept)

    def core(self) -> dict[str, Table]:
        """Every core table by concept; only these can lose points."""
        return {concept: table for concept in CORE if (table := self._tables.get(concept)) is not None}

    def columns(self, meaning: Meaning, concepts: tuple[str, ...] = CORE) -> Iterator[Spot]:
        """Columns of core tables that mean something, in the order of concepts."""
        for concept, table in self.core().items():
            if concept in concepts:
                yield from (Spot(table=table, column=column) for column in meanings.columns_of(table, meaning))

    # references between concepts

    def link(self, child: str, parent: str) -> Link | None:
        """The first step of the way from one concept to another: directly, or over a table such as a variant."""
        one, other = self._tables.get(child), self._tables.get(parent)
        if one is None or other is None:
            return None
        way = self._way(child, parent)
        return self.links.direct(one.name, way[0]) if way else None

    def _way(self, child: str, parent: str) -> tuple[str, ...]:
        """Tables on the way from one concept to another; from lines to products over two in between, too.

        Such as a stock keeping unit and the variant it is one of; never over another concept.
        """
        one, other = self._tables.get(child), self._tables.get(parent)
        if one is None or other is None:
            return ()
        short = self.links.path(one.name, other.name)
        if short or (child, parent) != ("order_line", "product"):
            return short
        core = {table.name for table in self._tables.values() if table is not None}
        ways = (
            (via, *self.links.path(via, other.name))
            for via in self.links.targets(one.name)
            if via not in core and self.links.path(via, other.name)
        )
        return next((way for way in ways if core.isdisjoint(way[:-1])), ())

    def related(self, one: str, other: str) -> bool:
        """True when two concepts are related at all."""
        first, second = self._tables.get(one), self._tables.get(other)
        if first is None or second is None:
            return False
        return self.links.joined(first.name, second.name) > 0 or bool(self._way(one, other))

    def core_links(self) -> Iterator[Link]:
        """The references that hold a shop together."""
        for child, parent in (
            ("order", "user"),
            ("order_line", "order"),
            ("order_line", "product"),
            ("product_category", "product"),
            ("product_category", "category"),
        ):
            if link := self.link(child, parent):
                yield link
        product, category = self._tables.get("product"), self._tables.get("category")
        if product and category and (direct := self.links.direct(product.name, category.name)):
            yield direct

    @property
    def variant(self) -> Table | None:
        """The table between order lines and products, when lines sell variants."""
        way = self._way("order_line", "product")
        return self.schema.table(way[0]) if len(way) > 1 else None

    def onward(self) -> Iterator[tuple[str, Table, Link]]:
        """The references by which what lines sell leads to its product, each under a name of its own."""
        way = self._way("order_line", "product")
        for via, target in itertools.pairwise(way):
            table, link = self.schema.table(via), self.links.direct(via, target)
            if table is not None and link is not None:
                yield "variant.product" if target == way[-1] else "variant.between", table, link

    # attributes, wherever a good design may keep them

    def login(self) -> Spot | None:
        """What a user is known by, in the user's table or in one tied to it (`customers.user_id`)."""
        return self._attribute(
            "user", meanings.is_email, ("user", "account", "customer", "person", "contact", "email")
        ) or (self._attribute("user", meanings.is_login, ("user", "account", "customer", "person")))

    def price(self) -> Spot | None:
        """The price of a product: on it, on its variant, or in a table of prices."""
        product = self._tables.get("product")
        for table in (product, self.variant):
            if table is not None and (column := meanings.price_of(table)):
                return Spot(table=table, column=column)
        return self._attribute("product", meanings.is_price, ("price", "variant", "sku", "variation"))

    def stock(self) -> Spot | None:
        """How many pieces of a product are left: on it, on its variant, or in a table of stock."""
        product = self._tables.get("product")
        for table in (product, self.variant):
            if table is not None and (column := meanings.first_of(table, meanings.is_stock)):
                return Spot(table=table, column=column)
        return self._attribute("product", meanings.is_stock, ("stock", "warehouse", "variant", "sku"))

    def of(self, concept: str, meaning: Meaning) -> Spot | None:
        """The first column of a concept's table that means something."""
        table = self._tables.get(concept)
        column = meanings.first_of(table, meaning) if table else None
        return Spot(table=table, column=column) if table and column else None

    def line_price(self) -> Spot | None:
        """The price on an order line."""
        table = self._tables.get("order_line")
        column = meanings.price_of(table) if table else None
        if table and column is None:
            column = meanings.first_of(table, meanings.is_total)
        return Spot(table=table, column=column) if table and column else None

    def status(self) -> Spot | None:
        """What says how far an order has come."""
        table = self._tables.get("order")
        column = status_column(table, self.links) if table else None
        return Spot(table=table, column=column) if table and column else None

    def name(self, concept: str) -> Spot | None:
        """What a thing of this concept is called."""
        table = self._tables.get(concept)
        column = meanings.name_of(table) if table else None
        return Spot(table=table, column=column) if table and column else None

    def _tied(self, one: str, other: str) -> bool:
        """Each row of one table belongs to exactly one of the other, and none shares it: two halves of one thing."""
        return self._one_with(one, other) or self._one_with(other, one)

    def _one_with(self, half: str, name: str) -> bool:
        table = self.schema.table(half)
        if table is None:
            return False
        unique = [frozenset(columns) for columns in table.unique_sets()]
        keys = [frozenset(key.columns) for key in table.foreign_keys if key.table == name]
        given = {column.name for column in table.columns if not column.nullable}
        return any(key in unique and key <= given for key in keys)

    def _attribute(self, concept: str, meaning: Meaning, near: tuple[str, ...]) -> Spot | None:
        """A column of the concept's table, else of a table tied to it (or to its variants) whose name speaks of it."""
        table = self._tables.get(concept)
        if table is None:
            return None
        tied = [*self.links.targets(table.name), *self.links.sources(table.name)]
        if concept == "product" and self.variant is not None:
            tied += self.links.sources(self.variant.name)
        taken = {other.name for key, other in self.core().items() if key != concept}
        around = [
            name
            for name in dict.fromkeys(tied)
            if name not in taken and (has(self.links.words(name), near) or self._tied(table.name, name))
        ]
        for name in (table.name, *around):
            other = self.schema.table(name)
            if other is not None and (column := meanings.first_of(other, meaning)):
                return Spot(table=other, column=column)
        return None
