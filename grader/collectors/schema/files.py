"""Which of the submitted files are the schema, and which are its diagram and notes."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from grader.errors import SubmissionFault
from grader.evidence.drawing import DiagramFile
from grader.evidence.schema import SqlFile
from grader.model import Submission
from grader.sql.schema.erd import diagram
from grader.sql.schema.splitter import Statement, split, too_large

MAX_BYTES = 4 << 20
MAX_STATEMENTS = 5_000
MAX_DEPTH = 5
MAX_NOTES = 20_000
MAX_DIAGRAM = 200_000
NOTES = ("notes.md", "notes.txt", "notes")
_DOWN = re.compile(r"(\.down\.sql|(^|/)(u\d+__|down|rollback|drop|teardown)[^/]*\.sql)$", re.IGNORECASE)
_SECTION = re.compile(r"^[ \t]*--[ \t]*(?:migrate:|\+goose[ \t]+|\+migrate[ \t]+)(up|down)\b", re.IGNORECASE)
_INCLUDE = re.compile(r"\\(i|ir|include|include_relative)\s+['\"]?([^'\"\s]+)", re.IGNORECASE)
_DIAGRAM_FORMATS = (
    ".mmd",
    ".mermaid",
    ".dbml",
    ".puml",
    ".plantuml",
    ".drawio",
    ".png",
    ".jpg",
    ".jpeg",
    ".svg",
    ".pdf",
)


def chosen(submission: Submission) -> tuple[tuple[str, ...], str]:
    """The names of the files to load in order, with a remark when the choice was not obvious.

    `schema.sql` first, else the folder `migrations`, else all SQL files there are. Raises `SubmissionFault` E330
    when there is none.
    """
    sql = [name for name in submission.files if name.lower().endswith(".sql")]
    main = sorted((n for n in sql if PurePosixPath(n).name.lower() == "schema.sql"), key=lambda n: (n.count("/"), n))
    if main:
        left = [name for name in sql if name != main[0]]
        return (main[0],), f"only `{main[0]}` was read; not read: {', '.join(left[:5])}" if left else ""
    up = sorted((name for name in sql if not _DOWN.search(name)), key=natural)
    migrations = [name for name in up if "migrations" in PurePosixPath(name.lower()).parts]
    if migrations or len(up) == 1:
        return tuple(migrations or up), ""
    if up:
        return tuple(up), f"there is no schema.sql: {', '.join(up[:8])} were read in this order"
    raise SubmissionFault(
        "E330",
        "there is no SQL file in the submission",
        note=f"files handed in: {', '.join(submission.files[:8])}",
        help="hand in `schema.sql`, or `migrations/*.sql` in order",
    )


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which `V2__x.sql` comes before `V10__y.sql`."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts if part)


def statements(submission: Submission, names: tuple[str, ...]) -> tuple[tuple[SqlFile, ...], tuple[Statement, ...]]:
    r"""The files as text and all their statements; files that they include with `\i` come in their place.

    Raises `SubmissionFault` E331 when it is too much, E332 when a file is not text.
    """
    reading = _Reading(submission)
    for name in names:
        reading.file(name, 0)
    return tuple(reading.files), tuple(reading.found)


class _Reading:
    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.files: list[SqlFile] = []
        self.found: list[Statement] = []
        self.size = 0

    def file(self, name: str, depth: int) -> None:
        """Read one file and what it includes."""
        text = up_only(decoded((self.submission.root / name).read_bytes(), name))
        self.size += len(text)
        if self.size > MAX_BYTES:
            raise too_large(f"more than {MAX_BYTES >> 20} MB")
        self.files.append(SqlFile(name=name, text=text))
        for statement in split(text, name, most=MAX_STATEMENTS - len(self.found)):
            target = self._included(statement, name) if depth < MAX_DEPTH else ""
            if target:
                self.file(target, depth + 1)
            else:
                self.found.append(statement)

    def _included(self, statement: Statement, name: str) -> str:
        found = _INCLUDE.match(statement.text) if statement.kind == "meta" else None
        if found is None:
            return ""
        beside = PurePosixPath(name).parent / found[2].removeprefix("./")
        known = {file.name for file in self.files}
        options = (beside.as_posix(), found[2].removeprefix("./"))
        return next((option for option in options if option in self.submission.files and option not in known), "")


def decoded(data: bytes, name: str) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, or Latin-1; raises `SubmissionFault` E332 for anything else."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").replace("\r\n", "\n")
    if b"\0" in data:
        raise SubmissionFault(
            "E332",
            f"`{name}` is not SQL text",
            where=name,
            note="it holds NUL bytes, as binary files and database dumps in the custom format do",
            help="hand in the statements as plain text (`pg_dump --schema-only --format=plain`)",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


def up_only(text: str) -> str:
    """A migration without its way back (`-- migrate:down`, `-- +goose Down`): those lines are left empty."""
    if not _SECTION.search(text) and "migrate:" not in text and "+goose" not in text and "+migrate" not in text:
        return text
    lines, going_up = [], True
    for line in text.split("\n"):
        if mark := _SECTION.match(line):
            going_up = mark[1].lower() == "up"
        lines.append(line if going_up else "")
    return "\n".join(lines)


def diagrams(submission: Submission) -> tuple[DiagramFile, ...]:
    """Every file that holds an ER diagram: `erd.*`, diagram formats, and Mermaid blocks in Markdown."""
    named = [name for name in submission.files if _may_hold_diagram(name)]
    named.sort(key=lambda name: (not PurePosixPath(name).stem.lower().startswith("erd"), name.count("/"), name))
    found = []
    for name in named:
        with (submission.root / name).open("rb") as stream:
            data = stream.read(MAX_DIAGRAM)
        size = (submission.root / name).stat().st_size
        drawn = diagram(name, data, size)
        if drawn.format != "unknown" or PurePosixPath(name).stem.lower().startswith("erd"):
            found.append(drawn)
    return tuple(found)


def _may_hold_diagram(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.stem.startswith("erd") or path.suffix in (*_DIAGRAM_FORMATS, ".md")


def notes(submission: Submission) -> str:
    """The candidate's notes, bounded; empty when there are none."""
    named = [name for name in submission.files if PurePosixPath(name.lower()).name in NOTES]
    return submission.read(min(named, key=lambda n: (n.count("/"), n)), limit=MAX_NOTES) if named else ""
