import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends

PATH = Path(os.environ.get("DATA_DIR", "data")) / "todos.db"


def connect() -> sqlite3.Connection:
    # One per request, every statement a transaction of its own. FastAPI may use and close it in another thread.
    connection = sqlite3.connect(PATH, timeout=10, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def create_tables() -> None:
    PATH.parent.mkdir(parents=True, exist_ok=True)
    connection = connect()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS todos (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
            description TEXT CHECK (length(description) <= 2000),
            completed INTEGER NOT NULL CHECK (completed IN (0, 1)),
            due_date TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT
        """
    )
    connection.close()


def session() -> Iterator[sqlite3.Connection]:
    connection = connect()
    try:
        yield connection
    finally:
        connection.close()


Session = Annotated[sqlite3.Connection, Depends(session)]
