"""Collect what a rewritten query does: guard, compare on small, private and large data, measure, read the catalog."""

from __future__ import annotations

import contextlib
from typing import Any

from msgspec import structs

from grader.collectors.query.catalog import indexes, table_blocks, table_rules
from grader.collectors.query.data import BIG, PRIVATE, SMALL, check_whole, make_database, private_data, template
from grader.collectors.query.exercise import Exercise, exercise_for
from grader.collectors.query.pack import inspect
from grader.collectors.query.session import Session, StatementFailed, StatementStopped, our_statements
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
from grader.collectors.query.work import Baseline, apply_setup, baseline, measure, measured_if_it_ends, taken_settings
from grader.database import Server
from grader.errors import SubmissionFault
from grader.evidence.query import Answer, Cell, Data, Difference, Failure, Index, QueryAnswer, Setting
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
        self.facts: dict[str, Any] = {
            "exercise": exercise.name,
            "given": exercise.given,
            "ordered": exercise.about.total_order,
            "tables": self.tables,
            **{name: job.submission.read(file, limit=limit) for name, (file, limit) in _TEXTS.items()},
        }

    def run(self) -> QueryAnswer:
        query = check_query(self.facts["query"], self.tables)
        setup = check_setup(self.facts["setup"], self.tables, self.exercise.about.settings)
        self.facts["refusals"] = (*query.refusals[:MOST_REFUSALS], *setup.refusals[:MOST_REFUSALS])
        if not query.refusals and self._parses(query):
            try:
                self._compare(query.text)
                self._measure(query.text, setup)
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
                make_database(self.server, PRIVATE, exercise, private_data(exercise, job.seed))
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

    def _note(self, kind: Data, name: str, given: Answer, submitted: Answer) -> None:
        """Keep a comparison on much data; both answers too when no small database showed a difference."""
        same = same_rows(given, submitted, ordered=self.exercise.about.total_order)
        self.facts["comparisons"] += (comparison(kind, name, given, submitted, same=same),)
        if not same and self.facts["difference"] is None:
            self.facts["difference"] = Difference(name=name, tables=(), given=_head(given), submitted=_head(submitted))

    def _measure(self, query: str, setup: GuardedSetup) -> None:
        job, exercise, limits = self.job, self.exercise, self.exercise.about.limits
        big = exercise.about.practice if job.public_only else exercise.about.grading
        with job.stages.measure("baseline"):
            known = baseline(job.databases, self.server.version, exercise, big)
        self.facts |= {"reference_work": known.reference_work, "given_columns": known.rows.columns}
        with self.server.connect(BIG) as admin:
            self.facts |= {"existing": tuple(indexes(admin)), "table_blocks": table_blocks(admin)}
        with job.stages.measure("work"):
            has_setup = bool(setup.steps or setup.settings)
            cells = [known.given]
            if has_setup:
                bare = measured_if_it_ends(self.server, "submitted", query, None, seconds=limits.query)
                cells += [bare] if bare is not None else []
                failed = apply_setup(self.server, setup.steps, seconds=limits.setup)
                settings, refused = taken_settings(self.server, setup.settings, seconds=limits.setup)
                self.facts |= {"setup_failure": failed or refused, "settings": settings}
            self.facts["added"] = self._added()
            cells += self._final(query, self.facts.get("settings", ()), known, setup=has_setup)
        self.facts["cells"] = tuple(cells)

    def _final(self, query: str, settings: tuple[Setting, ...], known: Baseline, *, setup: bool) -> list[Cell]:
        """The answer as it was handed in, on the large data; raises `SubmittedFailed`."""
        seconds = self.exercise.about.limits.query
        session = Session(self.server, BIG, settings=settings)
        try:
            submitted = submitted_answer(session, query, seconds, LARGE)
            self.facts["submitted_columns"] = submitted.columns
            self._note("big", LARGE, known.rows, submitted)
            cells = [measure(session, "submitted", query, seconds=seconds, setup=setup)]
        except StatementFailed as fault:
            raise SubmittedFailed(Failure(data=LARGE, error=fault.error)) from fault
        except StatementStopped as fault:
            raise SubmittedFailed(Failure(data=LARGE, stopped_after=fault.seconds)) from fault
        finally:
            session.close()
        if setup:
            with_setup = measured_if_it_ends(self.server, "given", self.exercise.given, settings, seconds=seconds)
            cells += [with_setup] if with_setup is not None else []
        return cells

    def _added(self) -> tuple[Index, ...]:
        before = {index.name for index in self.facts["existing"]}
        with self.server.connect(BIG) as admin:
            return tuple(index for index in indexes(admin) if index.name not in before)


def _head(answer: Answer) -> Answer:
    """The first rows of an answer: enough to see what is wrong."""
    return structs.replace(answer, rows=answer.rows[:MOST_SHOWN])


_TEXTS = {"query": (QUERY, LONGEST_SQL), "setup": (SETUP, LONGEST_SQL), "explanation": (EXPLANATION, LONGEST_PROSE)}

COLLECTOR = Collector(name="query", gathers=QueryAnswer, collect=collect_query, uses=Resource.DATABASE, inspect=inspect)
