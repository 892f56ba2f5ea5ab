"""Where challenge packs are, and which of them a name means.

A pack is known by the `id` in its challenge.toml. Of two packs with one id the one in the place that was named wins
over the shipped one; in one place an id may stand once.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from grader.errors import UsageError
from grader.toml import did_you_mean

FILE = "challenge.toml"
BRIEF = "brief.md"
VARIABLE = "GRADER_CHALLENGES"
_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = (
    _PACKAGE.parent / "challenges",
    _PACKAGE / "_challenges",
)  # beside the program, inside the installed package


def pack_folders(extra: Path | None = None) -> list[Path]:
    """Where packs are looked for: `extra`, `GRADER_CHALLENGES`, beside the program, inside the installed package.

    Raises `UsageError` E102 when a folder that somebody named is not there.
    """
    variable = os.environ.get(VARIABLE)
    named = [place for place in (extra, Path(variable) if variable else None) if place is not None]
    for place in named:
        if not place.is_dir():
            raise UsageError(
                "E102", f"there is no folder of challenge packs at `{place}`", help=f"--challenges or {VARIABLE}"
            )
    return [*named, *(place for place in _SHIPPED if place.is_dir())]


def pack_roots(extra: Path | None = None) -> dict[str, Path]:
    """Folder of every pack by id, the first place winning; `UsageError` E107 when one place has an id twice."""
    roots: dict[str, Path] = {}
    for folder in pack_folders(extra):
        for id_, root in _in_one_place(folder).items():
            roots.setdefault(id_, root)
    return roots


def is_shipped(root: Path) -> bool:
    """Whether a pack came with the program."""
    return root.resolve().parent in _SHIPPED


def find_pack(name: str, extra: Path | None = None) -> Path:
    """The folder of a pack given by id or path; `UsageError` E105 with a did-you-mean when there is none.

    What is written as a path (`./my-todo`) is taken as it stands; a bare word is an id first.
    """
    path = Path(name)
    if (os.sep in name or not name.strip(".")) and (path / FILE).is_file():
        return path
    roots = pack_roots(extra)
    if name in roots:
        return roots[name]
    if (path / FILE).is_file():
        return path
    for id_, root in roots.items():
        if root.name == name:
            raise UsageError(
                "E105",
                f"the pack in {root} has the id `{id_}`, not `{name}`",
                help=f"call it `{id_}`, or change its id",
            )
    if path.is_dir():
        raise UsageError("E105", f"`{name}` is not a challenge: it has no {FILE}")
    raise UsageError("E105", f"there is no challenge `{name}`", help=did_you_mean(name, roots))


def _in_one_place(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in sorted(folder.glob(f"*/{FILE}")):
        id_, root = _id(file), file.parent
        if id_ in found:
            raise UsageError(
                "E107",
                f"two packs have the id `{id_}`: {found[id_]} and {root}",
                help="give one of them an id of its own; a folder is best called like its pack",
            )
        found[id_] = root
    return found


def _id(file: Path) -> str:
    """The id in a challenge.toml; the folder's name while the file cannot be read: loading it tells why."""
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8")).get("id")
    except (OSError, ValueError):
        named = None
    return named if isinstance(named, str) and named else file.parent.name
