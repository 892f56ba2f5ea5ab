"""`grader check`: a candidate's own look at the public checks, before handing in."""

from __future__ import annotations

import argparse
import fnmatch
from pathlib import Path

from grader import pipeline
from grader.cli import world
from grader.cli.arguments import DEFAULT_OUT
from grader.cli.bar import BAR_NOT_REACHED, GRADED, OURS, THEIRS
from grader.cli.output import REPORT, asked, emit, write_all
from grader.cli.packs import load, load_all
from grader.errors import UsageError
from grader.model import Challenge, Outcome
from grader.result import Result
from grader.submission import SETTINGS, exists, read_settings

SELF_CHECK = "self-check"


def run(arguments: argparse.Namespace) -> int:
    """0 when every public check passed, 1 when one failed, 3 when our side failed, 4 when it does not start."""
    formats = asked(arguments.format)
    request = world.request(arguments, public_only=True)
    exists(arguments.path)
    whole = recognised(arguments)
    challenge = pipeline.public(whole)
    with world.opened_for_check(arguments) as opened:
        saved = pipeline.grade(challenge, arguments.path, request, opened)
    result = pipeline.judge_saved(challenge, saved)
    folder = Path(arguments.out or Path(DEFAULT_OUT) / SELF_CHECK)
    written = write_all(folder, result, pipeline.encode(saved))
    emit(result, formats)
    if "human" in formats.shown:
        print(f"\nReport   {written / REPORT}   (public checks only; the full grading has more)")
    return _code(result)


def recognised(arguments: argparse.Namespace) -> Challenge:
    """The challenge named on the command line or in submission.toml, else the one whose files these are.

    Raises `UsageError` E111 when the files fit none or several.
    """
    if arguments.challenge:
        return load(arguments, arguments.challenge)
    folder = Path(arguments.path)
    named = read_settings(folder).challenge if (folder / SETTINGS).is_file() else ""
    if named:
        return load(arguments, named)
    challenges = load_all(arguments)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    fitting = [challenge for challenge in challenges if _fits(challenge, names)]
    if len(fitting) == 1:
        return fitting[0]
    what = "these files fit no challenge" if not fitting else "these files fit several challenges"
    raise UsageError("E111", what, help=f"say which: --challenge {'|'.join(challenge.id for challenge in challenges)}")


def _fits(challenge: Challenge, names: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in challenge.answered_by for name in names)


def _code(result: Result) -> int:
    if result.status == "undecided":
        return OURS
    if result.status == "failed":
        return THEIRS
    bad = (Outcome.FAIL, Outcome.BLOCKED)
    return BAR_NOT_REACHED if any(c.scored and c.outcome in bad for c in result.checks()) else GRADED
