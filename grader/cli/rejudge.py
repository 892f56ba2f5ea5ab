"""`grader rejudge`: saved evidence under today's rubric; touches no engine and no database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader import pipeline
from grader.checks import CHECKS
from grader.cli import output
from grader.cli.bar import exit_code, worst
from grader.cli.closing import Graded, last_words
from grader.cli.packs import load
from grader.collectors import COLLECTORS
from grader.errors import UsageError
from grader.evidence import KINDS, SavedEvidence
from grader.public import part_about


def run(arguments: argparse.Namespace) -> int:
    """Judge every saved submission again and write its result and reports anew."""
    formats = output.asked(arguments.format)
    codes = []
    for given in arguments.result:
        path = Path(given)
        file = path / output.EVIDENCE if path.is_dir() else path
        if not file.is_file():
            raise UsageError("E102", f"there is no evidence at `{given}`", help=output.WHICH)
        content = file.read_bytes()
        saved = _decoded(content, file)
        challenge = load(arguments, saved.challenge)
        if saved.public_only:
            gathered = {KINDS[name] for name in saved.items}  # a service alone was checked: no files were asked about
            public = pipeline.public(challenge)
            challenge = part_about(public, gathered, collectors=COLLECTORS, checks=CHECKS)
        if challenge.digest != saved.challenge_digest:
            print(f"note: `{challenge.id}` has changed since this was graded", file=sys.stderr)
        result = pipeline.judge_saved(challenge, saved)
        folder = output.write_all(Path(arguments.out) if arguments.out else file.parent, result, content)
        output.emit(result, formats)
        if "human" in formats.shown:
            print(last_words(Graded(given=given, result=result, folder=folder)))
        codes.append(exit_code(result, fail_under=arguments.fail_under, fail_on=arguments.fail_on))
    return worst(codes)


def _decoded(content: bytes, file: Path) -> SavedEvidence:
    """The saved evidence; raises `UsageError` E108 that says what to give instead."""
    try:
        return pipeline.decode(content, str(file))
    except UsageError as error:
        raise UsageError(error.code, error.problem.what, help=f"{output.WHICH}, or its {output.EVIDENCE}") from None
