"""Make the rows that a redundancy allows to contradict each other, on the live schema, and undo them."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import psycopg

from grader.collectors.schema.rows import OWN_NAMES, TOO_SLOW, Obstacle, Row, RowMaker, made_maker, steady
from grader.collectors.schema.session import CANCELLED, SAME_CHANCE, Session, state_of
from grader.collectors.schema.values import candidates
from grader.database import Server
from grader.evidence.catalog import Schema, Table
from grader.evidence.schema import Attempt, Disagreement, Role
from grader.sql.schema.anomalies import recipes
from grader.sql.schema.recipes import Cell, Given, Key, NewRow, Raw, Recipe, literal, read_twice
from grader.sql.schema.shop import Shop

SECONDS = 3.0
IN_ALL_SECONDS = 30.0
MOST_TIMEOUTS = 1
_REFUSALS = ("23503", "23001", "P0001")  # a key that holds the copies together, or a trigger that raises


def disagreements(
    server: Server, schema: Schema, roles: dict[str, Role], checks: Iterable[str]
) -> tuple[Disagreement, ...]:
    """What came of every recipe that one of these checks shows."""
    wanted = list(recipes(Shop(schema, roles), frozenset(checks)))
    if not wanted:
        return ()
    with Session(server, SECONDS) as session:
        maker = made_maker(session, schema)
        maker.deadline = time.monotonic() + IN_ALL_SECONDS
        return tuple(_all(maker, wanted))


def _all(maker: RowMaker, wanted: list[Recipe]) -> Iterator[Disagreement]:
    timeouts = 0
    for recipe in wanted:
        if timeouts > MOST_TIMEOUTS or time.monotonic() > maker.deadline:
            yield Disagreement(id=recipe.id, obstacle=TOO_SLOW)
            continue
        found = Disagreement(id=recipe.id, obstacle="not tried")
        for usual in (True, False):
            found = _tried(maker, recipe, usual=usual)
            if not found.obstacle or maker.session.lost:
                break
        timeouts += maker.session.lost
        yield found


def _tried(maker: RowMaker, recipe: Recipe, *, usual: bool) -> Disagreement:
    """The recipe with the values that come to mind, or with those that the schema's own rules name."""
    maker.begin()
    session = maker.session
    try:
        if session.lost:
            session.reconnect()
        session.connection.execute("BEGIN")
        session.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        session.connection.execute(SAME_CHANCE)
        found = _Cook(maker, recipe, usual=usual).followed()
    except Obstacle as obstacle:
        found = Disagreement(id=recipe.id, statements=tuple(maker.log), obstacle=str(obstacle))
    except psycopg.Error as error:
        found = Disagreement(id=recipe.id, obstacle=f"it could not be tried: SQLSTATE {state_of(error)}")
    if not session.lost:
        session.connection.execute("ROLLBACK")
    return found


class _Cook:
    """Follows one recipe inside a transaction that its caller undoes."""

    def __init__(self, maker: RowMaker, recipe: Recipe, *, usual: bool) -> None:
        self.maker, self.recipe, self.usual = maker, recipe, usual
        self.made: dict[str, Row] = {}

    def followed(self) -> Disagreement:
        for row in self.recipe.rows:
            self._insert(row)
        before = self._read() if self.recipe.twice else ()
        follows = self._cell(self.recipe.follows) if self.recipe.follows else None
        if self.recipe.follows and not self.recipe.later:
            raise Obstacle(f"nothing leads to {self.recipe.rows[0].table.name}")
        changed = self._change()
        if changed is not None and not changed.stored:
            return self._refused(changed)
        for row in self.recipe.later:
            self._insert(row)
        after = self._read()
        return Disagreement(
            id=self.recipe.id,
            statements=tuple(self.maker.log),
            change=changed.statement if changed else self.maker.log[-1],
            answer=changed.answer if changed else "INSERT 0 1",
            rows=read_twice(before, after) if self.recipe.twice else after,
            kept=self._in_step(follows),
        )

    def _refused(self, changed: Attempt) -> Disagreement:
        """The database does not let the rows differ, unless the refusal has another reason."""
        if changed.sqlstate not in _REFUSALS:
            raise Obstacle(f"the change was refused for another reason: {changed.answer}")
        statements = tuple(self.maker.log)
        return Disagreement(
            id=self.recipe.id, statements=statements, change=changed.statement, answer=changed.answer, kept=True
        )

    def _in_step(self, follows: str | None) -> bool:
        if self.recipe.follows:
            return self._cell(self.recipe.follows) != follows
        if self.recipe.differ:
            one, other = self.recipe.differ
            return self._cell(one) == self._cell(other)
        return False

    def _insert(self, row: NewRow) -> None:
        self.maker.wants(row.table, *(name for name in row.table.primary_key if name not in row.given))
        given = {name: self._literal(value, row.table) for name, value in row.given.items()}
        self.made[row.name] = self.maker.insert(row.table, given)

    def _change(self) -> Attempt | None:
        if self.recipe.change is None:
            return None
        name, changes = self.recipe.change
        row = self.made[name]
        sets = ", ".join(f"{self.maker.name(c)} = {self._literal(v, row.table)}" for c, v in changes.items())
        attempt = self.maker.attempt(
            f"UPDATE {self.maker.name(row.table.name)} SET {sets} WHERE {self.maker.where(row)}"
        )
        if attempt.sqlstate == CANCELLED or (not attempt.sqlstate and not attempt.rows):
            raise Obstacle(f"the change did not come about: {attempt.answer}")
        if attempt.stored:
            self.maker.log.append(attempt.statement)
        return attempt

    def _literal(self, given: Given, table: Table) -> str:
        if isinstance(given, Raw):
            return given.literal
        if isinstance(given, Key):
            return self._key(given)
        if self.usual:
            return literal(given, table)
        options = candidates(given.of, table, 1)
        return options[given.number % len(options)] if len(options) > 1 else literal(given, table)

    def _key(self, key: Key) -> str:
        row = self.made[key.row]
        if key.column in row.values:
            return row.values[key.column]
        return "'" + self._value(row, key.column).replace("'", "''") + "'"

    def _read(self) -> tuple[tuple[str, ...], ...]:
        return tuple(
            tuple(self._cell(cell) if isinstance(cell, Cell) else cell for cell in line) for line in self.recipe.shown
        )

    def _cell(self, cell: Cell) -> str:
        return self._value(self.made[cell.row], cell.column)

    def _value(self, row: Row, column: str) -> str:
        """What PostgreSQL keeps in a column of a row made before, as text."""
        table, name = self.maker.name(row.table.name), self.maker.name(column)
        self.maker.session.connection.execute(OWN_NAMES)
        found = self.maker.session.run(f"SELECT {name}::text FROM {table} WHERE {self.maker.where(row)}").fetchone()
        if found is None:
            raise Obstacle(f"a row of {row.table.name} was inserted and is not there")
        return "NULL" if found[0] is None else steady(str(found[0]))[:200]
