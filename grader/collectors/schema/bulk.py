"""Fill a stranger's tables with many rows: one row of each that its rules took, multiplied, loaded by COPY.

The row is found with every trigger and rule at work. The copies are loaded with triggers at rest, as a restore would,
because what they would do was decided by the first row and would cost minutes; keys, CHECKs, domains and generated
columns are still enforced. References lead somewhere because they are taken from the rows of the parents.
"""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from grader.collectors.schema.late import begin, late_rules
from grader.collectors.schema.layout import Layout, Reference, Unfillable, placed_at
from grader.collectors.schema.rows import UNIQUE, Obstacle, Row, RowMaker, made_maker
from grader.collectors.schema.session import CANCELLED, KILLED, ROLE, Session, state_of
from grader.collectors.schema.skew import Skew, skews
from grader.collectors.schema.volume import (
    CannotVary,
    Cells,
    Sheet,
    conflicts,
    distinct,
    moments,
    named_in,
    same_twice,
    unique_columns,
)
from grader.database import Server
from grader.evidence.catalog import NUMBERS, Column, Schema, Table
from grader.sql.schema.shop import Shop
from grader.visible import one_line

SECONDS = 10.0
IN_ALL_SECONDS = 30.0
TRIES = 12
MOST_BYTES = 512 * 1024**2
PRICES = 900
_PLACE = re.compile(r"column (\"[^\"]+\"|[^\s:,]+)[:,]")
AT_REST = "SET session_replication_role = replica"


class Slow(Unfillable):
    """Rows take too long or too much room."""


@dataclass(slots=True)
class Style:
    """How the columns of one table vary: ways tried so far by column. What need not vary may stop doing so."""

    unique: dict[str, int] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)


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
        self.skews: dict[str, Skew] = {}
        self.deadline = time.monotonic() + IN_ALL_SECONDS

    def fill(self) -> dict[str, Sheet]:
        """The sheets loaded, by table; raises `Unfillable` with the reason, `Slow` when it takes too long."""
        templates, statements = self._templates()
        try:
            self._emptied()
            for statement in statements:
                self.run(statement)
            for table in self.layout.order:
                self._fill(table, templates[table.name])
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

    # one row of each table, with everything awake

    def _templates(self) -> tuple[dict[str, dict[str, str | None]], list[str]]:
        """A row of every table as it was stored, and the statements that make the rows beside them."""
        with Session(self.server, SECONDS) as session:
            maker = made_maker(session, self.schema)
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
        style = Style(free=dict.fromkeys(self._free(sheet), 0), unique=dict.fromkeys(self._unique(sheet), 0))
        names = [column.name for column in table.columns]
        columns = ", ".join(self.maker.name(name) for name in sheet.columns())
        copy = f"COPY {self.maker.name(table.name)} ({columns}) FROM STDIN"
        self._vary(sheet, style)
        problem, tries = self._loaded(copy, sheet), 1
        while problem is not None:
            refusal = f"`{table.name}` takes one row and not {sheet.size}: {_said(problem)}"
            if tries == TRIES or not _changed(table, style, problem, names):
                raise Unfillable(refusal)
            try:
                self._vary(sheet, style)
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

    def _unique(self, sheet: Sheet) -> list[str]:
        """Columns that must differ from row to row, one for each unique set that does not differ yet."""
        tied = {name for key in sheet.table.foreign_keys for name in key.columns}
        login = self.shop.login()
        asked = login is not None and login.table.name == sheet.table.name and login.column.name not in tied
        chosen = [login.column.name] if asked and login else []
        for keys in unique_columns(sheet.table):
            if set(chosen) & set(keys) or not same_twice(sheet, keys):
                continue
            different = _most_different(sheet.table, keys)
            if different is None:
                raise Unfillable(f"no {sheet.size} different values of ({', '.join(keys)}) in `{sheet.table.name}`")
            chosen.append(different)
        return chosen

    def _free(self, sheet: Sheet) -> list[str]:
        """Columns that vary to make the questions real, if the table lets them."""
        found = [skew.column for skew in self.skews.values() if skew.table == sheet.table.name]
        order, price = self.shop.table("order"), self.shop.price()
        if order is not None and order.name == sheet.table.name:
            found.append(placed_at(order))
        if price is not None and price.table.name == sheet.table.name and price.column.family in NUMBERS:
            found.append(price.column.name)
        taken = {name for keys in unique_columns(sheet.table) for name in keys} | set(sheet.cells)
        columns = [c for name in found if name not in taken and (c := sheet.table.column(name)) is not None]
        return [column.name for column in columns if not column.generated and sheet.same.get(column.name) is not None]

    def _vary(self, sheet: Sheet, style: Style) -> None:
        for rank, (name, way) in enumerate(style.unique.items()):
            sheet.cells[name] = self._different(sheet, name, way, rank)
        for name in list(style.free):
            column = sheet.table.column(name)
            try:
                if column is not None:
                    sheet.cells[name] = self._varied(sheet, column, style.free[name])
            except CannotVary:
                sheet.cells.pop(name, None)
                del style.free[name]

    @staticmethod
    def _different(sheet: Sheet, name: str, way: int, rank: int) -> Cells:
        """Numbers of lines begin anew with every order, so that they fit; everything else is counted through."""
        column = sheet.table.column(name)
        if column is None:
            raise CannotVary(name)
        beside = [cells for other, cells in sheet.cells.items() if other != name and _keyed(sheet.table, name, other)]
        if beside and column.family in ("int", "smallint", "bigint", "numeric") and way == 0:
            seen: dict[tuple[str | None, ...], int] = {}
            numbers = []
            for group in zip(*beside, strict=True):
                seen[group] = seen.get(group, 0) + 1
                numbers.append(str(seen[group]))
            return numbers
        return distinct(column, sheet.same.get(name), sheet.size, way - 1 if beside and way else way, rank)

    def _varied(self, sheet: Sheet, column: Column, way: int) -> Cells:
        skew = next((s for s in self.skews.values() if (s.table, s.column) == (sheet.table.name, column.name)), None)
        if skew is not None:
            if way:
                raise CannotVary(column.name)
            return skew.cells(sheet.size)
        if column.family in NUMBERS:
            if way:
                raise CannotVary(column.name)
            return [str(1 + row * 7 % PRICES) for row in range(sheet.size)]
        return moments(column, sheet.same.get(column.name) or "", sheet.size, way)


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


def _keyed(table: Table, one: str, other: str) -> bool:
    """Both are in the smallest unique set that holds the first."""
    sets = sorted((keys for keys in unique_columns(table) if one in keys), key=len)
    return bool(sets) and other in sets[0]


def _plain_first(column: Column) -> int:
    order = ("uuid", "bigint", "int", "smallint", "numeric", "text", "varchar", "char", "ltree", "timestamptz")
    return order.index(column.family) if column.family in order else len(order)


def _most_different(table: Table, keys: Iterable[str]) -> str | None:
    """The column of these that can have the most values; none that refers to other rows."""
    tied = {name for key in table.foreign_keys for name in key.columns}
    columns = [c for name in keys if (c := table.column(name)) and not c.generated and name not in tied]
    columns = [column for column in columns if column.family not in ("bool", "enum") and not column.array]
    return min(columns, key=_plain_first).name if columns else None


def _changed(table: Table, style: Style, problem: psycopg.Error, names: Sequence[str]) -> bool:
    """Vary the columns that a refusal is about in another way; False when it is not about values, or nothing varies."""
    if state_of(problem)[:2] not in ("22", "23"):
        return False
    blamed = _blamed(table, problem, names)
    if state_of(problem) == UNIQUE and blamed and not blamed & {*style.unique, *style.free}:
        different = _most_different(table, sorted(blamed, key=names.index))
        if different is not None:
            style.unique[different] = 0  # two rows are the same there although one of the columns is empty
            return True
    for varied in (style.free, style.unique):
        chosen = [name for name in varied if name in blamed] or (
            [] if blamed & {*style.unique, *style.free} else varied
        )
        for name in list(chosen):
            varied[name] += 1
        if chosen:
            return True
    return False


def _blamed(table: Table, problem: psycopg.Error, names: Sequence[str]) -> set[str]:
    diag = problem.diag
    found = {diag.column_name} if diag.column_name else set()
    for rule in table.checks:
        if diag.constraint_name and rule.name == diag.constraint_name:
            found |= set(rule.columns) or set(named_in(rule.text, table))
    for index in table.indexes:
        if diag.constraint_name and index.name == diag.constraint_name:
            found |= set(named_in(" ".join(index.keys), table))
    if place := _PLACE.search(diag.context or ""):
        found.add(place[1].strip('"'))
    return {name for name in found if name in names}


def _said(problem: psycopg.Error) -> str:
    return one_line(problem.diag.message_primary or str(problem), 160)
