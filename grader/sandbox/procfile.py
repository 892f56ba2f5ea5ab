"""The start command a submission names itself: submission.toml first, then the `web` line of a Procfile."""

from __future__ import annotations

import re

from grader.sandbox.sources import Sources

PROCFILE = "Procfile"


def declared(sources: Sources) -> tuple[str, str] | None:
    """`(command, where it stands)`, or nothing."""
    if sources.run.start.strip():
        return _from_root(sources, sources.run.start.strip()), "submission.toml"
    web = _line(sources, "web")
    return (web, sources.path(PROCFILE)) if web else None


def release(sources: Sources) -> str:
    """What a Procfile says is to run before a new version starts; empty when it says nothing, or is not what counts."""
    return "" if sources.run.start.strip() else _line(sources, "release")


def _line(sources: Sources, name: str) -> str:
    found = re.search(rf"(?m)^{name}[ \t]*:[ \t]*(\S.*)$", sources.read(PROCFILE))
    return found[1].strip() if found else ""


def _from_root(sources: Sources, command: str) -> str:
    """A command that names the project's folder is meant from the root, where submission.toml lies."""
    folder = re.escape(sources.folder)
    named = sources.folder and re.search(rf"(?<![\w./-])(?:\./)?{folder}(?:[/.]\w|$)", command)
    return f"cd .. && {command}" if named and not sources.holds(sources.folder) else command
