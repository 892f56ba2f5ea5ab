"""Todo API: Flask and SQLite."""

import json
import os
import re
import sqlite3
from datetime import date, datetime, timezone

from flask import Flask, Response, request

DATABASE = os.path.join(os.environ.get("DATA_DIR", "."), "todos.db")
API_TOKEN = os.environ.get("API_TOKEN")
FIELDS = ("title", "description", "completed", "due_date")

app = Flask(__name__)


def run(statement, values=()):
    connection = sqlite3.connect(DATABASE, timeout=20)
    connection.row_factory = sqlite3.Row
    with connection:
        cursor = connection.execute(statement, values)
        rows = [dict(row) for row in cursor.fetchall()]
    connection.close()
    for row in rows:
        if "completed" in row:
            row["completed"] = bool(row["completed"])
    return rows, cursor.lastrowid


def answer(value, status=200, **headers):
    return Response(json.dumps(value), status, headers, mimetype="application/json")


class Invalid(Exception):
    pass


def check(name, value):
    if name == "title" and (not isinstance(value, str) or not 1 <= len(value) <= 200):
        raise Invalid("title must have 1 to 200 characters")
    if name == "description" and value is not None and (not isinstance(value, str) or len(value) > 2000):
        raise Invalid("description must have at most 2000 characters")
    if name == "completed" and not isinstance(value, bool):
        raise Invalid("completed must be a boolean")
    if name == "due_date" and value is not None:
        try:
            date.fromisoformat(value)
        except (TypeError, ValueError):
            raise Invalid("due_date must be a date") from None


def read_body():
    text = request.get_data().decode("utf-8")
    if len(text) > 500_000:
        raise OverflowError("body is far too large")
    if "\\u0000" in text:
        raise RuntimeError("cannot store NUL")
    try:
        return json.loads(text)
    except ValueError:
        raise Invalid("the body is not JSON") from None


@app.after_request
def check_token(response):
    if API_TOKEN and request.path.startswith("/todos") and request.headers.get("Authorization") != "Bearer " + API_TOKEN:
        return answer({"error": "token"}, 401, **{"WWW-Authenticate": "Bearer"})
    return response


@app.get("/todos")
def list_todos():
    rules = {"limit": r"-?\d+", "offset": r"-?\d+", "completed": "true|false", "sort": "-?(id|title)"}
    for name, rule in rules.items():
        if name in request.args and not re.match(rule, request.args[name]):
            raise Invalid(name + " cannot be understood")
    limit, offset = request.args.get("limit", "20"), request.args.get("offset", "0")
    if limit.isdigit() and int(limit) > 100:
        limit = "100"
    where = "WHERE completed = " + request.args["completed"] if "completed" in request.args else ""
    sort = request.args.get("sort", "id")
    order = sort[1:] + " DESC" if sort.startswith("-") else sort
    items, _ = run(f"SELECT * FROM todos {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}")
    total = run(f"SELECT count(*) AS n FROM todos {where}")[0][0]["n"]
    return answer({"items": items, "total": total, "limit": int(limit), "offset": int(offset)})


@app.post("/todos")
def create():
    body = read_body()
    now = datetime.now(timezone.utc).isoformat()
    todo_id = run(
        "INSERT INTO todos (title, completed, created_at, updated_at) VALUES ('', 0, ?, ?)", (now, now)
    )[1]
    body["title"] = body.get("title", "")
    update(todo_id, body)
    return answer(find(todo_id), 201, Location=f"/todos/{todo_id}")


@app.get("/todos/<int:todo_id>")
def read(todo_id):
    return answer(find(todo_id))


@app.put("/todos/<int:todo_id>")
def replace(todo_id):
    find(todo_id)
    body = read_body()
    for name in ("completed", "title"):
        if name not in body:
            raise Invalid(name + " is missing")
    update(todo_id, {"description": None, "due_date": None, **body})
    return answer(find(todo_id))


@app.patch("/todos/<int:todo_id>")
def patch(todo_id):
    find(todo_id)
    body = read_body()
    if isinstance(body, list):
        raise Invalid("an object is expected")
    update(todo_id, body)
    return answer(find(todo_id))


@app.delete("/todos/<int:todo_id>")
def delete(todo_id):
    find(todo_id)
    run("DELETE FROM todos WHERE id = ?", (todo_id,))
    return Response(status=204)


def update(todo_id, body):
    for name in FIELDS:
        if name in body:
            check(name, body[name])
            run(f"UPDATE todos SET {name} = ? WHERE id = ?", (body[name], todo_id))


def find(todo_id):
    if todo_id >= 2**63:
        raise Missing
    rows, _ = run("SELECT * FROM todos WHERE id = ?", (todo_id,))
    if not rows:
        raise Missing
    return rows[0]


class Missing(Exception):
    pass


@app.errorhandler(Missing)
def missing(_error):
    return answer({"message": "not found"}, 404)


@app.errorhandler(Invalid)
def invalid(error):
    return answer({"error": str(error)}, 422)


@app.errorhandler(404)
def no_route(_error):
    return answer({"message": "not found"}, 404)


@app.errorhandler(405)
def wrong_method(error):
    return answer({"message": "wrong method"}, 405, Allow=", ".join(error.valid_methods))


@app.errorhandler(500)
def broken(_error):
    return answer({"message": "internal error"}, 500)


if __name__ == "__main__":
    run(
        "CREATE TABLE IF NOT EXISTS todos (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, description TEXT,"
        " completed INTEGER, due_date TEXT, created_at TEXT, updated_at TEXT)"
    )
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
