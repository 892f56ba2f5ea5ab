"""Where results go: files that appear whole or not at all, and the formats asked for."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader import result as result_file
from grader.caches import disk_fault
from grader.cli.arguments import DEFAULT_OUT
from grader.errors import Problem, UsageError
from grader.report import FORMATS
from grader.report.terminal import human
from grader.result import Result
from grader.toml import did_you_mean

RESULT, EVIDENCE, REPORT = "result.json", "evidence.json", "report.html"
IGNORE = ".gitignore"
UNDECIDED = "undecided"
WHICH = "give the folder that `grader grade` wrote"
WIDEST = 120  # longer lines are hard to read


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which formats go to stdout and which to files."""

    shown: tuple[str, ...]
    written: tuple[tuple[str, Path], ...]


def asked(formats: Sequence[str] | None) -> Asked:
    """Read `--format F[=FILE]`; raises `UsageError` E109 for a format there is not."""
    shown: list[str] = []
    written: list[tuple[str, Path]] = []
    for item in formats or ("human",):
        name, to_file, file = item.partition("=")
        if name not in FORMATS:
            raise UsageError("E109", f"there is no format `{name}`", help=did_you_mean(name, FORMATS))
        if to_file:
            written.append((name, Path(file)))
        else:
            shown.append(name)
    return Asked(shown=tuple(shown), written=tuple(written))


def write_all(folder: Path, result: Result, evidence: bytes | None) -> Path:
    """Write result.json, report.html and evidence.json; answers the folder they are in.

    All three are written aside first and then renamed, so an interrupted run leaves the earlier ones whole. An
    undecided result never replaces a decided one: it goes into a folder of its own.
    """
    if result.status == "undecided" and _decided(folder / RESULT):
        folder /= UNDECIDED
        print(f"note: the earlier result is kept; this undecided one is in {folder}", file=sys.stderr)
    _keep_out_of_git(folder)
    contents = {REPORT: FORMATS["html"](result).encode(), RESULT: result_file.encode(result)}
    if evidence is not None:
        contents = {EVIDENCE: evidence, **contents}
    _replace(folder, contents)
    return folder


def emit(result: Result, asked: Asked) -> None:
    """Print and write the formats asked for."""
    for name in asked.shown:
        text = _for_terminal(result) if name == "human" and sys.stdout.isatty() else FORMATS[name](result)
        sys.stdout.write(text.rstrip("\n") + "\n")
    for name, file in asked.written:
        _write(file, FORMATS[name](result).encode())


def _write(file: Path, content: bytes) -> None:
    """A file is replaced as a whole; a device, a pipe or what a link leads to (`/dev/null`) is written into."""
    if not file.is_symlink() and (file.is_file() or not file.exists()):
        _replace(file.parent, {file.name: content})
        return
    try:
        with file.open("wb") as stream:
            stream.write(content)
    except BrokenPipeError:  # told at the top, as for stdout
        raise
    except OSError as error:
        raise disk_fault(error, file) from error


def _for_terminal(result: Result) -> str:
    """The summary as wide as the terminal, in colour unless NO_COLOR or a dumb terminal forbids it."""
    color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = min(shutil.get_terminal_size().columns, WIDEST)
    return human(result, width, color=color)


def read_result(given: str) -> tuple[Path, Result]:
    """Folder and content of a saved result; raises `UsageError` E102 or E108."""
    path = Path(given)
    file = path / RESULT if path.is_dir() else path
    if not file.is_file():
        raise UsageError("E102", f"there is no result at `{given}`", help="give a folder written by `grader grade`")
    try:
        return file.parent, result_file.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise UsageError("E108", f"{file} is not a result of this version: {error}", help=WHICH) from None


def print_error(problem: Problem) -> None:
    """One JSON document on stdout for tools, also when nothing could be graded."""
    sys.stdout.write(msgspec.json.encode({"ok": False, "error": problem}).decode() + "\n")


def _keep_out_of_git(folder: Path) -> None:
    """Results in our own folder never end up in somebody's commit by chance."""
    ours = next((place for place in (folder, *folder.parents) if place.name == DEFAULT_OUT), None)
    if ours is not None and not (ours / IGNORE).exists():
        _replace(ours, {IGNORE: b"*\n"})


def _decided(file: Path) -> bool:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return result_file.decode(file.read_bytes()).status != "undecided"
    return False


def ready(folder: Path) -> None:
    """Raise `OurFault` E203 when results cannot be put into `folder`: told before anything is graded for them."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    number = 0 if os.access(nearest, os.W_OK | os.X_OK) else errno.EACCES
    number = number if nearest.is_dir() else errno.ENOTDIR
    if number:
        raise disk_fault(OSError(number, os.strerror(number), str(nearest)), folder)


def _replace(folder: Path, contents: dict[str, bytes]) -> None:
    aside: dict[str, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            aside[name] = _aside(folder, name, content)
    except BaseException as error:
        for file in aside.values():
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise disk_fault(error, folder) from error
        raise
    for name, file in aside.items():
        file.replace(folder / name)


def _aside(folder: Path, name: str, content: bytes) -> Path:
    descriptor, file = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(file, 0o666 & ~umask)  # noqa: PTH101 - mkstemp's 0600 would hide the report from the reader
    except BaseException:
        os.unlink(file)  # noqa: PTH108 - a path from mkstemp
        raise
    return Path(file)
