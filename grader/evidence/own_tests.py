"""The candidate's own tests, run once. What they say is a claim of the candidate's code about itself."""

from __future__ import annotations

import msgspec


class OwnTests(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the candidate's own tests ended.

    `files` are the test files, `command` is what ran them, chosen by us from `origin`. `not_run` says why they did
    not run. `exit_code` is None when `seconds` were over first. `log` is the end of what was printed: anything may
    stand there.
    """

    files: tuple[str, ...] = ()
    command: str = ""
    origin: str = ""
    not_run: str = ""
    seconds: int = 0
    exit_code: int | None = None
    out_of_memory: bool = False
    log: str = ""
