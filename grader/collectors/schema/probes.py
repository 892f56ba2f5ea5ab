"""Put questions to the live schema: a good row that must be taken, and the same row with one fault.

Every probe is undone before the next. It records statements and answers; what they mean is for the checks.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

import msgspec
import psycopg

from grader.collectors.schema.late import begin, late_rules, may_yet_be_refused
from grader.collectors.schema.questions import Ask, Questions, rekeyed
from grader.collectors.schema.rows import TOO_SLOW, Obstacle, RowMaker, made_maker
from grader.collectors.schema.session import CANCELLED, Session, state_of
from grader.collectors.schema.values import nonsense, quoted, unknown
from grader.database import Server
from grader.evidence.catalog import NUMBERS, TEXT, WHOLE, Schema
from grader.evidence.schema import Probe, Role
from grader.sql.schema import meanings, ways_in
from grader.sql.schema.links import Link
from grader.sql.schema.loose_ends import loose_references, probe_id
from grader.sql.schema.shop import Shop, Spot

SECONDS = 3.0
IN_ALL_SECONDS = 60.0
MOST_TIMEOUTS = 2
CANCELLED_WORDS = "canceling statement due to statement timeout"
LONG_ADDRESS = "a" * 41 + "@department.example.org"  # 64 characters
LONGEST_ADDRESS = "a" * 61 + "@" + "department." * 16 + "shop.example.org"  # 254, the most of RFC 5321
COMMON_PRICE, LARGE_PRICE = "9999.99", "1234567.89"
MOST_LOOSE = 6
UNKNOWN_STATUS = "no-such-status"
DOUBTED = ("*.negative", "*.zero", "*.missing", "*.unknown", "loose.*", "*.duplicate", "*.delete")

# Which probes a check reads: a self-check sends only those of its public checks.
READ_BY: dict[str, tuple[str, ...]] = {
    "schema.money": ("*.sum",),
    "schema.status_values": ("order.status.unknown",),
    "schema.email_length": ("user.email.long",),
    "schema.price_range": ("*.price.common",),
    "schema.advice": ("user.email.longest", "product.price.large"),
    "schema.required": ("*.missing",),
    "schema.foreign_keys": (
        "*.user.unknown",
        "*.order.unknown",
        "*.product.unknown",
        "*.category.unknown",
        "variant.*",
        "loose.*",
    ),
    "schema.login_unique": ("user.login.duplicate", "user.login.other_case"),
    "schema.link_unique": ("product_category.duplicate",),
    "schema.value_ranges": ("*.negative", "*.zero"),
    "schema.deletes": ("*.delete",),
    "schema.key_changes": ("*.rekey",),
}


def probe(server: Server, schema: Schema, roles: dict[str, Role], checks: Iterable[str]) -> tuple[Probe, ...]:
    """Every probe that these checks read and the tables found allow, in a fixed order."""
    patterns = tuple(pattern for check in checks for pattern in READ_BY.get(check, ()))
    with Session(server, SECONDS) as session:
        prober = _Prober(made_maker(session, schema), Shop(schema, roles), patterns)
        return tuple(prober.all())


class _Prober:
    def __init__(self, maker: RowMaker, shop: Shop, patterns: tuple[str, ...]) -> None:
        self.maker, self.shop, self.session = maker, shop, maker.session
        self.ask = Questions(maker, shop)
        self.patterns = patterns
        self.timeouts = 0
        self.late = late_rules(self.session)
        self.salt = zlib.crc32(msgspec.json.encode(maker.schema)) or 1

    def all(self) -> Iterator[Probe]:
        """Run one after the other, each in a transaction of its own; none after two that had to be stopped."""
        deadline = self.maker.deadline = time.monotonic() + IN_ALL_SECONDS
        for id_, table, column, ask in self._asked():
            if not any(fnmatch(id_, pattern) for pattern in self.patterns):
                continue
            if self.timeouts >= MOST_TIMEOUTS or time.monotonic() > deadline:
                yield Probe(id=id_, table=table, column=column, obstacle=TOO_SLOW)
                continue
            yield self._found(Probe(id=id_, table=table, column=column), ask)

    def _found(self, blank: Probe, ask: Ask) -> Probe:
        """What was found; a refusal is asked for twice, so that a rule against our own rows alone does not count.

        The second time the keys and values follow from the schema itself: no rule can name them, because it would
        change them.
        """
        self.maker.begin()
        found = self._either(blank, ask)
        if not found.assessed or not any(fnmatch(blank.id, pattern) for pattern in DOUBTED) or self.session.lost:
            return found
        self.maker.begin()
        self.maker.salt = self.salt
        again = self._either(blank, ask)
        self.maker.salt = 0
        return again if again.assessed and _worse(found, again) else found

    def _either(self, blank: Probe, ask: Ask) -> Probe:
        """The probe; where no row is taken, once more without the rules that wait for the end of a transaction."""
        known = dict(self.maker.choices)
        found = self._run(blank, ask)
        if not found.obstacle or not self.late or self.session.lost:
            return found
        self.maker.begin()
        self.maker.choices = known
        again = self._run(blank, ask, self.late)
        return again if again.assessed and not may_yet_be_refused(again, (*DOUBTED, "*.other_case")) else found

    def _run(self, blank: Probe, ask: Ask, put_off: str = "") -> Probe:
        """The probe, or why it tells nothing; all that it did is undone."""
        try:
            if self.session.lost:
                self.session.reconnect()
            begin(self.session, put_off)
            found = ask()
        except Obstacle as obstacle:
            found = msgspec.structs.replace(blank, setup=tuple(self.maker.log), obstacle=str(obstacle))
        except psycopg.Error as error:
            found = msgspec.structs.replace(blank, obstacle=f"it could not be tried: SQLSTATE {state_of(error)}")
        self.timeouts += self.session.lost or (found.bad is not None and found.bad.sqlstate == CANCELLED)
        self.timeouts += CANCELLED_WORDS in found.obstacle
        if not self.session.lost:
            self.session.connection.execute("ROLLBACK")
        return found

    def _asked(self) -> Iterator[tuple[str, str, str, Ask]]:
        yield from self._values()
        yield from self._missing()
        yield from self._references()
        yield from self._uniqueness()
        yield from self._deletions()
        yield from self._limits()
        yield from self._rekeyings()

    # values out of range

    def _values(self) -> Iterator[tuple[str, str, str, Ask]]:
        price, stock, line_price = self.shop.price(), self.shop.stock(), self.shop.line_price()
        quantity = self.shop.of("order_line", meanings.is_quantity)
        less = str(-2 - self.salt % 97)
        for id_, spot, bad, other in (
            ("product.price.negative", price, _negative(price), less),
            ("product.stock.negative", stock, "-1", less),
            ("order_line.price.negative", line_price, _negative(line_price), less),
            ("order_line.quantity.zero", quantity, "0", "0"),
            ("order_line.quantity.negative", quantity, "-1", less),
        ):
            if spot and spot.column.family in NUMBERS and not spot.column.generated:
                yield self.ask.changed(id_, spot, bad, other)
        for id_, spot in (("product.price.sum", price), ("order_line.price.sum", line_price)):
            if spot and spot.column.family in ("numeric", "float", "money") and not spot.column.generated:
                yield id_, spot.table.name, spot.column.name, self.ask.summed(id_, spot)
        status = self.shop.status()
        if status and status.column.family in TEXT:
            limit = status.column.args[0] if status.column.args else len(UNKNOWN_STATUS)
            other = quoted(nonsense(self.salt)[:limit])
            yield self.ask.changed("order.status.unknown", status, quoted(UNKNOWN_STATUS[:limit]), other)
        elif status and status.column.family in NUMBERS:
            yield self.ask.changed("order.status.unknown", status, "9999", str(9_998 - self.salt % 3_000))
        login = self.shop.login()
        if login and meanings.is_email(login.column, login.table):
            yield self.ask.changed("user.email.long", login, quoted(LONG_ADDRESS))

    # values that must fit, or had better

    def _limits(self) -> Iterator[tuple[str, str, str, Ask]]:
        price, line_price, login = self.shop.price(), self.shop.line_price(), self.shop.login()
        for id_, spot, amount in (
            ("product.price.common", price, COMMON_PRICE),
            ("order_line.price.common", line_price, COMMON_PRICE),
            ("product.price.large", price, LARGE_PRICE),
        ):
            if spot and spot.column.family in NUMBERS and not spot.column.generated:
                yield self.ask.changed(id_, spot, _counted(spot, amount))
        if login and meanings.is_email(login.column, login.table):
            yield self.ask.changed("user.email.longest", login, quoted(LONGEST_ADDRESS))

    # values left out

    def _missing(self) -> Iterator[tuple[str, str, str, Ask]]:
        login = self.shop.login()
        for id_, spot in (
            ("user.login.missing", login),
            ("product.name.missing", self.shop.name("product")),
            ("product.price.missing", self.shop.price()),
            ("order_line.quantity.missing", self.shop.of("order_line", meanings.is_quantity)),
            ("order_line.price.missing", self.shop.line_price()),
        ):
            if spot and not spot.column.generated:
                yield self.ask.changed(id_, spot, "NULL")
        if login and not login.column.generated:
            yield from self._instead(login)
        for child, parent in (("order", "user"), ("order_line", "order"), ("order_line", "product")):
            spot = self._spot(child, parent)
            if spot:
                yield self.ask.changed(f"{child}.{parent}.missing", spot, "NULL")

    def _instead(self, login: Spot) -> Iterator[tuple[str, str, str, Ask]]:
        """A user without anything to log in with, whom a rule may take for what else is known of him."""
        found = ways_in.instead(login)
        if found.contacts:
            yield self.ask.without(ways_in.CONTACT, login, found.logins, found.contacts)
        if found.others:
            yield self.ask.without(ways_in.ANY, login, found.logins, (*found.contacts, *found.others))

    def _spot(self, child: str, parent: str) -> Spot | None:
        """The column by which one concept refers to another."""
        link, table = self.shop.link(child, parent), self.shop.table(child)
        column = table.column(link.columns[-1]) if link and table else None
        return Spot(table=table, column=column) if table and column else None

    # references to nothing

    def _references(self) -> Iterator[tuple[str, str, str, Ask]]:
        for child, parent in (
            ("order", "user"),
            ("order_line", "order"),
            ("order_line", "product"),
            ("product_category", "product"),
            ("product_category", "category"),
            ("product", "category"),
        ):
            link = self.shop.link(child, parent)
            spot = self._spot(child, parent)
            if link and spot and len(link.columns) == 1 and self._own(link, child, parent):
                bad, other = unknown(spot.column), unknown(spot.column, self.salt)
                yield self.ask.changed(f"{child}.{parent}.unknown", spot, bad, other)
        for id_, variant, onward in self.shop.onward():
            column = variant.column(onward.columns[-1]) if len(onward.columns) == 1 else None
            target = self.shop.schema.table(onward.target)
            if column is not None and target is not None and len(target.primary_key) == 1:
                yield self.ask.pointed(f"{id_}.unknown", Spot(table=variant, column=column), target)
        for spot, target in list(loose_references(self.shop))[:MOST_LOOSE]:
            yield self.ask.pointed(probe_id(spot), spot, target)

    def _own(self, link: Link, child: str, parent: str) -> bool:
        """A product's category over a junction is asked at the junction."""
        target = self.shop.table(parent)
        return child != "product" or (target is not None and link.target == target.name)

    # what must be unique

    def _uniqueness(self) -> Iterator[tuple[str, str, str, Ask]]:
        login = self.shop.login()
        if login:
            yield (
                "user.login.duplicate",
                login.table.name,
                login.column.name,
                self.ask.twice(login, "user.login.duplicate"),
            )
            if meanings.is_email(login.column, login.table):
                id_ = "user.login.other_case"
                yield id_, login.table.name, login.column.name, self.ask.twice(login, id_, change=str.upper)
        pair = self.shop.table("product_category")
        if pair:
            yield "product_category.duplicate", pair.name, "", self.ask.pair_twice(pair)

    # deletions

    def _deletions(self) -> Iterator[tuple[str, str, str, Ask]]:
        for concept, child_concept in (("user", "order"), ("product", "order_line"), ("order", "order_line")):
            parent, child = self.shop.table(concept), self.shop.table(child_concept)
            link = self.shop.link(child_concept, concept)
            if parent and child and link:
                id_ = f"{concept}.delete"
                yield id_, parent.name, "", self.ask.deleting(id_, parent, child, link)

    # keys that change

    def _rekeyings(self) -> Iterator[tuple[str, str, str, Ask]]:
        for concept, child_concept in (("user", "order"), ("product", "order_line"), ("order", "order_line")):
            child, link = self.shop.table(child_concept), self.shop.link(child_concept, concept)
            parent = self.shop.schema.table(link.target) if link else None  # a variant, where lines sell variants
            if parent and child and link and link.declared and parent.primary_key:
                id_, (changed, _) = f"{concept}.rekey", rekeyed(link, parent, child)
                yield id_, parent.name, changed, self.ask.rekeying(id_, parent, child, link)


def _worse(first: Probe, again: Probe) -> bool:
    """The second time something was taken that was refused at first, or a deletion left less."""
    if first.bad is None or again.bad is None or not again.bad.stored:
        return False
    if again.id.endswith(".delete"):
        lost = bool(again.left) if again.id == "order.delete" else not again.left
        spared = not first.left if again.id == "order.delete" else bool(first.left)
        return lost and (spared or not first.bad.stored)
    return not first.bad.stored


def _counted(spot: Spot, amount: str) -> str:
    """An amount as the column counts it: in cents where it says so, else whole where it keeps no fraction."""
    if spot.column.family not in WHOLE:
        return amount
    whole, _, cents = amount.partition(".")
    return whole + cents if meanings.says_cents(spot.column, spot.table) else whole


def _negative(price: Spot | None) -> str:
    """The highest price that is too low: one cent below nothing where the column keeps cents."""
    if price is None or price.column.family not in ("numeric", "float", "money"):
        return "-1"
    args = price.column.args
    return "-1" if len(args) > 1 and args[1] < meanings.CENT_PLACES else "-0.01"
