"""`grader images`: the base images submissions and PostgreSQL run in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader.cli.progress import listener
from grader.database.container import base_images
from grader.errors import OurFault, UsageError
from grader.sandbox.engine import Engine
from grader.sandbox.images import Images
from grader.stages import Stages

MISSING = 3


def run(arguments: argparse.Namespace) -> int:
    """List, build or load; 3 when some are missing afterwards."""
    with Engine.connect() as engine:
        images = base_images(engine, Stages(listener(quiet=False)))
        if arguments.action == "load":
            file = Path(arguments.file)
            if not file.is_file():
                raise UsageError("E102", f"there is no file `{file}`")
            images.load(file)
        elif arguments.action == "build":
            _get(images)
        rows = images.list()
    for row in rows:
        print(f"{row.purpose:<10} {row.tag:<24} {row.id[7:19] or 'missing':<14} {row.size >> 20:>5} MB")
    return 0 if all(row.present for row in rows) else MISSING


def _get(images: Images) -> None:
    """Pull what a registry has, make the rest here."""
    for row in images.list():
        if not row.present:
            print(f"  the image for {row.purpose} is missing: getting or making it …", file=sys.stderr, flush=True)
        try:
            images.ensure(row.purpose)
        except OurFault:
            images.build([row.purpose])
