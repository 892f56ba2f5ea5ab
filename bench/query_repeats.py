"""Does a grade say the same on a busy machine? `python bench/query_repeats.py [RUNS] [LEVEL ...]`

Three answers of every exercise: the reference, the given query with the reference's indexes, and one that computes
much behind few rows, for which CPU time is the ceiling. Work and CPU time of each are measured RUNS times (8) in new
sessions, in turn alone and beside a process that keeps the other core busy, and scored by the check itself: nothing
else of a grade is measured. Then each is graded as a whole, once alone and once beside that process, and what differs
is told, `run` left out. Ends with 1 when the points of an answer differ by more than one.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.checks.query.facts import cpu_ceiling
from grader.checks.query.work import ask_work
from grader.collectors.query import cpu
from grader.collectors.query.data import BIG, OWNER, template
from grader.collectors.query.exercise import Exercise, read_exercise
from grader.collectors.query.session import CANDIDATE, Session
from grader.collectors.query.small import MOST_ROWS
from grader.collectors.query.work import analyze, baseline, computing_now, measure, with_cpu
from grader.database import Server
from grader.database.process import ProcessDatabases
from grader.evidence.query import Comparison, QueryAnswer
from grader.sql.query.text import read

ROOT = Path(__file__).parents[1]
PACK = ROOT / "challenges" / "slow-query" / "exercises"
OWN = Path(__file__).parent / "query_submissions"
MOST, POINTS, SECONDS = 1.0, 35, 60.0
ANSWERS = {"reference": "reference.sql", "indexes only": "original.sql", "computes much": "trick-powers.sql"}
SAME = (Comparison(data="big", name="big", given=1, submitted=1, same=True),)


def query_file(level: str, file: str) -> Path:
    """Where a query of an answer lies."""
    source = PACK / level / file
    return source if source.is_file() else OWN / level / "queries" / file


@contextlib.contextmanager
def hog(*, wanted: bool) -> Iterator[None]:
    """A process that computes all the time."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if wanted else None
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def scored(server: Server, bare: Server, exercise: Exercise, text: str) -> tuple[float, float]:
    """Points for less work of one measurement, and the ceiling that CPU time set."""
    known = baseline(ProcessDatabases(), exercise, exercise.about.grading)
    with contextlib.closing(Session(server, BIG)) as session:
        session.ask(text, seconds=SECONDS, most=MOST_ROWS)
        before = [session.spent() or 0.0]
        cell = measure(session, "submitted", text, seconds=SECONDS, setup=True)
        cell = with_cpu(session, cell, text, seconds=SECONDS, before=before)
    now = known.as_of(computing_now(bare, exercise.given, seconds=SECONDS))
    evidence = QueryAnswer(
        exercise=exercise.name,
        given=exercise.given,
        query=text,
        comparisons=SAME,
        cells=(now.given, cell),
        reference_work=known.reference_work,
        reference_cpu=now.reference_cpu,
    )
    return POINTS * ask_work(evidence).score, cpu_ceiling(evidence)


def repeats(level: str, runs: int) -> float:
    """Measure every answer again and again; the largest difference of points."""
    exercise, worst = read_exercise(PACK / level), 0.0
    large = template(exercise, exercise.about.grading)
    with ProcessDatabases().start(large) as server, ProcessDatabases().start(large) as bare:
        baseline(ProcessDatabases(), exercise, exercise.about.grading)
        with server.connect(BIG, role=OWNER) as owner:
            owner.execute(exercise.reference_setup.encode())
        analyze(server, None)
        for one in (server, bare):
            cpu.reported(one, BIG, CANDIDATE)
        for name, file in ANSWERS.items():
            text = read(query_file(level, file).read_text()).statements[0].text
            found = []
            for number in range(runs):
                with hog(wanted=number % 2 == 1):
                    found.append(scored(server, bare, exercise, text))
            points, ceilings = zip(*found, strict=True)
            spread = max(points) - min(points)
            worst = max(worst, spread)
            told = f"points {min(points):5.2f} to {max(points):5.2f} of {POINTS}, spread {spread:.2f}"
            print(f"{level:<7} {name:<14} {told}, ceiling {min(ceilings):.2f} to {max(ceilings):.2f}", flush=True)
    return worst


def whole(level: str) -> None:
    """Grade every answer alone and beside the busy process, and say what differs."""
    for name, file in ANSWERS.items():
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / "answer"
            answer.mkdir()
            shutil.copy(query_file(level, file), answer / "query.sql")
            shutil.copy(PACK / level / "reference-setup.sql", answer / "setup.sql")
            results = []
            for busy in (False, True):
                with hog(wanted=busy):
                    results.append(graded(level, answer, Path(folder) / f"out{busy}"))
        seconds = " and ".join(f"{result.pop('run')['seconds']:.1f} s" for result in results)
        points = " and ".join(str(result["score"]["points"]) for result in results)
        paths = sorted(differences(results[0], results[1]))
        print(
            f"{level:<7} {name:<14} {points} points in {seconds}; differs: {', '.join(paths[:4]) or 'nothing'}",
            flush=True,
        )


def graded(level: str, submission: Path, out: Path) -> dict[str, Any]:
    """`result.json` of one grade."""
    options = ["--level", level, "-o", str(out), "--no-progress", "--sandbox", "process", "--seed", "7"]
    command = [sys.executable, "-m", "grader", "grade", "slow-query", str(submission), *options]
    subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
    result: dict[str, Any] = json.loads((out / "result.json").read_text())
    return result


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differences(one[key], other[key], f"{path}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{path}.{number}")
    elif one != other:
        yield path


def main(runs: int, levels: list[str]) -> int:
    levels = levels or ["junior", "mid", "senior"]
    worst = max(repeats(level, runs) for level in levels)
    print(f"largest spread: {worst:.2f} points", flush=True)
    for level in levels:
        whole(level)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8, sys.argv[2:]))
