"""`grader explain CODE`: what an error means and what to do."""

from __future__ import annotations

import argparse

from grader.codes import CODES
from grader.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    """Print the long text of one code, of all without one; raises `UsageError` E113 for an unknown one."""
    code = arguments.code.upper()
    if not code:
        for known, text in CODES.items():
            print(f"{known}  {text}")
        return 0
    if code not in CODES:
        raise UsageError("E113", f"there is no code `{code}`", help="`grader explain` lists them all")
    print(f"{code}  {CODES[code]}")
    print(f"      {WHOSE[code[1]]}")
    return 0


WHOSE = {
    "1": "Whoever typed the command or wrote the challenge pack can mend it (exit code 2).",
    "2": "Our side: the submission loses nothing; try again when it is mended (exit code 3).",
    "3": "The submission's side: what can be judged without it is judged; where nothing can, exit code 4.",
}
