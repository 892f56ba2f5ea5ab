"""Todo API on the standard library alone."""

import json
import os
import re
from datetime import date, datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

todos = {}
lock = Lock()
last = 0
FIELDS = {"title": None, "description": None, "completed": False, "due_date": None}


class Refused(Exception):
    pass


def validated(body, required):
    if not isinstance(body, dict):
        raise Refused("a JSON object is expected")
    for name in required:
        if name not in body:
            raise Refused(f"{name} is missing")
    rules = {
        "title": lambda v: isinstance(v, str) and 1 <= len(v) <= 200,
        "description": lambda v: v is None or (isinstance(v, str) and len(v) <= 2000),
        "completed": lambda v: isinstance(v, bool),
        "due_date": lambda v: v is None or is_date(v),
    }
    for name, rule in rules.items():
        if name in body and not rule(body[name]):
            raise Refused(f"{name} is invalid")
    return {name: body[name] for name in rules if name in body}


def is_date(value):
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


class Handler(BaseHTTPRequestHandler):
    def do(self):
        try:
            self.route()
        except Refused as reason:
            self.answer(400, {"message": str(reason)})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

    def route(self):
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        self.raw = self.rfile.read(length)
        token = os.environ.get("API_TOKEN")
        if parts.path.startswith("/todos") and token and self.headers.get("Authorization") != f"Bearer {token}":
            return self.answer(401, {"code": 401})
        item = re.fullmatch(r"/todos/(\d{1,15})", parts.path)
        if parts.path == "/todos":
            return self.collection(parse_qs(parts.query))
        if item:
            return self.item(int(item[1]))
        return self.answer(200, {"message": "welcome to the todo API"})

    def body(self):
        try:
            return json.loads(self.raw)
        except ValueError:
            raise Refused("no JSON") from None

    def collection(self, query):
        global last
        if self.command == "POST":
            values = validated(self.body(), ["title"])
            with lock:
                last += 1
                now = datetime.now(timezone.utc).isoformat()
                todos[last] = {"id": last, **FIELDS, **values, "created_at": now, "updated_at": now}
                return self.answer(200, todos[last])
        if self.command == "GET":
            return self.answer(200, self.page(query))
        return self.answer(400, {"message": "wrong method"})

    def page(self, query):
        def number(name, default, low, high):
            text = query.get(name, [str(default)])[0]
            if not re.fullmatch(r"-?\d{1,20}", text):
                raise Refused(f"{name} is no number")
            return max(low, min(high, int(text)))

        completed = query.get("completed", [None])[0]
        sort = query.get("sort", ["id"])[0]
        if completed not in (None, "true", "false") or sort not in ("id", "-id", "title", "-title"):
            raise Refused("unknown parameter value")
        limit, offset = number("limit", 20, 1, 100), number("offset", 0, 0, 1000000)
        found = [t for t in todos.values() if completed is None or t["completed"] == (completed == "true")]
        found.sort(key=lambda t: t[sort.lstrip("-")], reverse=sort.startswith("-"))
        return {"items": found[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset}

    def item(self, todo_id):
        todo = todos.get(todo_id)
        if todo is None:
            return self.answer(200, None)
        if self.command == "GET":
            return self.answer(200, todo)
        if self.command == "DELETE":
            del todos[todo_id]
            return self.answer(204, {"message": "deleted"})
        if self.command == "PUT":
            todo.update({**FIELDS, **validated(self.body(), ["title", "completed"])})
        elif self.command == "PATCH":
            todo.update(validated(self.body(), []))
        else:
            return self.answer(405, {"errors": ["wrong method"]})
        todo["updated_at"] = datetime.now(timezone.utc).isoformat()
        return self.answer(201, todo)

    def answer(self, status, value):
        data = json.dumps(value).encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", 8000))), Handler).serve_forever()
