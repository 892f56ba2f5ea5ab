"""Is the submitted SQL allowed, and does it run?"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from grader.checks.query.exhibits import RUN_IT, failed_statement, refused, short
from grader.checks.query.facts import final_cell, not_read, ran_on_the_large_data
from grader.evidence.query import Failure, QueryAnswer
from grader.exhibits import SqlExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed

_NO_ANSWER = "(no answer: the grader ended the statement)"
SETUP_IT = "psql -d practice -f setup.sql"


def ask_allowed(evidence: QueryAnswer) -> Finding:
    """The query is one SELECT over the exercise's tables."""
    found = [refusal for refusal in evidence.refusals if refusal.file == "query.sql"]
    if evidence.unread:
        return not_read(evidence)
    if not found:
        return passed("query.sql is one SELECT over the exercise's tables")
    return refused(found, evidence.query, expected="one SELECT that reads the exercise's tables and nothing else")


def ask_runs(evidence: QueryAnswer) -> Finding:
    """PostgreSQL reads the query and finishes it on every data set."""
    if any(refusal.file == "query.sql" for refusal in evidence.refusals):
        return blocked("The query was not run: it holds what the brief does not allow")
    if evidence.unread:
        return not_read(evidence)
    failure = evidence.failure
    if failure is None:
        return passed(f"The query ran to its end on {len(evidence.comparisons)} data sets")
    if failure.stopped_after is not None:
        return _stopped(failure, evidence)
    told = failed_statement(failure, evidence.query, "query.sql", RUN_IT)
    return _on_some_data(told, evidence) if ran_on_the_large_data(evidence) else told


def _on_some_data(told: Finding, evidence: QueryAnswer) -> Finding:
    """An error that only some rows raise: what it ran on counts, as rows that differ on some data do not void it."""
    failing, every = sum(c.failed for c in evidence.comparisons), len(evidence.comparisons)
    message = f"{told.message}; it ran to its end on {every - failing} of {every} data sets"
    return structs.replace(told, message=message, score=(every - failing) / every)


def _stopped(failure: Failure, evidence: QueryAnswer) -> Finding:
    where = f" on {failure.data}" if failure.data else ""
    return failed(
        f"The query was stopped{where}: it had not ended after {failure.stopped_after:g} s",
        expected="an answer well before the given query, which needs a few seconds on the large data",
        where="query.sql",
        exhibits=(SqlExhibit(title="The query", statement=short(evidence.query), answer=_NO_ANSWER, command=RUN_IT),),
    )


def ask_setup(evidence: QueryAnswer) -> Finding:
    """Every statement of setup.sql is one that a setup may hold, and PostgreSQL runs it."""
    found = [refusal for refusal in evidence.refusals if refusal.file == "setup.sql"]
    if found:
        return refused(found, evidence.setup, expected="CREATE INDEX, CREATE STATISTICS, ANALYZE and listed settings")
    failure = evidence.setup_failure
    if failure is not None:
        return _failed_setup(failure, evidence)
    if not evidence.setup.strip():
        return not_applicable("There is no setup.sql: the query stands alone")
    if evidence.unread:
        return not_read(evidence)
    if final_cell(evidence) is None:
        return blocked("setup.sql was not run, because the query was not")
    many = _many(len(evidence.added), "index", "indexes"), _many(len(evidence.settings), "setting", "settings")
    return (
        passed(f"setup.sql runs: {', '.join(many)}")
        if evidence.added
        else not_applicable("setup.sql adds no index: there is nothing that writes would pay for")
    )


def _failed_setup(failure: Failure, evidence: QueryAnswer) -> Finding:
    if failure.stopped_after is not None:
        return failed(
            f"setup.sql was stopped: a statement had not ended after {failure.stopped_after:g} s",
            expected="a setup that is done in seconds",
            where="setup.sql",
            exhibits=(
                SqlExhibit(title="The setup", statement=short(evidence.setup), answer=_NO_ANSWER, command=SETUP_IT),
            ),
        )
    return failed_statement(failure, evidence.setup, "setup.sql", SETUP_IT)


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.allowed",
        needs=QueryAnswer,
        ask=ask_allowed,
        title="The query is one SELECT over the exercise's tables",
        why="A report query that changes data or reads the clock or the catalog cannot be compared",
        fix="Write one SELECT that reads the exercise's tables and computes from them; indexes go into setup.sql",
    ),
    Check(
        name="query.runs",
        needs=QueryAnswer,
        ask=ask_runs,
        title="The query runs to its end",
        why="A query that raises an error or never ends answers nobody",
        fix="Run it on the practice data and on empty tables before you hand it in",
    ),
    Check(
        name="query.setup",
        needs=QueryAnswer,
        ask=ask_setup,
        title="setup.sql holds only indexes, statistics and listed settings, and runs",
        why="A setup that does more than help the planner changes what is measured, or the database of everybody else",
        fix="Keep to CREATE INDEX, CREATE STATISTICS, ANALYZE and the settings of the brief; try it on practice data",
    ),
)
