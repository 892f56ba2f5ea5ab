from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound

from todo_api import auth, validation
from todo_api.database import connection

blueprint = Blueprint("todos", __name__, url_prefix="/todos")
blueprint.before_request(auth.check_token)

EMPTY = {"description": None, "completed": False, "due_date": None}
ORDER = {"id": "id", "-id": "id DESC", "title": "title, id", "-title": "title DESC, id DESC"}


@blueprint.get("")
def index():
    query = validation.page(request)
    where = "" if query["completed"] is None else f"WHERE completed = {int(query['completed'] == 'true')}"
    rows = connection().execute(
        f"SELECT * FROM todo {where} ORDER BY {ORDER[query['sort']]} LIMIT ? OFFSET ?",
        (query["limit"], query["offset"]),
    )
    items = [as_json(row) for row in rows]
    total = connection().execute(f"SELECT count(*) FROM todo {where}").fetchone()[0]
    return {"items": items, "total": total, "limit": query["limit"], "offset": query["offset"]}


@blueprint.post("")
def create():
    now = timestamp()
    values = {**EMPTY, **validation.body(request, ("title",)), "created_at": now, "updated_at": now}
    row = connection().execute(
        f"INSERT INTO todo ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) RETURNING *",
        tuple(values.values()),
    )
    todo = as_json(row.fetchone())
    return todo, 201, {"Location": url_for(".read", todo_id=todo["id"])}


@blueprint.get("/<int:todo_id>")
def read(todo_id: int):
    return found(connection().execute("SELECT * FROM todo WHERE id = ?", (key(todo_id),)).fetchone())


@blueprint.put("/<int:todo_id>")
def replace(todo_id: int):
    return change(todo_id, {**EMPTY, **validation.body(request, ("title", "completed"))})


@blueprint.patch("/<int:todo_id>")
def update(todo_id: int):
    return change(todo_id, validation.body(request, ()))


@blueprint.delete("/<int:todo_id>")
def delete(todo_id: int):
    if not connection().execute("DELETE FROM todo WHERE id = ?", (key(todo_id),)).rowcount:
        raise NotFound("There is no such todo.")
    return "", 204


def change(todo_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """Set exactly these columns in one statement, so that two changes at once both stay."""
    values = {**values, "updated_at": timestamp()}
    columns = ", ".join(f"{name} = ?" for name in values)
    row = connection().execute(f"UPDATE todo SET {columns} WHERE id = ? RETURNING *", (*values.values(), key(todo_id)))
    return found(row.fetchone())


def found(row) -> dict[str, Any]:
    if row is None:
        raise NotFound("There is no such todo.")
    return as_json(row)


def key(todo_id: int) -> int:
    """An id that SQLite can look for."""
    return todo_id if todo_id <= validation.LARGEST else 0


def as_json(row) -> dict[str, Any]:
    return {**row, "completed": bool(row["completed"])}


def timestamp() -> str:
    return datetime.now(UTC).isoformat()
