"""What sqlglot does not read whole: cut into smaller pieces it reads, or picked out by pattern.

sqlglot keeps `ALTER TABLE … ADD CHECK`, domains and DO blocks as plain text, and gives up on a whole CREATE TABLE over
one clause it does not know. A lost clause would be an unfair finding, so each piece is tried by itself.
"""

from __future__ import annotations

import re
from itertools import pairwise

import msgspec

from grader.sql.schema.ddl_draft import UNNAMED
from grader.sql.schema.ddl_types import ReadType, type_from_text
from grader.sql.schema.splitter import blanked

_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_PATH = rf"(?:(?P<schema>{_NAME})\s*\.\s*)?(?P<name>{_NAME})"
_UNREADABLE = re.compile(
    r"\bNO\s+INHERIT\b|\bVIRTUAL\b|\b(?:NOT\s+)?ENFORCED\b|\bSTORAGE\s+\w+|\bCOMPRESSION\s+\w+|\bNOT\s+VALID\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"(?<=\bON )ONLY\b", re.IGNORECASE)
_CREATE_TABLE = re.compile(rf"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?{_PATH}\s*\(", re.IGNORECASE)
_ALTER_TABLE = re.compile(rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_PATH}\s+", re.IGNORECASE)
_ADD_CHECK = re.compile(r"add\s+check\b", re.IGNORECASE)
_IDENTITY = re.compile(
    rf"alter\s+(?:column\s+)?(?P<column>{_NAME})\s+add\s+generated\s+(?P<how>always|by\s+default)\s+as\s+identity",
    re.IGNORECASE,
)
_SEARCH_PATH = re.compile(rf"set\s+(?:session\s+)?search_path\s*(?:to|=)\s*(?P<first>{_NAME}|'[^']*')", re.IGNORECASE)
_DOMAIN = re.compile(rf"create\s+domain\s+{_PATH}\s+(?:as\s+)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_DOMAIN_END = re.compile(r"\b(?:constraint|check|not\s+null|null|default|collate)\b", re.IGNORECASE)
_ENUM = re.compile(rf"create\s+type\s+{_PATH}\s+as\s+enum\s*\((?P<labels>[^)]*)\)", re.IGNORECASE)
_UNNAMED = f"ADD CONSTRAINT {UNNAMED} CHECK"


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain: its base type and what it forbids."""

    name: str
    type: ReadType
    not_null: bool
    checks: tuple[str, ...]


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of SQL. `shift` added to an offset in it gives the offset in the statement it was cut from."""

    text: str
    shift: int = 0
    whole: bool = True

    @property
    def divisible(self) -> bool:
        """It holds a list whose parts can be read one by one."""
        return self.whole and bool(_CREATE_TABLE.match(self.text) or _ALTER_TABLE.match(self.text))

    @property
    def adds(self) -> bool:
        """It adds a column or constraint, which is lost when it cannot be read."""
        return re.match(r"alter\s+table\s+\S+\s+add\b", self.text, re.IGNORECASE) is not None

    def parts(self) -> list[Fragment]:
        """The same statement once for every element of its list."""
        if head := _CREATE_TABLE.match(self.text):
            items = _items(self.text, head.end(), inside=True)
            table = head.group()
            empty = Fragment(text=f"{table}grader_none int)", whole=False)
            adding = f"ALTER TABLE {_target(head)} ADD "
            return [
                empty,
                *(self._part(adding, *item) for item in items),
                Fragment(text=f"ALTER TABLE {_target(head)} DROP COLUMN grader_none", whole=False),
            ]
        head = _ALTER_TABLE.match(self.text)
        if head is None:
            return []
        return [
            self._part(f"ALTER TABLE {_target(head)} ", *item) for item in _items(self.text, head.end(), inside=False)
        ]

    def _part(self, before: str, begin: int, end: int) -> Fragment:
        text = self.text[begin:end]
        if unnamed := _ADD_CHECK.match(text):
            text = _UNNAMED + text[unnamed.end() :]
            return Fragment(
                text=before + text, shift=self.shift + begin - len(before) - len(_UNNAMED) + unnamed.end(), whole=False
            )
        if before.endswith("ADD ") and re.match(r"check\b", text, re.IGNORECASE):
            before += f"CONSTRAINT {UNNAMED} "
        return Fragment(text=before + text, shift=self.shift + begin - len(before), whole=False)

    def search_path(self) -> str:
        """The schema that SET search_path puts first; empty for other statements."""
        found = _SEARCH_PATH.match(self.text)
        return unquoted(found["first"].strip("'")) if found else ""

    def identity(self) -> tuple[tuple[str, str], str, bool] | None:
        """Table, column and whether always, for ALTER TABLE … ADD GENERATED … AS IDENTITY."""
        table = _ALTER_TABLE.match(self.text)
        found = _IDENTITY.match(self.text, table.end()) if table else None
        if table is None or found is None:
            return None
        where = (unquoted(table["schema"] or ""), unquoted(table["name"]))
        return where, unquoted(found["column"]), found["how"].lower() == "always"


def fragments(statement: str) -> list[Fragment]:
    """The statement with clauses that stop sqlglot blanked out, at the same offsets."""
    code = blanked(statement)
    text = statement
    for pattern in (_UNREADABLE, _ONLY):
        for found in pattern.finditer(code):
            text = text[: found.start()] + " " * len(found.group()) + text[found.end() :]
    return [Fragment(text=text)]


def domain(text: str) -> Domain | None:
    """The domain that a CREATE DOMAIN makes."""
    found = _DOMAIN.match(text)
    if not found:
        return None
    rest = found["rest"]
    code = blanked(rest)
    end = _DOMAIN_END.search(code)
    checks = tuple(
        rest[match.end() : _closing(code, match.end())] for match in re.finditer(r"\bcheck\s*\(", code, re.IGNORECASE)
    )
    return Domain(
        name=unquoted(found["name"]),
        type=type_from_text(rest[: end.start()].strip() if end else rest.strip()),
        not_null=bool(re.search(r"\bnot\s+null\b", _outside(code), re.IGNORECASE)),
        checks=checks,
    )


def enum_in_body(text: str) -> dict[str, tuple[str, ...]]:
    """Enums that a DO block makes (the usual way to write CREATE TYPE IF NOT EXISTS)."""
    return {
        unquoted(found["name"]): tuple(re.findall(r"'((?:[^']|'')*)'", found["labels"]))
        for found in _ENUM.finditer(text)
    }


def unquoted(name: str) -> str:
    """A name as PostgreSQL keeps it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _target(head: re.Match[str]) -> str:
    return (f"{head['schema']}." if head["schema"] else "") + head["name"]


def _items(text: str, begin: int, *, inside: bool) -> list[tuple[int, int]]:
    """Begin and end of every element of a comma-separated list; `inside` one that a parenthesis closes."""
    code = blanked(text)
    end = _closing(code, begin) if inside else len(code)
    cuts, depth = [begin - 1], 0
    for at in range(begin, end):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if code[at] == "," and depth == 0:
            cuts.append(at)
    cuts.append(end)
    found = []
    for first, last in pairwise(cuts):
        start = first + 1
        while start < last and code[start].isspace():
            start += 1
        found.append((start, last))
    return found


def _outside(code: str) -> str:
    """`code` without what stands in parentheses."""
    while (flat := re.sub(r"\([^()]*\)", " ", code)) != code:
        code = flat
    return code


def _closing(code: str, begin: int) -> int:
    """Where the parenthesis that was opened before `begin` closes."""
    depth = 1
    for at in range(begin, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code)
