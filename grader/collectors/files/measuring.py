"""Measure code in any language lizard knows, in a process that can be ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from grader.collectors.files.texts import MADE_BY_TOOLS
from grader.evidence.files import FunctionFacts, Place

MEASURE_SECONDS = 20.0
_PROGRAM = Path(__file__).with_name("function_sizes.py")
_CODE = frozenset(
    {
        *(".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".go", ".rs", ".rb", ".php", ".cs"),
        *(".scala", ".swift", ".c", ".cc", ".cpp", ".h", ".hpp", ".lua", ".erl", ".ex", ".exs", ".zig"),
    }
)
_FileRow = tuple[str, list[tuple[str, int, int, int, int, int]]]
_RepeatsRow = tuple[str, list[list[tuple[str, int, int]]]]


class Measured(NamedTuple):
    """`missing` says what is not known, and why."""

    functions: tuple[FunctionFacts, ...] = ()
    repeats: tuple[tuple[Place, ...], ...] = ()
    missing: str = ""


def is_code(name: str) -> bool:
    """True for a source file in a language whose functions can be measured."""
    return PurePosixPath(name).suffix.lower() in _CODE and not name.endswith(MADE_BY_TOOLS)


def measured(texts: dict[str, str]) -> Measured:
    """Functions in the order of the files and places with the same code; what was found until the time was up."""
    code = {name: text for name, text in texts.items() if is_code(name)}
    if not code:
        return Measured(missing="no source file in a language that can be measured")
    output, missing = _run(json.dumps(code).encode())
    lines = output.decode("utf-8", "replace").split("\n")[:-1]
    files = [line for line in lines if not _is_last(line)]
    repeats = [line for line in lines if _is_last(line)]
    return Measured(tuple(_functions(files)), tuple(_repeats(repeats)), missing)


def _run(texts: bytes) -> tuple[bytes, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)],
            input=texts,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MEASURE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return late.stdout or b"", "measuring the functions took too long"
    return done.stdout, ""


def _is_last(line: str) -> bool:
    return line.startswith('["", ')


def _functions(lines: Iterable[str]) -> Iterable[FunctionFacts]:
    for line in lines:
        file, rows = msgspec.json.decode(line, type=_FileRow)
        for name, start, size, complexity, parameters, end in rows:
            yield FunctionFacts(
                file=file, name=name, line=start, lines=size, complexity=complexity, parameters=parameters, end=end
            )


def _repeats(lines: Iterable[str]) -> Iterable[tuple[Place, ...]]:
    for line in lines:
        for places in msgspec.json.decode(line, type=_RepeatsRow)[1]:
            yield tuple(Place(file=file, line=first, end=last) for file, first, last in places)
