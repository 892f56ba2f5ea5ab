"""`grader challenge`: list, show, hand out and validate challenge packs, print their exams."""

from __future__ import annotations

import argparse

from grader.cli.challenge_exam import exam
from grader.cli.challenge_handout import handout
from grader.cli.challenge_validate import validate
from grader.cli.packs import load, load_all
from grader.cli.shown import shown
from grader.packs import is_shipped


def run(arguments: argparse.Namespace) -> int:
    """Dispatch to the action."""
    actions = {"list": _list, "show": _show, "handout": handout, "validate": validate, "exam": exam}
    return actions[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    for challenge in load_all(arguments):
        scored = sum(use.weight > 0 for use in challenge.checks.values())
        own = "" if is_shipped(challenge.root) else f", from {challenge.root}"
        print(f"{challenge.id:<20} {challenge.title} ({scored} scored checks, version {challenge.version}{own})")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    challenge = load(arguments, arguments.challenge)
    for line in shown(challenge, whole=arguments.all):
        print(line)
    return 0
