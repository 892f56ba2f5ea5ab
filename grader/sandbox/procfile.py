"""The start command a submission names itself: submission.toml first, then the `web` line of a Procfile."""

from __future__ import annotations

import re

from grader.sandbox.sources import Sources


def declared(sources: Sources) -> tuple[str, str] | None:
    """`(command, where it stands)`, or nothing."""
    if sources.run.start.strip():
        return sources.run.start.strip(), "submission.toml"
    found = re.search(r"(?m)^web:[ \t]*(\S.*)$", sources.read("Procfile"))
    return (found[1].strip(), sources.path("Procfile")) if found else None
