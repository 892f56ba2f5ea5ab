"""`grader grade`: one submission or many, in order."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from grader import pipeline
from grader.cli import world
from grader.cli.arguments import DEFAULT_OUT
from grader.cli.bar import exit_code, worst
from grader.cli.closing import Graded, last_words, table
from grader.cli.output import asked, emit, ready, write_all
from grader.cli.packs import load
from grader.submission import exists


def run(arguments: argparse.Namespace) -> int:
    """Grade every path; the exit code of the worst (3 before 4 before 1)."""
    formats = asked(arguments.format)
    request = world.request(arguments, once=arguments.once)
    challenge = load(arguments, arguments.challenge)
    for given in arguments.path:
        exists(given)
    into = folders(arguments.out, arguments.path)
    for folder in into:
        ready(folder)
    graded = []
    for given, folder in zip(arguments.path, into, strict=True):
        with world.opened(arguments, challenge) as opened:
            saved = pipeline.grade(challenge, given, request, opened)
        result = pipeline.judge_saved(challenge, saved)
        written = write_all(folder, result, pipeline.encode(saved))
        emit(result, formats)
        graded.append(Graded(given=given, result=result, folder=written))
        if "human" in formats.shown:
            print(last_words(graded[-1]) + ("\n" if len(arguments.path) > 1 else ""))
    if "human" in formats.shown and len(graded) > 1:
        print(table(graded))
    return worst(
        [exit_code(each.result, fail_under=arguments.fail_under, fail_on=arguments.fail_on) for each in graded]
    )


def folders(out: str, given: Sequence[str]) -> list[Path]:
    """Where each result goes: `out` for one submission, a folder per submission for many."""
    if out and len(given) == 1:
        return [Path(out)]
    names = [alias(path) for path in given]
    numbered = [name if names.count(name) == 1 else f"{name}-{i}" for i, name in enumerate(names, start=1)]
    return [Path(out or DEFAULT_OUT) / name for name in numbered]


def alias(given: str) -> str:
    """A folder name for a submission: its own last name without endings and odd characters."""
    last = Path(given).resolve().name
    for ending in (".gz", ".tar", ".tgz", ".zip"):
        last = last.removesuffix(ending)
    return re.sub(r"[^\w.@-]+", "_", last) or "submission"
