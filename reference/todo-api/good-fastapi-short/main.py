"""Todos in memory, in one file, with what FastAPI does by default."""

import os
from datetime import date, datetime, timezone
from itertools import count
from typing import Annotated, Literal, Optional

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

API_TOKEN = os.environ.get("API_TOKEN")
bearer = HTTPBearer(auto_error=False)


def authorized(credentials: Annotated[Optional[HTTPAuthorizationCredentials], Depends(bearer)]):
    if API_TOKEN and (credentials is None or credentials.credentials != API_TOKEN):
        raise HTTPException(401, "missing or wrong token", headers={"WWW-Authenticate": "Bearer"})


class TodoIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: Optional[str] = Field(None, max_length=2000)
    completed: bool = False
    due_date: Optional[date] = None


class TodoReplace(TodoIn):
    completed: bool


class TodoPatch(BaseModel):
    title: str = Field("", min_length=1, max_length=200)
    description: Optional[str] = Field(None, max_length=2000)
    completed: bool = False
    due_date: Optional[date] = None


class Todo(TodoIn):
    id: int
    created_at: datetime
    updated_at: datetime


class TodoPage(BaseModel):
    items: list[Todo]
    total: int
    limit: int
    offset: int


app = FastAPI(title="Todo API")
todos: dict[int, Todo] = {}
ids = count(1)


def find(id: int) -> Todo:
    if id not in todos:
        raise HTTPException(404, "no such todo")
    return todos[id]


def now() -> datetime:
    return datetime.now(timezone.utc)


@app.get("/todos", dependencies=[Depends(authorized)])
def list_todos(
    limit: int = Query(20, ge=1, le=100),
    offset: int = Query(0, ge=0),
    completed: Optional[bool] = None,
    sort: Literal["id", "-id", "title", "-title"] = "id",
) -> TodoPage:
    found = [todo for todo in todos.values() if completed is None or todo.completed == completed]
    found.sort(key=lambda todo: getattr(todo, sort.lstrip("-")), reverse=sort.startswith("-"))
    return TodoPage(items=found[offset : offset + limit], total=len(found), limit=limit, offset=offset)


@app.post("/todos", status_code=201, dependencies=[Depends(authorized)])
def create_todo(body: TodoIn, response: Response) -> Todo:
    todo = Todo(id=next(ids), created_at=now(), updated_at=now(), **body.model_dump())
    todos[todo.id] = todo
    response.headers["Location"] = f"/todos/{todo.id}"
    return todo


@app.get("/todos/{id}", dependencies=[Depends(authorized)])
def read_todo(id: int) -> Todo:
    return find(id)


@app.put("/todos/{id}", dependencies=[Depends(authorized)])
def replace_todo(id: int, body: TodoReplace) -> Todo:
    todos[id] = find(id).model_copy(update={**body.model_dump(), "updated_at": now()})
    return todos[id]


@app.patch("/todos/{id}", dependencies=[Depends(authorized)])
def change_todo(id: int, body: TodoPatch) -> Todo:
    todos[id] = find(id).model_copy(update={**body.model_dump(exclude_unset=True), "updated_at": now()})
    return todos[id]


@app.delete("/todos/{id}", status_code=204, dependencies=[Depends(authorized)])
def delete_todo(id: int) -> None:
    find(id)
    del todos[id]


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", 8000)))
