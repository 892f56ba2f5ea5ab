"""`grader report`: saved results in other formats or for other readers."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.output import asked, emit, read_result
from grader.report.views import candidate


def run(arguments: argparse.Namespace) -> int:
    """Print or write every result in the formats asked for; when none is named, a page goes beside the result."""
    for given in arguments.result:
        folder, result = read_result(given)
        shown = candidate(result) if arguments.view == "candidate" else result
        home = Path(arguments.out) if arguments.out else folder
        name = "report.html" if arguments.view == "interviewer" else "candidate.html"
        emit(shown, asked(arguments.format or [f"html={home / name}"]))
        if not arguments.format:
            print(f"Report   {home / name}")
    return 0
