"""The exercises of a pack, proven readable when the pack is loaded."""

from __future__ import annotations

from pathlib import Path

from grader.collectors.query.data import PRIVATE_SEEDS_FROM
from grader.collectors.query.exercise import FILE, Exercise, exercise_for, read_exercise
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
            _apart(read_exercise(file.parent))
        except UnicodeDecodeError as error:
            raise UsageError(CODE, f"a file of the exercise in {file.parent} is no UTF-8: {error.reason}") from None
    return Vocabulary()


def _apart(exercise: Exercise) -> None:
    """Candidates have the practice data: no answer may be judged on the same ones."""
    about = exercise.about
    if about.practice.seed == about.grading.seed:
        what = f"the exercise in {exercise.folder} has one seed for practice and grading"
        raise UsageError(CODE, what, help="give [practice] a seed of its own")
    seed = max(about.practice.seed, about.grading.seed)
    if seed >= PRIVATE_SEEDS_FROM:
        what = f"the exercise in {exercise.folder} names the seed {seed}, which may be that of private data"
        raise UsageError(CODE, what, help=f"stay below {PRIVATE_SEEDS_FROM}")
