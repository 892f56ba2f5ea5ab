"""How every error is shown: what happened, where, why probably, what to do."""

from __future__ import annotations

from grader.errors import Problem
from grader.visible import visible


def render(problem: Problem, *, severity: str = "error") -> str:
    """A problem as text: `error[E101]: …`, the place with a caret, then note and help lines."""
    lines = [f"{severity}[{problem.code}]: {visible(problem.what)}"]
    if problem.where:
        lines.append(f"  --> {visible(problem.where)}")
    if problem.snippet:
        lines += ["  |", *(f"  {line}" for line in visible(problem.snippet).splitlines()), "  |"]
    lines += [f"  = note: {visible(note)}" for note in problem.note.splitlines()]
    lines += [f"  = help: {visible(text)}" for text in problem.help.splitlines()]
    return "\n".join(lines)
