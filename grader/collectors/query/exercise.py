"""An exercise of a slow-query challenge, read from its folder in the pack."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.model import Level
from grader.sql.query.guard_setup import Bound
from grader.sql.query.text import read
from grader.toml import TomlText

FILE = "exercise.toml"


class BigData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seed and size of a large data set."""

    seed: int
    size: int


class PrivateData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Size of the data set whose seed comes from the grade."""

    size: int


class SmallData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many small databases are made, and values that columns are held to: `"table.column" = [...]`."""

    databases: int
    domains: dict[str, tuple[str, ...]] = {}


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wall-clock seconds: the query on the large, the private and on small data, one statement of the setup."""

    query: float
    private: float
    small: float
    setup: float


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    data: str
    grading: BigData
    practice: BigData
    private: PrivateData
    small: SmallData
    limits: Limits
    total_order: bool = True
    settings: dict[str, Bound] = {}


class Exercise(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A slow query, the data it runs on, and an answer that shows what can be reached."""

    name: str
    folder: Path
    about: _File
    schema: str
    data: str
    server: str = ""  # run once in every database: how the server is set
    given: str
    given_line: int = 1  # where it begins in its file
    reference: str
    reference_setup: str
    fixtures: dict[str, str]

    @cached_property
    def data_digest(self) -> str:
        """Names the schema, how rows are made and how the server is set: exercises that share it share a template."""
        return hashlib.sha256(f"{self.schema}\0{self.data}\0{self.server}".encode()).hexdigest()[:16]

    @cached_property
    def digest(self) -> str:
        """Names everything that the measurements of the given query and the reference depend on."""
        parts = (self.data_digest, self.given, self.reference, self.reference_setup)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def exercise_for(folder: Path, level: Level) -> Exercise:
    """The exercise of a level: the one of that name, else the nearest easier one, else the nearest harder one.

    Raises `UsageError` E101 when it cannot be read, E118 when there is none.
    """
    names = [name.value for name in Level if (folder / name.value / FILE).is_file()]
    if not names:
        raise UsageError("E118", f"there is no exercise in {folder}", help=f"make {folder}/mid/{FILE}")
    easier = [name for name in names if level.reaches(Level(name))]
    return read_exercise(folder / (easier[-1] if easier else names[0]))


def read_exercise(folder: Path) -> Exercise:
    """The exercise in a folder; raises `UsageError` E101 with the place that is wrong."""
    path = folder / FILE
    toml = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, "E101")
    try:
        about = msgspec.convert(toml.parse(), type=_File)
    except msgspec.ValidationError as error:
        raise toml.invalid(error, _File, f"exercise `{folder.name}`") from None
    home = folder / about.data
    try:
        return Exercise(
            name=folder.name,
            folder=folder,
            about=about,
            schema=_text(home / "schema.sql"),
            data=_text(home / "data.sql"),
            server=_text(home / "settings.sql") if (home / "settings.sql").is_file() else "",
            given=_query(folder / "original.sql"),
            given_line=_first_line(folder / "original.sql"),
            reference=_query(folder / "reference.sql"),
            reference_setup=_text(folder / "reference-setup.sql"),
            fixtures={file.stem: _text(file) for file in sorted((folder / "fixtures").glob("*.sql"))},
        )
    except OSError as error:
        raise UsageError("E101", f"{error.filename}: {error.strerror}", help="every exercise needs this file") from None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _first_line(path: Path) -> int:
    """The line, from 1, on which the first statement of a file begins."""
    text = read(_text(path))
    return text.place(text.statements[0].offset)[0] if text.statements else 1


def _query(path: Path) -> str:
    """The one statement of a file, without comments and semicolon."""
    statements = read(_text(path)).statements
    if len(statements) != 1:
        raise UsageError("E101", f"{path} must hold one statement, not {len(statements)}")
    return statements[0].text
