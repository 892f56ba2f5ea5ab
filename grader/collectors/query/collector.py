"""Collect what a rewritten query does: guard, compare on small, private and large data, measure, read the catalog."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from msgspec import structs

from grader.collectors.query import cpu
from grader.collectors.query.catalog import indexes, table_blocks, table_columns, table_rules
from grader.collectors.query.data import BIG, PRIVATE, SMALL, check_whole, make_database, private_data, template
from grader.collectors.query.elsewhere import work_elsewhere
from grader.collectors.query.exercise import Exercise, exercise_for
from grader.collectors.query.pack import inspect
from grader.collectors.query.proof import PROOF
from grader.collectors.query.session import CANDIDATE, Session, StatementFailed, StatementStopped, our_statements
from grader.collectors.query.small import (
    Pair,
    SmallBench,
    SubmittedFailed,
    compare_small,
    comparison,
    failed_on,
    of_values,
    submitted_answer,
)
from grader.collectors.query.work import (
    Baseline,
    apply_setup,
    baseline,
    computing_now,
    measure,
    measured_if_it_ends,
    taken_settings,
    with_cpu,
)
from grader.collectors.query.writes import with_indexes
from grader.database import Server
from grader.errors import SubmissionFault
from grader.evidence.query import Answer, Cell, Data, Difference, Failure, Index, Part, QueryAnswer, Setting, Which
from grader.job import Job
from grader.model import Collector, Resource
from grader.sql.query.guard import GuardedQuery, check_query
from grader.sql.query.guard_setup import GuardedSetup, check_setup
from grader.sql.query.rows import same_rows

QUERY, SETUP, EXPLANATION = "query.sql", "setup.sql", "EXPLANATION.md"
LONGEST_SQL, LONGEST_PROSE = 200_000, 40_000
PARSING_SECONDS = 10.0
LARGE, PRIVATELY = "the large data", "the private data"
MOST_REFUSALS = 20
MOST_SHOWN = 50


def collect_query(job: Job, *, exercises: str = "exercises") -> QueryAnswer:
    """What the submitted query.sql and setup.sql do. `exercises` is the pack's folder of exercises.

    Raises `SubmissionFault` E340 when there is no query.sql, `OurFault` when our side failed.
    """
    exercise = exercise_for(job.challenge.root / exercises, job.level)
    if exercise.name != job.level.value:
        job.notes.append(f"at level {job.level.value} the exercise `{exercise.name}` is used")
    if QUERY not in job.submission.files:
        raise SubmissionFault("E340", f"there is no {QUERY}", help=f"hand in your query as {QUERY}")
    big = exercise.about.practice if job.public_only else exercise.about.grading
    with contextlib.ExitStack() as stack:
        with job.stages.measure("data"):
            server = stack.enter_context(job.databases.start(template(exercise, big)))
        with our_statements():
            check_whole(server)
            return _Grading(job, exercise, server).run()


class _Grading:
    """One submission on one server; facts are gathered field by field, in the order in which they can fail."""

    def __init__(self, job: Job, exercise: Exercise, server: Server) -> None:
        self.job, self.exercise, self.server = job, exercise, server
        with server.connect(SMALL) as admin:
            rules = table_rules(admin, {})
        self.tables = {rule.name: tuple(column.name for column in rule.columns) for rule in rules}
        self.keys = {rule.name: rule.key for rule in rules}
        self.facts: dict[str, Any] = {
            "exercise": exercise.name,
            "given": exercise.given,
            "given_line": exercise.given_line,
            "ordered": exercise.about.total_order,
            "tables": self.tables,
            "columns": table_columns(rules),
            **{name: job.submission.read(file, limit=limit) for name, (file, limit) in _TEXTS.items()},
        }

    def run(self) -> QueryAnswer:
        query = check_query(self.facts["query"], self.tables)
        setup = check_setup(self.facts["setup"], self.tables, self.exercise.about.settings, keys=self.keys)
        self.facts["refusals"] = (*query.refusals[:MOST_REFUSALS], *setup.refusals[:MOST_REFUSALS])
        if not query.refusals and self._parses(query):
            try:
                self._compare(query.text)
                self._measure(query.text, setup)
                self._elsewhere(query.text, setup)
            except SubmittedFailed as fault:
                # An error on few rows shows more than the same one on many.
                self.facts["failure"] = self.facts.get("failure") or fault.failure
        return QueryAnswer(**self.facts)

    def _parses(self, query: GuardedQuery) -> bool:
        session = Session(self.server, SMALL)
        try:
            session.parse(query.text, seconds=PARSING_SECONDS)
        except StatementFailed as fault:
            self.facts["failure"] = Failure(data="", error=fault.error)
            return False
        except StatementStopped as fault:
            self.facts["failure"] = Failure(data="", stopped_after=fault.seconds)
            return False
        finally:
            session.close()
        self.facts["unread"] = query.unread
        return not query.unread  # what nobody checked is not run: a person must look

    def _compare(self, query: str) -> None:
        job, exercise = self.job, self.exercise
        with job.stages.measure("small"):
            bench = SmallBench(self.server, exercise, query)
            try:
                found, difference, failure = compare_small(bench, seed=job.seed, fixtures=not job.public_only)
            finally:
                bench.close()
        self.facts |= {"comparisons": tuple(found), "difference": difference, "failure": failure}
        if not job.public_only:
            with job.stages.measure("private"):
                make_database(self.server, PRIVATE, exercise, private_data(exercise, job.seed, job.submission.digest))
                self._private(query)

    def _private(self, query: str) -> None:
        pair = Pair(self.server, PRIVATE, self.exercise, query, self.exercise.about.limits.private)
        try:
            given, submitted = pair.given(PRIVATELY), pair.submitted(PRIVATELY)
        except SubmittedFailed as fault:
            if not of_values(fault.failure):
                raise
            self.facts["failure"] = self.facts["failure"] or fault.failure
            self.facts["comparisons"] += (failed_on("private", PRIVATELY),)
        else:
            self._note("private", PRIVATELY, given, submitted)
        finally:
            pair.close()

    def _elsewhere(self, query: str, setup: GuardedSetup) -> None:
        if not self.job.public_only:
            with self.job.stages.measure("elsewhere"):
                settings = self.facts.get("settings", ())
                self.facts["elsewhere"] = work_elsewhere(self.server, self.exercise, query, setup.steps, settings)

    def _note(self, kind: Data, name: str, given: Answer, submitted: Answer) -> None:
        """Keep a comparison on much data; both answers too when no small database showed a difference."""
        same = same_rows(given, submitted, ordered=self.exercise.about.total_order)
        self.facts["comparisons"] += (comparison(kind, name, given, submitted, same=same),)
        if not same and self.facts["difference"] is None:
            self.facts["difference"] = Difference(name=name, tables=(), given=_head(given), submitted=_head(submitted))

    def _measure(self, query: str, setup: GuardedSetup) -> None:
        job, exercise = self.job, self.exercise
        big = exercise.about.practice if job.public_only else exercise.about.grading
        with job.stages.measure("baseline"):
            known = baseline(job.databases, exercise, big)
        with self.server.connect(BIG) as admin:
            self.facts |= {"existing": tuple(indexes(admin)), "table_blocks": table_blocks(admin)}
        cpu.reported(self.server, BIG, CANDIDATE)
        with job.stages.measure("work"):
            self._cells(query, setup, known)
        with job.stages.measure("writes"):
            self.facts["writes"] = tuple(with_indexes(self.server, self.facts["added"], known.writes))

    def _cells(self, query: str, setup: GuardedSetup, known: Baseline) -> None:
        """The fields of the 2×2, and the parts of a setup that holds both indexes and settings."""
        job, limits = self.job, self.exercise.about.limits
        now = known.as_of(computing_now(self.server, self.exercise.given, seconds=limits.query))
        self.facts["reference_cpu"] = now.reference_cpu
        cells = [now.given]
        self.facts |= {"given_columns": known.rows.columns, "reference_work": known.reference_work, "added": ()}
        has_setup = bool(setup.steps or setup.settings)
        if has_setup:
            cells += self._other("submitted", query)
            bounds = self.exercise.about.settings
            settings, refused = taken_settings(self.server, setup.settings, bounds, seconds=limits.setup)
            self.facts["settings"] = settings
            if settings and setup.steps:
                cells += self._other("given", self.exercise.given, setup=True, part="settings", settings=settings)
            failed = apply_setup(self.server, setup.steps, seconds=limits.setup)
            self.facts |= {"setup_failure": failed or refused, "added": self._added()}
        cells.append(self._final(query, known, setup=has_setup))
        if has_setup:
            settings = self.facts["settings"]
            if settings and setup.steps:
                cells += self._other("submitted", query, setup=True, part="indexes")
            cells += self._other("given", self.exercise.given, setup=True, settings=settings)
        self.facts["cells"] = tuple(cells)
        for cell in cells:
            job.stages.took(_told(cell), milliseconds=cell.milliseconds, cpu=cell.cpu)

    def _other(
        self, which: Which, text: str, *, setup: bool = False, part: Part = "whole", settings: Iterable[Setting] = ()
    ) -> list[Cell]:
        """A measurement beside the one that counts; none when the query does not end in time."""
        cell = measured_if_it_ends(
            self.server,
            which,
            text,
            seconds=self.exercise.about.limits.query,
            setup=setup,
            part=part,
            settings=settings,
        )
        return [cell] if cell is not None else []

    def _final(self, query: str, known: Baseline, *, setup: bool) -> Cell:
        """The answer as it was handed in, on the large data; raises `SubmittedFailed`."""
        seconds = self.exercise.about.limits.query
        with contextlib.closing(Session(self.server, BIG, settings=self.facts.get("settings", ()))) as session:
            try:
                submitted = submitted_answer(session, query, seconds, LARGE)
                before = [session.spent() or 0.0]
                self.facts["submitted_columns"] = submitted.columns
                self._note("big", LARGE, known.rows, submitted)
                cell = measure(session, "submitted", query, seconds=seconds, setup=setup)
                return with_cpu(session, cell, query, seconds=seconds, before=before)
            except StatementFailed as fault:
                raise SubmittedFailed(Failure(data=LARGE, error=fault.error)) from fault
            except StatementStopped as fault:
                raise SubmittedFailed(Failure(data=LARGE, stopped_after=fault.seconds)) from fault

    def _added(self) -> tuple[Index, ...]:
        before = {index.name for index in self.facts["existing"]}
        with self.server.connect(BIG) as admin:
            return tuple(index for index in indexes(admin) if index.name not in before)


def _told(cell: Cell) -> str:
    """A field of the 2×2 in words."""
    query = "the given query" if cell.query == "given" else "your query"
    parts = {"whole": "setup.sql", "indexes": "your indexes alone", "settings": "your settings alone"}
    return f"{query} with {parts[cell.part]}" if cell.setup else query


def _head(answer: Answer) -> Answer:
    """The first rows of an answer: enough to see what is wrong."""
    return structs.replace(answer, rows=answer.rows[:MOST_SHOWN])


_TEXTS = {"query": (QUERY, LONGEST_SQL), "setup": (SETUP, LONGEST_SQL), "explanation": (EXPLANATION, LONGEST_PROSE)}

COLLECTOR = Collector(
    name="query",
    gathers=QueryAnswer,
    collect=collect_query,
    uses=Resource.DATABASE,
    inspect=inspect,
    proof=PROOF,
)
