import json
import os
import sqlite3
import time
import uuid
from threading import Lock

from flask import Flask, g, redirect, request
from waitress import serve
from werkzeug.exceptions import Conflict, HTTPException, NotFound, TooManyRequests, UnprocessableEntity

import validation

DATABASE = os.path.join(os.environ.get("DATA_DIR", "."), "links.sqlite3")
LIMIT = int(os.environ.get("LINKS_LIMIT", 10))
WINDOW = int(os.environ.get("LINKS_WINDOW", 60))

app = Flask(__name__)
app.json.sort_keys = False
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024

made = {}  # client -> (number of the window, links made in it)
made_lock = Lock()


def db():
    if "db" not in g:
        g.db = sqlite3.connect(DATABASE, timeout=20)
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close_db(_error):
    connection = g.pop("db", None)
    if connection is not None:
        connection.close()


def create_tables():
    connection = sqlite3.connect(DATABASE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        """CREATE TABLE IF NOT EXISTS links (
               code TEXT PRIMARY KEY,
               url TEXT NOT NULL,
               clicks INTEGER NOT NULL DEFAULT 0,
               created_at INTEGER NOT NULL,
               expires_at INTEGER)"""
    )
    connection.commit()
    connection.close()


def check_limit():
    """A fixed window: the clock is cut into pieces of WINDOW seconds."""
    client = request.headers.get("X-Client")
    if not client:
        return
    now = int(time.time())
    with made_lock:
        window, count = made.get(client, (0, 0))
        if window != now // WINDOW:
            window, count = now // WINDOW, 0
        if count >= LIMIT:
            raise TooManyRequests("too many new links", retry_after=WINDOW - now % WINDOW)
        made[client] = (window, count + 1)


@app.post("/links")
def create_link():
    check_limit()
    link = validation.link(request.get_json())
    now = int(time.time())
    row = {
        "code": link["code"] or uuid.uuid4().hex[:10],
        "url": link["url"],
        "created_at": now,
        "expires_at": link["expires_in"] and now + link["expires_in"],
    }
    with db():
        db().execute("DELETE FROM links WHERE code = ? AND expires_at <= ?", (row["code"], now))
        try:
            db().execute(
                "INSERT INTO links (code, url, created_at, expires_at) VALUES (:code, :url, :created_at, :expires_at)",
                row,
            )
        except sqlite3.IntegrityError:
            raise Conflict("the code is taken") from None
    return as_json(find(row["code"])), 201, {"Location": f"/links/{row['code']}"}


@app.get("/links/<code>")
def read_link(code):
    return as_json(find(code))


@app.delete("/links/<code>")
def delete_link(code):
    find(code)
    with db():
        db().execute("DELETE FROM links WHERE code = ?", (code,))
    return "", 204


@app.get("/<code>")
def follow_link(code):
    link = find(code)
    if request.method == "GET":
        with db():
            db().execute("UPDATE links SET clicks = clicks + 1 WHERE code = ?", (code,))
    return redirect(link["url"], 307)


def find(code):
    row = db().execute("SELECT * FROM links WHERE code = ?", (code,)).fetchone()
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= time.time()):
        raise NotFound("there is no such link")
    return row


def as_json(row):
    return {**dict(row), "created_at": shown(row["created_at"]), "expires_at": shown(row["expires_at"])}


def shown(seconds):
    return None if seconds is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


@app.errorhandler(HTTPException)
def answer_error(error):
    """Keep werkzeug's status and headers (Allow, Retry-After), say the rest in JSON."""
    response = error.get_response()
    response.data = json.dumps({"title": error.name, "status": error.code, "detail": error.description})
    response.content_type = "application/problem+json"
    return response


@app.errorhandler(validation.Invalid)
def answer_invalid(error):
    return answer_error(UnprocessableEntity(str(error)))


if __name__ == "__main__":
    create_tables()
    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
