"""Wall time of warm grades of the slow-query exercises, stage by stage: `python bench/query_grade.py [RUNS]`.

Grades the reference and the unchanged query of every level RUNS times (3) after one run that warms the caches, and
prints the median of every stage. Then two ways to a fresh copy of the large data, side by side: a copy of the whole
cluster, which is what a grade does, and CREATE DATABASE from a template in a server that runs.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from grader.collectors.query.data import BIG, template
from grader.collectors.query.exercise import read_exercise
from grader.database.process import ProcessDatabases

ROOT = Path(__file__).parents[1]
PACK = ROOT / "challenges" / "slow-query" / "exercises"
ALLOWED = {"junior": 20, "mid": 45, "senior": 45}


def answers(level: str, folder: Path) -> dict[str, Path]:
    """The reference with its setup, and the given query without any."""
    found = {}
    for name, files in (("reference", ("reference.sql", "reference-setup.sql")), ("unchanged", ("original.sql",))):
        found[name] = folder / name
        found[name].mkdir()
        for file, target in zip(files, ("query.sql", "setup.sql"), strict=False):
            shutil.copy(PACK / level / file, found[name] / target)
    return found


def grades(runs: int) -> None:
    """Medians of every stage of warm grades."""
    for level, allowed in ALLOWED.items():
        with tempfile.TemporaryDirectory() as folder:
            for name, path in answers(level, Path(folder)).items():
                seconds: dict[str, list[float]] = defaultdict(list)
                for number in range(runs + 1):
                    start = time.monotonic()
                    options = ["--level", level, "-o", f"{folder}/out", "--no-progress", "--sandbox", "process"]
                    command = [sys.executable, "-m", "grader", "grade", "slow-query", str(path), *options]
                    subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
                    if number:
                        seconds["whole command"].append(time.monotonic() - start)
                        run = json.loads((Path(folder) / "out" / "result.json").read_text())["run"]
                        for stage in run["stages"]:
                            seconds[stage["name"]].append(stage["seconds"])
                for stage, values in seconds.items():
                    limit = f"  of {allowed} s" if stage == "whole command" else ""
                    print(f"{level:<7} {name:<10} {stage:<14} {statistics.median(values):6.2f} s{limit}", flush=True)


def copies(runs: int) -> None:
    """A fresh copy of the large data in two ways."""
    exercise = read_exercise(PACK / "mid")
    data = template(exercise, exercise.about.grading)
    databases = ProcessDatabases()
    whole, one = [], []
    for _ in range(runs + 1):
        start = time.monotonic()
        with databases.start(data) as server:
            server.connect(BIG).close()
            whole.append(time.monotonic() - start)
            with server.connect() as admin:
                start = time.monotonic()
                admin.execute(f"CREATE DATABASE again TEMPLATE {BIG} STRATEGY FILE_COPY".encode())
                one.append(time.monotonic() - start)
    print(f"copy of the cluster and start of its server   {statistics.median(whole[1:]):6.2f} s")
    print(f"CREATE DATABASE ... TEMPLATE, server running  {statistics.median(one[1:]):6.2f} s")


def main(runs: int) -> None:
    grades(runs)
    copies(runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
