"""How tables of a shop are called and what columns they have: what the matcher knows beforehand."""

from __future__ import annotations

from grader.evidence.catalog import DATED, NUMBERS, TEXT, Table
from grader.evidence.schema import Concept
from grader.sql.schema import meanings
from grader.sql.schema.names import Words, column_words, has

ENTITIES: tuple[Concept, ...] = ("user", "product", "category", "order", "order_line")

REFERRED_BY = {
    "user": ("order",),
    "product": ("order_line",),
    "category": ("product",),
    "order": ("order_line",),
    "order_line": (),
}
REFERS_TO = {
    "user": (),
    "product": ("category",),
    "category": (),
    "order": ("user",),
    "order_line": ("order", "product"),
}

_BUYING = (
    "order",
    "sale",
    "purchase",
    "invoice",
    "booking",
    "sale order",
    "customer order",
    "purchase order",
    "shop order",
)
_PIECE = (
    "item",
    "line",
    "detail",
    "product",
    "line item",
    "entry",
    "position",
    "row",
    "article",
    "good",
    "book",
    "content",
)

_EXACT: dict[str, dict[str, float]] = {
    "user": {
        **dict.fromkeys(("user", "customer", "account", "buyer", "shopper", "member", "consumer"), 1.0),
        **dict.fromkeys(("user account", "customer account", "app user", "shop user", "site user", "system user"), 1.0),
        **dict.fromkeys(("sys user", "auth user", "shop customer", "store customer", "web user", "user info"), 1.0),
        **dict.fromkeys(("member info", "customer info", "user master", "customer master", "end user"), 1.0),
        **dict.fromkeys(("person", "party", "profile", "user profile", "contact"), 0.7),
    },
    "product": {
        **dict.fromkeys(
            ("product", "item", "good", "article", "sku", "catalog item", "product item", "stock item"), 1.0
        ),
        **dict.fromkeys(("book", "track", "part", "shop product", "store product", "catalog product"), 1.0),
        **dict.fromkeys(("variant", "product variant", "product master"), 0.8),
    },
    "category": dict.fromkeys(
        (
            *("category", "product category", "department", "taxon", "product type", "product line", "collection"),
            *("genre", "product group", "item category", "subcategory", "product subcategory", "category product"),
            *("item group", "book category", "catalog category", "shop category", "article group"),
            *("type product", "category article"),
        ),
        1.0,
    ),
    "order": {
        **dict.fromkeys(
            (*_BUYING, "order header", "sale order header", "order head", "user order", "order info"),
            1.0,
        ),
        **dict.fromkeys(("purchase order", "purchase order header", "transaction"), 0.7),
    },
    "order_line": {
        **{f"{buying} {piece}": 1.0 for buying in _BUYING for piece in _PIECE},
        **{f"{piece} {buying}": 1.0 for buying in _BUYING for piece in _PIECE},
        **dict.fromkeys(("line item", "ordered product", "ordered item", "order product item", "paid item"), 1.0),
        **dict.fromkeys(("order has product", "product booked", "order content", "product in order"), 1.0),
    },
}

_ENDS = {
    "product": {"product": 0.45},
    "category": {"category": 0.5},
    "order": {"order": 0.5},
}
_STARTS = {
    "product": {"product": 0.4, "item": 0.4},
    "order": {"order": 0.25, "purchase": 0.25, "sale": 0.25},
}
_HOLDS = {
    "user": {"customer": 0.35, "user": 0.35, "client": 0.35, "buyer": 0.35},
    "category": {"category": 0.3, "genre": 0.3, "taxon": 0.3},
    "order_line": {"item": 0.2, "line": 0.2},
}

# A table with one of these words is something about the concept, not the concept.
_OTHER: dict[str, frozenset[str]] = {
    "user": frozenset(
        {
            *("role", "permission", "group", "token", "session", "address", "setting", "admin"),
            *("log", "review", "history", "payment", "attribute", "xref", "preference", "status"),
            *("type", "cart", "wishlist", "coupon", "demographic", "order", "image", "note"),
        }
    ),
    "product": frozenset(
        {
            *("image", "review", "tag", "attribute", "option", "property", "description", "type"),
            *("price", "category", "stock", "xref", "promotion", "relationship", "history", "subcategory"),
            *("supplier", "document", "model", "cost", "translation", "media", "feature", "cart"),
            *("wishlist", "comment", "collection", "group", "discount", "variation", "order", "sale"),
            *("line"),
        }
    ),
    "category": frozenset(
        {
            *("promotion", "tax", "shipment", "credit", "xref", "media", "attribute", "search"),
            *("translation", "image", "rule"),
        }
    ),
    "order": frozenset(
        {
            *("item", "line", "detail", "status", "history", "attribute", "promotion", "payment"),
            *("adjustment", "lock", "total", "product", "price", "log", "xref", "note"),
            *("tracking", "work", "cart", "address", "shipment", "discount", "coupon", "tax"),
            *("refund", "return", "event", "type", "state", "wishlist"),
        }
    ),
    "order_line": frozenset(
        {
            *("cart", "adjustment", "attribute", "discount", "tax", "message", "download", "action"),
            *("wishlist", "stock", "review", "history", "offer", "promotion", "log", "shipment"),
            *("return", "playlist", "menu", "refund", "status", "option", "image"),
        }
    ),
}
DEMOTED = 0.2
BUYERS = ("customer", "buyer", "shopper", "consumer")


def name_score(concept: str, found: Words) -> float:
    """How well a table's name fits a concept, 0 to 1."""
    name = " ".join(found)
    score = max(
        _EXACT[concept].get(name, 0.0),
        _ENDS.get(concept, {}).get(found[-1], 0.0) if found else 0.0,
        _STARTS.get(concept, {}).get(found[0], 0.0) if found else 0.0,
        *(value for word, value in _HOLDS.get(concept, {}).items() if word in found),
        _half_a_line(found) if concept == "order_line" else 0.0,
        0.0,
    )
    return score * DEMOTED if score < 1 and has(found, _OTHER[concept]) else score


def _half_a_line(found: Words) -> float:
    buying = has(found, ("order", "sale", "invoice", "purchase", "booking"))
    return 0.5 if buying and has(found, ("item", "line", "detail", "product", "position", "article")) else 0.0


def is_cart(found: Words) -> bool:
    """What somebody may buy some day: no order yet."""
    return has(found, ("cart", "wishlist")) and not has(found, ("order", "purchase", "sale"))


def holds_money(table: Table) -> bool:
    """A bank account: a balance, and nothing to log in with or to be reached by."""
    return _any(table, "balance", "saldo") and not _any(table, "email", "password", "login", "phone", "name")


def measures(table: Table) -> bool:
    """Some number in it is no key."""
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    return any(column.family in NUMBERS and column.name not in keys for column in table.columns)


def has_text(table: Table) -> bool:
    """Some column can hold a name."""
    return any(column.family in (*TEXT, "json", "enum") for column in table.columns)


def hints(concept: str, table: Table) -> float:
    """How well a table's columns fit a concept, 0 to 1."""
    return min(_HINTS[concept](table), 1.0)


def _any(table: Table, *words: str) -> bool:
    return any(has(column_words(column.name, table), words) for column in table.columns)


def _user_hints(table: Table) -> float:
    named = _any(table, "name", "login")
    return 0.5 * _any(table, "email") + 0.3 * _any(table, "password") + 0.15 * named + 0.15 * _any(table, "phone")


def _product_hints(table: Table) -> float:
    told = _any(table, "name", "title", "description")
    marked = _any(table, "sku", "barcode", "isbn", "upc", "ean")
    return 0.4 * _any(table, "price", "cost") + 0.3 * marked + 0.15 * told + 0.2 * _any(table, "stock", "quantity")


def _category_hints(table: Table) -> float:
    named = _any(table, "name", "title", "description")
    return 0.35 * _any(table, "parent", "lft", "rgt") + 0.15 * named + 0.15 * _any(table, "slug", "position")


def _order_hints(table: Table) -> float:
    dated = any(column.family in DATED for column in table.columns) or _any(table, "date", "placed", "created")
    money = _any(table, "total", "amount", "freight", "subtotal")
    sent = _any(table, "ship", "shipment", "billing", "payment")
    return 0.25 * _any(table, "status") + 0.2 * dated + 0.25 * money + 0.15 * sent


def _line_hints(table: Table) -> float:
    counted = any(meanings.is_quantity(column, table) for column in table.columns)
    return 0.45 * counted + 0.3 * _any(table, "price", "cost", "amount", "total", "subtotal")


_HINTS = {
    "user": _user_hints,
    "product": _product_hints,
    "category": _category_hints,
    "order": _order_hints,
    "order_line": _line_hints,
}


def bare(table: Table) -> bool:
    """Nothing is in it but keys: it says of nobody who he is and of nothing what it costs."""
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    return all(column.name in keys or column.name.lower() in ("id", "uuid") for column in table.columns)


def plausible(concept: str, table: Table, *, linked: bool) -> bool:
    """True unless a table plainly cannot be what it was named for; `linked`: it refers or is referred to."""
    if concept == "order_line":
        return linked and (measures(table) or not has_text(table))
    if concept in ("order", "product_category"):
        return linked
    if concept == "product" and _any(table, "email", "password"):
        return False
    return bool(table.primary_key) and any(column.family in TEXT for column in table.columns)
