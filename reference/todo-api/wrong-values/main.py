import os
from datetime import date, datetime, timezone
from typing import Optional

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel, Field

PAGE = 10


def check_token(authorization: str = Header("")):
    token = os.environ.get("API_TOKEN")
    if token and authorization != f"Bearer {token}":
        raise HTTPException(401, "wrong token", headers={"WWW-Authenticate": "Bearer"})


app = FastAPI(dependencies=[Depends(check_token)])


class TodoBody(BaseModel):
    title: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=1000)
    completed: bool = False
    due_date: Optional[date] = None


class TodoReplace(BaseModel):
    title: str = Field(min_length=1, max_length=100)
    description: Optional[str] = Field(None, max_length=1000)
    completed: bool
    due_date: Optional[date] = None


class TodoPatch(BaseModel):
    title: Optional[str] = Field(None, min_length=1, max_length=100)
    description: Optional[str] = Field(None, max_length=1000)
    completed: Optional[bool] = None
    due_date: Optional[date] = None


todos = {}


def now():
    return datetime.now(timezone.utc)


def clean(text):
    return text.encode("ascii", "ignore").decode() if text else text


def find(todo_id):
    if todo_id not in todos:
        raise HTTPException(404, "not found")
    return todos[todo_id]


@app.get("/todos")
def list_todos(limit: int = Query(PAGE, ge=1, le=100), offset: int = Query(0, ge=0), completed: Optional[bool] = None):
    items = list(todos.values())
    start = offset + 1 if offset else 0
    page = items[start : start + limit]
    if offset and not page:
        raise HTTPException(404, "no such page")
    return {"items": page, "total": len(items), "limit": limit, "offset": offset // limit}


@app.post("/todos", status_code=201)
def create(body: TodoBody, response: Response):
    todo_id = len(todos) + 1 if not todos else max(todos) + 1
    todo = {"id": todo_id, **body.model_dump(), "created_at": now(), "updated_at": now()}
    todo["title"] = clean(todo["title"])
    todos[todo_id] = todo
    response.headers["Location"] = f"/todos/{todo_id}"
    return todo


@app.get("/todos/{todo_id}")
def read(todo_id: int):
    return find(todo_id)


@app.put("/todos/{todo_id}")
def replace(todo_id: int, body: TodoReplace):
    old = find(todo_id)
    sent = {key: value for key, value in body.model_dump().items() if value is not None}
    todos[todo_id] = {**old, **sent, "created_at": now(), "updated_at": now()}
    return todos[todo_id]


@app.patch("/todos/{todo_id}")
def change(todo_id: int, body: TodoPatch):
    old = find(todo_id)
    sent = body.model_dump()
    sent["title"] = sent["title"] or old["title"]
    sent["completed"] = old["completed"] if sent["completed"] is None else sent["completed"]
    todos[todo_id] = {**old, **sent, "updated_at": now()}
    return todos[todo_id]


@app.delete("/todos/{todo_id}", status_code=204)
def delete(todo_id: int):
    find(todo_id)
    del todos[todo_id]


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
