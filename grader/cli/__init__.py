"""The command line: arguments in, exit code out. Commands are imported when they are called."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING

from grader.cli.arguments import parser
from grader.cli.variables import remarks

if TYPE_CHECKING:
    import argparse

INTERRUPTED = 130
OUR_SIDE = 3
PIPE_CLOSED = 128 + signal.SIGPIPE  # what a shell shows for a program that ends so


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (0 graded, 1 bar not reached, 2 usage, 3 ours, 4 theirs, 130)."""
    arguments = parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _as_interrupt)
    for remark in remarks(os.environ):
        print(f"note: {remark}", file=sys.stderr)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted: everything started was removed", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _let_go()
        return PIPE_CLOSED
    return code


def _run(arguments: argparse.Namespace) -> int:
    errors = import_module("grader.errors")
    try:
        code: int = import_module(f"grader.cli.{arguments.command}").run(arguments)
    except errors.GraderError as error:
        _show(error, arguments)
        return int(error.exit_code)
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            raise
        _crashed(error, arguments)
        return OUR_SIDE
    return code


def _show(error: Exception, arguments: argparse.Namespace) -> None:
    problem = error.problem  # type: ignore[attr-defined] # a GraderError: imported lazily, so not named here
    if _wants_json(arguments):
        import_module("grader.cli.output").print_error(problem)
    print(import_module("grader.diagnostics").render(problem), file=sys.stderr)
    if arguments.verbose > 1:
        import_module("traceback").print_exception(error)


def _crashed(error: Exception, arguments: argparse.Namespace) -> None:
    """An unexpected error is ours: one sentence, and the traceback only for those who ask."""
    if _wants_json(arguments):
        what = f"{type(error).__name__}: {error}"
        print(json.dumps({"ok": False, "error": {"code": "E299", "what": what}}))
    print(f"error[E299]: the grader broke: {type(error).__name__}: {error}", file=sys.stderr)
    print("  = note: this is a fault of the grader, not of the submission", file=sys.stderr)
    print("  = help: run again with -vv and report it", file=sys.stderr)
    if arguments.verbose > 1:
        import_module("traceback").print_exception(error)


def _wants_json(arguments: argparse.Namespace) -> bool:
    return "json" in (getattr(arguments, "format", None) or ())


def _nobody_reads() -> bool:
    """Whether the reader of our output is gone (`| head`); any other broken pipe is a fault like others."""
    watch = select.poll()
    for stream in (sys.stdout, sys.stderr):
        watch.register(stream.fileno(), 0)
    return any(event & select.POLLERR for _, event in watch.poll(0))


def _let_go() -> None:
    """Send what is still to be written nowhere: the interpreter would complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
