"""What the submission's files say by themselves."""

from __future__ import annotations

import msgspec


class FunctionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Size of one function: lines without comments, cyclomatic complexity, parameters.

    It stands from `line` to `end`; 0 says that the end is not known.
    """

    file: str
    name: str
    line: int
    lines: int
    complexity: int
    parameters: int
    end: int = 0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a file, both counted in."""

    file: str
    line: int
    end: int


class SourceFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Names and texts of the submitted files. `texts` holds bounded text files only, by relative path.

    `left_out` names files that were not read and why. `handed_out` holds the texts every candidate got, by name, so
    that a copy of the task is not taken for the candidate's own words. `unmeasured` says why there are no functions.
    `repeats` are groups of places with the same code, names and constants aside.
    """

    names: tuple[str, ...] = ()
    texts: dict[str, str] = {}
    functions: tuple[FunctionFacts, ...] = ()
    repeats: tuple[tuple[Place, ...], ...] = ()
    left_out: dict[str, str] = {}
    handed_out: dict[str, str] = {}
    unmeasured: str = ""
