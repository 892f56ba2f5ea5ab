"""The eight questions of the brief as statements on a stranger's tables, in every form that a design may serve."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from grader.collectors.schema.layout import MOMENTS, placed_at
from grader.collectors.schema.skew import LOW, Skew, left_out
from grader.collectors.schema.values import quoted
from grader.collectors.schema.volume import Sheet, named_in
from grader.evidence.catalog import Table
from grader.sql.schema import meanings
from grader.sql.schema.filters import harmless
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop, Spot

ROW = 11  # the row whose user, order, product … is asked about
TOP = 10

TEXTS = {
    "user-orders": "the latest orders of a user",
    "order-lines": "the lines of an order",
    "product-sales": "the sales of a product per month",
    "category-products": "the products of a category by price",
    "email": "the user with a given e-mail address, whatever its case",
    "open-orders": "the open orders, by status",
    "low-stock": "the products that are low in stock",
    "top-customers": "the customers who bought most",
}


class Unasked(Exception):
    """A question cannot be written for this schema."""


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What a question finds rows of a table by: columns, or an expression on one. An index would begin with it."""

    table: str
    columns: tuple[str, ...]
    expression: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question in its forms, the plain one first: the design may serve any of them."""

    id: str
    forms: tuple[str, ...]
    lookups: tuple[Lookup, ...] = ()


class Asking:
    """Writes the questions for the rows that were loaded."""

    def __init__(
        self, shop: Shop, sheets: Mapping[str, Sheet], skews: Mapping[str, Skew], name: Callable[[str], str]
    ) -> None:
        self.shop, self.sheets, self.skews, self.name = shop, sheets, skews, name
        self._writers: dict[str, Callable[[], Question]] = {
            "user-orders": self._user_orders,
            "order-lines": self._order_lines,
            "product-sales": self._product_sales,
            "category-products": self._category_products,
            "email": self._email,
            "open-orders": self._open_orders,
            "low-stock": self._low_stock,
            "top-customers": self._top_customers,
        }

    def write(self, id_: str) -> Question:
        """The question of that id; raises `Unasked` when the schema has no such column or way."""
        return self._writers[id_]()

    # the questions

    def _user_orders(self) -> Question:
        order, link = self._linked("order", "user")
        placed = placed_at(order)
        if not placed:
            raise Unasked("orders have no time at which they were placed")
        where, by = self._equal("o", order, link), f"o.{self.name(placed)}"
        return Question(
            id="user-orders",
            forms=tuple(
                f"SELECT o.* FROM {source} o WHERE {where} ORDER BY {by} DESC LIMIT {TOP}"
                for source in self._sources(order)
            ),
            lookups=(Lookup(table=order.name, columns=link.columns),),
        )

    def _order_lines(self) -> Question:
        line, link = self._linked("order_line", "order")
        where = self._equal("l", line, link)
        return Question(
            id="order-lines",
            forms=tuple(f"SELECT l.* FROM {source} l WHERE {where}" for source in self._sources(line)),
            lookups=(Lookup(table=line.name, columns=link.columns),),
        )

    def _product_sales(self) -> Question:
        line, link = self._linked("order_line", "product")
        order, to_order = self._linked("order", "order_line", of="order_line")
        quantity = self.shop.of("order_line", meanings.is_quantity)
        placed = placed_at(order)
        if quantity is None or not placed or to_order.target != order.name:
            raise Unasked("lines have no quantity, or orders no time at which they were placed")
        joins = f"JOIN {self.name(order.name)} o ON {self._on('l', to_order, 'o')}"
        lookups = [Lookup(table=line.name, columns=link.columns)]
        asked, variant = ("l", line, link), self.shop.variant
        if variant is not None:
            joins += f" JOIN {self.name(variant.name)} v ON {self._on('l', link, 'v')}"
            step = self.shop.links.direct(variant.name, self._table("product").name)
            if step is None:
                raise Unasked("lines do not lead to products")
            asked = ("v", variant, step)
            lookups.append(Lookup(table=variant.name, columns=step.columns))
        month, column = f"o.{self.name(placed)}", order.column(placed)
        if column is not None and column.family in MOMENTS:
            month = f"date_trunc('month', {month})"
        return Question(
            id="product-sales",
            forms=tuple(
                f"SELECT {month}, sum(l.{self.name(quantity.column.name)}) FROM {source} l {joins} "
                f"WHERE {self._equal(*asked)} GROUP BY 1 ORDER BY 1"
                for source in self._sources(line)
            ),
            lookups=tuple(lookups),
        )

    def _category_products(self) -> Question:
        product, price = self._table("product"), self.shop.price()
        middle = self.shop.table("product_category")
        if price is None:
            raise Unasked("products have no price")
        if middle is not None:
            link = self.shop.link("product_category", "category")
            way = self.shop.link("product_category", "product")
            if link is None or way is None or way.target != product.name:
                raise Unasked("products do not lead to their categories")
            start, joins = ("c", middle, link), f" JOIN {self.name(product.name)} p ON {self._on('c', way, 'p')}"
        else:
            link = self.shop.links.direct(product.name, self._table("category").name)
            if link is None:
                raise Unasked("products do not lead to their categories")
            start, joins = ("p", product, link), ""
        more, alias, lookups = self._priced(price, product)
        where, by = self._equal(*start), f"{alias}.{self.name(price.column.name)}"
        return Question(
            id="category-products",
            forms=tuple(
                f"SELECT p.* FROM {source} {start[0]}{joins}{more} WHERE {where} ORDER BY {by} LIMIT {TOP}"
                for source in self._sources(start[1])
            ),
            lookups=(Lookup(table=start[1].name, columns=link.columns), *lookups),
        )

    def _priced(self, price: Spot, product: Table) -> tuple[str, str, list[Lookup]]:
        """The joins that lead to the price, the name it has there, and what they find rows by."""
        if price.table.name == product.name:
            return "", "p", []
        step = self.shop.links.direct(price.table.name, product.name)
        if step is not None:
            found = [Lookup(table=price.table.name, columns=step.columns)]
            return f" JOIN {self.name(price.table.name)} x ON {self._on('x', step, 'p')}", "x", found
        variant = self.shop.variant
        step = self.shop.links.direct(price.table.name, variant.name) if variant else None
        way = self.shop.links.direct(variant.name, product.name) if variant else None
        if variant is None or step is None or way is None:
            raise Unasked("prices do not lead to their products")
        joins = f" JOIN {self.name(variant.name)} v ON {self._on('v', way, 'p')}"
        joins += f" JOIN {self.name(price.table.name)} x ON {self._on('x', step, 'v')}"
        return (
            joins,
            "x",
            [
                Lookup(table=variant.name, columns=way.columns),
                Lookup(table=price.table.name, columns=step.columns),
            ],
        )

    def _email(self) -> Question:
        login = self.shop.login()
        if login is None or not meanings.is_email(login.column, login.table):
            raise Unasked("users have no e-mail address")
        column, table = self.name(login.column.name), login.table
        address = quoted(self._cell(table, login.column.name))
        plain, lower = f"{column} = {address}", f"lower({column}) = lower({address})"
        exact = login.column.type.endswith("citext")
        said = [plain] if exact else [lower, plain]
        others = meanings.columns_of(table, meanings.is_email)  # such as one that is kept in lower case
        said += [f"{self.name(o.name)} = lower({address})" for o in others if o.name != login.column.name]
        for index in table.indexes:
            key = index.keys[0] if index.keys else ""
            if key.startswith("(") and login.column.name in named_in(key, table):
                said.append(f"{key} = {key.replace(column, address)}")
        also = self._beside(table, login)
        return Question(
            id="email",
            forms=tuple(
                f"SELECT * FROM {source} u WHERE {condition}{more}"
                for source in self._sources(table)
                for condition in said
                for more in dict.fromkeys(("", also))
            ),
            lookups=(
                Lookup(table=table.name, columns=(login.column.name,), expression="" if exact else f"lower({column})"),
            ),
        )

    def _beside(self, table: Table, login: Spot) -> str:
        """The shop whose user it is, where addresses are unique within a shop."""
        found = []
        for keys in table.unique_sets():
            if login.column.name in keys:
                found = [name for name in keys if name != login.column.name and self._cell(table, name, missing="")]
        return "".join(f" AND {self.name(name)} = {quoted(self._cell(table, name))}" for name in found)

    def _open_orders(self) -> Question:
        order, skew = self._table("order"), self.skews.get("open-orders")
        if skew is None:
            raise Unasked("orders have no status of which two values are known")
        condition = f"o.{self.name(skew.column)} = {quoted(skew.rare)}"
        placed = placed_at(order)
        by = f" ORDER BY o.{self.name(placed)}" if placed else ""
        return Question(
            id="open-orders",
            forms=tuple(
                f"SELECT o.* FROM {source} o WHERE {condition}{by}"
                for source in self._sources(order, skew.column, skew.rare)
            ),
            lookups=(Lookup(table=order.name, columns=(skew.column,)),),
        )

    def _low_stock(self) -> Question:
        stock, skew = self.shop.stock(), self.skews.get("low-stock")
        if stock is None or skew is None:
            raise Unasked("the shop does not know how many pieces are left")
        table, kept = stock.table, {t.name for t in (self.shop.table("product"), self.shop.variant) if t}
        if table.name not in kept and not self._one_each(table, kept):
            raise Unasked(f"what is left of a product is the sum of rows of `{table.name}`")
        condition = f"s.{self.name(skew.column)} < {LOW}"
        return Question(
            id="low-stock",
            forms=tuple(
                f"SELECT s.* FROM {source} s WHERE {condition}" for source in self._sources(table, skew.column)
            ),
            lookups=(Lookup(table=table.name, columns=(skew.column,)),),
        )

    def _one_each(self, table: Table, parents: set[str]) -> bool:
        """A row for every product, or for every product in a warehouse."""
        links = [link for parent in parents for link in self.shop.links.between(table.name, parent)]
        tied = {name for key in table.foreign_keys for name in key.columns}
        return any(
            set(link.columns) <= set(keys) <= {*tied, *link.columns} for link in links for keys in table.unique_sets()
        )

    def _top_customers(self) -> Question:
        order, link = self._linked("order", "user")
        line, to_order = self._linked("order_line", "order")
        price, quantity = self.shop.line_price(), self.shop.of("order_line", meanings.is_quantity)
        if price is None or quantity is None or to_order.target != order.name:
            raise Unasked("lines have no price or no quantity")
        worth = f"sum(l.{self.name(quantity.column.name)} * l.{self.name(price.column.name)})"
        who = f"o.{self.name(link.columns[-1])}"
        joined = f"{self.name(line.name)} l JOIN {self.name(order.name)} o ON {self._on('l', to_order, 'o')}"
        statement = f"SELECT {who}, {worth} FROM {joined} GROUP BY 1 ORDER BY 2 DESC LIMIT {TOP}"
        return Question(id="top-customers", forms=(statement,))

    # parts of statements

    def _table(self, concept: str) -> Table:
        table = self.shop.table(concept)
        if table is None:
            raise Unasked(f"there is no table for the concept {concept.replace('_', ' ')}")
        return table

    def _linked(self, child: str, parent: str, of: str = "") -> tuple[Table, Link]:
        """A table and its reference; with `of`, the first table and how the other one leads to it."""
        one, other = (of, child) if of else (child, parent)
        link = self.shop.link(one, other)
        if link is None:
            raise Unasked(f"no column leads from {one.replace('_', ' ')} to {other.replace('_', ' ')}")
        return self._table(child), link

    def _equal(self, alias: str, table: Table, link: Link) -> str:
        """The condition that a reference has the value that it has in one of our rows."""
        return " AND ".join(f"{alias}.{self.name(name)} = {quoted(self._cell(table, name))}" for name in link.columns)

    def _cell(self, table: Table, column: str, missing: str | None = None) -> str:
        sheet = self.sheets.get(table.name)
        text = sheet.cell(column, min(ROW, sheet.size - 1)) if sheet else None
        found = missing if text is None else text
        if found is None:
            raise Unasked(f"`{table.name}.{column}` holds nothing in our rows")
        return found

    def _on(self, alias: str, link: Link, target: str) -> str:
        """The condition of a join along a reference."""
        table, parent = self.shop.schema.table(link.table), self.shop.schema.table(link.target)
        keys = table.foreign_keys if table else ()
        key = next((k for k in keys if k.columns == link.columns and k.table == link.target), None)
        references: Sequence[str] = key.references if key else parent.primary_key if parent else ()
        if len(references) != len(link.columns):
            raise Unasked(f"`{link.table}` and `{link.target}` cannot be joined")
        pairs = zip(link.columns, references, strict=True)
        return " AND ".join(f"{alias}.{self.name(one)} = {target}.{self.name(other)}" for one, other in pairs)

    def _sources(self, table: Table, column: str = "", value: str = "") -> Iterator[str]:
        """The table, and the same without rows that nobody asks for, as its filtered indexes see it."""
        name = self.name(table.name)
        yield name
        for where in dict.fromkeys(index.where for index in table.indexes if index.where):
            about = column and column in named_in(where, table) and not (value and left_out(where, value))
            if harmless(where) or about:
                yield f"(SELECT * FROM {name} WHERE {where})"
