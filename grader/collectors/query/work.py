"""Measure both queries with and without the submitted setup, and once for all the given query and the reference."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import structs
from psycopg import sql

from grader.caches import made_once
from grader.collectors.query import cpu
from grader.collectors.query.catalog import shape, table_blocks
from grader.collectors.query.data import BIG, OWNER, template
from grader.collectors.query.exercise import BigData, Exercise
from grader.collectors.query.session import CANDIDATE, Session, StatementFailed, StatementStopped
from grader.collectors.query.small import MOST_ROWS
from grader.collectors.query.writes import every_table
from grader.database import Databases, Server
from grader.database.cluster import edition
from grader.errors import OurFault
from grader.evidence.query import Answer, Cell, Failure, Part, Setting, SqlError, Which, Writes
from grader.excerpt import position
from grader.sql.query.guard_setup import Bound, SetupStep
from grader.sql.query.plan import read_plan, work
from grader.sql.query.rows import same_rows
from grader.visible import one_line

MEASURED_BY = 4  # raise when the way of measuring changes
SHORT = 5_000_000  # in work: below a second even on a slow machine
_FILE = "baseline.json"
# As PostgreSQL understands it, sizes in kB: it counts some settings in blocks of 8 kB.
_VALUE = sql.SQL("""
SELECT setting::float8 * CASE unit WHEN 'B' THEN 1 / 1024.0 WHEN '8kB' THEN 8 WHEN 'MB' THEN 1024 ELSE 1 END
  FROM pg_settings WHERE name = {}""")


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What does not depend on a submission: the given query's rows and plan, and what the reference needs.

    `writes` are rows and cost of new rows for every table.
    """

    rows: Answer
    given: Cell
    reference_work: int
    reference_cpu: float
    writes: dict[str, tuple[int, Writes]]

    def as_of(self, computed: float) -> Baseline:
        """The same with CPU times of now, when the given query computes for so many milliseconds; 0 is not known.

        A machine is slower beside other work, and a cache may be older than the machine: what is compared with an
        answer must be measured beside it.
        """
        pace = computed / self.given.cpu if self.given.cpu else 0.0
        given = structs.replace(self.given, cpu=round(computed, 3) if pace else 0.0)
        return structs.replace(self, given=given, reference_cpu=round(pace * self.reference_cpu, 3))


def baseline(databases: Databases, exercise: Exercise, big: BigData) -> Baseline:
    """Measured once for every exercise, data set, server version and way the server is set.

    Raises `OurFault` E223 when the pack's own queries do not run or do not agree.
    """

    def make(folder: Path) -> None:
        measured = _measure_pack(databases, exercise, big)
        (folder / _FILE).write_bytes(msgspec.json.encode(measured))

    name = f"query-baseline-{edition()}-{template(exercise, big).key}-{exercise.digest}-{MEASURED_BY}"
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
            cpu.reported(server, BIG, CANDIDATE)
            with contextlib.closing(Session(server, BIG, file="original.sql")) as session:
                rows = session.ask(exercise.given, seconds=seconds, most=MOST_ROWS)
                before = [session.spent() or 0.0, _computed(session, exercise.given, seconds) or 0.0]
                given = measure(session, "given", exercise.given, seconds=seconds)
                given = with_cpu(session, given, exercise.given, seconds=seconds, before=before)
            with server.connect(BIG, role=OWNER) as owner:
                owner.execute(exercise.reference_setup.encode())
            analyze(server, None)
            with contextlib.closing(Session(server, BIG, file="reference.sql")) as session:
                best = session.ask(exercise.reference, seconds=seconds, most=MOST_ROWS)
                cell = measure(session, "submitted", exercise.reference, seconds=seconds, setup=True)
                cell = with_cpu(session, cell, exercise.reference, seconds=seconds)
    except (StatementFailed, StatementStopped) as fault:
        raise OurFault("E223", f"a query of the exercise `{exercise.name}` does not run: {fault}") from fault
    if not rows.rows or not same_rows(rows, best, ordered=exercise.about.total_order):
        raise OurFault("E223", f"the reference of the exercise `{exercise.name}` does not give the given query's rows")
    return Baseline(
        rows=rows,
        given=given,
        reference_work=work(read_plan(cell.plan)).total,
        reference_cpu=cell.cpu,
        writes=_writes(databases, exercise, big),
    )


def _writes(databases: Databases, exercise: Exercise, big: BigData) -> dict[str, tuple[int, Writes]]:
    """What new rows cost every table as it is given."""
    with databases.start(template(exercise, big)) as server:
        with server.connect(BIG) as admin:
            tables = table_blocks(admin)
        return every_table(server, tables)


def measure(
    session: Session, query: Which, text: str, *, seconds: float, setup: bool = False, part: Part = "whole"
) -> Cell:
    """One field of the 2×2. A short query is counted on its second run: the first also looks up the catalog."""
    plan, milliseconds = session.explain(text, seconds=seconds)
    if work(read_plan(plan)).total < SHORT:
        plan, milliseconds = session.explain(text, seconds=seconds)
    spent = session.spent() or 0.0
    return Cell(query=query, setup=setup, part=part, plan=plan, milliseconds=milliseconds, cpu=round(spent, 3))


def with_cpu(session: Session, cell: Cell, text: str, *, seconds: float, before: Sequence[float] = ()) -> Cell:
    """A measurement with the least CPU time of several runs, or of the runs `before` where one more takes too long."""
    if cell.cpu >= cpu.LONG:
        return structs.replace(cell, cpu=cpu.least(cell.cpu, *before))
    return structs.replace(cell, cpu=cpu.least(*cpu.samples(lambda: _computed(session, text, seconds))))


def computing_now(server: Server, text: str, *, seconds: float) -> float:
    """CPU milliseconds of a query without any setup, just now; 0 when PostgreSQL does not tell or it does not end."""
    with contextlib.closing(Session(server, BIG)) as session:
        try:
            return cpu.least(*cpu.samples(lambda: _computed(session, text, seconds), few=1))
        except (StatementFailed, StatementStopped):
            return 0.0


def _computed(session: Session, text: str, seconds: float) -> float | None:
    session.ask(text, seconds=seconds, most=MOST_ROWS)
    return session.spent()


def measured_if_it_ends(
    server: Server,
    query: Which,
    text: str,
    *,
    seconds: float,
    setup: bool = False,
    part: Part = "whole",
    settings: Iterable[Setting] = (),
) -> Cell | None:
    """Another field of the 2×2, or of a part of the setup, with `settings`; `None` when it does not end in time."""
    with contextlib.closing(Session(server, BIG, settings=settings)) as session:
        try:
            return measure(session, query, text, seconds=seconds, setup=setup, part=part)
        except (StatementFailed, StatementStopped):
            return None


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
    server: Server, settings: Iterable[Setting], bounds: Mapping[str, Bound], *, seconds: float
) -> tuple[tuple[Setting, ...], Failure | None]:
    """The settings that PostgreSQL takes (it knows `64MB` and no `64mb`), and the first that it refuses.

    What it made of a value is held against the bounds, too: a number without a unit is not kB for every setting. Of
    two values for one setting the later one counts.
    """
    taken: dict[str, Setting] = {}
    failures: list[Failure] = []
    with contextlib.closing(Session(server, BIG, file="setup.sql")) as session:
        for setting in settings:
            try:
                error = _outside(session, setting, bounds[setting.name], seconds)
            except StatementFailed as fault:
                error = fault.error
            except StatementStopped as fault:
                failures.append(Failure(data="setup.sql", stopped_after=fault.seconds))
                continue
            if error is None:
                taken.pop(setting.name, None)
                taken[setting.name] = setting
            else:
                failures.append(Failure(data="setup.sql", error=error))
    return tuple(taken.values()), next(iter(failures), None)


def _outside(session: Session, setting: Setting, bound: Bound, seconds: float) -> SqlError | None:
    """Why what PostgreSQL makes of a setting is outside its bounds, `None` when it is within them."""
    statement = sql.SQL("SET {} TO {}").format(sql.Identifier(setting.name), sql.Literal(setting.value))
    session.run(statement.as_string(), seconds=seconds)
    value = session.ask(_VALUE.format(sql.Literal(setting.name)).as_string(), seconds=seconds, most=1).rows[0][0]
    if value is not None and bound.min <= float(value) <= bound.max:
        return None
    message = (
        f'PostgreSQL takes {setting.name} = "{setting.value}" for {float(value or 0):g}: it must lie between '
        f"{bound.min:g} and {bound.max:g} (sizes in kB)"
    )
    return SqlError(sqlstate="22023", message=one_line(message, 300), hint="write the unit, as in '256MB'")


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
