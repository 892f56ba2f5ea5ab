"""Take a stranger's folder or archive into a folder of our own: regular files only, bounded, with our own modes.

Never `extractall`: every name is checked before anything is written, and sizes are counted while writing,
because an archive may lie about them.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from grader.errors import SubmissionFault

MAX_FILES = 5_000
MAX_FILE = 8 << 20
MAX_TOTAL = 64 << 20
MAX_DEPTH = 20
MAX_NAME = 200
CHUNK = 1 << 16
MAX_NAMED = 20
FIRST_PRINTABLE = 32
LEFT_OUT = frozenset(
    {
        *(".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__"),
        *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".idea", ".vscode", "grader-out"),
    }
)


def rejected(why: str, name: str = "") -> SubmissionFault:
    """E302: the submission holds something that is not taken in."""
    return SubmissionFault(
        "E302",
        f"the submission cannot be taken in: {why}",
        where=name,
        note=f"limits: {MAX_FILES} files, {MAX_FILE >> 20} MB each, {MAX_TOTAL >> 20} MB in all; "
        "regular files and folders only",
        help="leave out build output and dependencies and hand it in again",
    )


class Intake:
    """Writes files into `root` until a limit is reached; raises `SubmissionFault` E302 beyond it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.skipped: list[str] = []
        self._seen: set[str] = set()
        self._total = 0

    def folder(self, source: Path) -> None:
        """Copy the regular files of a folder. Links and version control are left out and named."""
        for directory, names, files in os.walk(source):
            for name in sorted(names):
                if name in LEFT_OUT or (Path(directory) / name).is_symlink():
                    self._skip(Path(directory, name).relative_to(source).as_posix() + "/")
            names[:] = sorted(n for n in names if n not in LEFT_OUT and not (Path(directory) / n).is_symlink())
            for name in sorted(files):
                self._copy(source, Path(directory) / name)

    def archive(self, source: Path, *, strip: bool = True) -> None:
        """Unpack a zip or tar archive; `strip` leaves out its single top folder if it has one."""
        try:
            if zipfile.is_zipfile(source):
                self._zip(source, strip=strip)
            else:
                self._tar(source, strip=strip)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
            raise rejected(f"the archive cannot be read ({error})", source.name) from None

    def digest(self) -> str:
        """sha256 over sorted paths and contents of what was taken in."""
        total = hashlib.sha256()
        for name in self.names():
            content = (self.root / name).read_bytes()
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
        return total.hexdigest()

    def names(self) -> tuple[str, ...]:
        """Relative paths of what was taken in, sorted."""
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()))

    def _copy(self, source: Path, file: Path) -> None:
        name = file.relative_to(source).as_posix()
        mode = file.lstat().st_mode
        if not stat.S_ISREG(mode):
            self._skip(name)
            return
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise rejected(f"a file cannot be read ({error.strerror})", name) from None
        with os.fdopen(descriptor, "rb") as stream:
            self._write(name, stream, executable=bool(mode & stat.S_IXUSR))

    def _zip(self, source: Path, *, strip: bool) -> None:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES:
                raise rejected("too many files")
            top = _top_folder(entry.filename for entry in entries) if strip else ""
            for entry in entries:
                mode = entry.external_attr >> 16
                if entry.flag_bits & 1:
                    raise rejected("encrypted", entry.filename)
                if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise rejected("not a regular file", entry.filename)
                if not entry.is_dir():
                    with archive.open(entry) as stream:
                        self._write(entry.filename[len(top) :], stream, executable=bool(mode & stat.S_IXUSR))

    def _tar(self, source: Path, *, strip: bool) -> None:
        top = _top_folder(self._tar_names(source))
        top = top if strip else ""
        with tarfile.open(source, mode="r|*") as archive:
            for entry in archive:
                if entry.isdir():
                    _safe(entry.name)
                    continue
                if not entry.isreg():
                    raise rejected("not a regular file", entry.name)
                stream = archive.extractfile(entry) or io.BytesIO()
                self._write(entry.name[len(top) :], stream, executable=bool(entry.mode & stat.S_IXUSR))

    @staticmethod
    def _tar_names(source: Path) -> Iterator[str]:
        with tarfile.open(source, mode="r|*") as archive:
            for count, entry in enumerate(archive):
                if count >= MAX_FILES:
                    raise rejected("too many files")
                if entry.size > MAX_FILE:
                    raise rejected("a file is too large", entry.name)
                yield entry.name + ("/" if entry.isdir() else "")

    def _write(self, raw: str, stream: IO[bytes], *, executable: bool) -> None:
        name = _safe(raw)
        if set(PurePosixPath(name).parts[:-1]) & LEFT_OUT:
            self._skip(name)
            return
        if name.casefold() in self._seen:
            raise rejected("two files have the same name", name)
        self._seen.add(name.casefold())
        if len(self._seen) > MAX_FILES:
            raise rejected("too many files")
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(target, flags, 0o755 if executable else 0o644), "wb") as out:
            size = 0
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                self._total += len(chunk)
                if size > MAX_FILE:
                    raise rejected("a file is too large", name)
                if self._total > MAX_TOTAL:
                    raise rejected("too large in all")
                out.write(chunk)

    def _skip(self, name: str) -> None:
        if len(self.skipped) < MAX_NAMED and Path(name.rstrip("/")).name not in LEFT_OUT:
            self.skipped.append(shown(name))


def _safe(raw: str) -> str:
    """A relative path that stays inside, in normal form C; raises E302 otherwise."""
    if "\0" in raw or "\\" in raw or any(ord(c) < FIRST_PRINTABLE for c in raw):
        raise rejected("a name holds control characters or backslashes", ascii(raw))
    if shown(raw) != raw:
        raise rejected("a name is no UTF-8", ascii(raw))
    path = PurePosixPath(raw)
    if path.is_absolute() or ".." in path.parts or raw[1:2] == ":":
        raise rejected("a name leads out of the folder", raw)
    if len(path.parts) > MAX_DEPTH or any(len(part.encode()) > MAX_NAME for part in path.parts):
        raise rejected("a name is too deep or too long", raw[:MAX_NAME])
    return unicodedata.normalize("NFC", str(path))


def shown(name: str) -> str:
    """A file's name as text that can be saved: one whose bytes are no UTF-8 is written with escapes."""
    return ascii(name) if any("\ud800" <= letter <= "\udfff" for letter in name) else name


def _top_folder(names: Iterator[str]) -> str:
    """`folder/` when everything lies in one folder, else nothing."""
    first: set[str] = set()
    for name in names:
        head, slash, _ = name.removeprefix("./").partition("/")
        first.add(head + slash)
    return first.pop() if len(first) == 1 and next(iter(first)).endswith("/") else ""
