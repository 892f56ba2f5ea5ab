"""Wall time of warm grades, stage by stage, and of `grader --help`: `python bench/stages.py [RUNS]`.

Grades the good reference answers RUNS times in turn (after one run that warms the caches) and prints the median of
every stage, so that two versions can be compared in one go on one machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
ANSWERS = (("todo-api", "good-fastapi"), ("ecommerce-schema", "good-uuid"), ("slow-query", "good-rewrite"))


def timed(*arguments: str) -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "grader", *arguments], check=True, capture_output=True, cwd=ROOT)
    return time.monotonic() - start


def main(runs: int) -> None:
    helps = [timed("--help") for _ in range(max(runs, 5))]
    print(f"grader --help            {statistics.median(helps):7.2f} s")
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(runs + 1):
            for challenge, answer in ANSWERS:
                whole = timed("grade", challenge, f"reference/{challenge}/{answer}", "-o", folder, "--no-progress")
                if number == 0:
                    continue
                seconds[challenge, "whole command"].append(whole)
                run = json.loads((Path(folder) / "result.json").read_text())["run"]
                for stage in run["stages"]:
                    seconds[challenge, stage["name"]].append(stage["seconds"])
    for (challenge, stage), values in seconds.items():
        print(
            f"{challenge:<17} {stage:<14} {statistics.median(values):6.2f} s   ({min(values):.2f} to {max(values):.2f})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
