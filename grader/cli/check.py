"""`grader check`: a candidate's own look at the public checks, before handing in."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
from pathlib import Path

import msgspec

from grader import diagnostics, pipeline
from grader.checks import CHECKS
from grader.cli import world
from grader.cli.arguments import DEFAULT_OUT, TOKEN_VARIABLE
from grader.cli.bar import BAR_NOT_REACHED, GRADED, OURS, THEIRS
from grader.cli.output import REPORT, Asked, asked, emit, write_all
from grader.cli.packs import load, load_all
from grader.collectors import COLLECTORS
from grader.errors import UsageError
from grader.intake import LEFT_OUT
from grader.model import Challenge, Outcome, Resource
from grader.public import part_about
from grader.result import Result
from grader.submission import NO_FILES, SETTINGS, exists, read_settings

SELF_CHECK = "self-check"
NOT_ANSWERED = (Outcome.BLOCKED, Outcome.NOT_APPLICABLE)


def run(arguments: argparse.Namespace) -> int:
    """0 when every public check passed, 1 when one failed, 3 when our side failed, 4 when it does not start."""
    formats = asked(arguments.format)
    request = world.request(arguments, public_only=True)
    whole, given = chosen(arguments)
    challenge, remarks = _asked_about(pipeline.public(whole), given)
    if arguments.token:
        os.environ[TOKEN_VARIABLE] = arguments.token
    with world.opened_for_check(arguments) as opened:
        saved = pipeline.grade(challenge, given, request, opened)
    saved = msgspec.structs.replace(saved, notes=(*saved.notes, *remarks))
    result = pipeline.judge_saved(challenge, saved)
    folder = Path(arguments.out or Path(DEFAULT_OUT) / SELF_CHECK)
    written = write_all(folder, result, pipeline.encode(saved))
    _show(result, formats, written)
    if arguments.url:
        _about_the_service(result)
    return _code(result)


def chosen(arguments: argparse.Namespace) -> tuple[Challenge, str]:
    """The challenge, and the path of the files or `NO_FILES` when there is only a service to look at.

    Raises `UsageError` E102 for a path that is not there, E111 when it is not clear which challenge, E117 when
    `--url` or `--token` make no sense.
    """
    if arguments.token and not arguments.url:
        raise UsageError("E117", "--token is about a service that runs already", help="give its address with --url")
    path = arguments.path or "."
    exists(path)
    names = _names(Path(path))
    if not arguments.url:
        return recognised(arguments, path, names), path
    challenge = _with_service(arguments, path, names)
    is_answer = _fits(challenge, names) or SETTINGS in names or Path(path).is_file()
    if is_answer or (arguments.path and (names or not Path(path).exists())):
        return challenge, path
    return challenge, NO_FILES


def recognised(arguments: argparse.Namespace, path: str, names: list[str]) -> Challenge:
    """The challenge named on the command line or in submission.toml, else the one whose files these are.

    Raises `UsageError` E111 when the files fit none or several.
    """
    if named := _named(arguments, path):
        return load(arguments, named)
    challenges = load_all(arguments)
    fitting = [challenge for challenge in challenges if _fits(challenge, names)]
    if len(fitting) == 1:
        return fitting[0]
    if not names and Path(path).is_dir():
        what = f"there are no files in `{Path(path).resolve()}`"
        raise UsageError("E111", what, help="go to the folder of your answer, or name it: grader check PATH")
    raise _unclear("these files fit several challenges" if fitting else "these files fit no challenge", challenges)


def _with_service(arguments: argparse.Namespace, path: str, names: list[str]) -> Challenge:
    """The challenge for `--url`: named, fitting the files, or the only one there is with a service."""
    if named := _named(arguments, path):
        challenge = load(arguments, named)
        if Resource.SERVICE not in pipeline.resources(challenge):
            raise UsageError("E117", f"`{challenge.id}` asks for no service", help="leave out --url")
        return challenge
    served = [each for each in load_all(arguments) if Resource.SERVICE in pipeline.resources(each)]
    fitting = [challenge for challenge in served if _fits(challenge, names)] or served
    if len(fitting) == 1:
        return fitting[0]
    raise _unclear("several challenges ask for a service", fitting)


def _named(arguments: argparse.Namespace, path: str) -> str:
    if arguments.challenge:
        return str(arguments.challenge)
    folder = Path(path)
    return read_settings(folder).challenge if (folder / SETTINGS).is_file() else ""


def _unclear(what: str, challenges: list[Challenge]) -> UsageError:
    return UsageError("E111", what, help=f"say which: --challenge {'|'.join(challenge.id for challenge in challenges)}")


def _names(folder: Path) -> list[str]:
    """What lies in a folder and would be taken in; nothing for what is no folder."""
    return [path.name for path in folder.iterdir() if path.name not in LEFT_OUT] if folder.is_dir() else []


def _fits(challenge: Challenge, names: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in challenge.answered_by for name in names)


def _asked_about(challenge: Challenge, given: str) -> tuple[Challenge, tuple[str, ...]]:
    """Of a service without files only what it answers, and a remark on what is left out."""
    if given != NO_FILES:
        return challenge, ()
    served = {c.gathers for c in COLLECTORS.values() if c.uses is Resource.SERVICE and not c.reads_files}
    part = part_about(challenge, served, collectors=COLLECTORS, checks=CHECKS)
    left = len(challenge.checks) - len(part.checks)
    if not left:
        return part, ()
    return part, (f"no files were given, so {left} check{'s' * (left > 1)} of files were not asked",)


def _show(result: Result, formats: Asked, written: Path) -> None:
    if "human" not in formats.shown or not _nothing_answered(result):
        emit(result, formats)
    else:
        emit(result, msgspec.structs.replace(formats, shown=tuple(name for name in formats.shown if name != "human")))
        for problem in result.problems:
            print(diagnostics.render(problem))
        print(f"\nNothing could be checked yet: {len(result.checks())} checks wait for this to be mended.")
    if "human" in formats.shown:
        print(f"\nReport   {written / REPORT}   (public checks only; the full grading has more)")


def _nothing_answered(result: Result) -> bool:
    return bool(result.problems) and all(check.outcome in NOT_ANSWERED for check in result.checks())


def _about_the_service(result: Result) -> None:
    for note in result.notes:
        hint = " (say it with --token TOKEN)" if note.startswith(TOKEN_VARIABLE) else ""
        print(f"note: {note}{hint}", file=sys.stderr)
    if not _nothing_answered(result):
        print("note: what the checks made in your service is still there", file=sys.stderr)


def _code(result: Result) -> int:
    if result.status == "undecided":
        return OURS
    if result.status == "failed":
        return THEIRS
    bad = (Outcome.FAIL, Outcome.BLOCKED)
    return BAR_NOT_REACHED if any(c.scored and c.outcome in bad for c in result.checks()) else GRADED
