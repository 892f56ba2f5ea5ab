"""Which SQL a script is written in, from what only one of the dialects has."""

from __future__ import annotations

import re

from grader.evidence.schema import Dialect

NAMES: dict[str, Dialect] = {
    **dict.fromkeys(("postgres", "postgresql", "pg", "psql"), "postgres"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
}

# Marks that only one of them has. SQLite takes backticks, and every type there is, so those say little.
_MARKS: dict[Dialect, tuple[str, ...]] = {
    "postgres": (
        r"\b(?:small|big)?serial\b(?!\s+default\s+value)",
        r"\btimestamptz\b|\btimestamp\s+with(?:out)?\s+time\s+zone\b",
        r"\bjsonb\b|\bbytea\b|\bcitext\b",
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
        r"\bunsigned\b",
        r"\b(?:tinyint|mediumint|tinytext|mediumtext|longtext|longblob|mediumblob)\b",
        r"\benum\s*\(|\bset\s*\(\s*'",
        r"\bon\s+update\s+(?:current_timestamp|now)\b",
        r"\bcharset\b|\bcharacter\s+set\b|\bcollate\s*=?\s*(?:utf8|latin1|ascii)",
        r"^\s*delimiter\b|\bsignal\s+sqlstate\b|\bforeign_key_checks\b",
        r"[,(]\s*(?:unique\s+|fulltext\s+)?(?:key|index)\s+[`\w]+\s*\(",
        r"`\w+`\s+\w+",
        r"\bcomment\s+'|\buse\s+[`\w]+\s*;",
        r"\bdatetime\s*\(\s*\d\s*\)",
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
MOST_TEXT = 400_000


def named(name: str) -> Dialect | None:
    """The dialect that somebody calls so."""
    return NAMES.get(name.strip().lower())


def sniffed(text: str) -> Dialect:
    """The dialect of a script: the one of which it has the most marks; PostgreSQL where there are none, or as many."""
    code = _code(text[:MOST_TEXT])
    found = {name: sum(1 for mark in marks if mark.search(code)) for name, marks in _TELLING.items()}
    order: tuple[Dialect, ...] = ("postgres", "sqlite", "mysql")
    return max(order, key=lambda name: found[name])


def _code(text: str) -> str:
    """The script without comments and long texts; short ones such as 'now' are marks themselves."""
    kept = re.sub(
        r"/\*(?!!)(?:[^*]|\*(?!/))*(?:\*/|\Z)|--[^\n]*|^\s*#[^\n]*", " ", text, flags=re.DOTALL | re.MULTILINE
    )
    return re.sub(r"'(?:[^'\\\n]|''|\\.){9,}(?:'|\\?$)", "''", kept, flags=re.MULTILINE)
