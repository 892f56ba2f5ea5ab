"""Links in SQLite. One connection, one lock: every public method is one transaction."""

import secrets
import sqlite3
import string
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shortener.models import Link

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    code       TEXT    PRIMARY KEY,  -- compared byte by byte: upper and lower case differ
    url        TEXT    NOT NULL,
    clicks     INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL,
    expires_at TEXT
)
"""
ALIVE = "code = :code AND (expires_at IS NULL OR expires_at > :now)"
LETTERS = string.ascii_letters + string.digits
LENGTH = 8


class CodeTaken(Exception):
    pass


class LinkStore:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        with self._connection:
            self._connection.execute(SCHEMA)

    def add(self, url: str, code: str | None, expires_in: int | None) -> Link:
        """Raises `CodeTaken` when the wanted code belongs to a link that has not ended."""
        if code is not None:
            return self._insert(code, url, expires_in)
        while True:
            try:
                return self._insert(_random_code(), url, expires_in)
            except CodeTaken:
                continue

    def get(self, code: str) -> Link | None:
        with self._lock:
            row = self._connection.execute(
                f"SELECT * FROM links WHERE {ALIVE}", {"code": code, "now": _stored(_now())}
            ).fetchone()
        return Link(**row) if row else None

    def visit(self, code: str) -> str | None:
        """Counts a click and returns where it goes."""
        with self._lock, self._connection:
            row = self._connection.execute(
                f"UPDATE links SET clicks = clicks + 1 WHERE {ALIVE} RETURNING url",
                {"code": code, "now": _stored(_now())},
            ).fetchone()
        return row["url"] if row else None

    def remove(self, code: str) -> bool:
        with self._lock, self._connection:
            values = {"code": code, "now": _stored(_now())}
            return self._connection.execute(f"DELETE FROM links WHERE {ALIVE}", values).rowcount > 0

    def _insert(self, code: str, url: str, expires_in: int | None) -> Link:
        now = _now()
        expires = None if expires_in is None else _stored(now + timedelta(seconds=expires_in))
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM links WHERE code = ? AND expires_at <= ?", (code, _stored(now)))
            try:
                row = self._connection.execute(
                    "INSERT INTO links (code, url, created_at, expires_at) VALUES (?, ?, ?, ?) RETURNING *",
                    (code, url, _stored(now), expires),
                ).fetchone()
            except sqlite3.IntegrityError as error:
                raise CodeTaken(code) from error
            return Link(**row)


def _random_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def _now() -> datetime:
    return datetime.now(UTC)


def _stored(time: datetime) -> str:
    """Always the same length, so that texts compare like times."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
