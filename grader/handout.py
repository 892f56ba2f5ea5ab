"""What a candidate gets: the brief and the files of the pack that `handout` in challenge.toml names.

A path may hold `{level}`, which stands for the level of the position. Everything else of a pack (references, fixtures,
exams, the rubric) stays with whoever grades.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from grader.model import Challenge, Level
from grader.packs import BRIEF

PLACEHOLDER = "{level}"


def handed_out(challenge: Challenge, level: Level) -> list[PurePosixPath]:
    """Paths inside the pack, the brief first, as the brief names them."""
    return [PurePosixPath(BRIEF), *(path_for(pattern, level) for pattern in challenge.handout)]


def handed_out_at_all(challenge: Challenge) -> list[PurePosixPath]:
    """The paths for all levels, each once."""
    return list(dict.fromkeys(path for level in Level for path in handed_out(challenge, level)))


def path_for(pattern: str, level: Level) -> PurePosixPath:
    """A pattern of `handout` as the path of one level."""
    return PurePosixPath(pattern.replace(PLACEHOLDER, level.value))


def mistake(patterns: Sequence[str], exists: Callable[[PurePosixPath], bool]) -> tuple[str, str] | None:
    """The first pattern that names no file for candidates, and what is wrong with it; `None` when all are right."""
    for number, pattern in enumerate(patterns):
        path = PurePosixPath(pattern)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            return pattern, f"`{pattern}` is no path inside the pack"
        if path == PurePosixPath(BRIEF):
            return pattern, f"`handout` names {BRIEF}, which everybody gets"
        if pattern in patterns[:number]:
            return pattern, f"`handout` names {pattern} twice"
        for one in (path_for(pattern, level) for level in Level):
            if not exists(one):
                return pattern, f"`handout` names {one}, which is not there"
    return None
