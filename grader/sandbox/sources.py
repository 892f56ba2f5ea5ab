"""A submission's files as the detection sees them: relative to the project's folder, and bounded."""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath

from grader.model import RunSettings, Submission

MOST_READ = 1 << 20
LARGEST_LOCK = 16 << 20  # lock files of large projects are longer than any file of code


class Sources:
    """Files below `folder` of a submission, by their path from there."""

    def __init__(self, submission: Submission, folder: str = "") -> None:
        self.folder = folder
        self._submission = submission
        self._prefix = f"{folder}/" if folder else ""
        self.files = tuple(
            name.removeprefix(self._prefix) for name in submission.files if name.startswith(self._prefix)
        )
        self._known = frozenset(self.files)

    @property
    def run(self) -> RunSettings:
        """`[run]` of submission.toml."""
        return self._submission.settings.run

    def has(self, name: str) -> bool:
        """True when there is a file of exactly that name."""
        return name in self._known

    def lies_at_root(self, name: str) -> bool:
        """True when there is a file of that name in the submission's root, wherever the project lies."""
        return name in self._submission.files

    def holds(self, folder: str) -> bool:
        """True when there is anything in that folder."""
        return any(name.startswith(f"{folder}/") for name in self.files)

    def read(self, name: str, most: int = MOST_READ) -> str:
        """Its text, empty when there is none. Windows tools write UTF-16, such as `pip freeze > requirements.txt`."""
        if name not in self._known:
            return ""
        with (self._submission.root / (self._prefix + name)).open("rb") as stream:
            data = stream.read(most)
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")

    def path(self, name: str) -> str:
        """The name from the submission's root, for messages."""
        return self._prefix + name

    def suffixes(self, *suffixes: str) -> tuple[str, ...]:
        """Files with one of these endings, shallow ones first."""
        found = [name for name in self.files if PurePosixPath(name).suffix in suffixes]
        return tuple(sorted(found, key=lambda name: (name.count("/"), name)))
