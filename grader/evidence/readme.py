"""The start command of a README, typed in by us."""

from __future__ import annotations

import msgspec


class RunCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a README tells to type, and what came of it in the submission's container.

    `commands` are those that start something, as they stand on `lines` of `file`, whose whole lines are `text`;
    `detected` is how the service is started for its exam. When one of them is that command, `same` names it and nothing
    more was tried. `not_tried` says why nothing could be. `doubts` are steps that nobody here can do, so that failing
    proves nothing. `port` is the one that answered HTTP, 0 when none did; how the command ended matters only then.
    `detected_starts` says that the service did start in the usual way, in the same environment, right after.
    """

    file: str = ""
    lines: tuple[int, ...] = ()
    commands: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    detected: str = ""
    same: str = ""
    not_tried: str = ""
    doubts: tuple[str, ...] = ()
    script: str = ""
    port: int = 0
    exit_code: int | None = None
    out_of_memory: bool = False
    listened: tuple[str, ...] = ()
    log: str = ""
    detected_starts: bool = False
