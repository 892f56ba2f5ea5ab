"""Which of the submitted SQL files are the schema, and in which order they run.

1. `schema.sql`, and after it those files of its folder that only add to it: keys, indexes, triggers, views, functions.
2. Without one, the files of a folder of migrations in order of their versions, without their ways back.
3. Without that, all SQL files that make something: in order of their numbers, or tables before what stands on them.

What drops, asks, tests or is written for another database is never run. What was left out is said in the run's notes.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import msgspec

from grader.collectors.schema.scripts import decoded, up_only
from grader.errors import SubmissionFault
from grader.model import Submission
from grader.sql.schema import dialect
from grader.sql.schema.splitter import split, too_large

MOST_LOOKED_AT = 1 << 20
MOST_NAMED = 8
_FOLDERS = frozenset({"migrations", "migration", "migrate", "changelog", "changelogs", "evolutions"})
_PLAN = "sqitch.plan"
_BACK = re.compile(
    r"(?:[._-](?:down|undo|rollback|revert)\.sql$)|(?:^|/)(?:u\d[\d._]*__|(?:down|rollback|revert|drop|teardown)[^/]*\.sql$)"
    r"|(?:^|/)(?:down|rollback|revert|verify)/",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:^|/)(?:(?:\d+[_.-]?)?(?:quer(?:y|ies)|tests?|testing|examples?|explain|reset|clean(?:up)?)(?:[_.-][^/]*)?\.sql$"
    r"|(?:tests?|queries|examples)/)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"[vb]?(\d+(?:[._]\d+)*)(?![\d.])(.*)", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"create\s+(?:unlogged\s+)?table\b", re.IGNORECASE)
_MAKES = re.compile(r"(?:create|alter|comment|do)\b", re.IGNORECASE)
_NEUTRAL = re.compile(r"(?:begin|start|commit|end|set|reset|select\s+(?:pg_catalog\.)?set_config)\b", re.IGNORECASE)
_OTHERS = {
    "postgres": {"mysql", "mariadb", "sqlite", "sqlite3", "oracle", "mssql", "sqlserver", "tsql"},
    "mysql": {"postgres", "postgresql", "pg", "psql", "sqlite", "sqlite3", "oracle", "mssql", "sqlserver", "tsql"},
    "sqlite": {"postgres", "postgresql", "pg", "psql", "mysql", "mariadb", "oracle", "mssql", "sqlserver", "tsql"},
}


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    """What the statements of a file do."""

    tables: bool = False
    makes: bool = False
    rows: bool = False
    others: bool = False

    @property
    def adds(self) -> bool:
        """It only adds to tables that are there."""
        return self.makes and not (self.tables or self.rows or self.others)

    @property
    def rank(self) -> int:
        """Types and functions alone come first, then tables, then what stands on them, then rows."""
        return 0 if self.tables else 1 if self.makes else 2


def chosen(submission: Submission) -> tuple[tuple[str, ...], str]:
    """The names of the files to load in order, with a remark when the choice was not obvious.

    Raises `SubmissionFault` E330 when there is none, E331 when the schema was too large to be taken in.
    """
    known = dialect.named(submission.settings.sql.dialect.lower()) if submission.settings.sql.dialect else None
    sql = [name for name in submission.files if name.lower().endswith(".sql")]
    own = [name for name in sql if not _words(name) & _OTHERS[known or "postgres"]] or sql
    _all_there(submission, own)
    choice = _Choice(submission, own)
    names = choice.main() or choice.migrations() or choice.everything() or tuple(sorted(choice.sql, key=natural))
    if not names:
        raise _nothing(submission)
    return names, _remark(names, sql, choice)


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower()))


def _all_there(submission: Submission, sql: list[str]) -> None:
    """A schema that was too large to be taken in must not look like none."""
    left = [entry for entry in submission.skipped if re.search(r"\.sql \(.*MB", entry, re.IGNORECASE)]
    main = [entry for entry in left if re.search(r"(?:^|/)schema\.sql \(", entry, re.IGNORECASE)]
    if main or (left and not sql):
        raise too_large(f"it was not taken in: {(main or left)[0]}")


class _Choice:
    def __init__(self, submission: Submission, sql: list[str]) -> None:
        self.submission = submission
        self.sql = [name for name in sql if not _BACK.search(name)]
        self.said = ""
        self._seen: dict[str, _Content] = {}

    def main(self) -> tuple[str, ...]:
        """`schema.sql` with what adds to it, when it makes tables."""
        found = sorted((n for n in self.sql if _base(n) == "schema.sql"), key=lambda n: (n.count("/"), n))
        if not found or (not self._content(found[0]).tables and len(self.sql) > 1):
            return ()
        beside = [n for n in self.sql if n not in found and PurePosixPath(n).parent == PurePosixPath(found[0]).parent]
        added = [n for n in sorted(beside, key=natural) if not _ASKS.search(n) and self._content(n).adds]
        return (found[0], *added)

    def migrations(self) -> tuple[str, ...]:
        """The files of a folder of migrations."""
        planned = self._planned()
        if planned:
            return planned
        found = [n for n in self.sql if _FOLDERS & set(PurePosixPath(n.lower()).parts[:-1])]
        return tuple(sorted(found, key=natural))

    def everything(self) -> tuple[str, ...]:
        """All that makes something or brings rows."""
        if len(self.sql) == 1:
            return (self.sql[0],)
        files = [n for n in self.sql if not _ASKS.search(n) and self._useful(n)]
        numbered = any(_VERSION.match(part) for n in files for part in PurePosixPath(n).parts)
        files.sort(key=lambda n: (_base(n) != "schema.sql", 0 if numbered else self._content(n).rank, natural(n)))
        if len(files) > 1 or len(self.sql) > 1:
            self.said = "there is no schema.sql with tables and no migrations/: "
        return tuple(files)

    def _useful(self, name: str) -> bool:
        content = self._content(name)
        return content.makes or content.tables or content.rows

    def _planned(self) -> tuple[str, ...]:
        """The order that a plan of Sqitch gives its `deploy` scripts."""
        plan = next((n for n in self.submission.files if _base(n) == _PLAN), "")
        if not plan:
            return ()
        lines = self.submission.read(plan, limit=MOST_LOOKED_AT).splitlines()
        changes = [line.split()[0] for line in lines if line.strip() and line.strip()[0] not in "%#@"]
        scripts = ((PurePosixPath(plan).parent / "deploy" / f"{change}.sql").as_posix() for change in changes)
        return tuple(dict.fromkeys(script for script in scripts if script in self.sql))

    def _content(self, name: str) -> _Content:
        if name not in self._seen:
            with (self.submission.root / name).open("rb") as stream:
                data = stream.read(MOST_LOOKED_AT)
            try:
                self._seen[name] = content(up_only(decoded(data, name)), name)
            except SubmissionFault:  # no text, or too much: told when it is read, if it is
                self._seen[name] = _Content(tables=True, others=True)
        return self._seen[name]


def content(text: str, name: str) -> _Content:
    """What the statements of a script do."""
    found = split(text, name)
    codes = [statement for statement in found if statement.kind == "sql"]
    tables = any(_TABLE.match(s.text) for s in codes)
    rows = any(s.rows for s in codes)
    makes = any(_MAKES.match(s.text) and not _TABLE.match(s.text) for s in codes)
    others = any(not (_MAKES.match(s.text) or _NEUTRAL.match(s.text) or s.rows) for s in codes)
    included = any(s.kind == "meta" and s.text.lower().startswith(("\\i ", "\\ir ", "\\include")) for s in found)
    return _Content(tables=tables or included, makes=makes, rows=rows, others=others)


def natural(name: str) -> tuple[tuple[int, tuple[int, ...], str], ...]:
    """A sort key under which `V2__x.sql` comes before `V2.1__y.sql` and `V10__z.sql`, and `R__` after all of them."""
    return tuple(_part(part) for part in PurePosixPath(name.lower()).parts)


def _part(part: str) -> tuple[int, tuple[int, ...], str]:
    if found := _VERSION.match(part):
        return 0, tuple(int(number) for number in re.findall(r"\d+", found[1])[:MOST_NAMED]), found[2]
    padded = re.sub(r"\d+", lambda number: number[0].zfill(12), part)
    return (2 if part.startswith("r__") else 1), (), padded


def _base(name: str) -> str:
    return PurePosixPath(name.lower()).name


def _remark(names: tuple[str, ...], sql: list[str], choice: _Choice) -> str:
    left = [name for name in sql if name not in names]
    told = f"{choice.said}read in this order: {_listed(names)}" if len(names) > 1 or choice.said else ""
    if left:
        told = f"{told or f'read: {names[0]}'}; not read: {_listed(left)}"
    return told


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:MOST_NAMED]) + more


def _nothing(submission: Submission) -> SubmissionFault:
    return SubmissionFault(
        "E330",
        "there is no SQL file with a schema in the submission",
        note=f"files handed in: {', '.join(submission.files[:MOST_NAMED]) or 'none'}",
        help="hand in `schema.sql`, or `migrations/*.sql` in order; of an ORM, the SQL that it writes",
    )
