"""Todos in SQLite. One connection, one lock: every public method is one transaction."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from todo_api.models import Todo, TodoPage

SCHEMA = """
CREATE TABLE IF NOT EXISTS todos (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT: an id is never used twice
    title       TEXT    NOT NULL,
    description TEXT,
    completed   INTEGER NOT NULL,
    due_date    TEXT,
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL
)
"""
ORDER = {
    "id": "id ASC",
    "-id": "id DESC",
    "title": "title ASC, id ASC",
    "-title": "title DESC, id DESC",
}
CHANGEABLE = ("title", "description", "completed", "due_date")


class TodoStore:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        with self._connection:
            self._connection.execute(SCHEMA)

    def add(self, values: dict[str, Any]) -> Todo:
        now = _now()
        row = {**values, "created_at": now, "updated_at": now}
        columns = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        with self._lock, self._connection:
            cursor = self._connection.execute(f"INSERT INTO todos ({columns}) VALUES ({marks}) RETURNING *", row)
            return _todo(cursor.fetchone())

    def get(self, todo_id: int) -> Todo | None:
        with self._lock:
            row = self._connection.execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone()
        return _todo(row) if row else None

    def page(self, *, limit: int, offset: int, completed: bool | None, sort: str) -> TodoPage:
        where, values = ("WHERE completed = :completed", {"completed": completed}) if completed is not None else ("", {})
        query = f"SELECT * FROM todos {where} ORDER BY {ORDER[sort]} LIMIT :limit OFFSET :offset"
        with self._lock:
            rows = self._connection.execute(query, {**values, "limit": limit, "offset": offset}).fetchall()
            total = self._connection.execute(f"SELECT count(*) FROM todos {where}", values).fetchone()[0]
        return TodoPage(items=[_todo(row) for row in rows], total=total, limit=limit, offset=offset)

    def change(self, todo_id: int, values: dict[str, Any]) -> Todo | None:
        """Change the given columns only, in one statement."""
        assert set(values) <= set(CHANGEABLE)
        changes = ", ".join(f"{name} = :{name}" for name in ("updated_at", *values))
        row = {**values, "updated_at": _now(), "todo_id": todo_id}
        with self._lock, self._connection:
            changed = self._connection.execute(
                f"UPDATE todos SET {changes} WHERE id = :todo_id RETURNING *", row
            ).fetchone()
        return _todo(changed) if changed else None

    def remove(self, todo_id: int) -> bool:
        with self._lock, self._connection:
            return self._connection.execute("DELETE FROM todos WHERE id = ?", (todo_id,)).rowcount == 1


def _todo(row: sqlite3.Row) -> Todo:
    return Todo.model_validate(dict(row))


def _now() -> str:
    return datetime.now(UTC).isoformat()
