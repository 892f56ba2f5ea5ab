"""Take a stranger's folder or archive into a folder of our own: regular files only, bounded, with our own modes.

Never `extractall`: every name is checked before anything is written, and sizes are counted while writing,
because an archive may lie about them. What is no file to read (a link, a device, one huge file) is left out and named;
what leads out of the folder or is too much in all ends the taking in.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Self

from grader.errors import SubmissionFault
from grader.filenames import LEFT_OUT, fitting, inside, left_out, shown, top_folder

__all__ = ["LEFT_OUT", "Intake", "rejected", "shown"]

MAX_FILES = 5_000
MAX_FILE = 8 << 20
MAX_TOTAL = 64 << 20
MAX_ENTRIES = 100_000  # of an archive, with what is left out
MAX_UNPACKED = 1 << 30  # the same in bytes: reading past something costs time too
MAX_HEADER = 1 << 20  # a header of a tar is read as a whole
CHUNK = 1 << 16
MAX_NAMED = 20
MAX_ARCHIVE = 256 << 20  # of a zip, whose list of entries is read as a whole
_LONG = frozenset(b"xgXLK")  # types of headers of a tar that hold names or fields
_TYPE_AT = 156  # the byte of a header that says its type


def rejected(why: str, name: str = "") -> SubmissionFault:
    """E302: the submission holds something that is not taken in."""
    return SubmissionFault(
        "E302",
        f"the submission cannot be taken in: {why}",
        where=name,
        note=f"limits: {MAX_FILES} files, {MAX_TOTAL >> 20} MB in all; dependencies and version control do not count",
        help="leave out build output and data, and hand it in again",
    )


class Intake:
    """Writes files into `root` until a limit is reached; raises `SubmissionFault` E302 beyond it.

    `skipped` names what was left out, with the reason where it is not obvious.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.skipped: list[str] = []
        self._seen: set[str] = set()
        self._total = 0

    def folder(self, source: Path) -> None:
        """Copy the regular files of a folder. Links, dependencies and version control are left out."""
        for directory, names, files in os.walk(source):
            here = Path(directory)
            if here != source and "pyvenv.cfg" in files:
                names.clear()  # a virtual environment, whatever it is called
                continue
            for name in sorted(names):
                if name not in LEFT_OUT and (here / name).is_symlink():
                    self._skip((here / name).relative_to(source).as_posix(), "a link")
            names[:] = sorted(n for n in names if n not in LEFT_OUT and not (here / n).is_symlink())
            for name in sorted(set(files) - LEFT_OUT):
                self._copy(source, here / name)

    def archive(self, source: Path, *, strip: bool = True) -> None:
        """Unpack a zip or tar archive; `strip` leaves out its single top folder if it has one."""
        try:
            if zipfile.is_zipfile(source):
                self._zip(source, strip=strip)
            else:
                self._tar(source, strip=strip)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
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
        found = file.lstat()
        if not self._wanted(name, found.st_mode, found.st_size):
            return
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise rejected(f"a file cannot be read ({error.strerror})", shown(name)) from None
        with os.fdopen(descriptor, "rb") as stream:
            self._write(name, stream, executable=bool(found.st_mode & stat.S_IXUSR))

    def _zip(self, source: Path, *, strip: bool) -> None:
        if source.stat().st_size > MAX_ARCHIVE:
            raise rejected(f"the archive is larger than {MAX_ARCHIVE >> 20} MB", source.name)
        with zipfile.ZipFile(source) as archive:
            entries = [(_zip_name(entry), entry) for entry in archive.infolist()]
            layout = _Layout((name for name, _ in entries), strip=strip)
            for name, entry in entries:
                mode = entry.external_attr >> 16
                place = layout.place(name)
                if not place or not self._wanted(place, mode, entry.file_size):
                    continue
                if entry.flag_bits & 1:
                    raise rejected("encrypted", name)
                with archive.open(entry) as stream:
                    self._write(place, stream, executable=bool(mode & stat.S_IXUSR))

    def _tar(self, source: Path, *, strip: bool) -> None:
        layout = _Layout(self._tar_names(source), strip=strip)
        with tarfile.open(source, mode="r|*", tarinfo=_Header) as archive:
            for entry in archive:
                place = layout.place(entry.name + ("/" if entry.isdir() else ""))
                mode = entry.mode | (stat.S_IFREG if entry.isreg() else stat.S_IFLNK if entry.issym() else stat.S_IFIFO)
                if not place or not self._wanted(place, mode, entry.size):
                    continue
                stream = archive.extractfile(entry)
                if stream is not None:
                    self._write(place, stream, executable=bool(entry.mode & stat.S_IXUSR))

    @staticmethod
    def _tar_names(source: Path) -> Iterator[str]:
        unpacked = 0
        with tarfile.open(source, mode="r|*", tarinfo=_Header) as archive:
            for entry in archive:
                unpacked += entry.size
                if unpacked > MAX_UNPACKED:
                    raise rejected(f"it unpacks to more than {MAX_UNPACKED >> 20} MB", entry.name)
                yield entry.name + ("/" if entry.isdir() else "")

    def _wanted(self, name: str, mode: int, size: int) -> bool:
        """Whether it is a file to take in; what is none is named, except dependencies and version control."""
        kind = stat.S_IFMT(mode)
        reason = ""
        if kind == stat.S_IFLNK:
            reason = "a link"
        elif kind not in (0, stat.S_IFREG):
            reason = "no regular file"
        elif not fitting(name):
            reason = "a name that cannot be used"
        elif size > MAX_FILE:
            reason = f"{size / (1 << 20):.1f} MB; one file may have {MAX_FILE >> 20} MB"
        if reason:
            self._skip(name, reason)
        return not reason

    def _write(self, raw: str, stream: IO[bytes], *, executable: bool) -> None:
        name = inside(raw)
        if name in self._seen:
            raise rejected("two files have the same name", name)
        self._seen.add(name)
        if len(self._seen) > MAX_FILES:
            raise rejected(f"more than {MAX_FILES} files", name)
        target = self.root / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(target, flags, 0o755 if executable else 0o644)
        except (FileExistsError, NotADirectoryError):  # also where this machine's disk does not tell `A` from `a`
            raise rejected("two files have the same name", name) from None
        with os.fdopen(descriptor, "wb") as out:
            size = 0
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                self._total += len(chunk)
                if size > MAX_FILE:
                    raise rejected("a file is larger than it says", name)
                if self._total > MAX_TOTAL:
                    raise rejected(f"more than {MAX_TOTAL >> 20} MB in all", name)
                out.write(chunk)

    def _skip(self, name: str, reason: str) -> None:
        if len(self.skipped) < MAX_NAMED:
            self.skipped.append(f"{shown(name)} ({reason})")


class _Layout:
    """Where the entries of an archive go. It needs all their names first."""

    def __init__(self, names: Iterable[str], *, strip: bool) -> None:
        known = []
        for name in names:
            known.append(inside(name))
            if len(known) > MAX_ENTRIES:
                raise rejected(f"more than {MAX_ENTRIES} entries")
        files = [name for name in known if not left_out(name)]
        self._top = top_folder(files) if strip else ""
        self._environments = {
            f"{PurePosixPath(name).parent}/" for name in files if name.removeprefix(self._top).endswith("/pyvenv.cfg")
        }

    def place(self, raw: str) -> str:
        """Where a file goes; nothing for folders, dependencies and version control."""
        name = inside(raw)
        below = any(name.startswith(environment) for environment in self._environments)
        return "" if name.endswith("/") or left_out(name) or below else name.removeprefix(self._top)


class _Header(tarfile.TarInfo):
    """A header of a tar whose size is bounded before it is read: long names and extra fields are read as a whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in a block."""
        found = super().frombuf(buf, encoding, errors)
        if buf[_TYPE_AT] in _LONG and found.size > MAX_HEADER:
            raise rejected("a header of the archive is too large")
        return found


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Some programs of Windows write backslashes between folders, where they are part of no name."""
    name = entry.filename
    return name.replace("\\", "/") if entry.create_system == 0 else name
