import os
import sqlite3
from datetime import datetime, timezone

from flask import Flask, g, jsonify, request
from waitress import serve
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized
from werkzeug.datastructures import WWWAuthenticate

import validation

DATABASE = os.path.join(os.environ.get("DATA_DIR", "."), "todos.sqlite3")
API_TOKEN = os.environ.get("API_TOKEN", "")
SORTS = {"id": "id", "-id": "id DESC", "title": "title, id", "-title": "title DESC, id DESC"}

app = Flask(__name__)
app.json.sort_keys = False
app.config["MAX_CONTENT_LENGTH"] = 256 * 1024


def db():
    if "db" not in g:
        g.db = sqlite3.connect(DATABASE, timeout=10)
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close_db(_error):
    connection = g.pop("db", None)
    if connection is not None:
        connection.close()


def create_tables():
    with sqlite3.connect(DATABASE) as connection:
        connection.execute(
            """CREATE TABLE IF NOT EXISTS todos (
                   id INTEGER PRIMARY KEY AUTOINCREMENT,
                   title TEXT NOT NULL,
                   description TEXT,
                   completed INTEGER NOT NULL,
                   due_date TEXT,
                   created_at TEXT NOT NULL,
                   updated_at TEXT NOT NULL)"""
        )
    connection.close()


@app.before_request
def check_token():
    if not API_TOKEN or not request.path.startswith("/todos"):
        return
    if request.headers.get("Authorization") != f"Bearer {API_TOKEN}":
        raise Unauthorized("send a valid token", www_authenticate=WWWAuthenticate("bearer"))


@app.get("/todos")
def list_todos():
    limit, offset, completed, sort = validation.list_parameters(request.args, SORTS)
    where = "" if completed is None else "WHERE completed = :completed"
    values = {"completed": completed, "limit": limit, "offset": offset}
    rows = db().execute(f"SELECT * FROM todos {where} ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset", values)
    items = [as_json(row) for row in rows]
    total = db().execute(f"SELECT count(*) FROM todos {where}", values).fetchone()[0]
    return {"items": items, "total": total, "limit": limit, "offset": offset}


@app.post("/todos")
def create_todo():
    todo = {**validation.DEFAULTS, **validation.fields(request.get_json(), required=("title",))}
    todo["created_at"] = todo["updated_at"] = now()
    with db():
        cursor = db().execute(
            "INSERT INTO todos (title, description, completed, due_date, created_at, updated_at)"
            " VALUES (:title, :description, :completed, :due_date, :created_at, :updated_at)",
            todo,
        )
    created = find(cursor.lastrowid)
    return created, 201, {"Location": f"/todos/{created['id']}"}


@app.get("/todos/<int:todo_id>")
def read_todo(todo_id):
    return find(todo_id)


@app.put("/todos/<int:todo_id>")
def replace_todo(todo_id):
    find(todo_id)
    sent = validation.fields(request.get_json(), required=("title", "completed"))
    return change(todo_id, {**validation.DEFAULTS, **sent})


@app.patch("/todos/<int:todo_id>")
def patch_todo(todo_id):
    find(todo_id)
    return change(todo_id, validation.fields(request.get_json(), required=()))


@app.delete("/todos/<int:todo_id>")
def delete_todo(todo_id):
    find(todo_id)
    with db():
        db().execute("DELETE FROM todos WHERE id = ?", (todo_id,))
    return "", 204


@app.errorhandler(HTTPException)
def answer_error(error):
    """Keep werkzeug's status and headers (Allow, WWW-Authenticate), say the rest in JSON."""
    response = error.get_response()
    problem = {"title": error.name, "status": error.code, "detail": error.description}
    response.data = jsonify(problem).data
    response.content_type = "application/problem+json"
    return response


@app.errorhandler(validation.Invalid)
def answer_invalid(error):
    return answer_error(BadRequest(str(error)))


def find(todo_id):
    # SQLite integers end at 64 bits
    row = db().execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone() if todo_id < 2**63 else None
    if row is None:
        raise NotFound("there is no such todo")
    return as_json(row)


def change(todo_id, values):
    changes = ", ".join(f"{column} = :{column}" for column in ("updated_at", *values))
    with db():
        db().execute(f"UPDATE todos SET {changes} WHERE id = :id", {**values, "updated_at": now(), "id": todo_id})
    return find(todo_id)


def as_json(row):
    return {**dict(row), "completed": bool(row["completed"])}


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    create_tables()
    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
