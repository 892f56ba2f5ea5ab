"""One row of every table that its rules took, with every trigger and rule at work: what many rows are made of."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

import time

import psycopg

from grader.collectors.schema.late import begin, late_rules
from grader.collectors.schema.layout import Layout, Reference, Slow, Unfillable, placed_at
from grader.collectors.schema.rows import Obstacle, Row, RowMaker, made_maker
from grader.collectors.schema.session import Session
from grader.collectors.schema.skew import Skew, skews
from grader.database import Server
from grader.evidence.catalog import Table
from grader.sql.schema.shop import Shop
from grader.visible import one_line

SECONDS = 10.0


class Templates:
    """Finds the rows in a session of its own, whose transaction is never ended by a commit."""

    def __init__(self, server: Server, layout: Layout, shop: Shop, deadline: float) -> None:
        self.server, self.layout, self.shop, self.deadline = server, layout, shop, deadline
        self.skews: dict[str, Skew] = {}

    def found(self) -> tuple[dict[str, dict[str, str | None]], list[str]]:
        """A row of every table as it was stored, and the statements that make the rows beside them."""
        with Session(self.server, SECONDS) as session:
            maker = made_maker(session, self.shop.schema)
            maker.deadline = self.deadline
            try:
                stored = self._one_of_each(maker)
                self.skews = skews(maker, self.shop)
            except (Obstacle, psycopg.Error) as error:
                raise Unfillable(one_line(str(error), 200)) from error
            filled = tuple(f"INSERT INTO {maker.name(table.name)} " for table in self.layout.order)
            return stored, [statement for statement in maker.log if not statement.startswith(filled)]

    def _one_of_each(self, maker: RowMaker) -> dict[str, dict[str, str | None]]:
        """The rows, with the rules for the end of a transaction put off where no row is taken otherwise."""
        begin(maker.session)
        try:
            return {table.name: self._template(maker, table) for table in self.layout.order}
        except Obstacle:
            late = "" if maker.session.lost else late_rules(maker.session)
            if not late:
                raise
        maker.session.run("ROLLBACK")
        maker.begin()
        maker.choices.clear()
        begin(maker.session, late)
        return {table.name: self._template(maker, table) for table in self.layout.order}

    def _template(self, maker: RowMaker, table: Table) -> dict[str, str | None]:
        if time.monotonic() > self.deadline:
            raise Slow("filling the tables takes too long")
        references = self.layout.references(table)
        maker.wants(table, *self._wanted(table), *(name for r in references for name in r.columns))
        given: dict[str, str] = {}
        for reference in references:
            given |= _shared(maker.made.get(reference.table), reference)
        try:
            row = maker.insert(table, given)
        except Obstacle:
            if not given or maker.session.lost:
                raise
            row = maker.insert(table)
        return _stored(maker, row)

    def _wanted(self, table: Table) -> list[str]:
        """Columns that a question asks about."""
        spots = [self.shop.login(), self.shop.price(), self.shop.stock(), self.shop.status()]
        found = [spot.column.name for spot in spots if spot and spot.table.name == table.name]
        order = self.shop.table("order")
        if order is not None and order.name == table.name and (placed := placed_at(order)):
            found.append(placed)
        return [name for name in found if (column := table.column(name)) and not column.generated]


def _shared(row: Row | None, reference: Reference) -> dict[str, str]:
    """The key of a row that was made before, for the columns that refer to it."""
    if row is None or not set(reference.references) <= set(row.values):
        return {}
    return {column: row.values[key] for column, key in zip(reference.columns, reference.references, strict=True)}


def _stored(maker: RowMaker, row: Row) -> dict[str, str | None]:
    """A row as the database keeps it, defaults and what triggers filled in included."""
    names = [column.name for column in row.table.columns if not column.generated]
    wanted = ", ".join(f"{maker.name(name)}::text" for name in names)
    query = f"SELECT {wanted} FROM {maker.name(row.table.name)} WHERE {maker.where(row)} LIMIT 1"
    found = maker.session.run(query).fetchone()
    if found is None:
        raise Obstacle(f"a row of {row.table.name} was inserted and is not there")
    return {name: None if value is None else str(value) for name, value in zip(names, found, strict=True)}
