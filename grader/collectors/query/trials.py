"""Many queries against the given one, by the bench that grades: what shows that they differ, and where first.

A grade compares one query on all data. Here each query is followed only until it differs, and queries that name the
same values share their small databases, so that hundreds of mutants take a minute. What is compared is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import msgspec

from grader.collectors.query.data import BIG, OWNER, PRIVATE, make_database, private_data
from grader.collectors.query.exercise import Exercise
from grader.collectors.query.session import Session, StatementFailed, StatementStopped
from grader.collectors.query.small import Pair, SmallBench, SubmittedFailed
from grader.collectors.query.work import analyze
from grader.database import Server
from grader.evidence.query import Answer, Failure
from grader.sql.query.rows import same_rows, type_family
from grader.sql.query.smalldata import SmallDatabase

READING_SECONDS = 10.0
MOST_SECONDS = 20.0  # on the large data: a mutant may compute a product of whole tables
COLUMNS, STOPPED = "columns", "stopped"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Where a query first differed: the kind of data (`small`, `fixture`, `private`, `big`), its name, and how.

    `how` is `rows`, `error`, or `columns` when only names or types of columns differ.
    """

    data: str
    name: str
    how: str = "rows"


class Trials:
    """Queries on trial on one server: `left` gave the given query's rows wherever they were asked, by name."""

    def __init__(self, server: Server, exercise: Exercise, queries: Mapping[str, str], *, seed: int) -> None:
        self._server, self._exercise, self._seed = server, exercise, seed
        self.left = dict(queries)
        self.seen: dict[str, Seen] = {}
        self.stopped: dict[str, str] = {}
        self._columns: dict[str, Seen] = {}

    def unreadable(self) -> dict[str, str]:
        """Queries that PostgreSQL does not take at all are no queries: they leave, with the reason."""
        out: dict[str, str] = {}
        session = Session(self._server, "small")
        for name, query in list(self.left.items()):
            try:
                session.parse(query, seconds=READING_SECONDS)
            except (StatementFailed, StatementStopped) as fault:
                out[name] = str(fault)
                del self.left[name]
        session.close()
        return out

    def small(self) -> None:
        """On made databases, then on the author's."""
        bench = SmallBench(self._server, self._exercise, self._exercise.given)
        try:
            for databases, names in self._alike(bench):
                self._on("small", bench, databases, names)
            self._on("fixture", bench, bench.fixtures(), set(self.left))
        finally:
            bench.close()

    def private(self, names: Iterable[str]) -> None:
        """On data of the seed."""
        make_database(self._server, PRIVATE, self._exercise, private_data(self._exercise, self._seed, ""))
        pair = Pair(self._server, PRIVATE, self._exercise, "", self._exercise.about.limits.private)
        try:
            given = pair.given("the private data")
            for name in names:
                self._judge(name, "private", "the private data", given, partial(pair.submitted, "the private data"))
        finally:
            pair.close()

    def big(self, given: Answer, names: Iterable[str]) -> None:
        """On the large data, with the reference's indexes: rows do not depend on them, and time is bounded."""
        with self._server.connect(BIG, role=OWNER) as owner:
            owner.execute(self._exercise.reference_setup.encode())
        analyze(self._server, None)
        pair = Pair(self._server, BIG, self._exercise, "", MOST_SECONDS)
        try:
            for name in names:
                self._judge(name, "big", "the large data", given, partial(pair.submitted, "the large data"))
        finally:
            pair.close()

    def conclude(self) -> None:
        """Names and types of columns are seen on any data: they count when nothing else does."""
        for name in list(self.left):
            if name in self._columns:
                self.seen[name] = self._columns[name]
                del self.left[name]

    def _alike(self, bench: SmallBench) -> Iterator[tuple[list[SmallDatabase], set[str]]]:
        """Queries by the databases that are made for them: most name the same values as the given query."""
        groups: dict[str, set[str]] = {}
        for name, query in self.left.items():
            groups.setdefault(bench.named(query), set()).add(name)
        for names in groups.values():
            yield bench.made(self._seed, self.left[min(names)]), names

    def _on(self, data: str, bench: SmallBench, databases: Iterable[SmallDatabase], names: set[str]) -> None:
        for database in databases:
            waiting = [name for name in self.left if name in names and name not in self.stopped]
            if not waiting:
                return
            given = bench.given_on(database)
            for name in waiting:
                self._judge(name, data, database.name, given, partial(bench.answer, database))

    def _judge(self, name: str, data: str, where: str, given: Answer, ask: Callable[[str], Answer]) -> None:
        try:
            submitted = ask(self.left[name])
        except SubmittedFailed as fault:
            self._failed(name, data, where, fault.failure)
            return
        if not same_rows(given, submitted, ordered=self._exercise.about.total_order):
            self._differs(name, Seen(data=data, name=where))
        elif name not in self._columns and not _same_columns(given, submitted):
            self._columns[name] = Seen(data=data, name=where, how=COLUMNS)

    def _failed(self, name: str, data: str, where: str, failure: Failure) -> None:
        if failure.error is None:
            self.stopped[name] = where
            return
        self._differs(name, Seen(data=data, name=f"{where}: {failure.error.message}", how="error"))

    def _differs(self, name: str, seen: Seen) -> None:
        self.seen[name] = seen
        del self.left[name]


def _same_columns(given: Answer, submitted: Answer) -> bool:
    kinds = [[(c.name, type_family(c.type)) for c in answer.columns] for answer in (given, submitted)]
    return kinds[0] == kinds[1]
