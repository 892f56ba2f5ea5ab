"""Wall time of schema grades, stage by stage, for small, middle and large schemas: `python bench/schema.py [RUNS]`.

Each is graded RUNS times in turn (after one run that warms the caches); the medians stand side by side, so that two
versions can be compared in one go on one machine. GRADER_BENCH_SANDBOX names another sandbox than `process`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "reference" / "ecommerce-schema"
MIDDLE, LARGE = 60, 180
STAGES = ("read", "load", "catalog", "probes", "workload", "whole command")


def beside(tables: int) -> str:
    """Tables of an application around the shop, each with a few columns and a reference to the one before."""
    made = ["\nCREATE TABLE app_0 (id bigint PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL);"]
    made += [
        f"CREATE TABLE app_{n} (id bigint PRIMARY KEY, app_{n - 1}_id bigint NOT NULL REFERENCES app_{n - 1} (id), "
        "name text NOT NULL, note varchar(80), price numeric(12, 2) CHECK (price >= 0), made_at timestamptz NOT NULL);"
        f"\nCREATE INDEX ON app_{n} (app_{n - 1}_id);"
        for n in range(1, tables)
    ]
    return "\n".join(made)


def answers(folder: Path) -> dict[str, Path]:
    """The good answers as they are, and one with many more tables."""
    found = {"small": REFERENCE / "good-minimal", "uuid": REFERENCE / "good-uuid"}
    schema = (REFERENCE / "good-uuid" / "schema.sql").read_text(encoding="utf-8")
    for name, tables in (("middle", MIDDLE), ("large", LARGE)):
        found[name] = folder / name
        found[name].mkdir()
        (found[name] / "schema.sql").write_text(schema + beside(tables), encoding="utf-8")
    return found


def graded(answer: Path, out: Path) -> dict[str, float]:
    """Seconds by stage."""
    sandbox = ["--sandbox", os.environ.get("GRADER_BENCH_SANDBOX", "process")]
    command = [sys.executable, "-m", "grader", "grade", "ecommerce-schema", str(answer), "--level", "mid"]
    start = time.monotonic()
    subprocess.run([*command, *sandbox, "-o", str(out), "--no-progress"], check=True, capture_output=True, cwd=ROOT)
    whole = time.monotonic() - start
    run = json.loads((out / "result.json").read_text(encoding="utf-8"))["run"]
    return {**{stage["name"]: stage["seconds"] for stage in run["stages"]}, "whole command": whole}


def main(runs: int) -> None:
    """Print a column for each schema."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        known = answers(Path(folder))
        for number in range(runs + 1):
            for name, answer in known.items():
                for stage, value in graded(answer, Path(folder) / "out").items():
                    if number:
                        seconds[name, stage].append(value)
    print(f"{'seconds':<14}" + "".join(f"{name:>24}" for name in known))
    for stage in STAGES:
        cells = (seconds.get((name, stage), [0.0]) for name in known)
        print(f"{stage:<14}" + "".join(f"{statistics.median(c):>8.2f} ({min(c):.2f} to {max(c):.2f})" for c in cells))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
