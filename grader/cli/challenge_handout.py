"""`grader challenge handout`: the files for one candidate, and none of those that only a grader may see."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from grader.caches import disk_fault
from grader.cli.packs import load
from grader.errors import UsageError
from grader.handout import handed_out
from grader.model import Challenge, Level


def handout(arguments: argparse.Namespace) -> int:
    """Write the files into the folder and list them. Raises `UsageError` E119 when there is something in it already."""
    challenge, level, folder = load(arguments, arguments.challenge), Level(arguments.level), Path(arguments.out)
    _refuse_unless_empty(folder)
    paths = handed_out(challenge, level)
    try:
        for path in paths:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(challenge.root / path, target)
    except OSError as error:
        raise disk_fault(error, folder) from error
    for line in _told(challenge, level, folder, [str(path) for path in paths]):
        print(line)
    return 0


def _refuse_unless_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        what = "is not empty" if folder.is_dir() else "is no folder"
        raise UsageError("E119", f"`{folder}` {what}", help="name a new folder: nothing of yours is overwritten")


def _told(challenge: Challenge, level: Level, folder: Path, paths: list[str]) -> list[str]:
    return [f"{challenge.id} for {level.value} level, in {folder}:", *(f"  {path}" for path in paths)]
