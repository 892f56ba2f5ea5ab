"""What a todo is, and where todos are kept."""

import re
import sqlite3
from datetime import date, datetime, timezone
from threading import Lock

DEFAULTS = {"description": None, "completed": False, "due_date": None}
ORDER = {"id": "id", "-id": "id DESC", "title": "title, id", "-title": "title DESC, id DESC"}


class Invalid(Exception):
    """A value that cannot be taken; the text says why."""


def validated(body, required):
    """The known fields of a body, checked."""
    if not isinstance(body, dict):
        raise Invalid("the body must be an object")
    missing = [name for name in required if name not in body]
    if missing:
        raise Invalid(f"{missing[0]} is missing")
    return {name: rule(name, body[name]) for name, rule in RULES.items() if name in body}


def text(name, value, least, most):
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise Invalid(f"{name} must be a text of {least} to {most} characters")
    if re.search("[\ud800-\udfff]", value):
        raise Invalid(f"{name} holds half a character")
    return value


def flag(name, value):
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false")
    return value


def day(name, value):
    if value is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Invalid(f"{name} must be a day such as 2030-01-15") from None


RULES = {
    "title": lambda name, value: text(name, value, 1, 200),
    "description": lambda name, value: value if value is None else text(name, value, 0, 2000),
    "completed": flag,
    "due_date": day,
}


class Store:
    """Todos in SQLite behind one lock: every method is one transaction."""

    def __init__(self, path):
        self.lock = Lock()
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        with self.db:
            self.db.execute(
                "CREATE TABLE IF NOT EXISTS todos (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,"
                " description TEXT, completed INTEGER NOT NULL, due_date TEXT, created_at TEXT NOT NULL,"
                " updated_at TEXT NOT NULL)"
            )

    def add(self, todo):
        todo = {**todo, "created_at": now()}
        with self.lock, self.db:
            added = self.db.execute(
                "INSERT INTO todos (title, description, completed, due_date, created_at, updated_at)"
                " VALUES (:title, :description, :completed, :due_date, :created_at, :created_at)",
                todo,
            )
            return self.row(added.lastrowid)

    def get(self, todo_id):
        with self.lock:
            return self.row(todo_id)

    def page(self, limit, offset, completed, sort):
        where = "" if completed is None else "WHERE completed = :completed"
        values = {"completed": completed, "limit": limit, "offset": offset}
        with self.lock:
            query = f"SELECT * FROM todos {where} ORDER BY {ORDER[sort]} LIMIT :limit OFFSET :offset"
            rows = self.db.execute(query, values).fetchall()
            total = self.db.execute(f"SELECT count(*) FROM todos {where}", values).fetchone()[0]
        return [shown(row) for row in rows], total

    def change(self, todo_id, values):
        changes = ", ".join(f"{name} = :{name}" for name in (*values, "updated_at"))
        with self.lock, self.db:
            self.db.execute(f"UPDATE todos SET {changes} WHERE id = :id", {**values, "updated_at": now(), "id": todo_id})
            return self.row(todo_id)

    def remove(self, todo_id):
        with self.lock, self.db:
            return self.db.execute("DELETE FROM todos WHERE id = ?", (todo_id,)).rowcount > 0

    def row(self, todo_id):
        found = self.db.execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone()
        return shown(found) if found else None


def shown(row):
    return {**dict(row), "completed": bool(row["completed"])}


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
