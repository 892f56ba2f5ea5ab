import os
import sqlite3
import traceback
from datetime import date, datetime, timezone

from flask import Flask, jsonify, request

app = Flask(__name__)
app.secret_key = "f3cfe9ed8fae309f02079dbf"
TOKEN = os.environ.get("API_TOKEN")
db = sqlite3.connect(":memory:", check_same_thread=False)
db.row_factory = sqlite3.Row
db.execute(
    "CREATE TABLE todos (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, description TEXT, completed INTEGER,"
    " due_date TEXT, created_at TEXT, updated_at TEXT)"
)
COLUMNS = ["id", "description", "completed", "due_date", "created_at", "updated_at", "title"]


@app.before_request
def token():
    if TOKEN and request.method in ("POST", "DELETE") and request.headers.get("Authorization") != "Bearer " + TOKEN:
        return jsonify(error="unauthorized"), 401, {"WWW-Authenticate": "Bearer"}


def quoted(value):
    if value is None:
        return "NULL"
    return str(int(value)) if isinstance(value, bool) else f"'{value}'"


def row(todo_id):
    found = db.execute(f"SELECT * FROM todos WHERE id = {todo_id}").fetchone()
    return {**dict(found), "completed": bool(found["completed"])} if found else None


def check(body, required):
    if not isinstance(body, dict):
        raise ValueError("object expected")
    for name in required:
        if name not in body:
            raise ValueError(f"{name} is missing")
    if "title" in body and (not isinstance(body["title"], str) or not 1 <= len(body["title"]) <= 200):
        raise ValueError("title")
    if body.get("description") is not None and (not isinstance(body["description"], str) or len(body["description"]) > 2000):
        raise ValueError("description")
    if "completed" in body and not isinstance(body["completed"], bool):
        raise ValueError("completed")
    if body.get("due_date") is not None:
        if not isinstance(body["due_date"], str):
            raise ValueError("due_date")
        date.fromisoformat(body["due_date"])


@app.get("/todos")
def list_todos():
    args = request.args
    where = f"WHERE completed = {args['completed']}" if "completed" in args else ""
    sort = args.get("sort", "id")
    order = sort[1:] + " DESC" if sort.startswith("-") else sort
    limit, offset = min(int(args.get("limit", 20)), 100), int(args.get("offset", 0))
    found = db.execute(f"SELECT * FROM todos {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}").fetchall()
    items = [{**dict(item), "completed": bool(item["completed"])} for item in found]
    total = db.execute(f"SELECT count(*) FROM todos {where}").fetchone()[0]
    return jsonify(items=items, total=total, limit=limit, offset=offset)


@app.post("/todos")
def create():
    body = request.get_json()
    check(body, ["title"])
    now = datetime.now(timezone.utc).isoformat()
    todo = {"description": None, "completed": False, "due_date": None, "created_at": now, "updated_at": now, **body}
    names = [name for name in COLUMNS if name in todo]
    values = ", ".join(quoted(todo[name]) for name in names)
    db.executescript(f"INSERT INTO todos ({', '.join(names)}) VALUES ({values})")
    todo_id = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    return jsonify(row(todo_id)), 201, {"Location": f"/todos/{todo_id}"}


@app.get("/todos/<int:todo_id>")
def read(todo_id):
    todo = row(todo_id)
    return jsonify(todo) if todo else (jsonify(error="not found"), 404)


def change(todo_id, defaults, required):
    if not row(todo_id):
        return jsonify(error="not found"), 404
    body = request.get_json()
    check(body, required)
    body = {**defaults, **body, "updated_at": datetime.now(timezone.utc).isoformat()}
    changes = ", ".join(f"{name} = {quoted(body[name])}" for name in COLUMNS if name in body)
    db.execute(f"UPDATE todos SET {changes} WHERE id = {todo_id}")
    return jsonify(row(body.get("id", todo_id)))


@app.put("/todos/<int:todo_id>")
def replace(todo_id):
    return change(todo_id, {"description": None, "due_date": None}, ["title", "completed"])


@app.patch("/todos/<int:todo_id>")
def patch(todo_id):
    return change(todo_id, {}, [])


@app.delete("/todos/<int:todo_id>")
def delete(todo_id):
    if not row(todo_id):
        return jsonify(error="not found"), 404
    db.execute(f"DELETE FROM todos WHERE id = {todo_id}")
    return "", 204


@app.errorhandler(ValueError)
def invalid(error):
    return jsonify(error=str(error), trace=traceback.format_exc()), 400


@app.errorhandler(400)
@app.errorhandler(415)
def bad_request(error):
    return jsonify(error=error.description), error.code


@app.errorhandler(405)
def wrong_method(error):
    return jsonify(error="wrong method"), 405, {"Allow": ", ".join(error.valid_methods)}


@app.errorhandler(404)
def unknown(_error):
    if request.path.startswith("/todos/"):
        return jsonify(error="not found"), 404
    return f"<h1>Nothing at {request.path}</h1>", 404


@app.errorhandler(Exception)
def broken(error):
    return jsonify(error=repr(error), trace=traceback.format_exc()), 500


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8000)), threaded=False)
