"""`grader doctor`: is everything here that grading needs, and do the limits really hold?"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from grader import __version__
from grader.caches import cache_root
from grader.cli.packs import load_all
from grader.database.container import base_images
from grader.database.process import ProcessDatabases
from grader.database.programs import programs
from grader.errors import GraderError
from grader.sandbox.engine import Engine
from grader.sandbox.selftest import HELP as MUST_FAIL
from grader.sandbox.selftest import Probe, self_test
from grader.visible import one_line

OURS = 3
ROOM = 4 << 30  # a base image, PostgreSQL's data and one grade
OLDEST = (3, 11)


def run(arguments: argparse.Namespace) -> int:
    """Print what was tried and seen; 0 when all is well, else 3."""
    well = True
    for title, probes in _groups(arguments):
        print(title)
        for probe in probes:
            well &= probe.ok
            print(f"  {'✓' if probe.ok else '✗'} {probe.name:<22} {one_line(_told(probe), 120)}", flush=True)
            if not probe.ok and probe.help:
                print(f"      do: {probe.help}")
    return 0 if well else OURS


def _told(probe: Probe) -> str:
    """What was seen; an error behind a tick is what must happen, so it is said."""
    return f"blocked, as it should be: {probe.seen}" if probe.ok and probe.name in MUST_FAIL else probe.seen


def _groups(arguments: argparse.Namespace) -> Iterator[tuple[str, Iterator[Probe]]]:
    yield "Program", iter((_python(), _packs(arguments)))
    yield "Disk", iter((_room("cache", cache_root()), _room("scratch", Path(tempfile.gettempdir()))))
    yield (
        "PostgreSQL",
        iter((_tried("runs as a process", _postgres, "reinstall the environment or set GRADER_PG_BIN"),)),
    )
    yield "Containers", _containers()


def _python() -> Probe:
    seen = f"grader {__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return Probe(name="interpreter", ok=sys.version_info >= OLDEST, seen=seen, help="use Python 3.11 or newer")


def _packs(arguments: argparse.Namespace) -> Probe:
    return _tried(
        "challenge packs",
        lambda: ", ".join(f"{pack.id} {pack.version}" for pack in load_all(arguments)),
        "`grader challenge validate NAME --static` shows the mistake",
    )


def _room(name: str, folder: Path) -> Probe:
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return Probe(
        name=name,
        ok=free >= ROOM,
        seen=f"{free / (1 << 30):.1f} GB free at {folder}",
        help=f"free {ROOM >> 30} GB there, or set GRADER_CACHE and TMPDIR to a place with room",
    )


def _postgres() -> str:
    with ProcessDatabases().start() as server, server.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_class").fetchone()
        return f"PostgreSQL {server.version} from {programs()}: {row[0] if row else 0} catalog entries"


def _containers() -> Iterator[Probe]:
    probes = self_test()
    yield from probes
    if probes[0].ok:
        yield _tried("base images", _images, "`grader images build`, or `grader images load FILE`")


def _images() -> str:
    with Engine.connect() as engine:
        rows = base_images(engine).list()
    missing = [row.purpose for row in rows if not row.present]
    if missing:
        raise LookupError(f"missing: {', '.join(missing)}")
    return ", ".join(f"{row.purpose} {row.size >> 20} MB" for row in rows)


def _tried(name: str, ask: Callable[[], str], what_to_do: str) -> Probe:
    try:
        return Probe(name=name, ok=True, seen=ask())
    except GraderError as error:
        help_ = " ".join(error.problem.help.split()) or what_to_do
        return Probe(name=name, ok=False, seen=f"{error.code}: {error.problem.what}", help=help_)
    except LookupError as error:
        return Probe(name=name, ok=False, seen=str(error), help=what_to_do)
