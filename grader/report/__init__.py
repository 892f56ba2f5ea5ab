"""Reports: every format is a pure function of `result.json`.

A format's module is imported when the format is asked for: naming them costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from grader.result import Result


def _later(module: str, function: str = "render") -> Callable[[Result], str]:
    def render(result: Result) -> str:
        return str(getattr(import_module(f"grader.report.{module}"), function)(result))

    return render


FORMATS: dict[str, Callable[[Result], str]] = {
    "human": _later("terminal", "human"),
    "json": _later("views", "as_json"),
    "html": _later("html"),
    "md": _later("markdown"),
    "junit": _later("junit"),
    "github": _later("github"),
}
