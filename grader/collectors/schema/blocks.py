"""Transactions that a script opens itself: which statements stand in one, and what PostgreSQL refuses there.

The loader runs every statement by itself, so that one failure does not undo the others. For whoever runs the script
it is otherwise: some statements are refused inside a transaction, a failure there undoes all of it, and so does
ROLLBACK. https://www.postgresql.org/docs/current/sql-begin.html and the notes of each command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from grader.collectors.schema.policy import MOST_READ
from grader.evidence.catalog import Place
from grader.sql.schema.splitter import Statement, blanked

IN_TRANSACTION = "25001"
_BEGIN = re.compile(r"(?:begin|start\s+transaction)\b(?!\s+atomic\b)", re.IGNORECASE)
_END = re.compile(r"(commit|end|rollback|abort|prepare\s+transaction)\b(?!\s+prepared\b)", re.IGNORECASE)
_TO_SAVEPOINT = re.compile(r"rollback\s+(?:(?:work|transaction)\s+)?to\b", re.IGNORECASE)
_CHAIN = re.compile(r"\band\s+chain\b", re.IGNORECASE)
_UNDONE = ("rollback", "abort")
_REFUSED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"create\s+(?:unique\s+)?index\s+concurrently\b", "CREATE INDEX CONCURRENTLY"),
        (r"drop\s+index\s+concurrently\b", "DROP INDEX CONCURRENTLY"),
        (r"reindex\b.*\bconcurrently\b", "REINDEX CONCURRENTLY"),
        (r"alter\s+table\b.*\bdetach\s+partition\b.*\bconcurrently$", "ALTER TABLE ... DETACH CONCURRENTLY"),
        (r"vacuum\b", "VACUUM"),
        (r"create\s+database\b", "CREATE DATABASE"),
        (r"drop\s+database\b", "DROP DATABASE"),
        (r"create\s+tablespace\b", "CREATE TABLESPACE"),
        (r"drop\s+tablespace\b", "DROP TABLESPACE"),
        (r"alter\s+system\b", "ALTER SYSTEM"),
    )
)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction of the script's own: where it begins and ends, and whether it ends by undoing all of it."""

    begin: Place
    end: Place | None = None
    undone: bool = False


class _Open:
    """A transaction that has begun in a file, with the statements that stand in it so far."""

    def __init__(self, begin: Place) -> None:
        self.begin = begin
        self.held: list[int] = []

    def closed(self, end: Place | None, *, undone: bool) -> Block:
        return Block(begin=self.begin, end=end, undone=undone)


def blocks(statements: Sequence[Statement]) -> tuple[Block | None, ...]:
    """The transaction that each statement stands in, file by file; None for BEGIN and COMMIT themselves.

    One that its file does not end is taken for committed: other tools end it themselves.
    """
    found: list[Block | None] = [None] * len(statements)
    open_: dict[str, _Open] = {}
    for i, statement in enumerate(statements):
        current = open_.get(statement.file)
        code = _code(statement)
        ending = _END.match(code) if not _TO_SAVEPOINT.match(code) else None
        if current is None:
            if _BEGIN.match(code):
                open_[statement.file] = _Open(statement.place())
        elif ending:
            _give(found, current, current.closed(statement.place(), undone=ending[1].lower() in _UNDONE))
            del open_[statement.file]
            if _CHAIN.search(code) and not re.search(r"\bno\s+chain\b", code, re.IGNORECASE):
                open_[statement.file] = _Open(statement.place())
        elif not _BEGIN.match(code):
            current.held.append(i)
    for current in open_.values():
        _give(found, current, current.closed(None, undone=False))
    return tuple(found)


def _give(found: list[Block | None], current: _Open, block: Block) -> None:
    for i in current.held:
        found[i] = block


def lasting(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements whose effect is there when the script has ended: not those that a ROLLBACK undoes."""
    every = tuple(statements)
    return tuple(
        statement
        for statement, block in zip(every, blocks(every), strict=True)
        if block is None or not block.undone or statement.kind == "meta"
    )


def refused_inside(statement: Statement) -> str:
    """PostgreSQL's words for a statement that cannot be inside a transaction; empty for all others."""
    code = _code(statement)
    name = next((name for pattern, name in _REFUSED if pattern.match(code)), "")
    return f"{name} cannot run inside a transaction block" if name else ""


def _code(statement: Statement) -> str:
    if statement.kind == "meta":
        return ""
    return " ".join(blanked(statement.text[:MOST_READ])[:2000].split())
