"""What the submission's files say by themselves."""

from __future__ import annotations

import msgspec


class FunctionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Size of one function: lines without comments, cyclomatic complexity, parameters."""

    file: str
    name: str
    line: int
    lines: int
    complexity: int
    parameters: int


class SourceFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Names and texts of the submitted files. `texts` holds bounded text files only, by relative path.

    `left_out` names files that were not read and why. `handed_out` holds the texts every candidate got, by name, so
    that a copy of the task is not taken for the candidate's own words. `unmeasured` says why there are no functions.
    """

    names: tuple[str, ...] = ()
    texts: dict[str, str] = {}
    functions: tuple[FunctionFacts, ...] = ()
    left_out: dict[str, str] = {}
    handed_out: dict[str, str] = {}
    unmeasured: str = ""
