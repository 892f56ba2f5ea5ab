"""Which column says how far an order has come: by its name, else by the states that it knows."""

from __future__ import annotations

import re

from grader.evidence.catalog import DATED, Column, Table
from grader.sql.schema import meanings
from grader.sql.schema.links import Links
from grader.sql.schema.names import column_words, has, words

MOST_VALUES = 40
ENOUGH = 2  # `open` alone may be said of a shop's door
STATES = frozenset(
    {
        *("open", "pending", "placed", "processing", "received", "waiting", "confirmed", "created", "ordered"),
        *("paid", "payment", "ship", "shipped", "shipment", "sent", "delivered", "packed", "picked"),
        *("closed", "complete", "completed", "done", "finished", "fulfilled", "archived"),
        *("cancelled", "canceled", "cancel", "returned", "refund", "refunded", "rejected", "expired"),
        *("bezahlt", "versendet", "versandt", "verschickt", "geliefert", "storniert", "abgeschlossen", "offen"),
        *("eingegangen", "erledigt", "retourniert", "bestellt"),
        *("pagado", "enviado", "entregado", "cancelado", "anulado", "abierto", "cerrado", "pendiente", "completado"),
        *("pendente", "aberto", "entregue", "concluido", "devuelto", "pago"),
        *("ouvert", "attente", "livre", "termine", "annule", "expedie", "paye"),
        *("aperto", "consegnato", "spedito", "annullato", "betaald", "verzonden", "geleverd", "geannuleerd"),
    }
)
_OF_SOMETHING_ELSE = ("payment", "shipment", "refund", "invoice", "fulfillment")
_LISTED = re.compile(r"'([^']{1,60})'")


def status_column(order: Table, links: Links) -> Column | None:
    """The column with the state of an order; None when it has none.

    What is called a status goes first; then one with an enum or a CHECK of states, whatever its name and neighbours
    (`state` beside a city may be a federal state, but not one that may be `paid`), then one that refers to states.
    """
    named = meanings.first_of(order, meanings.is_status)
    if named is not None:
        return named
    known = [column for column in order.columns if lists_states(column, order) or _refers(column, order, links)]
    plain = [column for column in known if not has(column_words(column.name, order), _OF_SOMETHING_ELSE)]
    return next(iter(plain or known), None)


def lists_states(column: Column, order: Table) -> bool:
    """Its enum or CHECK names states that an order goes through."""
    if column.family in DATED:
        return False
    rules = [rule.text for rule in order.checks if rule.columns == (column.name,)]
    values = [*column.enum, *(text for rule in rules for text in _LISTED.findall(rule))]
    return sum(has(words(value), STATES) for value in dict.fromkeys(values[:MOST_VALUES])) >= ENOUGH


def _refers(column: Column, order: Table, links: Links) -> bool:
    """To a table of states of orders; a table called `states` alone may hold federal ones."""
    targets = (set(links.words(key.table)) for key in order.foreign_keys if key.columns == (column.name,))
    return any(
        ("status" in found or {"state", "order"} <= found) and not found & set(_OF_SOMETHING_ELSE) for found in targets
    )
