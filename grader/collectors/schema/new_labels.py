"""Values added to an enum and used in the same transaction, which PostgreSQL refuses: it must be committed before.

"If ALTER TYPE … ADD VALUE is executed inside a transaction block, the new value cannot be used until after the
transaction has been committed": https://www.postgresql.org/docs/current/sql-altertype.html
Whether a statement uses it nobody can read off, so it is tried, with a value that nobody has added yet.
"""

from __future__ import annotations

import re

import psycopg

from grader.collectors.schema.blocks import Block
from grader.collectors.schema.session import Session, state_of
from grader.sql.schema.splitter import Statement

UNSAFE = "55P04"
MOST_ADDED = 20
_ADD = re.compile(
    r"alter\s+type\s+(?P<type>(?:\"[^\"]+\"|[\w$.])+)\s+add\s+value\s+(?:if\s+not\s+exists\s+)?'(?P<value>(?:[^']|'')*)'",
    re.IGNORECASE,
)
_TRIED = "'⟨a value that is new⟩'"


class NewLabels:
    """Follows what a transaction adds to enums."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.added: list[tuple[str, str, str]] = []

    def used(self, statement: Statement, block: Block | None, session: Session) -> str:
        """PostgreSQL's words when the statement uses a value that the same transaction has added; else empty."""
        if block != self.block:
            self.block, self.added = block, []
        if block is None or statement.data is not None:
            return ""
        if found := _ADD.match(statement.text):
            if len(self.added) < MOST_ADDED:
                self.added.append((statement.text[: found.end()], found["type"], found["value"]))
            return ""
        for adding, type_, value in self.added:
            if f"'{value}'" in statement.text and _unsafe(session, adding, statement.text, value):
                return f'unsafe use of new value "{value}" of enum type {type_}'
        return ""


def _unsafe(session: Session, adding: str, using: str, value: str) -> bool:
    """Both in one transaction that is undone, with another value: the real one is there already."""
    written = f"'{value}'"
    try:
        session.run("BEGIN")
        session.run(_TRIED.join(adding.rsplit(written, 1)))
        session.run(using.replace(written, _TRIED))
    except psycopg.Error as error:
        return state_of(error) == UNSAFE
    finally:
        if session.lost:
            session.reconnect()
        else:
            session.connection.execute("ROLLBACK")
    return False
