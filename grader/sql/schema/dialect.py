"""Which SQL a script is written in, from what only one of the dialects has."""

from __future__ import annotations

import re

from grader.evidence.schema import Dialect

NAMES: dict[str, Dialect] = {
    **dict.fromkeys(("postgres", "postgresql", "pg", "psql"), "postgres"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
}

_UNSIGNED, _DATETIME, _BACKTICKS = r"\bunsigned\b", r"\bdatetime\s*\(\s*\d\s*\)", r"`\w+`\s+\w+"
_SIZED = r"\b(?:tinyint|mediumint|tinytext|mediumtext|longtext|longblob|mediumblob)\b"
_SERIAL, _OWN = r"\b(?:small|big)?serial\b(?!\s+default\s+value)", r"\bjsonb\b|\bbytea\b|\bcitext\b"
_ZONED = r"\btimestamptz\b|\btimestamp\s+with(?:out)?\s+time\s+zone\b"
_SQLITE_TAKES = (_UNSIGNED, _DATETIME, _BACKTICKS, _SIZED, _SERIAL, _OWN, _ZONED)

# Marks that only one of them has. SQLite takes backticks, and every type there is, so those say little.
_MARKS: dict[Dialect, tuple[str, ...]] = {
    "postgres": (
        _SERIAL,
        _ZONED,
        _OWN,
        r"\bplpgsql\b|\blanguage\s+sql\b",
        r"\bgen_random_uuid\b|\buuid_generate_v4\b|\buuidv[47]\b|\bnow\s*\(\s*\)\s*at\s+time\s+zone\b",
        r"\bcreate\s+extension\b",
        r"\bcreate\s+(?:domain|type|sequence|materialized)\b",
        r"\bas\s+identity\b",
        r"\bowner\s+to\b|\bset\s+search_path\b|\bcomment\s+on\b",
        r"\busing\s+(?:gin|gist|btree|brin)\s*\(",
        r"\w::\w|\)::|'\s*::",
        r"\btext\s*\[",
        r"\bcreate\s+(?:or\s+replace\s+)?function\b",
        r"\bdo\s+\$",
    ),
    "mysql": (
        r"\bauto_increment\b",
        r"\bengine\s*=",
        _UNSIGNED,
        _SIZED,
        r"\benum\s*\(|\bset\s*\(\s*'",
        r"\bon\s+update\s+(?:current_timestamp|now)\b",
        r"\bcharset\b|\bcharacter\s+set\b|\bcollate\s*=?\s*(?:utf8|latin1|ascii)",
        r"^\s*delimiter\b|\bsignal\s+sqlstate\b|\bforeign_key_checks\b",
        r"[,(]\s*(?:unique\s+|fulltext\s+)?(?:key|index)\s+[`\w]+\s*\(",
        _BACKTICKS,
        r"\bcomment\s+'|\buse\s+[`\w]+\s*;",
        _DATETIME,
    ),
    "sqlite": (
        r"\bautoincrement\b",
        r"\bpragma\b",
        r"\bwithout\s+rowid\b",
        r"\)\s*(?:strict|without\s+rowid\s*,\s*strict)\b",
        r"\bcollate\s+nocase\b",
        r"\b(?:strftime|julianday|randomblob|typeof|unixepoch)\s*\(|\b(?:date|datetime)\s*\(\s*'now'",
        r"\braise\s*\(\s*(?:abort|fail|rollback|ignore)\b",
        r"\bglob\b",
        r"\bon\s+conflict\s+(?:abort|fail|ignore|replace|rollback)\b",
        r"^\.(?:mode|headers|open|read)\b",
        r"\battach\s+database\b|\bsqlite_sequence\b",
    ),
}
_TELLING = {
    name: tuple(re.compile(mark, re.IGNORECASE | re.MULTILINE) for mark in marks) for name, marks in _MARKS.items()
}
PLAIN = 2  # so many marks that only another dialect has contradict what submission.toml says
MOST_TEXT = 400_000


_ORDER: tuple[Dialect, ...] = ("postgres", "sqlite", "mysql")


def named(name: str) -> Dialect | None:
    """The dialect that somebody calls so."""
    return NAMES.get(name.strip().lower())


def sniffed(text: str) -> Dialect:
    """The dialect of a script: the one of which it has the most marks; PostgreSQL where there are none, or as many."""
    found = _counted(text)
    return max(_ORDER, key=lambda name: found[name])


def resembled(text: str, declared: Dialect) -> Dialect | None:
    """The dialect that a script is plainly written in, when that is not the declared one.

    What the declared dialect takes as well tells nothing: SQLite has every type there is.
    """
    found = _counted(text, _SQLITE_TAKES if declared == "sqlite" else ())
    other = max(_ORDER, key=lambda name: found[name])
    plain = other != declared and found[other] >= max(PLAIN, found[declared] + 1)
    return other if plain else None


def _counted(text: str, taken: tuple[str, ...] = ()) -> dict[Dialect, int]:
    code = _code(text[:MOST_TEXT])
    return {
        name: sum(1 for mark in marks if mark.pattern not in taken and mark.search(code))
        for name, marks in _TELLING.items()
    }


def _code(text: str) -> str:
    """The script without comments and long texts; short ones such as 'now' are marks themselves."""
    kept = re.sub(
        r"/\*(?!!)(?:[^*]|\*(?!/))*(?:\*/|\Z)|--[^\n]*|^\s*#[^\n]*", " ", text, flags=re.DOTALL | re.MULTILINE
    )
    return re.sub(r"'(?:[^'\\\n]|''|\\.){9,}(?:'|\\?$)", "''", kept, flags=re.MULTILINE)
