"""`grader images`: the base images submissions and PostgreSQL run in."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.progress import listener
from grader.errors import UsageError
from grader.sandbox import images
from grader.sandbox.engine import Engine
from grader.stages import Stages

MISSING = 3


def run(arguments: argparse.Namespace) -> int:
    """List, build or load; 3 when some are missing."""
    with Engine.connect() as engine:
        store = images.Images(engine, Stages(listener(quiet=False)))
        if arguments.action == "load":
            file = Path(arguments.file)
            if not file.is_file():
                raise UsageError("E102", f"there is no file `{file}`")
            store.load(file)
        elif arguments.action == "build":
            for purpose in images.PURPOSES:
                store.ensure(purpose)
        rows = store.list()
    for row in rows:
        print(f"{row.purpose:<10} {row.tag:<28} {row.id[:19] or '–':<20} {row.size >> 20:>5} MB")
    return 0 if all(row.id for row in rows) else MISSING
