"""Measures functions with lizard. Run as a program of its own, never imported: a hostile file may keep it busy.

Reads `{name: text}` as JSON from standard input and writes one JSON line per file: `[name, [[function, line, lines,
complexity, parameters, end], …]]`. What takes longest comes last, a line of places with the same code: `[[[name, line,
end], …], …]` under the name "" (names and constants of the places may differ, their structure does not).
"""

from __future__ import annotations

import json
import sys
from typing import Any

import lizard
from lizard_ext.lizardduplicate import LizardExtension

MAX_FUNCTIONS = 2000
MAX_NAME = 120
MAX_COMPARED = 600_000  # characters of code in all: comparing takes memory
MAX_REPEATS = 200
MAX_PLACES = 10
FEWEST_TOKENS = 50  # about ten lines
RECURSION = 3000


def main() -> None:
    """Every file in turn; one that lizard cannot read has no functions."""
    sys.setrecursionlimit(RECURSION)
    texts: dict[str, str] = json.load(sys.stdin)
    for name, text in texts.items():
        analyzed = _analyzed(lizard.analyze_file, name, text)
        rows = [
            [f.name[:MAX_NAME], f.start_line, f.nloc, f.cyclomatic_complexity, f.parameter_count, f.end_line]
            for f in (analyzed.function_list if analyzed else ())
        ]
        _write(name, rows[:MAX_FUNCTIONS])
    _write("", _repeats(texts))


def _repeats(texts: dict[str, str]) -> list[list[tuple[str, int, int]]]:
    """Places with the same code, the longest first."""
    finder = LizardExtension(None)
    analyzer = lizard.FileAnalyzer(lizard.get_extensions([finder]))
    read, total = [], 0
    for name, text in texts.items():
        total += len(text)
        analyzed = _analyzed(analyzer, name, text) if total <= MAX_COMPARED else None
        if analyzed is not None and hasattr(analyzed, "hash_nodes"):
            read.append(analyzed)
    for _ in finder.cross_file_process(read):
        pass
    found = [
        sorted({(place.file_name, place.start_line, place.end_line) for place in places})[:MAX_PLACES]
        for places in finder.get_duplicates(FEWEST_TOKENS)
    ]
    return sorted(found, key=lambda places: (places[0][1] - places[0][2], places))[:MAX_REPEATS]


def _analyzed(analyzer: Any, name: str, text: str) -> Any:  # noqa: ANN401 - lizard has no types
    try:
        return analyzer.analyze_source_code(name, text)
    except Exception:  # noqa: BLE001 - lizard raises anything on text that is no program
        return None


def _write(name: str, rows: object) -> None:
    sys.stdout.write(json.dumps([name, rows]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
