"""Does what the README says work? Only what was tried and demonstrably failed is a fault."""

from __future__ import annotations

from typing import Any

from grader.evidence.readme import RunCommand
from grader.exhibits import AnyExhibit, CodeExhibit, TextExhibit
from grader.model import Check, Finding, failed, not_applicable, passed
from grader.visible import one_line, visible

MOST_SHOWN = 80
FIRST_RANDOM = 32768  # from here on the kernel gives a port to who asks for any
NOT_FOUND = 127


def command_works(run: RunCommand) -> Finding:
    """A start command of the README starts the service: what cannot be tried or doubted costs nothing."""
    if run.not_tried or not run.commands:
        return not_applicable(f"not tried: {run.not_tried or 'no command was found'}")
    if run.same:
        return passed(f"`{_short(run.same)}` of {run.file} is how the service was started here", where=_where(run))
    if run.port:
        port = f"port {run.port}" if run.port < FIRST_RANDOM else "a port of its choice"
        return passed(f"typed in as {run.file} says, the service answers on {port}", where=_where(run))
    if reason := _no_proof(run):
        return not_applicable(f"not tried: {reason}")
    return failed(
        f"`{_short(run.commands[0])}` of {run.file} does not start the service: {_how(run)}",
        expected=f"a service that answers, as `{_short(run.detected)}` gives it in the same place",
        where=_where(run),
        exhibits=tuple(_exhibits(run)),
    )


def _no_proof(run: RunCommand) -> str:
    """Why a start that failed shows no fault of the README; empty when it does."""
    if run.doubts:
        return f"`{_short(run.doubts[0])}` cannot be done here"
    if run.out_of_memory:
        return "there is not enough memory for it here"
    return "" if run.detected_starts else "the service does not start in any way"


def _how(run: RunCommand) -> str:
    if run.exit_code is not None:
        found = ", the command was not found" if run.exit_code == NOT_FOUND else ""
        return f"it ended with exit code {run.exit_code}{found}"
    return "it listens and answers nothing" if run.listened else "nothing listened on any port"


def _exhibits(run: RunCommand) -> list[AnyExhibit]:
    shown: list[AnyExhibit] = [
        CodeExhibit(file=run.file, line=line, lines=(text[:200],), first_line=line, length=len(text.strip()[:200]) or 1)
        for line, text in zip(run.lines, run.text, strict=False)
    ]
    script = TextExhibit(title="Typed in a fresh copy of the folder, dependencies installed", text=visible(run.script))
    return [*shown[:2], script, *([TextExhibit(title="What it printed", text=run.log)] if run.log else [])]


def _where(run: RunCommand) -> str:
    return f"{run.file}:{run.lines[0]}" if run.lines else run.file


def _short(command: str) -> str:
    return one_line(command, MOST_SHOWN)


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="readme.command_works",
        needs=RunCommand,
        ask=command_works,
        title="The README's start command works",
        why="What does not work on the first try costs every new colleague an hour",
        fix="Follow your own README in a fresh copy of the folder, and write down what you really typed",
    ),
)
