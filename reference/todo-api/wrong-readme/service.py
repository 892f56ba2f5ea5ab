"""Todo API on Python's standard library: http.server in front, SQLite behind."""

import json
import os
import re
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from todos import DEFAULTS, Invalid, Store, validated

MAX_BODY = 64 * 1024
SORTS = ("id", "-id", "title", "-title")


class Problem(Exception):
    """An error answer: raised anywhere, sent in one place."""

    def __init__(self, status, detail, **headers):
        super().__init__(detail)
        self.status, self.detail, self.headers = HTTPStatus(status), detail, headers


class Handler(BaseHTTPRequestHandler):
    store: Store
    token: str

    def do_GET(self):
        try:
            status, value, headers = self.answer()
        except Problem as problem:
            body = {"title": problem.status.phrase, "status": problem.status, "detail": problem.detail}
            self.send(problem.status, body, "application/problem+json", problem.headers)
        except Invalid as reason:
            body = {"title": "Unprocessable Entity", "status": 422, "detail": str(reason)}
            self.send(422, body, "application/problem+json", {})
        else:
            self.send(status, value, "application/json", headers)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def answer(self):
        """Status, body and headers of a good answer; everything else is raised."""
        url = urlsplit(self.path)
        item = re.fullmatch(r"/todos/([^/]+)", url.path)
        if url.path != "/todos" and not item:
            raise Problem(404, "there is nothing here")
        self.check_token()
        routes = self.item_routes(unquote(item[1])) if item else self.list_routes(url.query)
        method = "GET" if self.command == "HEAD" else self.command
        if method not in routes:
            raise Problem(405, f"{self.command} is not possible here", Allow=", ".join(routes))
        return routes[method]()

    def check_token(self):
        given = self.headers.get("Authorization", "")
        if self.token and not secrets.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise Problem(401, "send a valid token", **{"WWW-Authenticate": "Bearer"})

    def list_routes(self, query):
        return {"GET": lambda: (200, self.page(query), {}), "POST": self.create}

    def item_routes(self, text):
        todo_id = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0
        return {
            "GET": lambda: (200, self.found(self.store.get(todo_id)), {}),
            "PUT": lambda: (200, self.found(self.replace(todo_id)), {}),
            "PATCH": lambda: (200, self.found(self.patch(todo_id)), {}),
            "DELETE": lambda: (204, self.found(self.store.remove(todo_id) or None) and None, {}),
        }

    def create(self):
        todo = self.store.add({**DEFAULTS, **validated(self.body(), ("title",))})
        return 201, todo, {"Location": f"/todos/{todo['id']}"}

    def replace(self, todo_id):
        self.found(self.store.get(todo_id))
        return self.store.change(todo_id, {**DEFAULTS, **validated(self.body(), ("title", "completed"))})

    def patch(self, todo_id):
        self.found(self.store.get(todo_id))
        return self.store.change(todo_id, validated(self.body(), ()))

    def page(self, query):
        values = {name: texts[-1] for name, texts in parse_qs(query).items()}
        limit = min(max(number(values, "limit", 20), 1), 100)
        offset = min(max(number(values, "offset", 0), 0), 10**9)
        completed, sort = values.get("completed"), values.get("sort", "id")
        if completed not in (None, "true", "false"):
            raise Invalid("completed must be true or false")
        if sort not in SORTS:
            raise Invalid(f"sort must be one of {', '.join(SORTS)}")
        items, total = self.store.page(limit, offset, None if completed is None else completed == "true", sort)
        return {"items": items, "total": total, "limit": limit, "offset": offset}

    def body(self):
        kind = self.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Problem(415, "send the body as application/json")
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise Problem(413, f"a body can have at most {MAX_BODY} bytes")
        try:
            return json.loads(self.rfile.read(length).decode())
        except ValueError:
            raise Problem(400, "the body is no JSON") from None

    @staticmethod
    def found(value):
        if value is None:
            raise Problem(404, "there is no such todo")
        return value

    def send(self, status, value, kind, headers):
        data = b"" if status == 204 else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if data:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format, *args):
        print(self.command, self.path.encode("ascii", "replace").decode(), *args[1:2], flush=True)


def number(values, name, default):
    text = values.get(name, str(default))
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise Invalid(f"{name} must be a number")
    return int(text)


def main():
    Handler.store = Store(Path(os.environ.get("DATA_DIR", ".")) / "todos.sqlite")
    Handler.token = os.environ.get("API_TOKEN", "")
    ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()


if __name__ == "__main__":
    main()
