import os
from enum import Enum
from typing import Annotated, Optional

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response

from . import store
from .models import Changes, NewTodo, Page, Todo, WholeTodo

TodoId = Annotated[int, Path(ge=1, lt=2**63)]


class Sort(str, Enum):
    id = "id"
    id_down = "-id"
    title = "title"
    title_down = "-title"


def check_token(request: Request) -> None:
    token = os.environ.get("API_TOKEN")
    if token and request.headers.get("authorization") != f"Bearer {token}":
        raise HTTPException(401, "send the API token", headers={"WWW-Authenticate": "Bearer"})


app = FastAPI(title="Todo API", dependencies=[Depends(check_token)])


def found(todo: Optional[Todo]) -> Todo:
    if todo is None:
        raise HTTPException(404, "no such todo")
    return todo


@app.get("/todos")
def list_todos(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    completed: Optional[bool] = None,
    sort: Sort = Sort.id,
) -> Page:
    items, total = store.page(limit, offset, completed, sort.value)
    return Page(items=items, total=total, limit=limit, offset=offset)


@app.post("/todos", status_code=201)
def create_todo(new: NewTodo, response: Response) -> Todo:
    todo = store.add(new.model_dump(mode="json"))
    response.headers["Location"] = f"/todos/{todo.id}"
    return todo


@app.get("/todos/{todo_id}")
def read_todo(todo_id: TodoId) -> Todo:
    return found(store.get(todo_id))


@app.put("/todos/{todo_id}")
def replace_todo(todo_id: TodoId, whole: WholeTodo) -> Todo:
    return found(store.change(todo_id, whole.model_dump(mode="json")))


@app.patch("/todos/{todo_id}")
def change_todo(todo_id: TodoId, changes: Changes) -> Todo:
    return found(store.change(todo_id, changes.model_dump(mode="json", exclude_unset=True)))


@app.delete("/todos/{todo_id}", status_code=204)
def delete_todo(todo_id: TodoId) -> None:
    if not store.remove(todo_id):
        raise HTTPException(404, "no such todo")
