"""Fill a stranger's tables with many rows: one row of each that its rules took, multiplied, loaded by COPY.

The row is found with every trigger and rule at work. The copies are loaded with triggers at rest, as a restore would,
because what they would do was decided by the first row and would cost minutes; keys, CHECKs, domains and generated
columns are still enforced. References lead somewhere because they are taken from the rows of the parents.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import psycopg

from grader.collectors.schema.layout import Layout, Reference, Slow, Unfillable
from grader.collectors.schema.rows import made_maker
from grader.collectors.schema.session import CANCELLED, KILLED, ROLE, Session, state_of
from grader.collectors.schema.templates import Templates
from grader.collectors.schema.variation import Variation, changed
from grader.collectors.schema.volume import (
    CannotVary,
    Cells,
    Sheet,
    conflicts,
)
from grader.database import Server
from grader.evidence.catalog import Schema, Table
from grader.sql.schema.shop import Shop
from grader.visible import one_line

IN_ALL_SECONDS = 30.0
TRIES = 12
MOST_BYTES = 512 * 1024**2
AT_REST = "SET session_replication_role = replica"


def quiet(server: Server, seconds: float) -> Session:
    """A session of the powerless role in which triggers rest. It cannot wake them, nor can what runs in it."""
    with server.connect() as boss:
        boss.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
    try:
        session = Session(server, seconds)
        session.run(AT_REST)
        return session
    finally:
        with server.connect() as boss:
            boss.execute(f"REVOKE SET ON PARAMETER session_replication_role FROM {ROLE}")


class Bulk:
    """Fills the tables inside a transaction of `session`, which its caller undoes."""

    def __init__(self, server: Server, session: Session, schema: Schema, shop: Shop) -> None:
        self.server, self.session, self.schema, self.shop = server, session, schema, shop
        self.layout = Layout(shop)
        self.maker = made_maker(session, schema)
        self.sheets: dict[str, Sheet] = {}
        self.variation = Variation(shop, {})
        self.deadline = time.monotonic() + IN_ALL_SECONDS

    def fill(self) -> dict[str, Sheet]:
        """The sheets loaded, by table; raises `Unfillable` with the reason, `Slow` when it takes too long."""
        templates = Templates(self.server, self.layout, self.shop, self.deadline)
        rows, statements = templates.found()
        self.variation = Variation(self.shop, templates.skews)
        try:
            self._emptied()
            for statement in statements:
                self.run(statement)
            for table in self.layout.order:
                self._fill(table, rows[table.name])
        except CannotVary as error:
            raise Unfillable(str(error)) from error
        return self.sheets

    def run(self, statement: str, data: str | None = None) -> psycopg.Cursor[tuple[object, ...]]:
        """Run a statement within the time left."""
        if time.monotonic() > self.deadline:
            raise Slow("filling the tables takes too long")
        try:
            return self.session.run(statement, data)
        except psycopg.Error as error:
            if self.session.lost or state_of(error) in (CANCELLED, KILLED):
                raise Slow("filling the tables takes too long") from error
            raise

    # many rows

    def _emptied(self) -> None:
        """Begin with empty tables: what is written to a table emptied by the same transaction needs no log."""
        names = ", ".join(self.maker.name(table.name) for table in self.layout.order)
        self.run("SAVEPOINT filling")
        try:
            self.run(f"TRUNCATE {names} CASCADE")
        except psycopg.Error:
            self.run("ROLLBACK TO SAVEPOINT filling")  # with the rows there are, then

    def _fill(self, table: Table, template: dict[str, str | None]) -> None:
        sheet = self._referring(table, template)
        style = self.variation.style(sheet)
        names = [column.name for column in table.columns]
        columns = ", ".join(self.maker.name(name) for name in sheet.columns())
        copy = f"COPY {self.maker.name(table.name)} ({columns}) FROM STDIN"
        self.variation.vary(sheet, style)
        problem, tries = self._loaded(copy, sheet), 1
        while problem is not None:
            refusal = f"`{table.name}` takes one row and not {sheet.size}: {_said(problem)}"
            if tries == TRIES or not changed(table, style, problem, names):
                raise Unfillable(refusal)
            try:
                self.variation.vary(sheet, style)
            except CannotVary as error:
                raise Unfillable(f"{refusal}; {error}") from error
            problem, tries = self._loaded(copy, sheet), tries + 1
        self.sheets[table.name] = sheet
        self._bounded()

    def _loaded(self, copy: str, sheet: Sheet) -> psycopg.Error | None:
        """Load a few rows, then all; the refusal if there is one."""
        few = sheet.sample()
        self.run("SAVEPOINT filling")
        try:
            self.run(copy, sheet.text(few))
            self.run("ROLLBACK TO SAVEPOINT filling")
            kept = self.run(copy, sheet.text()).rowcount
        except psycopg.Error as error:
            self.run("ROLLBACK TO SAVEPOINT filling")
            return error
        if kept != sheet.size:
            raise Unfillable(f"of {sheet.size} rows `{sheet.table.name}` keeps {max(kept, 0)}")
        self.run("RELEASE SAVEPOINT filling")
        return None

    def _bounded(self) -> None:
        row = self.session.run("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").fetchone()
        if row is None or int(str(row[0])) > MOST_BYTES:
            raise Slow("the tables grow too large")

    def _referring(self, table: Table, template: dict[str, str | None]) -> Sheet:
        """A sheet whose references lead to the rows of its parents."""
        sheet = Sheet(table, self.layout.sizes[table.name], dict(template))
        for reference in self.layout.references(table):
            parent = self.sheets.get(reference.table)
            if parent is None:
                continue
            row_of = self.layout.parent_row(table.name, reference.table)
            rows = list(map(row_of, range(sheet.size)))
            found = _renamed(parent.picked(reference.references, rows), reference)
            if not conflicts(sheet, found):
                _settle(sheet, found)
                continue
            loose = [name for name in reference.columns if name not in sheet.cells and _nullable(table, name)]
            if not loose:
                raise Unfillable(f"`{table.name}` refers to `{reference.table}` and another table with one column")
            sheet.same.update(dict.fromkeys(loose))
        return sheet


def _renamed(found: Mapping[str, Cells | str | None], reference: Reference) -> dict[str, Cells | str | None]:
    return {column: found[key] for column, key in zip(reference.columns, reference.references, strict=True)}


def _settle(sheet: Sheet, found: Mapping[str, Cells | str | None]) -> None:
    for name, value in found.items():
        if value is None or isinstance(value, str):
            sheet.same[name] = value
        else:
            sheet.cells[name] = value


def _nullable(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.nullable


def _said(problem: psycopg.Error) -> str:
    return one_line(problem.diag.message_primary or str(problem), 160)
