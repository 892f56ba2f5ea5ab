"""Does the counted work agree with the time a query computes? `python bench/query_work.py [LEVEL ...]`

Measures many right answers of every exercise, from none to all of the possible gain: the given query, the reference,
the right rewrites of reference/slow-query and the clumsy and half-way ones in bench/query_submissions, with the setups
there. Writes bench/query_work-LEVEL.txt: work, CPU time, wall time, the part of the possible gain by both,
points, and how well ln(work) follows ln(CPU), also for other weights than those in use.

Answers named trick-* compute much without handling rows. They stand in the table and not in the correlation.
An answer that gives other rows than the given query does not belong here: the program ends with 1.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from grader.checks.query.facts import CPU_FLOOR, CPU_MARGIN, efficiency
from grader.checks.query.work import ask_work
from grader.collectors.query import cpu
from grader.collectors.query.data import BIG, template
from grader.collectors.query.exercise import Exercise, read_exercise
from grader.collectors.query.session import CANDIDATE, Session, StatementFailed, StatementStopped
from grader.collectors.query.small import MOST_ROWS
from grader.collectors.query.work import Baseline, apply_setup, baseline, computing_now, measure
from grader.database import Server
from grader.database.process import ProcessDatabases
from grader.evidence.query import Cell, Comparison, QueryAnswer, Setting
from grader.sql.query.guard_setup import check_setup
from grader.sql.query.plan import BUFFER_WEIGHT, TEMP_WEIGHT, Work, read_plan, work
from grader.sql.query.rows import same_rows
from grader.sql.query.text import read

ROOT = Path(__file__).parents[1]
PACK = ROOT / "challenges" / "slow-query" / "exercises"
REWRITES = ROOT / "reference" / "slow-query" / "rewrites"
OWN = Path(__file__).parent / "query_submissions"
POINTS = 35
SECONDS = 60.0
BLOCKS, TEMPORARY = (1, 4, 8, 16), (0, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer: which query with which setup, and what it took."""

    query: str
    setup: str
    cell: Cell
    score: float
    by_work: float
    by_cpu: float
    median: float

    @property
    def work(self) -> Work:
        return work(read_plan(self.cell.plan))

    @property
    def trick(self) -> bool:
        return self.query.startswith("trick-")


def queries(exercise: Exercise, setup: str) -> dict[str, str]:
    """The queries to run with a setup by name: the right rewrites only with none and with the first."""
    found = {"(given)": exercise.given, "(reference)": exercise.reference}
    files = sorted((OWN / exercise.name).glob("queries/*.sql"))
    if setup < "2":
        files += sorted((REWRITES / exercise.name).glob("*.sql"))
    for file in files:
        if not file.name.startswith("wrong-"):
            found[file.stem] = read(file.read_text()).statements[0].text
    return found


def setups(level: str) -> dict[str, str]:
    """Every setup of a level by name, the empty one first."""
    return {"0-none": "", **{file.stem: file.read_text() for file in sorted((OWN / level).glob("setups/*.sql"))}}


def measured(exercise: Exercise) -> tuple[Baseline, list[Measured], list[str]]:
    """Every query with every setup, and the names of those that gave other rows or did not end."""
    databases = ProcessDatabases()
    found: list[Measured] = []
    wrong: list[str] = []
    known = None
    for name, text in setups(exercise.name).items():
        with databases.start(template(exercise, exercise.about.grading)) as server:
            known = baseline(databases, exercise, exercise.about.grading)
            cpu.reported(server, BIG, CANDIDATE)
            known = known.as_of(computing_now(server, exercise.given, seconds=SECONDS))
            for query, settings in _prepared(server, exercise, name, text):
                print(f"{exercise.name}: {query[0]} with {name}", file=sys.stderr)
                with contextlib.closing(Session(server, BIG, settings=settings)) as session:
                    try:
                        found.append(_one(session, exercise, known, query, name))
                    except (StatementFailed, StatementStopped, ValueError) as fault:
                        wrong.append(f"{query[0]} with {name}: {fault}")
    assert known is not None
    return known, found, wrong


def _prepared(
    server: Server, exercise: Exercise, name: str, text: str
) -> Iterator[tuple[tuple[str, str], Sequence[Setting]]]:
    tables = ("categories", "products", "customers", "orders", "order_items", "blocked_customers")
    setup = check_setup(text, tables, exercise.about.settings)
    assert not setup.refusals, setup.refusals
    failure = apply_setup(server, setup.steps, seconds=SECONDS)
    assert failure is None, failure
    for query in queries(exercise, name).items():
        yield query, setup.settings


def _one(session: Session, exercise: Exercise, known: Baseline, query: tuple[str, str], setup: str) -> Measured:
    name, text = query
    rows = session.ask(text, seconds=SECONDS, most=MOST_ROWS)
    if not same_rows(known.rows, rows, ordered=exercise.about.total_order):
        raise ValueError("other rows than the given query")
    samples = [session.spent() or 0.0]
    cell = measure(session, "submitted", text, seconds=SECONDS)
    samples.append(cell.cpu)
    if cell.cpu < cpu.LONG:
        samples = cpu.samples(lambda: _computed(session, text))
    cell = structs.replace(cell, cpu=cpu.least(*samples))
    evidence = QueryAnswer(
        exercise=exercise.name,
        given=exercise.given,
        query=text,
        comparisons=(Comparison(data="big", name="big", given=len(rows.rows), submitted=len(rows.rows), same=True),),
        cells=(known.given, cell),
        reference_work=known.reference_work,
        reference_cpu=known.reference_cpu,
    )
    done, given = work(read_plan(cell.plan)).total, work(read_plan(known.given.plan)).total
    spent = [max(value, CPU_FLOOR) for value in (known.given.cpu, cell.cpu, known.reference_cpu)]
    found = ask_work(evidence)
    return Measured(
        name,
        setup,
        cell,
        found.score,
        efficiency(given, done, known.reference_work),
        efficiency(*spent),
        statistics.median(samples),
    )


def _computed(session: Session, text: str) -> float | None:
    session.ask(text, seconds=SECONDS, most=MOST_ROWS)
    return session.spent()


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Correlation of two lists."""
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    top = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    return top / math.sqrt(sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys))


def ranks(values: Sequence[float]) -> list[float]:
    """Rank of every value, equal ones share theirs."""
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def correlations(found: Sequence[Measured]) -> list[str]:
    """How well ln(work) follows ln(CPU) for several weights."""
    honest = [one for one in found if not one.trick]
    spent = [math.log(max(one.median, CPU_FLOOR)) for one in honest]
    lines = [f"ln(work) beside ln(CPU, at least {CPU_FLOOR:g} ms) of {len(honest)} answers", ""]
    lines += ["blocks  temp   pearson  rank"]
    for blocks, temp in itertools.product(BLOCKS, TEMPORARY):
        done = [one.work for one in honest]
        totals = [math.log(max(1, w.rows + blocks * w.buffers + temp * w.temp)) for w in done]
        mark = "  <- in use" if (blocks, temp) == (BUFFER_WEIGHT, TEMP_WEIGHT) else ""
        both = pearson(totals, spent), pearson(ranks(totals), ranks(spent))
        lines.append(f"{blocks:>6}  {temp:>4}   {both[0]:7.3f}  {both[1]:.3f}{mark}")
    return lines


def table(found: Sequence[Measured]) -> list[str]:
    """Every answer, the most work first."""
    head = (
        f"{'query':<34} {'setup':<34} {'rows':>11} {'blocks':>10} {'temp':>7} {'work':>11} "
        f"{'CPU ms':>9} {'wall ms':>9} {'by work':>8} {'by CPU':>7} {'points':>7}"
    )
    lines = [head, "-" * len(head)]
    for one in sorted(found, key=lambda one: -one.work.total):
        done = one.work
        capped = " *" if one.by_cpu + CPU_MARGIN < min(one.by_work, 0.9) else ""
        lines.append(
            f"{one.query:<34} {one.setup:<34} {done.rows:>11,} {done.buffers:>10,} {done.temp:>7,} {done.total:>11,} "
            f"{one.median:>9,.1f} {one.cell.milliseconds:>9,.1f} {one.by_work:>8.2f} {one.by_cpu:>7.2f} "
            f"{POINTS * one.score:>7.1f}{capped}"
        )
    return [*lines, "", "* CPU time is the ceiling here"]


def main(levels: Sequence[str]) -> int:
    bad = False
    for level in levels or ("junior", "mid", "senior"):
        exercise = read_exercise(PACK / level)
        known, found, wrong = measured(exercise)
        given = work(read_plan(known.given.plan)).total
        text = [
            f"{exercise.about.title}: {len(found)} answers on {exercise.about.grading.size:,} customers.",
            f"given {given:,} work, {known.given.cpu:,.0f} ms CPU",
            f"reference {known.reference_work:,} work, {known.reference_cpu:,.1f} ms CPU",
            "CPU (median of several runs) and wall time are of one machine, with other programs on it.",
            "",
            *correlations(found),
            "",
            *table(found),
            *(f"left out: {name}" for name in wrong),
        ]
        (Path(__file__).parent / f"query_work-{level}.txt").write_text("\n".join(text) + "\n")
        print("\n".join(text))
        bad = bad or bool(wrong)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
