"""What is going on, on stderr: one line per finished stage, and a passing line on a terminal."""

from __future__ import annotations

import os
import sys

from grader.stages import Listener, silent

WIDTH = 10


def listener(*, quiet: bool) -> Listener:
    """Shows stages on stderr; quiet shows nothing."""
    if quiet:
        return silent
    return _passing if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else _plain


def _plain(name: str, detail: str, seconds: float | None) -> None:
    if seconds is not None:
        print(f"  {name:<{WIDTH}} {detail:<48} {seconds:6.1f} s", file=sys.stderr, flush=True)


def _passing(name: str, detail: str, seconds: float | None) -> None:
    if seconds is None:
        print(f"\r\x1b[K  {name:<{WIDTH}} {detail} …", end="", file=sys.stderr, flush=True)
        return
    print("\r\x1b[K", end="", file=sys.stderr)
    _plain(name, detail, seconds)
