import os
from datetime import date, datetime, timezone
from typing import Any, Optional

import uvicorn
from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

app = FastAPI(title="Todos")
todos: dict[int, dict] = {}
TOKEN = os.environ.get("API_TOKEN")


class NewTodo(BaseModel):
    title: str = Field(max_length=200)
    description: Optional[str] = Field(None, max_length=2000)
    completed: bool = False
    due_date: Optional[date] = None


@app.middleware("http")
async def token(request: Request, call_next):
    if TOKEN and request.url.path.startswith("/todos") and request.headers.get("authorization") != "Bearer " + TOKEN:
        return JSONResponse({"detail": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"})
    return await call_next(request)


@app.exception_handler(405)
async def wrong_method(request: Request, error: HTTPException):
    return JSONResponse({"detail": "wrong method"}, 405)


@app.get("/todos")
def list_todos(limit: int = 20, offset: int = 0, completed: Optional[bool] = None, sort: str = "id"):
    if sort not in ("id", "-id", "title", "-title"):
        raise HTTPException(400, "sort")
    if limit < 0 or offset < 0:
        raise ValueError("negative")
    found = [t for t in todos.values() if completed is None or t["completed"] is completed]
    found.sort(key=lambda t: t[sort.lstrip("-")], reverse=sort[0] == "-")
    limit = min(limit, 100)
    return {"items": found[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset}


@app.post("/todos", status_code=201)
def create(todo: NewTodo):
    todo_id = len(todos) + 1000
    while todo_id in todos:
        todo_id += 1
    todos[todo_id] = {"id": todo_id, **todo.model_dump(), "created_at": datetime.now(timezone.utc)}
    return JSONResponse(shown(todo_id), 201, {"Location": f"/todos/{todo_id}"})


def shown(todo_id: int) -> dict:
    if todo_id not in todos:
        raise HTTPException(404, "not found")
    todo = todos[todo_id]
    due = todo["due_date"]
    return {
        **todo,
        "due_date": due.isoformat() if isinstance(due, date) else due,
        "created_at": todo["created_at"].isoformat(),
    }


@app.get("/todos/{todo_id}")
def read(todo_id: int):
    return shown(todo_id)


@app.put("/todos/{todo_id}")
def replace(todo_id: int, body: dict[str, Any] = Body()):
    shown(todo_id)
    fields = {"title": "", "description": None, "completed": False, "due_date": None}
    todos[todo_id].update({**fields, **{k: body[k] for k in fields if k in body}})
    return shown(todo_id)


@app.patch("/todos/{todo_id}")
def change(todo_id: int, body: dict[str, Any] = Body()):
    shown(todo_id)
    todos[todo_id].update({k: v for k, v in body.items() if k in ("title", "description", "completed", "due_date")})
    return shown(todo_id)


@app.delete("/todos/{todo_id}", status_code=204)
def delete(todo_id: int):
    shown(todo_id)
    del todos[todo_id]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
