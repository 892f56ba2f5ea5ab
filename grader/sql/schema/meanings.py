"""What a column means, from its name and type: money, quantity, e-mail … in any of the languages of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from grader.evidence.catalog import DATED, NUMBERS, TEXT, WHOLE, Column, Table
from grader.sql.schema.names import Words, column_words, has, says, words

MONEY = frozenset({"price", "cost", "amount", "total", "subtotal", "balance", "fee", "freight", "discount", "tax"})
_PLACES = frozenset({"city", "zip", "country", "street"})
_OF_PLACES = frozenset({"code", "number", "name", "id", "line"})
CERTAIN_MONEY = frozenset({"price", "amount", "total", "subtotal", "cost"})
PRICES = ("price", "cost", "amount")
NOT_MONEY = frozenset(
    {
        *("quantity", "count", "rate", "percent", "percentage", "pct", "id", "number", "type", "code", "name", "key"),
        *("method", "status", "date", "time", "weight", "currency", "at", "by", "included", "flag", "is", "has"),
        *("region", "class", "title", "point", "review", "view", "stock", "description", "label", "note", "reason"),
        *(
            "zone",
            "exempt",
            "ratio",
            "category",
            "rule",
            "active",
            "valid",
            "group",
            "level",
            "tier",
            "text",
            "history",
        ),
    }
)
COUNTED = frozenset({"item", "sale", "order", "list", "product", "customer", "user", "unit", "line"})
QUANTITY = frozenset({"quantity"})
CENTS = frozenset(
    {"cent", "cents", "minor", "pence", "penny", "centavo", "centime", "centimo", "centesimi", "eurocent"}
)
_CENTS_SAID = re.compile(
    r"(?<![a-z])(?:euro)?cent(?:s|ime|imes|avo|avos|imo|imos|esimi)?(?![a-z])|minor (?:currency )?unit"
    r"|smallest (?:currency )?unit|(?<![a-z])(?:pence|penny|pennies)(?![a-z])",
)
_CENTS_DENIED = re.compile(
    r"\b(?:not|no|never|nicht|keine|without|instead of|rather than|per|pro)\s+(?:in\s+|as\s+|whole\s+)?"
    r"(?:euro)?cents?\b"
)
CENT_PLACES = 2
_UP_TO_ONE_OR_HUNDRED = re.compile(r"(?:<=?|\band)\s*\(*'?(?:1|100)(?:\.0*)?(?![\d.])", re.IGNORECASE)
WHEN = frozenset({"at", "on", "when"})
TAX_OR_NOT = frozenset({"incl", "excl", "inc", "excluding", "including", "before", "after", "gross", "net", "with"})
COUNTING = frozenset({"count", "number", "no"})
PIECES = frozenset({"item", "product", "unit", "piece", "article", "good"})
DONE = frozenset({"of", "ordered", "order", "sold", "bought", "purchased"})
PHONE = frozenset({"phone"})
ZIP = frozenset({"zip"})
NOT_DIGITS = frozenset({"id", "count", "type", "verified", "is", "has", "confirmed"})

AT = frozenset({"at", "on", "time", "um", "en", "em", "op", "il"})  # after a participle: `creado_en`, `besteld_op`
HAPPENED = frozenset(
    {
        *("created", "updated", "placed", "ordered", "order", "paid", "shipped", "delivered", "registered"),
        *("versandt", "verschickt", "versendet", "geliefert", "geandert", "aktualisiert"),
        *("enviado", "entregado", "entregue", "realizado", "pagado", "pago", "actualizado"),
        *("besteld", "betaald", "verzonden", "geplaatst", "gewijzigd", "ordinato", "pagato", "spedito", "inviato"),
    }
)

Meaning = Callable[[Column, Table], bool]


def _words(column: Column, table: Table) -> Words:
    return column_words(column.name, table)


def _money_words(column: Column, table: Table) -> Words:
    """The words of a name without what only says when or how a price was: `price_at_purchase`, `price_excl_vat`."""
    found = _words(column, table)
    if not has(found, PRICES):
        return found
    if found[-1] in PRICES and has(found, WHEN):  # `sold_at_price`
        return found[-1:]
    at = next((n for n, word in enumerate(found[:-1]) if n and word in WHEN and has(found[:n], PRICES)), len(found))
    taxed = has(found, TAX_OR_NOT)
    return tuple(word for word in found[:at] if not (taxed and word in ("tax", *TAX_OR_NOT)))


def is_money(column: Column, table: Table) -> bool:
    """A price, total, fee …: by its words, and for the less certain ones also by a numeric type."""
    found = _money_words(column, table)
    if column.array or _refers(column, table) or not has(found, MONEY) or has(found, NOT_MONEY):
        return False
    if (found[-1] in COUNTED and not has(found, PRICES)) or _counts_pieces(column, table):
        return False  # `total_items`; `amount` beside a price
    return column.family in NUMBERS or (has(found, CERTAIN_MONEY) and column.family in TEXT)


def is_price(column: Column, table: Table) -> bool:
    """What one piece costs: money whose words say price, cost or amount."""
    found = _money_words(column, table)
    return is_money(column, table) and has(found, PRICES) and not has(found, ("discount", "tax", "freight", "shipment"))


def is_total(column: Column, table: Table) -> bool:
    """Money from which a price follows: a total, no discount, tax or fee."""
    return is_money(column, table) and has(_money_words(column, table), ("total", "subtotal", *PRICES))


def is_quantity(column: Column, table: Table) -> bool:
    """How many pieces."""
    found = _words(column, table)
    if column.array or _refers(column, table) or has(found, ("per", "type", "price")):
        return False
    if has(found, QUANTITY) or _says_pieces(found):
        return True
    return _counts_pieces(column, table)


def _says_pieces(found: Words) -> bool:
    """`units`, `pieces`, `count`, `product_count`, `num_items`, `units_ordered`; but `item_number` names an item."""
    plain = _undone(found) or ("",)
    if plain in (("unit",), ("piece",), ("count",)):
        return True
    counted = plain[0] in COUNTING or plain[-1] == "count"
    return counted and has(plain, PIECES) and set(plain) <= COUNTING | PIECES


def _undone(found: Words) -> Words:
    """`amount_ordered` is an amount."""
    return tuple(word for word in found if word not in DONE)


def _counts_pieces(column: Column, table: Table) -> bool:
    """A whole `amount` beside a price, where nothing else is a quantity, counts pieces."""
    found = _words(column, table)
    if found[:1] != ("amount",) or _undone(found) != ("amount",) or column.family not in WHOLE:
        return False
    others = [_words(other, table) for other in table.columns if other.name != column.name]
    return any("price" in found for found in others) and not any(has(found, QUANTITY) for found in others)


def is_stock(column: Column, table: Table) -> bool:
    """How many pieces are left; a quantity when it stands on a product."""
    found = _words(column, table)
    if column.array or column.family == "bool" or _refers(column, table) or has(found, MONEY):
        return False
    if found in (("stock", "level"), ("current", "stock", "level")):
        return True
    if has(found, ("id", "status", "location", "keeping", "min", "max", "level", "threshold", "date", "at", "code")):
        return False
    return has(found, ("stock",)) or found[-2:] == ("on", "hand") or is_quantity(column, table)


def is_email(column: Column, table: Table) -> bool:
    """An e-mail address, not a flag or time about it."""
    found = _words(column, table)
    return (
        column.family in (*TEXT, "enum")
        and has(found, ("email",))
        and not has(found, ("hash", "token", "type", "subject", "body", "status", "code", "template"))
    )


def is_login(column: Column, table: Table) -> bool:
    """A name to log in with."""
    found = _words(column, table)
    return column.family in TEXT and (has(found, ("login",)) or found in (("user", "name"), ("account", "name")))


def is_status(column: Column, table: Table) -> bool:
    """The state of an order; `state` and `estado` beside a city or zip are part of an address."""
    found = _words(column, table)
    if column.family in DATED or has(found, ("date", "at", "updated", "changed", "note", "reason", "history")):
        return False
    if has(found, ("payment", "shipment", "address", "country", "refund", "fulfillment", "invoice")):
        return False
    if has(found, ("status",)) and "estado" not in column.name.lower():
        return True
    return (has(found, ("status",)) or found[-1:] == ("state",)) and not _in_address(column, table, found)


def is_name(column: Column, table: Table) -> bool:
    """What a thing is called."""
    found = _words(column, table)
    if column.family not in (*TEXT, "json") or not has(found, ("name", "title")):
        return False
    return not has(found, ("image", "file", "brand", "supplier", "login", "meta", "seo"))


def is_date_named(column: Column, table: Table) -> bool:
    """Its name says that it is a point in time."""
    found = _words(column, table)
    if not found or has(found, ("status", "zone", "format", "note", "by", "type", "is")):
        return False
    timed = found[-1] in ("date", "birthday", "dob") or found[0] == "date"
    at = len(found) > 1 and found[-1] in AT and has(found, HAPPENED)
    return timed or at or found in (("created",), ("updated",), ("time",), ("birth",))


def is_birthday(column: Column, table: Table) -> bool:
    """A day in somebody's life, the same in every time zone."""
    return has(_words(column, table), ("birth", "birthday", "dob"))


def is_phone_or_zip(column: Column, table: Table) -> bool:
    """Digits that are no number: a phone number or a postal code."""
    found = _words(column, table)
    if _refers(column, table) or has(found, NOT_DIGITS):
        return False
    return has(found, PHONE | ZIP) or found[-2:] == ("zip", "code")


def says_cents(column: Column, table: Table) -> bool:
    """Its name or comment says that whole numbers count the smallest unit of the currency."""
    return has(_words(column, table), CENTS) or mentions_cents(column.comment) or mentions_cents(table.comment)


def mentions_cents(text: str) -> bool:
    """The text speaks of cents or minor units, other than to say that they are not meant."""
    return _CENTS_SAID.search(_CENTS_DENIED.sub(" ", text.lower())) is not None


def is_share(column: Column, table: Table) -> bool:
    """A discount or tax that may be a percentage or a part of one: whole, of few places, or bounded by 1 or 100."""
    found = _words(column, table)
    if not has(found, ("discount", "tax")) or has(found, CERTAIN_MONEY):
        return False
    places = column.args[1] if len(column.args) > 1 else CENT_PLACES
    coarse = column.family in WHOLE or (column.family == "numeric" and places < CENT_PLACES)
    rules = [rule.text for rule in table.checks if column.name in rule.columns]
    return coarse or any(_UP_TO_ONE_OR_HUNDRED.search(rule) for rule in rules)


def unclear(table: Table, families: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns of some families whose names say nothing that we know: they may mean anything."""
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    return tuple(
        column
        for column in table.columns
        if column.family in families and column.name not in keys and not says(_words(column, table), table)
    )


def columns_of(table: Table, meaning: Meaning) -> tuple[Column, ...]:
    """The columns of a table that mean it, in the table's order."""
    return tuple(column for column in table.columns if meaning(column, table))


def first_of(table: Table, meaning: Meaning, prefer: Iterable[str] = ()) -> Column | None:
    """The first such column; one whose words hold one of `prefer` (in that order) goes first."""
    found = columns_of(table, meaning)
    for word in prefer:
        for column in found:
            if word in _words(column, table):
                return column
    return found[0] if found else None


def price_of(table: Table) -> Column | None:
    """The price: `unit_price` and `price` before list prices and costs."""
    plain = [c for c in columns_of(table, is_price) if not has(_words(c, table), ("cost", "old", "compare", "list"))]
    return plain[0] if plain else first_of(table, is_price)


def name_of(table: Table) -> Column | None:
    """The name or title, the shortest way of saying so first."""
    found = sorted(columns_of(table, is_name), key=lambda column: len(_words(column, table)))
    return found[0] if found else None


def _refers(column: Column, table: Table) -> bool:
    return any(column.name in key.columns for key in table.foreign_keys)


def _in_address(column: Column, table: Table, found: Words) -> bool:
    """It stands beside a city, and neither its name, nor what it refers to, nor the names beside it say otherwise."""
    places = [said for other in table.columns if has(said := _words(other, table), _PLACES)]
    key = next((key for key in table.foreign_keys if key.columns == (column.name,)), None)
    if not places or "order" in (*found, *(words(key.table.rpartition(".")[2]) if key else ())):
        return False
    address = set.intersection(*map(set, places)) - _PLACES - _OF_PLACES  # `envio_ciudad`, `envio_calle`: `envio`
    return not address or not address.isdisjoint(found)
