import secrets
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from todo_service import problems
from todo_service.database import Pool, Todos
from todo_service.models import Todo, TodoCreate, TodoPage, TodoPatch, TodoReplace

TodoId = Annotated[int, Path(ge=1, le=2**63 - 1)]  # bigint
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def create_app(pool: Pool, api_token: str | None) -> FastAPI:
    todos = Todos(pool)

    def authorized(credentials: Credentials) -> None:
        given = credentials.credentials if credentials else ""
        if api_token and not secrets.compare_digest(given.encode(), api_token.encode()):
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})

    app = FastAPI(title="Todo API", dependencies=[Depends(authorized)])
    problems.install(app)

    @app.get("/todos")
    def list_todos(
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        completed: bool | None = None,
        sort: Literal["id", "-id", "title", "-title"] = "id",
    ) -> TodoPage:
        items, total = todos.page(limit=limit, offset=offset, completed=completed, sort=sort)
        return TodoPage(items=items, total=total, limit=limit, offset=offset)

    @app.post("/todos", status_code=201, dependencies=[Depends(json_body)])
    def create_todo(body: TodoCreate, response: Response) -> Todo:
        todo = Todo(**todos.create(body.model_dump()))
        response.headers["Location"] = app.url_path_for("read_todo", todo_id=todo.id)
        return todo

    @app.get("/todos/{todo_id}")
    def read_todo(todo_id: TodoId) -> Todo:
        return found(todos.read(todo_id))

    @app.put("/todos/{todo_id}", dependencies=[Depends(json_body)])
    def replace_todo(todo_id: TodoId, body: TodoReplace) -> Todo:
        return found(todos.change(todo_id, body.model_dump()))

    @app.patch("/todos/{todo_id}", dependencies=[Depends(json_body)])
    def patch_todo(todo_id: TodoId, body: TodoPatch) -> Todo:
        return found(todos.change(todo_id, body.model_dump(exclude_unset=True)))

    @app.delete("/todos/{todo_id}", status_code=204)
    def delete_todo(todo_id: TodoId) -> None:
        if not todos.delete(todo_id):
            raise HTTPException(404, "there is no such todo")

    return app


def json_body(request: Request) -> None:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send application/json")


def found(row: dict | None) -> Todo:
    if row is None:
        raise HTTPException(404, "there is no such todo")
    return Todo(**row)
