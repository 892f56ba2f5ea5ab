"""Which SQL a script is written in, from what only one of the dialects has."""

from __future__ import annotations

import re

from grader.evidence.schema import Dialect
from grader.sql.schema.splitter import blanked

NAMES: dict[str, Dialect] = {
    **dict.fromkeys(("postgres", "postgresql", "pg", "psql"), "postgres"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
}

_POSTGRES = re.compile(
    r"\b(?:(?:small|big)?serial|timestamptz|jsonb|bytea|citext|plpgsql|gen_random_uuid|uuid_generate_v4|create\s+extension|"
    r"create\s+domain|generated\s+(?:always|by\s+default)\s+as\s+identity|as\s+enum|owner\s+to|using\s+gin)\b|::|\btext\s*\[",
    re.IGNORECASE,
)
_MYSQL = re.compile(r"\bauto_increment\b|\bengine\s*=|`\w+`\s+\w+", re.IGNORECASE)
_SQLITE = re.compile(r"\bautoincrement\b|\bpragma\b|\bwithout\s+rowid\b|\)\s*strict\b", re.IGNORECASE)


def named(name: str) -> Dialect | None:
    """The dialect that somebody calls so."""
    return NAMES.get(name.strip().lower())


def sniffed(text: str) -> Dialect:
    """The dialect of a script. PostgreSQL unless it has sure marks of another one and none of PostgreSQL."""
    code = blanked(text)
    if _POSTGRES.search(code):
        return "postgres"
    if _MYSQL.search(code):
        return "mysql"
    return "sqlite" if _SQLITE.search(code) else "postgres"
