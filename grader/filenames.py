"""Names of files that strangers chose: which are taken, where they lead, and how they are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from grader.errors import SubmissionFault

MAX_DEPTH = 20
MAX_NAME = 200
FIRST_PRINTABLE = 32
LEFT_OUT = frozenset(
    {
        *(".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", "__MACOSX", ".DS_Store"),
        *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".idea", ".vscode", "grader-out"),
    }
)


def inside(raw: str) -> str:
    """A relative path in normal form C without `./`; a folder keeps its `/`. Raises E302 when it leads out."""
    path = PurePosixPath(raw)
    if path.is_absolute() or ".." in path.parts:
        raise SubmissionFault(
            "E302",
            "the submission cannot be taken in: a name leads out of the folder",
            where=shown(raw[:MAX_NAME]),
            help="pack the folder by a relative path and hand it in again",
        )
    return unicodedata.normalize("NFC", str(path)) + ("/" if raw.endswith("/") or not path.parts else "")


def fitting(name: str) -> bool:
    """Whether a file of that name can be kept on every machine and shown as it is."""
    parts = PurePosixPath(name).parts
    plain = shown(name) == name and "\\" not in name and name[1:2] != ":"
    return plain and len(parts) <= MAX_DEPTH and all(len(part.encode()) <= MAX_NAME for part in parts)


def left_out(name: str) -> bool:
    """True for dependencies, version control and what tools leave behind."""
    return not LEFT_OUT.isdisjoint(PurePosixPath(name).parts)


def shown(name: str) -> str:
    """A file's name as text that can be saved and printed: control characters and bytes that are no UTF-8 escaped."""
    odd = any("\ud800" <= letter <= "\udfff" or ord(letter) < FIRST_PRINTABLE for letter in name)
    return ascii(name) if odd else name


def top_folder(names: Iterable[str]) -> str:
    """`folder/` when everything lies in one folder, else nothing."""
    first: set[str] = set()
    for name in names:
        if name == "./":
            continue
        head, slash, _ = name.partition("/")
        first.add(head + slash)
    return first.pop() if len(first) == 1 and next(iter(first)).endswith("/") else ""
