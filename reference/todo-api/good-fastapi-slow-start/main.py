"""Todo API. Everything a request could have to wait for is done before the port is opened."""

import os
import sqlite3
import time
from pathlib import Path

import uvicorn

from todos import create_app

# Stands for what makes real services slow to start: large imports, a search index to load.
WARM_UP_SECONDS = float(os.environ.get("WARM_UP_SECONDS", "6"))

MIGRATIONS = (
    """CREATE TABLE todos (
           id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, completed INTEGER NOT NULL DEFAULT 0,
           created_at TEXT NOT NULL, updated_at TEXT NOT NULL)""",
    "ALTER TABLE todos ADD COLUMN description TEXT",
    "ALTER TABLE todos ADD COLUMN due_date TEXT",
    "CREATE INDEX todos_by_title ON todos (title, id)",
)


def migrate(database: sqlite3.Connection) -> None:
    """Run the migrations this database has not seen."""
    (done,) = database.execute("PRAGMA user_version").fetchone()
    for number, statement in enumerate(MIGRATIONS[done:], start=done + 1):
        with database:
            database.execute(statement)
            database.execute(f"PRAGMA user_version = {number}")
        print(f"migration {number} of {len(MIGRATIONS)} done", flush=True)


def main() -> None:
    folder = Path(os.environ.get("DATA_DIR", "."))
    database = sqlite3.connect(folder / "todos.db", check_same_thread=False)
    migrate(database)
    print("warming up", flush=True)
    time.sleep(WARM_UP_SECONDS)
    app = create_app(database, os.environ.get("API_TOKEN"))
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))


if __name__ == "__main__":
    main()
