"""What the candidate's own tests claim. Their code says it about itself, so it is told and never counted."""

from __future__ import annotations

import re
from typing import Any

from grader.evidence.own_tests import OwnTests
from grader.exhibits import AnyExhibit, TextExhibit
from grader.model import Check, Finding, Outcome, not_applicable

# Words of tools that lack something: then it is the sandbox, not the code, that the tests do not run with.
_LACKS = re.compile(
    r"No module named|Cannot find (?:module|package)|command not found|: not found$|module lookup disabled"
    r"|missing go\.sum entry",
    re.MULTILINE,
)


def claimed(tests: OwnTests) -> Finding:
    """How the candidate's tests ended, as they claim it. It neither earns nor costs anything, whatever a pack says."""
    if tests.not_run:
        return not_applicable(f"not run: {tests.not_run}")
    return Finding(
        outcome=Outcome.NOT_APPLICABLE,
        message=f"`{tests.command}` {_said(tests)}: nobody else has seen it, so it counts for nothing",
        where=tests.origin,
        exhibits=_printed(tests),
    )


def _said(tests: OwnTests) -> str:
    if tests.exit_code == 0:
        return "claims that all tests pass (exit code 0)"
    if tests.out_of_memory:
        return "ran out of memory and claims nothing"
    if tests.exit_code is None:
        return f"was not done after {tests.seconds} seconds and claims nothing"
    if _LACKS.search(tests.log):
        return "did not run here: something it needs is not installed"
    return f"claims that something fails (exit code {tests.exit_code})"


def _printed(tests: OwnTests) -> tuple[AnyExhibit, ...]:
    return (TextExhibit(title="The end of what it printed, unproven", text=tests.log),) if tests.log else ()


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="own_tests.claimed",
        needs=OwnTests,
        ask=claimed,
        title="What the candidate's own tests claim",
        why="Tests show what their author thought of; that they pass is only their word",
        fix="See which of the faults found here a test of your own would have shown",
    ),
)
