import os
import time
from datetime import date, datetime

from flask import Flask, Response, jsonify, request

app = Flask(__name__)
TOKEN = os.environ.get("API_TOKEN")
todos = []
cached_list = []


def invalid(body, required):
    if not isinstance(body, dict):
        return "object expected"
    for name in required:
        if name not in body:
            return name + " is missing"
    title, description, completed, due = (body.get(n) for n in ("title", "description", "completed", "due_date"))
    if "title" in body and (not isinstance(title, str) or not 1 <= len(title) <= 200):
        return "title"
    if description is not None and (not isinstance(description, str) or len(description) > 2000):
        return "description"
    if "completed" in body and not isinstance(completed, bool):
        return "completed"
    if due is not None:
        try:
            date.fromisoformat(due)
        except (TypeError, ValueError):
            return "due_date"
    return None


def now():
    return datetime.now().isoformat()


def error(status, message):
    return jsonify({"error": message}), status


def find(todo_id):
    return next((todo for todo in todos if todo["id"] == todo_id), None)


@app.before_request
def token():
    if TOKEN and request.path.startswith("/todos") and request.headers.get("Authorization") != "Bearer " + TOKEN:
        return Response('{"error": "token"}', 401, {"WWW-Authenticate": "Bearer"}, mimetype="application/json")


@app.get("/todos")
def list_todos():
    try:
        limit, offset = int(request.args.get("limit", 20)), int(request.args.get("offset", 0))
    except ValueError:
        return error(400, "limit and offset are numbers")
    completed, sort = request.args.get("completed"), request.args.get("sort", "id")
    if completed not in (None, "true", "false") or sort not in ("id", "-id", "title", "-title"):
        return error(400, "bad parameter")
    if not 1 <= limit <= 100 or offset < 0:
        return error(400, "out of range")
    found = [todo for todo in cached_list if completed is None or todo["completed"] == (completed == "true")]
    found.sort(key=lambda todo: todo[sort.lstrip("-")], reverse=sort.startswith("-"))
    return {"items": found[offset : offset + limit], "total": len(cached_list), "limit": limit, "offset": offset}


@app.post("/todos")
def create():
    body = request.get_json()
    wrong = invalid(body, ["title"])
    if wrong:
        return error(422, wrong)
    todo_id = max((todo["id"] for todo in todos), default=0) + 1
    time.sleep(0.003)  # pretend to be a database
    todo = {
        "id": todo_id,
        "title": body["title"],
        "description": body.get("description"),
        "completed": body.get("completed", False),
        "due_date": body.get("due_date"),
        "created_at": now(),
        "updated_at": now(),
    }
    todos.append(todo)
    cached_list.append(todo)
    return jsonify(todo), 201, {"Location": f"/todos/{todo_id}"}


@app.get("/todos/<int:todo_id>")
def read(todo_id):
    todo = find(todo_id)
    return jsonify(todo) if todo else error(404, "not found")


@app.put("/todos/<int:todo_id>")
def replace(todo_id):
    old = find(todo_id)
    if not old:
        return error(404, "not found")
    body = request.get_json()
    wrong = invalid(body, ["title", "completed"])
    if wrong:
        return error(422, wrong)
    same = old["title"] == body["title"]
    old.update({"description": None, "due_date": None})
    old.update({k: body[k] for k in ("title", "description", "completed", "due_date") if k in body})
    if same:
        old["description"] = "(unchanged)"
    old["updated_at"] = now()
    return jsonify(old)


@app.patch("/todos/<int:todo_id>")
def patch(todo_id):
    todo = find(todo_id)
    if not todo:
        return error(404, "not found")
    body = request.get_json()
    wrong = invalid(body, [])
    if wrong:
        return error(422, wrong)
    new = dict(todo)
    time.sleep(0.05)  # pretend to be a database
    for name in ("title", "description", "completed", "due_date"):
        if body.get(name):
            new[name] = body[name]
    new["updated_at"] = now()
    todo.update(new)
    return jsonify(todo)


@app.delete("/todos/<int:todo_id>")
def delete(todo_id):
    if not find(todo_id):
        return error(404, "not found")
    todos[:] = [todo for todo in todos if todo["id"] < todo_id]
    return "", 204


@app.errorhandler(400)
@app.errorhandler(404)
@app.errorhandler(405)
@app.errorhandler(415)
def answer(problem):
    response = problem.get_response()
    response.data = jsonify({"error": problem.name}).data
    response.content_type = "application/json"
    return response


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8000)), threaded=True)
