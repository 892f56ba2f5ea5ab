"""All SQL. Each change is a single statement, so there is nothing another one could come between."""

import sqlite3
from datetime import UTC, date, datetime
from typing import Any

ORDER_BY = {
    "id": "id",
    "-id": "id DESC",
    "title": "title, id",
    "-title": "title DESC, id DESC",
}

Row = sqlite3.Row | None


def create(db: sqlite3.Connection, values: dict[str, Any]) -> sqlite3.Row:
    row = stored(values) | {"created_at": now(), "updated_at": now()}
    columns, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    return db.execute(f"INSERT INTO todos ({columns}) VALUES ({places}) RETURNING *", row).fetchone()


def read(db: sqlite3.Connection, todo_id: int) -> Row:
    return db.execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone()


def page(
    db: sqlite3.Connection, *, limit: int, offset: int, completed: bool | None, sort: str
) -> tuple[list[sqlite3.Row], int]:
    where = "WHERE :completed IS NULL OR completed = :completed"
    values = {"completed": completed, "limit": limit, "offset": offset}
    total = db.execute(f"SELECT count(*) FROM todos {where}", values).fetchone()[0]
    query = f"SELECT * FROM todos {where} ORDER BY {ORDER_BY[sort]} LIMIT :limit OFFSET :offset"
    return db.execute(query, values).fetchall(), total


def update(db: sqlite3.Connection, todo_id: int, values: dict[str, Any]) -> Row:
    row = stored(values) | {"updated_at": now()}
    changes = ", ".join(f"{name} = :{name}" for name in row)
    return db.execute(f"UPDATE todos SET {changes} WHERE id = :id RETURNING *", row | {"id": todo_id}).fetchone()


def delete(db: sqlite3.Connection, todo_id: int) -> bool:
    return db.execute("DELETE FROM todos WHERE id = ?", (todo_id,)).rowcount == 1


def stored(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def now() -> str:
    return datetime.now(UTC).isoformat()
