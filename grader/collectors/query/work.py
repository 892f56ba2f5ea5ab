"""Measure both queries with and without the submitted setup, and once for all the given query and the reference."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import structs
from psycopg import sql

from grader.caches import made_once
from grader.collectors.query.catalog import shape
from grader.collectors.query.data import BIG, OWNER, template
from grader.collectors.query.exercise import BigData, Exercise
from grader.collectors.query.session import Session, StatementFailed, StatementStopped
from grader.collectors.query.small import MOST_ROWS
from grader.database import Databases, Server
from grader.errors import OurFault
from grader.evidence.query import Answer, Cell, Failure, Setting, Which
from grader.excerpt import position
from grader.sql.query.guard_setup import SetupStep
from grader.sql.query.plan import read_plan, work
from grader.sql.query.rows import same_rows

MEASURED_BY = 2  # raise when the way of measuring changes
SHORT = 5_000_000  # in work: below a second even on a slow machine
_FILE = "baseline.json"


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What does not depend on a submission: the given query's rows and plan, and the reference's work."""

    rows: Answer
    given: Cell
    reference_work: int


def baseline(databases: Databases, version: str, exercise: Exercise, big: BigData) -> Baseline:
    """Measured once for every exercise, data set and server version.

    Raises `OurFault` E223 when the pack's own queries do not run or do not agree.
    """

    def make(folder: Path) -> None:
        measured = _measure_pack(databases, exercise, big)
        (folder / _FILE).write_bytes(msgspec.json.encode(measured))

    name = f"query-baseline-{version}-{exercise.digest}-{big.seed}-{big.size}-{MEASURED_BY}"
    folder = made_once(name, make)
    try:
        return _kept(folder)
    except (OSError, msgspec.DecodeError):  # a cache is never trusted to be whole: what is damaged is made anew
        shutil.rmtree(folder, ignore_errors=True)
    return _kept(made_once(name, make))


def _kept(folder: Path) -> Baseline:
    return msgspec.json.decode((folder / _FILE).read_bytes(), type=Baseline)


def _measure_pack(databases: Databases, exercise: Exercise, big: BigData) -> Baseline:
    seconds = exercise.about.limits.query
    try:
        with databases.start(template(exercise, big)) as server:
            session = Session(server, BIG, file="original.sql")
            rows = session.ask(exercise.given, seconds=seconds, most=MOST_ROWS)
            given = measure(session, "given", exercise.given, seconds=seconds, setup=False)
            session.close()
            with server.connect(BIG, role=OWNER) as owner:
                owner.execute(exercise.reference_setup.encode())
            analyze(server, None)
            reference = Session(server, BIG, file="reference.sql")
            best = reference.ask(exercise.reference, seconds=seconds, most=MOST_ROWS)
            cell = measure(reference, "submitted", exercise.reference, seconds=seconds, setup=True)
            reference.close()
    except (StatementFailed, StatementStopped) as fault:
        raise OurFault("E223", f"a query of the exercise `{exercise.name}` does not run: {fault}") from fault
    if not rows.rows or not same_rows(rows, best, ordered=exercise.about.total_order):
        raise OurFault("E223", f"the reference of the exercise `{exercise.name}` does not give the given query's rows")
    return Baseline(rows=rows, given=given, reference_work=work(read_plan(cell.plan)).total)


def measure(session: Session, query: Which, text: str, *, seconds: float, setup: bool) -> Cell:
    """One field of the 2×2. A short query is counted on its second run: the first also looks up the catalog."""
    plan, milliseconds = session.explain(text, seconds=seconds)
    if work(read_plan(plan)).total < SHORT:
        plan, milliseconds = session.explain(text, seconds=seconds)
    return Cell(query=query, setup=setup, plan=plan, milliseconds=milliseconds)


def measured_if_it_ends(
    server: Server, query: Which, text: str, settings: Iterable[Setting] | None, *, seconds: float
) -> Cell | None:
    """Another field of the 2×2, with the setup when `settings` are given; `None` when it does not end in time."""
    session = Session(server, BIG, settings=settings or ())
    try:
        return measure(session, query, text, seconds=seconds, setup=settings is not None)
    except (StatementFailed, StatementStopped):
        return None
    finally:
        session.close()


def apply_setup(server: Server, steps: Iterable[SetupStep], *, seconds: float) -> Failure | None:
    """Run the steps of a setup, each for itself, then ANALYZE what they touched; the first failure, or `None`.

    Raises `OurFault` E224 when it changed more than a setup can: then the allow-list has a hole.
    """
    steps = tuple(steps)
    with server.connect(BIG) as admin:
        before = shape(admin)
    session = Session(server, BIG, role=OWNER, file="setup.sql")
    failures = [_step_failure(session, step, seconds) for step in steps]
    session.close()
    with server.connect(BIG) as admin:
        if shape(admin) != before:
            raise OurFault(
                "E224", "setup.sql changed more than indexes and statistics", help="a person must look at it"
            )
    analyze(server, {table for step in steps for table in step.tables})
    return next((failure for failure in failures if failure is not None), None)


def taken_settings(
    server: Server, settings: Iterable[Setting], *, seconds: float
) -> tuple[tuple[Setting, ...], Failure | None]:
    """The settings that PostgreSQL takes (it knows `64MB` and no `64mb`), and the first that it refuses."""
    taken: list[Setting] = []
    failures: list[Failure] = []
    session = Session(server, BIG, file="setup.sql")
    for setting in settings:
        statement = sql.SQL("SET {} TO {}").format(sql.Identifier(setting.name), sql.Literal(setting.value))
        try:
            session.run(statement.as_string(), seconds=seconds)
        except StatementFailed as fault:
            failures.append(Failure(data="setup.sql", error=fault.error))
        except StatementStopped as fault:
            failures.append(Failure(data="setup.sql", stopped_after=fault.seconds))
        else:
            taken.append(setting)
    session.close()
    return tuple(taken), next(iter(failures), None)


def _step_failure(session: Session, step: SetupStep, seconds: float) -> Failure | None:
    try:
        session.run(step.text, seconds=seconds)
    except StatementFailed as fault:
        line, column = position(step.text, len(step.text) - len(step.text.lstrip()))
        error = fault.error if fault.error.line else structs.replace(fault.error, line=line, column=column)
        return Failure(data="setup.sql", error=error)
    except StatementStopped as fault:
        return Failure(data="setup.sql", stopped_after=fault.seconds)
    return None


def analyze(server: Server, tables: set[str] | None) -> None:
    """Statistics after a setup: of every table when `tables` is None. Every row is read, nothing is sampled."""
    with server.connect(BIG, role=OWNER) as owner:
        for table in sorted(tables) if tables is not None else [""]:
            owner.execute(f"ANALYZE {table}".encode())
