"""Insert rows that a stranger's schema accepts: parents first, values by type, and each refusal taught from.

A refusal names the constraint; the columns of that constraint get another value and the row is tried again. What
cannot be inserted in a bounded number of tries is an obstacle, not a fault.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg

from grader.collectors.schema.fillings import fillings
from grader.collectors.schema.session import Session, state_of
from grader.collectors.schema.values import candidates, is_unique, key
from grader.evidence.catalog import WHOLE, Column, Schema, Table
from grader.evidence.schema import Attempt
from grader.visible import one_line

TRIES = 40
DEEPEST = 8
TOO_SLOW = "not tried: rows take too long to insert"
OWN_NAMES = "RESET search_path"  # a trigger may have changed it, so that names of ours mean functions of the script
CHECK, NULL, UNIQUE, UNKNOWN, TOO_LONG, RANGE = "23514", "23502", "23505", "23503", "22001", "22003"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)?)?")
_UUID = re.compile(r"\b(?!0{8}-|f{8}-)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")


class Obstacle(Exception):
    """A row could not be inserted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as inserted: literals by column."""

    table: Table
    values: Mapping[str, str]
    statement: str


@dataclass(slots=True)
class RowMaker:
    """Makes rows inside one transaction and remembers the statements it ran."""

    session: Session
    schema: Schema
    reserved: frozenset[str]
    log: list[str] = field(default_factory=list)
    number: int = 0
    deadline: float = math.inf
    salt: int = 0  # for a second opinion: keys and values that nobody foresaw
    choices: dict[tuple[str, str], int] = field(default_factory=dict)
    extra: dict[str, dict[str, bool]] = field(default_factory=dict)
    arranged: dict[tuple[str, str], int] = field(default_factory=dict)
    last: tuple[str, str] = ("", "")
    made: dict[str, Row] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """A name, quoted where it must be."""
        return ".".join(self._part(part) for part in name.split("."))

    def _part(self, part: str) -> str:
        plain = re.fullmatch(r"[a-z_][a-z0-9_$]*", part) and part not in self.reserved
        return part if plain else '"' + part.replace('"', '""') + '"'

    def insert(self, table: Table, given: Mapping[str, str] | None = None, *, depth: int = 0) -> Row:
        """Insert a row with the given literals and whatever else it needs; raises `Obstacle`."""
        row, _ = self._settle(table, given or {}, depth)
        self.log.append(row.statement + ";")
        self.made[table.name] = row
        return row

    def where(self, row: Row) -> str:
        """The condition that finds a row again: by its key, else by all that was given."""
        keys = row.table.primary_key if set(row.table.primary_key) <= set(row.values) else ()
        chosen = keys or tuple(name for name, literal in row.values.items() if literal != "NULL")
        return " AND ".join(f"{self.name(name)} = {row.values[name]}" for name in chosen)

    def fresh(self, table: Table, fixed: Mapping[str, str]) -> Row:
        """Another row that agrees with an earlier one only in `fixed`; it is not inserted."""
        return self._row(table, fixed)

    def tried(self, table: Table, given: Mapping[str, str], column: str) -> tuple[Row, Attempt]:
        """A row that is accepted, taken back at once, with PostgreSQL's answer; what it refers to stays."""
        return self._settle(table, given, 0, column=column, keep=False)

    def _settle(
        self, table: Table, given: Mapping[str, str], depth: int, *, column: str = "", keep: bool = True
    ) -> tuple[Row, Attempt]:
        """Try until a row is accepted."""
        if depth > DEEPEST:
            raise Obstacle(f"{table.name} needs rows that need it in turn")
        reason = ""
        fixed = dict(given)
        turns: Counter[str] = Counter()
        for _ in range(TRIES):
            fixed = {name: value for name, value in fixed.items() if name in given or self._wanted_still(table, name)}
            self._parents(table, fixed, depth)
            row = self._row(table, fixed)
            self.session.connection.execute("SAVEPOINT row")
            attempt = self.attempt(row.statement, column)
            if attempt.stored:
                self.session.connection.execute(f"{'RELEASE' if keep else 'ROLLBACK TO'} SAVEPOINT row")
                return row, attempt
            reason = attempt.answer
            if not self._learn(table, attempt, row.values, given, turns):
                break
        raise Obstacle(f"no row of {table.name} could be inserted: {one_line(reason, 160)}")

    def attempt(self, statement: str, column: str = "") -> Attempt:
        """Run a statement in a savepoint that stays when it works; `column` is the one RETURNING asks for."""
        shown = f"{statement} RETURNING {self.name(column)}" if column else statement
        if time.monotonic() > self.deadline:
            raise Obstacle(TOO_SLOW)
        self.session.connection.execute(OWN_NAMES)
        self.session.connection.execute("SAVEPOINT attempt")
        try:
            cursor = self.session.run(shown)
        except psycopg.Error as error:
            return self._refused(shown, error)
        value = cursor.fetchone() if cursor.description else None
        self.session.connection.execute("RELEASE SAVEPOINT attempt")
        text = None if value is None or value[0] is None else steady(str(value[0]))
        shown_value = f"\n{text if text is not None else 'NULL'}" if value is not None else ""
        return Attempt(
            statement=shown + ";",
            answer=f"{cursor.statusmessage or ''}{shown_value}",
            value=text,
            rows=max(cursor.rowcount, 0),
        )

    def _refused(self, shown: str, error: psycopg.Error) -> Attempt:
        if self.session.lost:
            raise Obstacle("the server ended the session: a trigger or default does not come to an end")
        self.session.connection.execute("ROLLBACK TO SAVEPOINT attempt")
        diag = error.diag
        state = state_of(error)
        answer = f"ERROR:  {diag.message_primary or error}"
        if state in (UNKNOWN, UNIQUE, "23001") and diag.message_detail:
            answer += f"\nDETAIL:  {diag.message_detail}"
        self.last = (diag.constraint_name or "", diag.column_name or "")
        return Attempt(statement=shown + ";", answer=steady(answer)[:600], sqlstate=state or "XX000")

    def statement(self, table: Table, values: Mapping[str, str]) -> str:
        """The INSERT for these literals."""
        target = self.name(table.name)
        if not values:
            return f"INSERT INTO {target} DEFAULT VALUES"
        always = any((c := table.column(name)) is not None and c.identity == "always" for name in values)
        overriding = " OVERRIDING SYSTEM VALUE" if always else ""
        columns = ", ".join(self.name(name) for name in values)
        return f"INSERT INTO {target} ({columns}){overriding} VALUES ({', '.join(values.values())})"  # noqa: S608 - names are quoted, values are our literals

    def _row(self, table: Table, fixed: Mapping[str, str]) -> Row:
        """Literals for the columns that need one, in the order of the table."""
        self.number += 1
        extra = self.extra.get(table.name, {})
        values = {}
        for column in table.columns:
            if column.name in fixed:
                values[column.name] = fixed[column.name]
            elif not column.generated and self._needs(column, table, extra):
                values[column.name] = self._literal(column, table)
        return Row(table, values, self.statement(table, values))

    @staticmethod
    def _needs(column: Column, table: Table, extra: Mapping[str, bool]) -> bool:
        """Keys are always given, although they may have a default: statements must be repeatable."""
        required = not (column.nullable or column.default or column.identity)
        return required or column.name in table.primary_key or column.name in extra

    def _wanted_still(self, table: Table, name: str) -> bool:
        """False for a reference that was filled to please a rule, in vain."""
        column = table.column(name)
        return column is None or self._needs(column, table, self.extra.get(table.name, {})) or not column.nullable

    def _literal(self, column: Column, table: Table) -> str:
        if column.name in table.primary_key and column.family in (*WHOLE, "uuid") and len(table.primary_key) == 1:
            return key(column, self.number, self.salt)
        options = candidates(column, table, self.number)
        return options[self.choices.get((table.name, column.name), 0) % len(options)]

    def _parents(self, table: Table, fixed: dict[str, str], depth: int) -> None:
        """Make the rows that required references point at, unless their columns are given already."""
        wanted = self.extra.get(table.name, {})
        for foreign in table.foreign_keys:
            parent = self.schema.table(foreign.table)
            columns = [table.column(name) for name in foreign.columns]
            required = any(c is not None and (not c.nullable or c.name in wanted) for c in columns)
            if parent is None or parent.name == table.name or not required or set(foreign.columns) <= set(fixed):
                continue
            pairs = dict(zip(foreign.columns, foreign.references, strict=True))
            shared = {reference: fixed[column] for column, reference in pairs.items() if column in fixed}
            row = self._parent_row(parent, shared, set(foreign.references), depth)
            fixed |= {column: row[reference] for column, reference in pairs.items()}

    def _parent_row(self, parent: Table, shared: Mapping[str, str], needed: set[str], depth: int) -> Mapping[str, str]:
        try:
            row = self.insert(parent, shared, depth=depth + 1)
        except Obstacle:
            found = {} if self.session.lost else self._existing(parent, shared)
            if not found:
                raise  # with the refusal, which says more than that there is no row
            return found
        if needed <= set(row.values):
            return row.values
        found = self._existing(parent, row.values)
        if not found:
            raise Obstacle(f"a row of {parent.name} was inserted and is not there")
        return found

    def _existing(self, parent: Table, known: Mapping[str, str]) -> dict[str, str]:
        """A row that the script itself has put there; empty when there is none."""
        columns = [column.name for column in parent.columns if not column.array]
        condition = " AND ".join(f"{self.name(name)} = {value}" for name, value in known.items()) or "TRUE"
        keys = ", ".join(f"quote_nullable({self.name(name)}::text)" for name in columns)
        order = ", ".join(self.name(name) for name in parent.primary_key) or "1"
        query = f"SELECT {keys} FROM {self.name(parent.name)} WHERE {condition} ORDER BY {order} LIMIT 1"  # noqa: S608 - names are quoted, values are our literals
        row = self.session.run(query).fetchone()
        return dict(zip(columns, map(str, row), strict=True)) if row is not None else {}

    def _learn(
        self, table: Table, attempt: Attempt, values: Mapping[str, str], given: Mapping[str, str], turns: Counter[str]
    ) -> bool:
        """Choose differently for what the refusal names; False when nothing is left to change.

        Each rule takes turns among its own columns, so that two rules that answer each other let all of them be tried.
        """
        constraint, column = self.last
        turn = turns[constraint]
        turns[constraint] += 1
        if attempt.sqlstate == NULL and column:
            return column not in given and self._fill(table, column)
        if attempt.sqlstate in (CHECK, "P0001"):
            return self._rearrange(table, constraint, given) or self._vary(
                table, self._involved(table, constraint), values, given, turn
            )
        if attempt.sqlstate == UNKNOWN:
            foreign = next((f for f in table.foreign_keys if f.name == constraint), None)
            missing = [name for name in foreign.columns if name not in given] if foreign else []
            filled = [self._fill(table, name) for name in missing]
            return any(filled)
        if attempt.sqlstate in (UNIQUE, TOO_LONG, RANGE, "22P02", "22007"):
            loose = [c.name for c in table.columns if c.name in values and is_unique(c, table)] or list(values)
            return self._vary(table, loose, values, given, turn)
        return False

    def _rearrange(self, table: Table, constraint: str, given: Mapping[str, str]) -> bool:
        """Fill others of the columns that a rule ties together; False when all ways were tried (the first is left)."""
        extra = self.extra.setdefault(table.name, {})
        wanted = {name for name, asked in extra.items() if asked}
        ways = fillings(table, constraint, given, wanted)
        at = self.arranged.get((table.name, constraint), 0)
        if at > len(ways) or not ways:
            return False
        self.arranged[table.name, constraint] = at + 1
        for name in frozenset[str]().union(*ways) - wanted:
            extra.pop(name, None)
        extra |= dict.fromkeys(ways[at % len(ways)] - wanted, False)
        return at < len(ways)

    @staticmethod
    def _involved(table: Table, constraint: str) -> list[str]:
        rules = [rule for rule in table.checks if rule.name == constraint]
        named = [column for rule in rules for column in rule.columns]
        return named or [column.name for column in table.columns if not column.generated]

    def _vary(
        self, table: Table, columns: list[str], values: Mapping[str, str], given: Mapping[str, str], turn: int
    ) -> bool:
        keys = {name for foreign in table.foreign_keys for name in foreign.columns}
        free = [name for name in columns if name not in given and name not in keys]
        free = [name for name in free if (c := table.column(name)) is not None and not c.generated]
        if not free:
            return False
        name = free[turn % len(free)]
        if name not in values:
            return self._fill(table, name)
        self.choices[table.name, name] = self.choices.get((table.name, name), 0) + 1
        if self.extra.get(table.name, {}).get(name) is False:
            del self.extra[table.name][name]  # filled to please a rule, in vain
        return True

    def _fill(self, table: Table, column: str, *, wanted: bool = False) -> bool:
        """From now on give this column a value."""
        extra = self.extra.setdefault(table.name, {})
        new = column not in extra
        extra[column] = wanted or extra.get(column, False)
        return new

    def begin(self) -> None:
        """Forget the rows and wishes of the probe before; what values a table takes is kept."""
        self.log, self.made, self.extra, self.arranged, self.number = [], {}, {}, {}, 0

    def wants(self, table: Table, *columns: str) -> None:
        """Give these columns a value in every row, although the table does not insist."""
        for column in columns:
            self._fill(table, column, wanted=True)


def made_maker(session: Session, schema: Schema) -> RowMaker:
    """A maker that knows which names must be quoted."""
    reserved = session.run("SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode <> 'U'").fetchall()
    return RowMaker(session, schema, frozenset(str(row[0]) for row in reserved))


def steady(text: str) -> str:
    """`text` without clock times and random ids, which would differ from run to run."""
    return _UUID.sub("⟨uuid⟩", _TIME.sub(lambda m: m.group() if m.group().startswith("2024-05-1") else "⟨time⟩", text))
