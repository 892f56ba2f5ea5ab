"""Find the tables that play the parts of a shop, whatever they are called.

Names give a first guess, columns a second, and the way tables refer to each other settles it: order lines, orders and
products are chosen together, as the assignment that explains most. A concept may stay without a table.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cached_property

import msgspec

from grader.evidence.catalog import Schema, Table
from grader.evidence.schema import Concept, Role
from grader.sql.schema import vocabulary
from grader.sql.schema.claims import believable
from grader.sql.schema.doubts import doubtful
from grader.sql.schema.links import Links
from grader.sql.schema.meanings import is_quantity
from grader.sql.schema.names import has
from grader.sql.schema.others import helper

CONCEPTS: tuple[Concept, ...] = (*vocabulary.ENTITIES, "product_category")
ASIDE = ("cart", "wish list", "address", "payment", "review", "stock", "shipment", "discount", "variant", "image")

# Weights found on 32 labelled schemas and confirmed on 14 held out; the tests say what they must keep apart.
NAME, HINTS = 0.65, 0.35
CONSIDERED = 6
LINKED = 12  # of those that references speak for: all three lists are tried with each other
WORTH_A_LOOK = 0.12
LINK, SIDE_LINK = 0.9, 0.8
NO_ORDER, NO_PRODUCT, NO_QUANTITY = 0.5, 0.4, 0.25
NOTHING_SOLD = 1.0  # `invoice_details` that count nothing and lead to no product
UNLIKE = 2.0
NAMED_AFTER = 0.35  # `rendeles_tetel` refers to `rendeles`, whatever that means
ELSEWHERE = 0.5  # an account of money is no account of a user
PLAIN_LINES = 0.4  # how much of these a table keeps that is called `order_items` and counts something
ABSENT = 0.42
USER_FLOOR, CATEGORY_FLOOR = 0.62, 0.42
EXACT = 1.0
PLAIN_NAME = 0.3
SURE = 0.99
TRUSTED = 0.25  # what is less sure is only said to be possible; a wrong table would cost a good answer points


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Which table plays which concept, what other tables are for, and what may have been missed."""

    roles: dict[str, Role]
    helpers: dict[str, str]
    doubtful: dict[str, tuple[str, ...]]


def match(schema: Schema, named: Mapping[str, str] | None = None) -> Match:
    """The best reading of a schema.

    `named` are tables given for concepts (`CONCEPTS` and `ASIDE`) by submission.toml. They are believed as far as
    their names and columns allow it: a table of two numbers is no table of users, whatever somebody says.
    """
    links = Links(schema)
    aside = {name: meaning for meaning, name in (named or {}).items() if meaning in ASIDE and schema.table(name)}
    given: dict[str, str] = {
        concept: name
        for concept, name in (named or {}).items()
        if concept in CONCEPTS and (table := schema.table(name)) is not None and believable(concept, table, links)
    }
    matcher = _Matcher(schema, links, given, frozenset(aside))
    roles = matcher.roles()
    helpers = {
        table.name: meaning
        for table in schema.tables
        if table.name not in {role.table for role in roles.values()}
        and (meaning := aside.get(table.name) or helper(matcher.links.words(table.name)))
    }
    return Match(roles=roles, helpers=helpers, doubtful=doubtful(schema, links, roles, set(helpers) | set(aside)))


class _Matcher:
    def __init__(self, schema: Schema, links: Links, given: Mapping[str, str], aside: frozenset[str]) -> None:
        self.schema, self.links, self.given, self.aside = schema, links, given, aside
        self.names = [table.name for table in schema.tables if table.name not in aside]
        self.ranked: dict[str, list[str]] = {}
        self.name_score: dict[tuple[str, str], float] = {}
        self.score: dict[tuple[str, str], float] = {}
        for table in schema.tables:  # those set aside, too: others may lead to them
            for concept in vocabulary.ENTITIES:
                by_name = vocabulary.name_score(concept, self.links.words(table.name))
                if concept in ("user", "product") and vocabulary.bare(table):
                    by_name = 0.0
                if concept == "category" and not vocabulary.has_text(table):
                    by_name *= vocabulary.DEMOTED  # `product_categories` with two keys is a link, not a category
                self.name_score[concept, table.name] = by_name
                self.score[concept, table.name] = NAME * by_name + HINTS * vocabulary.hints(concept, table)

    @cached_property
    def carts(self) -> set[str]:
        """Carts and wish lists; but one whose rows belong to an order and a product is where its lines are kept."""
        lines = self._between_order_and_product(carts=True)
        return {name for name in self.names if vocabulary.is_cart(self.links.words(name)) and name not in lines}

    def roles(self) -> dict[str, Role]:
        """The whole assignment, overrides included."""
        line, order, product = self._core()
        user = self._user(order, (line, order, product))
        category = self._category(product, (line, order, product, user))
        chosen = {"user": user, "product": product, "category": category, "order": order, "order_line": line}
        middle = self.given.get("product_category") or self._middle(product, category)
        roles = {concept: self._role(concept, table) for concept, table in chosen.items() if table}
        roles = {concept: role for concept, role in roles.items() if role.confidence >= TRUSTED}
        if middle and middle not in chosen.values():
            roles["product_category"] = self._role("product_category", middle)
        return roles

    def _middle(self, product: str, category: str) -> str:
        """The table that links products and categories, and is not there for something else such as stock."""
        middle = self.links.junction(product, category) if product and category else ""
        return middle if helper(self.links.words(middle)) in ("", "category") else ""

    def _role(self, concept: str, table: str) -> Role:
        if concept in self.given:
            return Role(table=table, source="submission.toml")
        if concept == "product_category":
            return Role(table=table)
        confidence = self.score[concept, table] + 0.15 * self._ties(concept, table)
        return Role(table=table, confidence=round(min(confidence, 1.0), 2))

    def _ties(self, concept: str, table: str) -> int:
        """How many references of the kind that this concept has it really has, at most two."""
        found = self.links.targets(table) if concept in ("order", "order_line") else self.links.sources(table)
        return min(len(found), 2)

    def _candidates(self, concept: str) -> list[str]:
        if concept not in self.ranked:
            self.ranked[concept] = self._rank(concept)
        return self.ranked[concept]

    def _rank(self, concept: str) -> list[str]:
        if concept in self.given:
            return [self.given[concept]]
        taken = {table for other, table in self.given.items() if other != concept}
        taken |= self.carts if concept in ("order", "order_line") else set()
        ranked = sorted((name for name in self.names if name not in taken), key=lambda n: (-self.score[concept, n], n))
        return [name for name in ranked[:CONSIDERED] if self.score[concept, name] >= WORTH_A_LOOK]

    def _core(self) -> tuple[str, str, str]:
        """Order line, order and product, chosen together; empty names where none fits."""
        lines, orders, products = (self._candidates(concept) for concept in ("order_line", "order", "product"))
        lines = self._extended(
            "order_line", lines, [*self._looks_like_lines(), *self._between_order_and_product(carts=True)]
        )
        around = [target for line in lines for target in self.links.targets(line)]
        orders, products = self._extended("order", orders, around), self._extended("product", products, around)
        best = max(
            (
                chosen
                for chosen in itertools.product(self._open(lines), self._open(orders), self._open(products))
                if len({name for name in chosen if name}) == sum(1 for name in chosen if name)
            ),
            key=lambda chosen: self._sense(*chosen),
            default=("", "", ""),
        )
        line, order, product = best
        return line, order, self._above_variant(product, {line, order})

    def _above_variant(self, product: str, taken: set[str]) -> str:
        """Lines may sell variants; the product is what a variant is a variant of."""
        if product in self.given.values() or not has(self.links.words(product), ("variant", "variation", "sku")):
            return product
        above = (name for name in self.links.targets(product) if self.name_score["product", name] >= EXACT)
        return next((name for name in above if name not in taken), product)

    def _open(self, names: list[str]) -> list[str]:
        """Candidates and the possibility that there is none, unless the candidate has named one."""
        return names if len(names) == 1 and names[0] in self.given.values() else [*names, ""]

    def _extended(self, concept: str, names: list[str], more: list[str]) -> list[str]:
        more = [name for name in more if name not in (*self.aside, *self.given.values())]
        allowed = [name for name in more if concept == "product" or name not in self.carts]
        best = sorted(dict.fromkeys(allowed), key=lambda name: (-self.score[concept, name], name))[:LINKED]
        return names if concept in self.given else list(dict.fromkeys([*names, *best]))

    def _looks_like_lines(self) -> list[str]:
        """Tables with a quantity and at least two references, whatever their name."""
        return [
            table.name
            for table in self.schema.tables
            if self._counts(table) and len(self.links.targets(table.name)) > 1
        ]

    def _between_order_and_product(self, *, carts: bool = False) -> list[str]:
        """Tables that refer to what is plainly called an order, and to a product or with numbers to something else."""
        orders, products = (
            {name for name in self.names if self.name_score[concept, name] >= EXACT} for concept in ("order", "product")
        )
        found = []
        for table in self.schema.tables:
            targets = self.links.targets(table.name)
            above = orders.intersection(targets)
            about = helper(self.links.words(table.name))
            if not above or (about and not (carts and about == "cart" and self._counts(table))):
                continue
            named = any(self.links.named_after(table.name, order) for order in above)
            if products.intersection(targets) or (named and len(targets) > 1 and vocabulary.measures(table)):
                found.append(table.name)
        return found

    @staticmethod
    def _counts(table: Table) -> bool:
        return any(is_quantity(column, table) for column in table.columns)

    def _sense(self, line: str, order: str, product: str) -> float:
        """How much sense an assignment makes, users and categories included."""
        total = self._weigh("order_line", line) + self._weigh("order", order) + self._weigh("product", product)
        if line:
            total += self._line_sense(line, order, product)
        if order and order not in self.given.values():
            total -= self._order_doubt(order, line)
        total += max((self._user_score(name, order) for name in self._rest("user", line, order, product)), default=0.0)
        total += max(
            (self._category_score(n, product) for n in self._rest("category", line, order, product)), default=0.0
        )
        return total

    def _order_doubt(self, order: str, line: str) -> float:
        """A table that is not called an order needs lines, and one called `transactions` needs them, too."""
        plain = self.name_score["order", order]
        alone = not line and plain < EXACT
        unlike = plain < PLAIN_NAME and not self._placed(order)
        return (UNLIKE if unlike else 0.0) + (1.0 if alone else 0.0) + (0.5 if plain < PLAIN_NAME / 2 else 0.0)

    def _placed(self, order: str) -> bool:
        """Somebody's, and of some moment, state or amount: what every order is, whatever it is called."""
        table = self.schema.table(order)
        return table is not None and bool(self.links.targets(order)) and vocabulary.hints("order", table) > 0

    def _weigh(self, concept: str, table: str) -> float:
        return self.score[concept, table] if table else ABSENT

    def _line_sense(self, line: str, order: str, product: str) -> float:
        to_order = self.links.reach(line, order) if order else 0.0
        to_product = self.links.reach(line, product) if product else 0.0
        alone = (0 if to_order else NO_ORDER) + (0 if to_product else NO_PRODUCT)
        table = self.schema.table(line)
        counts = table is not None and self._counts(table)
        plain = counts and self.name_score["order_line", line] >= EXACT
        sense = LINK * (to_order + to_product) - alone * (PLAIN_LINES if plain else 1) - (0 if counts else NO_QUANTITY)
        mistaken = self.name_score["order_line", line] < WORTH_A_LOOK and self.name_score["order", line] >= EXACT
        sense += NAMED_AFTER if to_order and self.links.named_after(line, order) else 0.0
        return sense - (1.0 if mistaken else 0.0) - (0.0 if counts or to_product else NOTHING_SOLD)

    def _rest(self, concept: str, *taken: str) -> list[str]:
        return [name for name in self._candidates(concept) if name not in taken]

    def _user_score(self, name: str, order: str) -> float:
        linked = SIDE_LINK * (self.links.reach(order, name) if order else 0.0)
        table = self.schema.table(name)
        return self.score["user", name] + linked - (ELSEWHERE if table and vocabulary.holds_money(table) else 0.0)

    def _category_score(self, name: str, product: str) -> float:
        return self.score["category", name] + SIDE_LINK * (self.links.joined(product, name) if product else 0.0)

    def _user(self, order: str, taken: tuple[str, ...]) -> str:
        if "user" in self.given:
            return self.given["user"]
        near = [*self._candidates("user"), *(self.links.targets(order) if order else ())]
        used = {*taken, *self.given.values(), *self.aside}
        names = [name for name in dict.fromkeys(near) if name not in used]
        best = self._buyer(max(names, key=lambda name: (self._user_score(name, order), name), default=""), names, order)
        exact = bool(best) and self.name_score["user", best] > SURE and self._user_score(best, order) >= WORTH_A_LOOK
        return best if best and (exact or self._user_score(best, order) >= USER_FLOOR) else ""

    def _is_called_otherwise(self, name: str) -> bool:
        """Its name plainly says user, order or product, and nothing of categories."""
        others = max(self.name_score[concept, name] for concept in ("user", "order", "order_line", "product"))
        return others >= EXACT and self.name_score["category", name] < PLAIN_NAME

    def _buyer(self, best: str, names: list[str], order: str) -> str:
        """Where an order refers to a user and to a customer, the customer bought and the user only typed."""
        reach = self.links.reach(order, best) if order and best else 0.0
        buyers = [name for name in names if has(self.links.words(name), vocabulary.BUYERS)]
        plain = [
            n for n in buyers if self.name_score["user", n] > SURE and self.links.reach(order, n) >= max(reach, 0.5)
        ]
        return plain[0] if reach and plain and best not in buyers else best

    def _category(self, product: str, taken: tuple[str, ...]) -> str:
        if "category" in self.given:
            return self.given["category"]
        used = {*taken, *self.given.values(), *(name for name in self.names if self._is_called_otherwise(name))}
        names = [name for name in self._candidates("category") if name not in used]
        best = max(names, key=lambda name: (self._category_score(name, product), name), default="")
        return best if best and self._category_score(best, product) >= CATEGORY_FLOOR else ""


def concept_of(name: str) -> str:
    """The concept that an entity of a drawing most likely stands for by its name alone; empty when unclear."""
    found = Links(Schema(tables=(Table(name=name),))).words(name)
    scores = {concept: vocabulary.name_score(concept, found) for concept in vocabulary.ENTITIES}
    best = max(scores, key=lambda concept: scores[concept])
    return best if scores[best] >= EXACT and not has(found, ("cart", "wishlist")) else ""
