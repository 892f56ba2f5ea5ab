"""Write plan.txt of every exercise: how the given query runs on the practice data that candidates load.

    .venv/bin/python scripts/practice_plans.py [FOLDER_OF_EXERCISES]

Run it when an original, the data, the practice seed or size, or the version of PostgreSQL changes. Counts come out the
same every time, milliseconds do not: the fastest run is kept.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from grader.collectors.query.data import BIG, template
from grader.collectors.query.exercise import FILE, Exercise, read_exercise
from grader.collectors.query.session import CANDIDATE
from grader.database import Server
from grader.database.process import ProcessDatabases

SHIPPED = Path(__file__).parent.parent / "challenges" / "slow-query" / "exercises"
RUNS = 5


def main() -> None:
    """Measure every exercise a few times; the first run also reads from disk."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    for file in sorted(folder.glob(f"*/{FILE}")):
        exercise = read_exercise(file.parent)
        with ProcessDatabases().start(template(exercise, exercise.about.practice)) as server:
            plan = min((_plan(server, exercise) for _ in range(RUNS)), key=_milliseconds)
            (exercise.folder / "plan.txt").write_text(_headed(server, exercise, plan), encoding="utf-8")


def _plan(server: Server, exercise: Exercise) -> str:
    with server.connect(BIG, role=CANDIDATE) as connection:
        rows = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {exercise.given}".encode()).fetchall()
    return "\n".join(line for (line,) in rows)


def _milliseconds(plan: str) -> float:
    found = re.search(r"Execution Time: ([\d.]+) ms", plan)
    return float(found[1]) if found else float("inf")


def _headed(server: Server, exercise: Exercise, plan: str) -> str:
    data = exercise.about.practice
    return (
        f"EXPLAIN (ANALYZE, BUFFERS) of exercises/{exercise.name}/original.sql on the practice data "
        f"(data.seed={data.seed}, data.size={data.size}),\n"
        f"PostgreSQL {server.version} with data/shop/settings.sql, the fastest of {RUNS} runs.\n\n{plan}\n"
    )


if __name__ == "__main__":
    main()
