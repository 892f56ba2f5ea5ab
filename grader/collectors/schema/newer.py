"""What later versions of PostgreSQL added to the language of schemas: failing here says nothing about the answer."""

from __future__ import annotations

import re

from grader.sql.schema.splitter import blanked

# Syntax error, unknown function, unknown type or option, not supported, wrong definition: how an older server says it.
STATES = frozenset({"42601", "42883", "42704", "22023", "0A000", "42P16", "42P17"})
MOST_LOOKED_AT = 100_000

_NEWER: tuple[tuple[int, re.Pattern[str], str], ...] = tuple(
    (version, re.compile(pattern, re.IGNORECASE), name)
    for version, pattern, name in (
        (14, r"\bbegin\s+atomic\b", "function bodies in standard SQL"),
        (14, r"\b\w*multirange\b", "multiranges"),
        (15, r"\bnulls\s+(not\s+)?distinct\b", "NULLS NOT DISTINCT"),
        (15, r"\bset\s+(null|default)\s*\(", "SET NULL of named columns"),
        (15, r"\bsecurity_invoker\b", "views with the rights of the invoker"),
        (16, r"\b(any_value|random_normal|json_arrayagg|json_objectagg)\s*\(", "functions of PostgreSQL 16"),
        (17, r"\bjson_table\b", "JSON_TABLE"),
        (17, r"\b(json_exists|json_query|json_value)\s*\(", "SQL/JSON queries"),
        (17, r"\bbuiltin\b", "the builtin provider of collations"),
        (18, r"\bvirtual\b", "virtual generated columns"),
        (18, r"\bgenerated\s+always\s+as\s*\((?!.*\bstored\b)", "virtual generated columns"),
        (18, r"\buuidv[47]\s*\(", "uuidv4() and uuidv7()"),
        (18, r"\bcasefold\s*\(", "casefold()"),
        (18, r"\bwithout\s+overlaps\b|\bperiod\s+\w+\s*[,)]", "temporal keys"),
        (18, r"\bnot\s+enforced\b", "NOT ENFORCED"),
        (18, r"\bnot\s+null\s+\"?\w+\"?\s+not\s+valid\b", "NOT NULL that is not validated"),
    )
)


def newer_than(version: str, statement: str, state: str) -> str:
    """What of a failed statement came after this version; empty when nothing is known to."""
    if state not in STATES:
        return ""
    major = int(version.split(".", maxsplit=1)[0])
    code = " ".join(blanked(statement[:MOST_LOOKED_AT]).split())
    return next((name for since, seen, name in _NEWER if since > major and seen.search(code)), "")
