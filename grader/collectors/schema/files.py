"""The submitted SQL as text and statements, and the candidate's notes."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from grader.collectors.schema.scripts import decoded, up_only, without
from grader.evidence.schema import SqlFile
from grader.model import Submission
from grader.sql.schema.psql import Psql
from grader.sql.schema.splitter import MAX_STATEMENTS, Statement, split, too_large

MAX_BYTES = 4 << 20  # of what makes the schema
MAX_DATA = 4 << 20
MAX_DATA_STATEMENTS = 5_000
MAX_DEPTH = 5
MAX_NOTES = 20_000
NOTES = ("notes.md", "notes.txt", "notes")
_INCLUDE = re.compile(r"\\(i|ir|include|include_relative)\s+['\"]?([^'\"\s]+)", re.IGNORECASE)


def statements(
    submission: Submission, names: tuple[str, ...]
) -> tuple[tuple[SqlFile, ...], tuple[Statement, ...], str]:
    r"""The files as text and all their statements, with a remark when data were left out.

    Files that they include with `\i` come in their place. Seed data are not judged, so too much of them is left out:
    all of it, because a part may contradict keys that are made later. Raises `SubmissionFault` E331 when the schema
    itself is too much, E332 when a file is not text.
    """
    reading = _Reading(submission)
    for name in names:
        reading.file(name, 0)
    return reading.bounded()


class _Reading:
    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.psql = Psql()
        self.files: list[SqlFile] = []
        self.found: list[Statement] = []
        self.size = self.count = 0
        self.rows: dict[str, list[tuple[int, int]]] = {}
        self.data_size = self.data_count = 0

    def file(self, name: str, depth: int) -> None:
        """Read one file and what it includes, unless it was read already."""
        if any(file.name == name for file in self.files):
            return
        text = up_only(decoded((self.submission.root / name).read_bytes(), name))
        self.files.append(SqlFile(name=name, text=text))
        self.size += len(text)
        self.psql.over = False  # \quit ends one file
        at = 0
        for statement in split(text, name, most=MAX_STATEMENTS - self.count):
            at = self._measured(statement, text, at)
            meant = self.psql.take(statement)
            if meant is None:
                continue
            target = self._included(meant, name) if depth < MAX_DEPTH else ""
            if target:
                self.file(target, depth + 1)
                self.psql.over = False
            else:
                self.found.append(meant)

    def _measured(self, statement: Statement, text: str, at: int) -> int:
        """Count a statement; answers where it ends in the text."""
        begin = text.find(statement.text, at)
        end = begin + len(statement.text)
        if not statement.rows:
            self.count += 1
            return end
        if statement.data:
            end = text.find(statement.data, end) + len(statement.data)
        self.rows.setdefault(statement.file, []).append((begin, end))
        self.data_size += end - begin
        self.data_count += 1
        return end

    def bounded(self) -> tuple[tuple[SqlFile, ...], tuple[Statement, ...], str]:
        """What was read; without the data when there are too many. Raises `SubmissionFault` E331."""
        if self.size - self.data_size > MAX_BYTES:
            raise too_large(f"more than {MAX_BYTES >> 20} MB without its data")
        if self.data_size <= MAX_DATA and self.data_count <= MAX_DATA_STATEMENTS:
            return tuple(self.files), tuple(self.found), ""
        files = tuple(
            SqlFile(name=file.name, text=without(file.text, self.rows.get(file.name, []))) for file in self.files
        )
        remark = (
            f"the seed data were not loaded ({self.data_count} statements, {self.data_size / (1 << 20):.1f} MB; up to "
            f"{MAX_DATA_STATEMENTS} statements and {MAX_DATA >> 20} MB are): they are not judged"
        )
        return files, tuple(statement for statement in self.found if not statement.rows), remark

    def _included(self, statement: Statement, name: str) -> str:
        found = _INCLUDE.match(statement.text) if statement.kind == "meta" else None
        if found is None:
            return ""
        beside = PurePosixPath(name).parent / found[2].removeprefix("./")
        known = {file.name for file in self.files}
        options = (beside.as_posix(), found[2].removeprefix("./"))
        return next((option for option in options if option in self.submission.files and option not in known), "")


def notes(submission: Submission) -> str:
    """The candidate's notes, bounded; empty when there are none."""
    named = [name for name in submission.files if PurePosixPath(name.lower()).name in NOTES]
    return submission.read(min(named, key=lambda n: (n.count("/"), n)), limit=MAX_NOTES) if named else ""
