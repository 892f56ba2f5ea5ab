"""How a submission will be built and started: the outcome of looking at its files."""

from __future__ import annotations

from typing import Literal

import msgspec

Installer = Literal["", "pip", "npm ci", "npm install", "pnpm", "yarn", "yarn berry", "go"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A decision from the files alone; nothing has run yet.

    `start` is a command for `sh -c`, run in `folder` (relative to the submission's root); `prepare` runs once before
    the first start. `declared` is the file that names the dependencies, `manifest` what is given to `installer`,
    rewritten so that installing runs no code of theirs; `development` says that tools for developers are needed too,
    `compiled` names packages that must be compiled, `unusable` those for which even that is not enough.
    `import_root` is a folder Python must find modules in beside those it looks in by itself, `version` the oldest one
    of the language it says it works with. `programs` are to be compiled from its own code before it starts: name to
    package. `origin` says where the start command comes from, `notes` what a reader
    should know about it.
    """

    stack: Literal["python", "node", "go"]
    start: str
    origin: str
    port: int
    folder: str = ""
    prepare: str = ""
    installer: Installer = ""
    declared: str = ""
    manifest: dict[str, str] = {}
    development: bool = False
    compiled: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    import_root: str | None = None
    version: str = ""
    programs: dict[str, str] = {}
    notes: tuple[str, ...] = ()
