"""Both queries on many small databases, and the smallest one found on which they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs
from psycopg import sql

from grader.collectors.query.catalog import table_rules
from grader.collectors.query.data import OWNER, SMALL
from grader.collectors.query.exercise import Exercise
from grader.collectors.query.session import Session, StatementFailed, StatementStopped
from grader.database import Server
from grader.errors import OurFault
from grader.evidence.query import Answer, Comparison, Data, Difference, Failure, Row, SmallTable
from grader.sql.query.rows import same_rows
from grader.sql.query.shrink import Tables, orphans_removed, shrink
from grader.sql.query.smalldata import SmallDatabase, named_in, parents_first, small_databases

MOST_ROWS = 1_000
SHRINKING = 160
OF_VALUES = ("21", "22")  # SQLSTATE classes: more than one row from a subquery, division by zero, overflow …


class SubmittedFailed(Exception):
    """The submitted query did not finish on some data."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.data)
        self.failure = failure


class Pair:
    """The given and the submitted query on one database, both as the candidate's role."""

    def __init__(self, server: Server, database: str, exercise: Exercise, query: str, seconds: float) -> None:
        self._session = Session(server, database)
        self._given, self._query, self._seconds = exercise.given, query, seconds
        self._ordered = exercise.about.total_order

    def close(self) -> None:
        """End the connection."""
        self._session.close()

    def given(self, name: str) -> Answer:
        """The given query's rows; raises `OurFault` E223 when it fails."""
        try:
            return self._session.ask(self._given, seconds=self._seconds, most=MOST_ROWS)
        except (StatementFailed, StatementStopped) as fault:
            raise OurFault("E223", f"the given query does not run on {name}: {fault}") from fault

    def submitted(self, name: str, query: str = "") -> Answer:
        """The submitted query's rows, or those of another one; raises `SubmittedFailed`."""
        return submitted_answer(self._session, query or self._query, self._seconds, name)

    def same(self, given: Answer, submitted: Answer) -> bool:
        """Whether both hold the same rows."""
        return same_rows(given, submitted, ordered=self._ordered)


def submitted_answer(session: Session, query: str, seconds: float, name: str) -> Answer:
    """The rows of the submitted query; raises `SubmittedFailed` naming the data."""
    try:
        return session.ask(query, seconds=seconds, most=MOST_ROWS)
    except StatementFailed as fault:
        raise SubmittedFailed(Failure(data=name, error=fault.error)) from fault
    except StatementStopped as fault:
        raise SubmittedFailed(Failure(data=name, stopped_after=fault.seconds)) from fault


class SmallBench:
    """Fills the `small` database again and again and compares."""

    def __init__(self, server: Server, exercise: Exercise, query: str) -> None:
        self._exercise, self._query = exercise, query
        self._owner = server.connect(SMALL, role=OWNER)
        self._rules = parents_first(table_rules(self._owner, exercise.about.small.domains))
        self._pair = Pair(server, SMALL, exercise, query, exercise.about.limits.small)

    def close(self) -> None:
        """End both connections."""
        self._owner.close()
        self._pair.close()

    def fixtures(self) -> list[SmallDatabase]:
        """The author's own small databases, as rows."""
        found = []
        for name, text in self._exercise.fixtures.items():
            self._empty()
            self._owner.execute(text.encode())
            found.append(SmallDatabase(name=name, tables=self._read()))
        return found

    def made(self, seed: int, query: str = "") -> list[SmallDatabase]:
        """Small databases made from the tables and from what both queries name."""
        queries = (self._exercise.given, query or self._query)
        return small_databases(self._rules, queries, count=self._exercise.about.small.databases, seed=seed)

    def named(self, query: str) -> str:
        """What names the small databases of a query: two queries of which it says the same get the same ones."""
        found = named_in(self._rules, (self._exercise.given, query))
        named = [sorted(names) for names in (found.read, found.asked, found.either, found.mentioned)]
        return repr((sorted(found.columns.items()), named, found.page))

    def compare(self, database: SmallDatabase) -> tuple[bool, Answer, Answer]:
        """Whether both queries agree on a database, and both answers; raises `SubmittedFailed`."""
        given = self.given_on(database)
        submitted = self.answer(database)
        return self._pair.same(given, submitted), given, submitted

    def given_on(self, database: SmallDatabase) -> Answer:
        """Fill the tables, and what the given query gives then."""
        self._fill(database.tables)
        return self._pair.given(_called(database))

    def answer(self, database: SmallDatabase, query: str = "") -> Answer:
        """What the submitted query, or another one, gives on the tables as they are; raises `SubmittedFailed`."""
        return self._pair.submitted(_called(database), query)

    def smallest(self, database: SmallDatabase) -> Difference:
        """A difference, made small."""
        tables, tries = shrink(database.tables, self._rules, self._differs, tries=SHRINKING)
        _, given, submitted = self.compare(SmallDatabase(name=database.name, tables=dict(tables)))
        shown = self._shown(tables)
        return Difference(name=database.name, tables=shown, given=given, submitted=submitted, tries=tries)

    def smallest_failing(self, database: SmallDatabase, failure: Failure) -> Failure:
        """An error that the values of the rows raise, with few rows that raise it."""
        state = failure.error.sqlstate if failure.error is not None else ""
        tables, _ = shrink(database.tables, self._rules, lambda tables: self._fails(tables, state), tries=SHRINKING)
        return structs.replace(failure, tables=self._shown(tables))

    def _shown(self, tables: Tables) -> tuple[SmallTable, ...]:
        return tuple(
            SmallTable(name=rule.name, columns=tuple(c.name for c in rule.columns), rows=tables[rule.name])
            for rule in self._rules
            if tables[rule.name]
        )

    def _fails(self, tables: Tables, state: str) -> bool:
        try:
            self.compare(SmallDatabase(name="being made smaller", tables=dict(tables)))
        except SubmittedFailed as fault:
            return fault.failure.error is not None and fault.failure.error.sqlstate == state
        return False

    def _differs(self, tables: Tables) -> bool:
        try:
            return not self.compare(SmallDatabase(name="being made smaller", tables=dict(tables)))[0]
        except SubmittedFailed:
            return False

    def _fill(self, tables: Mapping[str, Sequence[Row]]) -> None:
        kept = orphans_removed({rule.name: tuple(tables.get(rule.name, ())) for rule in self._rules}, self._rules)
        self._empty()
        with self._owner.transaction(), self._owner.cursor() as cursor:
            for rule in self._rules:
                if kept[rule.name]:
                    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(rule.name))) as copy:
                        for row in kept[rule.name]:
                            copy.write_row(row)

    def _empty(self) -> None:
        names = sql.SQL(", ").join(sql.Identifier(rule.name) for rule in self._rules)
        self._owner.execute(sql.SQL("TRUNCATE {}").format(names))

    def _read(self) -> dict[str, tuple[Row, ...]]:
        out = {}
        for rule in self._rules:
            columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c.name)) for c in rule.columns)
            query = sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(rule.name))
            out[rule.name] = tuple(tuple(row) for row in self._owner.execute(query).fetchall())
        return out


def compare_small(
    bench: SmallBench, *, seed: int, fixtures: bool
) -> tuple[list[Comparison], Difference | None, Failure | None]:
    """All comparisons, the smallest difference among them, and an error that only some rows raise.

    Raises `SubmittedFailed` when the query was stopped or fails on whatever rows there are.
    """
    found: list[Comparison] = []
    different: list[SmallDatabase] = []
    failing: list[tuple[SmallDatabase, Failure]] = []
    authored: list[tuple[Data, SmallDatabase]] = [("fixture", one) for one in bench.fixtures()] if fixtures else []
    made: list[tuple[Data, SmallDatabase]] = [("small", one) for one in bench.made(seed)]
    for kind, database in authored + made:
        try:
            same, given, submitted = bench.compare(database)
        except SubmittedFailed as fault:
            if not of_values(fault.failure):
                raise
            failing.append((database, fault.failure))
            found.append(failed_on(kind, database.name))
            continue
        found.append(comparison(kind, database.name, given, submitted, same=same))
        if not same:
            different.append(database)
    difference = bench.smallest(min(different, key=_size)) if different else None
    failure = bench.smallest_failing(*min(failing, key=lambda one: _size(one[0]))) if failing else None
    return found, difference, failure


def _called(database: SmallDatabase) -> str:
    return f"the small database {database.name}"


def _size(database: SmallDatabase) -> int:
    return sum(len(rows) for rows in database.tables.values())


def of_values(failure: Failure) -> bool:
    """True when the values of the rows raised the error: other rows may raise none."""
    return failure.error is not None and failure.error.sqlstate.startswith(OF_VALUES)


def failed_on(kind: Data, name: str) -> Comparison:
    """The record of a data set on which the submitted query raised an error."""
    return Comparison(data=kind, name=name, given=0, submitted=0, same=False, failed=True)


def comparison(kind: Data, name: str, given: Answer, submitted: Answer, *, same: bool) -> Comparison:
    """The record of one comparison."""
    return Comparison(data=kind, name=name, given=len(given.rows), submitted=len(submitted.rows), same=same)
