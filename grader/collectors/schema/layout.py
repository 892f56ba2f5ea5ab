"""Which tables of a shop get many rows, how many, and which row of its parent each row belongs to. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from grader.collectors.schema.volume import unique_columns
from grader.evidence.catalog import Table
from grader.sql.schema import meanings
from grader.sql.schema.shop import Shop, Spot

USERS = PRODUCTS = 52_000
ORDERS = LINES = 54_000
LINES_OF_AN_ORDER = 2  # so half of the orders have lines: that is enough, and loads in half the time
CATEGORIES = 5_000
BUYERS, SOLD = 3_001, 10_007  # users who order, and products that are ordered
STRIDE = 7_919  # a prime, so that neighbours in one table are none in the other
DEEPEST = 6
MOMENTS = ("date", "timestamp", "timestamptz")


class Unfillable(Exception):
    """The tables of this schema cannot be filled by our means; no fault of the schema."""


class Slow(Unfillable):
    """Rows take too long or too much room."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that hold the key of a row in another table, whether or not a foreign key says so."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


class Layout:
    """The tables to fill in the order of filling, with their sizes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.asked = _asked(shop)
        self.sizes = _sizes(shop)
        for name in list(self.sizes):
            self._with_owners(name, 0)
        self.order = self._ordered()

    def references(self, table: Table) -> list[Reference]:
        """What its rows must refer to: required foreign keys, and the references that questions follow."""
        found = [r for r in self.asked.get(table.name, []) if r.table != table.name]
        for key in table.foreign_keys:
            columns = [table.column(name) for name in key.columns]
            required = all(column is not None and not column.nullable for column in columns)
            known = any(set(reference.columns) == set(key.columns) for reference in found)
            if required and not known and key.table != table.name and self.shop.schema.table(key.table):
                found.append(Reference(columns=key.columns, table=key.table, references=key.references))
        return found

    def parent_row(self, table: str, parent: str) -> Callable[[int], int]:
        """From the number of a row to that of the row it refers to."""
        concept = next((c for c, found in self.shop.core().items() if found.name == table), "")
        parents = self.sizes[parent]
        to_order = self.shop.link("order_line", "order")
        if concept == "order_line" and to_order is not None and parent == to_order.target:
            return lambda row: row // LINES_OF_AN_ORDER
        spread = {"order": BUYERS, "order_line": SOLD}.get(concept, 0)
        if spread:
            most = min(spread, parents)
            return lambda row: row * STRIDE % most
        return lambda row: row % parents

    def _with_owners(self, name: str, depth: int) -> None:
        """Tables of which every row needs a row of its own: persons behind users, addresses behind orders."""
        table = self.shop.schema.table(name)
        if table is None or depth > DEEPEST:
            return
        filled = [reference for reference in self.references(table) if reference.table in self.sizes]
        for reference in self.references(table):
            if reference.table in self.sizes:
                continue
            alone = any(set(keys) <= set(reference.columns) for keys in unique_columns(table))
            size = self.sizes[name] if alone else self._shared(reference, filled)
            if size:
                self.sizes[reference.table] = size
                self._with_owners(reference.table, depth + 1)

    def _shared(self, reference: Reference, filled: list[Reference]) -> int:
        """An order's address must be one of its user's, `(user_id, address_id)` refers to both: one for each user."""
        parent = self.shop.schema.table(reference.table)
        tied = {key.table for key in parent.foreign_keys} if parent else set()
        shared = (o.table for o in filled if set(reference.columns) & set(o.columns) and o.table in tied)
        return max((self.sizes[table] for table in shared), default=0)

    def _ordered(self) -> list[Table]:
        """Parents first; raises `Unfillable` where they go round in a circle."""
        waiting, done = list(self.sizes), list[str]()
        while waiting:
            ready = [name for name in waiting if not self._before(name) & set(waiting)]
            if not ready:
                raise Unfillable(f"{', '.join(f'`{name}`' for name in sorted(waiting))} need each other's rows first")
            done += ready
            waiting = [name for name in waiting if name not in ready]
        return [table for name in done if (table := self.shop.schema.table(name)) is not None]

    def _before(self, name: str) -> set[str]:
        table = self.shop.schema.table(name)
        return {reference.table for reference in self.references(table)} if table else set()


def _sizes(shop: Shop) -> dict[str, int]:
    """Rows by table; every concept that is there, and the tables that keep a login, a price or a stock for it."""
    found: dict[str, int] = {}
    product, variant = shop.table("product"), shop.variant
    wanted = [
        (shop.table("user"), USERS),
        (_owner(shop.login()), USERS),
        (shop.table("category"), CATEGORIES),
        (product, PRODUCTS),
        (variant, PRODUCTS),
        (_owner(shop.price()), PRODUCTS),
        (_owner(shop.stock()), PRODUCTS),
        (shop.table("product_category"), PRODUCTS),
        (shop.table("order"), ORDERS),
        (shop.table("order_line"), LINES),
    ]
    for table, size in wanted:
        if table is not None:
            found.setdefault(table.name, size)
    for child, parent in (("order", "user"), ("order_line", "order")):  # a table in between, such as customers
        link = shop.link(child, parent)
        if link is not None:
            found.setdefault(link.target, USERS if parent == "user" else ORDERS)
    return found


def _owner(spot: Spot | None) -> Table | None:
    return spot.table if spot else None


def _asked(shop: Shop) -> dict[str, list[Reference]]:
    """The references that questions follow, by table, also where no foreign key declares them."""
    found: dict[str, list[Reference]] = {}
    links = [*shop.core_links()]
    product, variant = shop.table("product"), shop.variant
    ends = [table.name for table in (product, variant) if table is not None]
    for table in (variant, _owner(shop.price()), _owner(shop.stock())):
        links += [link for name in ends if table is not None and (link := shop.links.direct(table.name, name))]
    login, user = shop.login(), shop.table("user")
    if login is not None and user is not None:
        pairs = ((login.table.name, user.name), (user.name, login.table.name))
        links += [link for pair in pairs if (link := shop.links.direct(*pair))]
    for link in links:
        target = shop.schema.table(link.target)
        key = next((k for k in _keys(shop, link.table) if k.columns == link.columns and k.table == link.target), None)
        references = key.references if key else target.primary_key if target else ()
        if len(references) == len(link.columns) and link.table != link.target:
            reference = Reference(columns=link.columns, table=link.target, references=references)
            if reference not in found.setdefault(link.table, []):
                found[link.table].append(reference)
    return found


def _keys(shop: Shop, name: str) -> list[Reference]:
    table = shop.schema.table(name)
    keys = table.foreign_keys if table else ()
    return [Reference(columns=key.columns, table=key.table, references=key.references) for key in keys]


def placed_at(order: Table) -> str:
    """The column with the time at which an order was placed; empty when there is none. SQLite keeps times as text."""
    dated = [column for column in order.columns if column.family in MOMENTS]
    named = meanings.first_of(order, meanings.is_date_named, ("placed", "order", "ordered", "created"))
    if named is not None and (named in dated or not dated):
        return named.name
    return dated[0].name if dated else ""
