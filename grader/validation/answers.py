"""Reference answers: a folder each, with `expected.toml` saying per level what its grade must be."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.model import Level
from grader.result import Status
from grader.toml import TomlText

EXPECTED = "expected.toml"
GOOD = "good"
VARIANTS = "variants"  # a folder beside the answers that is none: `grader.validation.variants` reads it
REWRITES = "rewrites"  # another: single queries, right and wrong ones, for what needs no whole answer
CODE = "E112"


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one grade must be: `score` is an inclusive range of percent, the lists are compared as sets."""

    status: Status = "graded"
    score: tuple[float, float] = (0.0, 100.0)
    band: str | None = None
    gates_failed: tuple[str, ...] | None = ()  # None: not compared
    fails: tuple[str, ...] = ()
    blocked: tuple[str, ...] | None = None
    review: tuple[str, ...] | None = None  # scored checks that may be left to a person; None: any
    problem: str | None = None  # the code of the problem that must be told


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reference answer with what it must get at each level it is graded at."""

    name: str
    root: Path
    expected: dict[Level, Expected]

    @property
    def good(self) -> bool:
        """Good answers are named so; they must lose nothing."""
        return self.name.startswith(GOOD)

    @contextlib.contextmanager
    def made(self) -> Iterator[Path]:
        """The folder to grade."""
        yield self.root


def answers(folder: Path) -> list[Answer]:
    """The reference answers in a folder; raises `UsageError` E112 when one has no readable expected.toml."""
    roots = [root for root in sorted(folder.iterdir()) if root.is_dir()] if folder.is_dir() else []
    found = [_answer(root) for root in roots if root.name not in (VARIANTS, REWRITES)]
    if not found:
        raise UsageError(
            CODE,
            f"there are no reference answers in {folder}",
            help=f"put a folder per answer there, each with an {EXPECTED}, or name another folder with --against",
        )
    return found


def _answer(root: Path) -> Answer:
    path = root / EXPECTED
    if not path.is_file():
        raise UsageError(CODE, f"{root} has no {EXPECTED}", help="say there which grade it must get")
    text = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, CODE)
    expected: dict[Level, Expected] = {}
    for key, table in text.parse().items():
        if key not in list(Level):
            raise text.unknown_key(key, list(Level), inside=EXPECTED)
        try:
            expected[Level(key)] = msgspec.convert(table, type=Expected)
        except msgspec.ValidationError as error:
            raise text.invalid(error, Expected, f"[{key}]", at=(key,)) from None
    return Answer(name=root.name, root=root, expected=expected)
