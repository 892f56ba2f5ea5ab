"""Todos in PostgreSQL."""

from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg_pool import ConnectionPool

SCHEMA = """
CREATE TABLE IF NOT EXISTS todos (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title       text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text        CHECK (char_length(description) <= 2000),
    completed   boolean     NOT NULL,
    due_date    date,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
)
"""

ORDER = {
    "id": SQL("id"),
    "-id": SQL("id DESC"),
    "title": SQL("title, id"),
    "-title": SQL("title DESC, id DESC"),
}

Pool = ConnectionPool[Connection[DictRow]]


def open_pool(url: str) -> Pool:
    """Connections to the database, with the table in place."""
    pool = ConnectionPool(url, min_size=1, max_size=10, kwargs={"row_factory": dict_row, "autocommit": True}, open=True)
    with pool.connection() as connection:
        connection.execute(SCHEMA)
    return pool


class Todos:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def create(self, values: dict[str, Any]) -> DictRow:
        query = SQL("INSERT INTO todos ({}) VALUES ({}) RETURNING *").format(
            SQL(", ").join(map(Identifier, values)), SQL(", ").join(map(Placeholder, values))
        )
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchone()

    def read(self, todo_id: int) -> DictRow | None:
        with self._pool.connection() as connection:
            return connection.execute("SELECT * FROM todos WHERE id = %s", (todo_id,)).fetchone()

    def page(self, *, limit: int, offset: int, completed: bool | None, sort: str) -> tuple[list[DictRow], int]:
        where = SQL("") if completed is None else SQL("WHERE completed = %(completed)s")
        values = {"completed": completed, "limit": limit, "offset": offset}
        items = SQL("SELECT * FROM todos {} ORDER BY {} LIMIT %(limit)s OFFSET %(offset)s").format(where, ORDER[sort])
        count = SQL("SELECT count(*) AS total FROM todos {}").format(where)
        with self._pool.connection() as connection:
            return connection.execute(items, values).fetchall(), connection.execute(count, values).fetchone()["total"]

    def change(self, todo_id: int, values: dict[str, Any]) -> DictRow | None:
        """Set the given columns and no other, in one statement: changes at the same time do not undo each other."""
        columns = [SQL("{} = {}").format(Identifier(name), Placeholder(name)) for name in values]
        query = SQL("UPDATE todos SET {} WHERE id = %(id)s RETURNING *").format(
            SQL(", ").join([*columns, SQL("updated_at = now()")])
        )
        with self._pool.connection() as connection:
            return connection.execute(query, {**values, "id": todo_id}).fetchone()

    def delete(self, todo_id: int) -> bool:
        with self._pool.connection() as connection:
            return connection.execute("DELETE FROM todos WHERE id = %s", (todo_id,)).rowcount == 1
