"""Columns in which the rows that a question looks for are rare: open orders among done ones, few pieces among many."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

import re

import msgspec
import psycopg

from grader.collectors.schema.rows import Obstacle, RowMaker
from grader.collectors.schema.volume import Cells, named_in, rare
from grader.evidence.catalog import NUMBERS, TEXT, WHOLE, Column, Table
from grader.sql.schema import meanings
from grader.sql.schema.names import has, words
from grader.sql.schema.shop import Shop

FEW_LEFT, MANY_LEFT = "3", "500"
LOW = 5
MOST_STATES = 50
OPEN = frozenset(
    {
        *("open", "pending", "new", "placed", "created", "processing", "received", "waiting", "confirmed", "paid"),
        *("offen", "neu", "eingegangen", "pendente", "aberto", "novo", "pendiente", "abierto", "nuevo", "ouvert"),
        *("nouveau", "attente", "aperto", "nuovo", "ordered", "active"),
    }
)
DONE = frozenset(
    {
        *("delivered", "completed", "complete", "done", "closed", "shipped", "fulfilled", "finished", "sent"),
        *("geliefert", "abgeschlossen", "erledigt", "versendet", "versandt", "entregue", "concluido", "entregado"),
        *("completado", "livre", "termine", "consegnato", "spedito", "archived"),
    }
)
OVER = DONE | {
    *("cancelled", "canceled", "returned", "refunded", "rejected", "failed", "expired"),
    *("storniert", "retourniert", "zuruckgesendet", "abgelehnt", "cancelado", "devuelto", "annule", "annullato"),
}
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NEGATED = re.compile(r"<>|!=|\bNOT\b", re.IGNORECASE)


class Skew(msgspec.Struct, frozen=True, kw_only=True):
    """The rare value of a column and the usual one."""

    table: str
    column: str
    rare: str
    usual: str

    def cells(self, size: int) -> Cells:
        """The column's values, mostly the usual one."""
        return [self.rare if rare(row) else self.usual for row in range(size)]


def skews(maker: RowMaker, shop: Shop) -> dict[str, Skew]:
    """The skewed columns by question; reads rows of tables of statuses in the maker's transaction."""
    found = {}
    stock = shop.stock()
    if stock is not None and stock.column.family in NUMBERS:
        found["low-stock"] = Skew(table=stock.table.name, column=stock.column.name, rare=FEW_LEFT, usual=MANY_LEFT)
    status = shop.status()
    if status is not None:
        states = _states(maker, status.column, status.table)
        chosen = _chosen(states, status.column, status.table)
        if chosen is not None:
            found["open-orders"] = Skew(
                table=status.table.name, column=status.column.name, rare=chosen[0], usual=chosen[1]
            )
    return found


def _states(maker: RowMaker, column: Column, table: Table) -> list[tuple[str, str]]:
    """What a status may be, as stored and in words."""
    if column.enum:
        return [(label, label) for label in column.enum]
    key = next((key for key in table.foreign_keys if key.columns == (column.name,)), None)
    if key is not None:
        return _rows_of(maker, key.table, key.references[0])
    if column.family == "bool":
        return [("false", "open"), ("true", "done")]
    rules = [rule.text for rule in table.checks if column.name in rule.columns]
    if column.family in TEXT:
        listed = [text.replace("''", "'") for rule in rules if "~" not in rule for text in _LITERAL.findall(rule)]
        return [(text, text) for text in dict.fromkeys(listed)] or [("open", "open"), ("delivered", "delivered")]
    return [("1", "1"), ("2", "2")] if column.family in WHOLE else []


def _rows_of(maker: RowMaker, name: str, key: str) -> list[tuple[str, str]]:
    """The statuses in a table of their own; where it has one row, another is made."""
    table = maker.schema.table(name)
    if table is None:
        return []
    found = _read(maker, table, key)
    if len(found) == 1:
        maker.session.connection.execute("SAVEPOINT status")
        made = len(maker.log)
        try:
            maker.insert(table)
        except (Obstacle, psycopg.Error):
            if maker.session.lost:
                raise
            maker.session.connection.execute("ROLLBACK TO SAVEPOINT status")
            del maker.log[made:]
        found = _read(maker, table, key)
    return found


def _read(maker: RowMaker, table: Table, key: str) -> list[tuple[str, str]]:
    said = meanings.name_of(table)
    texts = next((c.name for c in table.columns if c.family in TEXT), key) if said is None else said.name
    query = (
        f"SELECT {maker.name(key)}::text, {maker.name(texts)}::text FROM {maker.name(table.name)} "
        f"WHERE {maker.name(key)} IS NOT NULL ORDER BY 1 LIMIT {MOST_STATES}"
    )
    return [(str(row[0]), str(row[1])) for row in maker.session.run(query).fetchall()]


def _chosen(states: list[tuple[str, str]], column: Column, table: Table) -> tuple[str, str] | None:
    """The status to look for, one that a filtered index of the design is about if there is any, and another one."""
    stored = [state for state, _ in states]
    wheres = [index.where for index in table.indexes if column.name in named_in(index.where, table)]
    for where in wheres:
        named = [state for state in stored if state in _LITERAL.findall(where)]
        others = [state for state in stored if state not in named]
        if named and others:
            first, second = (others, named) if _NEGATED.search(where) else (named, others)
            if all(_means(s, states, OVER) for s in first) and any(_means(s, states, OPEN) for s in second):
                continue  # an index of what is over says nothing about what is open
            return _like(first, states, OPEN), _like(second, states, DONE)
    if len(stored) < len(("open", "done")):
        return None
    wanted = _like(stored, states, OPEN)
    rest = [state for state in stored if state != wanted]
    return wanted, _like(rest, states, DONE, last=True)


def left_out(where: str, value: str) -> bool:
    """The filter of an index names values, and this one is not among those it keeps."""
    named = _LITERAL.findall(where)
    return bool(named) and (value in named) == bool(_NEGATED.search(where))


def _like(stored: list[str], states: list[tuple[str, str]], meant: frozenset[str], *, last: bool = False) -> str:
    fitting = [state for state in stored if _means(state, states, meant)]
    return fitting[0] if fitting else stored[-1 if last else 0]


def _means(stored: str, states: list[tuple[str, str]], meant: frozenset[str]) -> bool:
    said = dict(states)[stored]
    return has(words(said), meant) or said.lower() in meant
