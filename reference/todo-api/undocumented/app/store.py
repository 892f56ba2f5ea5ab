import os
import sqlite3
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterator, Optional

from .models import Todo

FILE = Path(os.environ.get("DATA_DIR", ".")) / "todos.db"
ORDER = {"id": "id", "-id": "id DESC", "title": "title, id", "-title": "title DESC, id"}


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(FILE, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        with connection:
            yield connection
    finally:
        connection.close()


with database() as db:
    db.execute(
        "CREATE TABLE IF NOT EXISTS todos (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, description TEXT,"
        " completed INTEGER NOT NULL, due_date TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


def get(todo_id: int) -> Optional[Todo]:
    with database() as db:
        row = db.execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone()
    return Todo(**row) if row else None


def page(limit: int, offset: int, completed: Optional[bool], sort: str) -> tuple[list[Todo], int]:
    where = "WHERE ?1 IS NULL OR completed = ?1"
    with database() as db:
        rows = db.execute(f"SELECT * FROM todos {where} ORDER BY {ORDER[sort]} LIMIT ?2 OFFSET ?3", (completed, limit, offset))
        items = [Todo(**row) for row in rows]
        total = db.execute(f"SELECT count(*) FROM todos {where}", (completed,)).fetchone()[0]
    return items, total


def add(values: dict[str, Any]) -> Todo:
    values = {**values, "created_at": now(), "updated_at": now()}
    with database() as db:
        marks = ", ".join("?" * len(values))
        cursor = db.execute(f"INSERT INTO todos ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
        return Todo(**db.execute("SELECT * FROM todos WHERE id = ?", (cursor.lastrowid,)).fetchone())


def change(todo_id: int, values: dict[str, Any]) -> Optional[Todo]:
    values = {**values, "updated_at": now()}
    with database() as db:
        changes = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE todos SET {changes} WHERE id = ?", (*values.values(), todo_id))
    return get(todo_id)


def remove(todo_id: int) -> bool:
    with database() as db:
        return db.execute("DELETE FROM todos WHERE id = ?", (todo_id,)).rowcount > 0
