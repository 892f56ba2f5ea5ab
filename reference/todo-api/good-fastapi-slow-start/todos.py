import secrets
import sqlite3
from datetime import date, datetime, timezone
from threading import Lock
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel, Field, field_validator

SORTS = {"id": "id", "-id": "id DESC", "title": "title, id", "-title": "title DESC, id DESC"}
TodoId = int


class NewTodo(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(None, max_length=2000)
    completed: bool = False
    due_date: date | None = None


class ReplacedTodo(NewTodo):
    completed: bool


class ChangedTodo(NewTodo):
    title: str | None = Field(None, min_length=1, max_length=200)
    completed: bool | None = None

    @field_validator("title", "completed")
    @classmethod
    def not_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("cannot be null")
        return value


def create_app(database: sqlite3.Connection, token: str | None) -> FastAPI:
    database.row_factory = sqlite3.Row
    lock = Lock()

    def run(statement: str, values: dict) -> list[sqlite3.Row]:
        with lock, database:
            return database.execute(statement, values).fetchall()

    def one(rows: list[sqlite3.Row]) -> dict:
        if not rows:
            raise HTTPException(404, "no such todo")
        return {**dict(rows[0]), "completed": bool(rows[0]["completed"])}

    def key(id: int) -> dict:
        return {"id": id if 0 < id < 2**63 else 0}

    def token_needed(authorization: Annotated[str, Header()] = "") -> None:
        if token and not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "no valid token", headers={"WWW-Authenticate": "Bearer"})

    def changed(id: int, values: dict) -> dict:
        values = {**values, "updated_at": datetime.now(timezone.utc).isoformat()}
        columns = ", ".join(f"{name} = :{name}" for name in values)
        return one(run(f"UPDATE todos SET {columns} WHERE id = :id RETURNING *", {**values, **key(id)}))

    app = FastAPI(title="Todo API")
    protected = {"dependencies": [Depends(token_needed)]}

    @app.get("/todos", **protected)
    def list_todos(
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        completed: bool | None = None,
        sort: Literal["id", "-id", "title", "-title"] = "id",
    ):
        where = "" if completed is None else "WHERE completed = :completed"
        values = {"completed": completed, "limit": limit, "offset": offset}
        rows = run(f"SELECT * FROM todos {where} ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset", values)
        [(total,)] = run(f"SELECT count(*) FROM todos {where}", values)
        return {"items": [one([row]) for row in rows], "total": total, "limit": limit, "offset": offset}

    @app.post("/todos", status_code=201, **protected)
    def create_todo(todo: NewTodo, response: Response):
        values = {**todo.model_dump(mode="json"), "now": datetime.now(timezone.utc).isoformat()}
        created = one(
            run(
                "INSERT INTO todos (title, description, completed, due_date, created_at, updated_at)"
                " VALUES (:title, :description, :completed, :due_date, :now, :now) RETURNING *",
                values,
            )
        )
        response.headers["Location"] = f"/todos/{created['id']}"
        return created

    @app.get("/todos/{id}", **protected)
    def read_todo(id: TodoId):
        return one(run("SELECT * FROM todos WHERE id = :id", key(id)))

    @app.put("/todos/{id}", **protected)
    def replace_todo(id: TodoId, todo: ReplacedTodo):
        return changed(id, todo.model_dump(mode="json"))

    @app.patch("/todos/{id}", **protected)
    def change_todo(id: TodoId, todo: ChangedTodo):
        return changed(id, todo.model_dump(mode="json", exclude_unset=True))

    @app.delete("/todos/{id}", status_code=204, **protected)
    def delete_todo(id: TodoId):
        one(run("DELETE FROM todos WHERE id = :id RETURNING *", key(id)))

    return app
