"""SQLite shared by several worker processes: one connection per request, the write-ahead log, patience with locks."""

import sqlite3

from flask import Flask, current_app, g

SCHEMA = """
CREATE TABLE IF NOT EXISTS todo (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    description TEXT,
    completed INTEGER NOT NULL DEFAULT 0,
    due_date TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS todo_title ON todo (title, id);
"""


def init_app(app: Flask) -> None:
    app.teardown_appcontext(close)
    with app.app_context():
        connection().execute("PRAGMA journal_mode = WAL")
        connection().executescript(SCHEMA)


def connection() -> sqlite3.Connection:
    if "connection" not in g:
        # isolation_level=None: every statement is a transaction of its own
        g.connection = sqlite3.connect(current_app.config["DATABASE"], timeout=15, isolation_level=None)
        g.connection.row_factory = sqlite3.Row
    return g.connection


def close(_error: BaseException | None = None) -> None:
    opened = g.pop("connection", None)
    if opened is not None:
        opened.close()
