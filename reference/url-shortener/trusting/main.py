import json
import os
import random
import sqlite3
import string
import threading
import traceback
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

db = sqlite3.connect(os.path.join(os.environ.get("DATA_DIR", "."), "links.db"), check_same_thread=False)
lock = threading.Lock()
with db:
    db.execute("create table if not exists links (code text primary key, url text, clicks int, created_at text, expires_at text)")
COLUMNS = ("code", "url", "clicks", "created_at", "expires_at")


class Handler(BaseHTTPRequestHandler):
    def handle_request(self):
        with lock:
            try:
                self.route()
            except Exception:
                db.rollback()
                self.reply(500, {"error": traceback.format_exc()})

    do_GET = do_POST = do_DELETE = handle_request

    def route(self):
        from urllib.parse import unquote

        path = unquote(self.path)
        if self.command == "POST" and path == "/links":
            self.create()
        elif path.startswith("/links/"):
            self.link(path[len("/links/") :])
        else:
            self.follow(path[1:])

    def create(self):
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        url = data["url"]
        now = datetime.utcnow()
        code = data.get("code") or "".join(random.choices(string.ascii_letters, k=7))
        end = f"'{(now + timedelta(minutes=data['expires_in'])).isoformat()}Z'" if data.get("expires_in") else "null"
        clicks, created = data.get("clicks", 0), data.get("created_at", now.isoformat() + "Z")
        with db:
            db.executescript(
                f"insert or replace into links values ('{code}', '{url}', {clicks}, '{created}', {end})"
            )
        self.reply(201, self.find(code), Location=f"/links/{code}")

    def link(self, code):
        found = self.find(code)
        if not found:
            return self.missing(code)
        if self.command == "DELETE":
            with db:
                db.execute(f"delete from links where code = '{code}'")
            return self.reply(204, {"deleted": code})
        return self.reply(200, found)

    def follow(self, code):
        found = self.find(code)
        if not found:
            return self.missing(code)
        with db:
            db.execute(f"update links set clicks = {found['clicks'] + 1} where code = '{found['code']}'")
        self.reply(302, None, Location=found["url"])

    def find(self, code):
        row = db.execute(f"select * from links where code = '{code}'").fetchone()
        return dict(zip(COLUMNS, row)) if row else None

    def missing(self, code):
        data = f"<h1>Not found</h1><p>There is no link {code}</p>".encode(errors="replace")
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def reply(self, status, body, **headers):
        data = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", 8000))), Handler).serve_forever()
