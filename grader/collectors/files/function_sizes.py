"""Measures functions with lizard. Run as a program of its own, never imported: a hostile file may keep it busy.

Reads `{name: text}` as JSON from standard input and writes one JSON line per file: `[name, [[function, line, lines,
complexity, parameters], …]]`.
"""

from __future__ import annotations

import json
import sys

import lizard

MAX_FUNCTIONS = 2000
MAX_NAME = 120
RECURSION = 3000


def main() -> None:
    """Every file in turn; one that lizard cannot read has no functions."""
    sys.setrecursionlimit(RECURSION)
    for name, text in json.load(sys.stdin).items():
        try:
            found = lizard.analyze_file.analyze_source_code(name, text).function_list
        except Exception:  # noqa: BLE001 - lizard raises anything on text that is no program
            found = []
        rows = [[f.name[:MAX_NAME], f.start_line, f.nloc, f.cyclomatic_complexity, f.parameter_count] for f in found]
        sys.stdout.write(json.dumps([name, rows[:MAX_FUNCTIONS]]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
