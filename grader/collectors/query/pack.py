"""The exercises of a pack, proven readable when the pack is loaded."""

from __future__ import annotations

from pathlib import Path

from grader.collectors.query.exercise import FILE, exercise_for, read_exercise
from grader.errors import UsageError
from grader.model import Level, Options, Vocabulary
from grader.toml import did_you_mean

FOLDER = "exercises"
CODE = "E101"


def inspect(root: Path, options: Options) -> Vocabulary:
    """Nothing that checks could name; raises `UsageError` E101 or E118 for an exercise that cannot be used."""
    folder = root / options.get("exercises", FOLDER)
    exercise_for(folder, Level.MID)
    for file in sorted(folder.glob(f"*/{FILE}")):
        name = file.parent.name
        if name not in list(Level):
            raise UsageError(CODE, f"{file.parent} is called like no level", help=did_you_mean(name, list(Level)))
        try:
            read_exercise(file.parent)
        except UnicodeDecodeError as error:
            raise UsageError(CODE, f"a file of the exercise in {file.parent} is no UTF-8: {error.reason}") from None
    return Vocabulary()
