from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response

from todo_api import problems
from todo_api.models import Todo, TodoCreate, TodoPage, TodoPatch, TodoReplace
from todo_api.security import token_required
from todo_api.settings import Settings
from todo_api.store import TodoStore

TodoId = Annotated[int, Path(alias="id", ge=1, le=2**53 - 1)]
ERRORS = {
    401: {"description": "No or a wrong token"},
    404: {"description": "No such todo"},
    415: {"description": "The body is not declared as JSON"},
}


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(title="Todo API", version="1.0.0")
    problems.install(app)
    app.include_router(_todos(TodoStore(settings.data_dir / "todos.db"), settings.api_token))
    return app


def _todos(store: TodoStore, token: str | None) -> APIRouter:
    router = APIRouter(prefix="/todos", tags=["todos"], dependencies=[Depends(token_required(token))])
    with_json = [Depends(_json_required)]

    @router.post("", status_code=201, dependencies=with_json, responses=_errors(401, 415))
    def create(body: TodoCreate, response: Response) -> Todo:
        """Create a todo."""
        todo = store.add(body.model_dump())
        response.headers["Location"] = f"/todos/{todo.id}"
        return todo

    @router.get("", responses=_errors(401))
    def list_todos(
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        completed: bool | None = None,
        sort: Literal["id", "-id", "title", "-title"] = "id",
    ) -> TodoPage:
        """List todos, one page at a time."""
        return store.page(limit=limit, offset=offset, completed=completed, sort=sort)

    @router.get("/{id}", responses=_errors(401, 404))
    def read(todo_id: TodoId) -> Todo:
        """Read one todo."""
        return _found(store.get(todo_id))

    @router.put("/{id}", dependencies=with_json, responses=_errors(401, 404, 415))
    def replace(todo_id: TodoId, body: TodoReplace) -> Todo:
        """Replace a todo: what is not sent goes back to null."""
        return _found(store.change(todo_id, body.model_dump()))

    @router.patch("/{id}", dependencies=with_json, responses=_errors(401, 404, 415))
    def patch(todo_id: TodoId, body: TodoPatch) -> Todo:
        """Change the fields that are sent."""
        return _found(store.change(todo_id, body.model_dump(exclude_unset=True)))

    @router.delete("/{id}", status_code=204, responses=_errors(401, 404))
    def delete(todo_id: TodoId) -> None:
        """Delete a todo."""
        if not store.remove(todo_id):
            raise HTTPException(404, "no such todo")

    return router


def _found(todo: Todo | None) -> Todo:
    if todo is None:
        raise HTTPException(404, "no such todo")
    return todo


def _json_required(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise HTTPException(415, "send the body as application/json")


def _errors(*codes: int) -> dict[int | str, dict[str, str]]:
    return {code: ERRORS[code] for code in codes}
