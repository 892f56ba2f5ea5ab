"""`grader rejudge`: saved evidence under today's rubric; touches no engine and no database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader import pipeline
from grader.cli import output
from grader.cli.bar import exit_code, worst
from grader.cli.packs import load
from grader.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    """Judge every saved submission again and write its result and reports anew."""
    formats = output.asked(arguments.format)
    codes = []
    for given in arguments.result:
        path = Path(given)
        file = path / output.EVIDENCE if path.is_dir() else path
        if not file.is_file():
            raise UsageError("E102", f"there is no evidence at `{given}`", help="give a folder written by `grade`")
        content = file.read_bytes()
        saved = pipeline.decode(content, str(file))
        challenge = load(arguments, saved.challenge)
        if saved.public_only:
            challenge = pipeline.public(challenge)
        if challenge.digest != saved.challenge_digest:
            print(f"note: `{challenge.id}` has changed since this was graded", file=sys.stderr)
        result = pipeline.judge_saved(challenge, saved)
        folder = output.write_all(Path(arguments.out) if arguments.out else file.parent, result, content)
        output.emit(result, formats)
        if "human" in formats.shown:
            print(f"\nReport   {folder / output.REPORT}")
        codes.append(exit_code(result, fail_under=arguments.fail_under, fail_on=arguments.fail_on))
    return worst(codes)
