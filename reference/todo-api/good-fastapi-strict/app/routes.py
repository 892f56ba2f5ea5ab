from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from app import repository
from app.database import Session
from app.schemas import Todo, TodoCreate, TodoPage, TodoPatch, TodoReplace
from app.security import require_token

router = APIRouter(prefix="/todos", tags=["todos"], dependencies=[Depends(require_token)])

TodoId = Annotated[int, Path(ge=1, le=2**53 - 1)]


def json_only(request: Request) -> None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "the body must be application/json")


takes_json = [Depends(json_only)]


@router.get("")
def list_todos(
    db: Session,
    limit: Annotated[int, Query(description="1 to 100; other values are brought into that range")] = 20,
    offset: Annotated[int, Query(description="from 0; below that it counts as 0")] = 0,
    completed: Annotated[Literal["true", "false"] | None, Query()] = None,
    sort: Literal["id", "-id", "title", "-title"] = "id",
) -> TodoPage:
    limit = min(max(limit, 1), 100)
    offset = min(max(offset, 0), 1_000_000)
    wanted = None if completed is None else completed == "true"
    rows, total = repository.page(db, limit=limit, offset=offset, completed=wanted, sort=sort)
    return TodoPage(items=[dict(row) for row in rows], total=total, limit=limit, offset=offset)


@router.post("", status_code=201, dependencies=takes_json)
def create_todo(body: TodoCreate, db: Session, response: Response) -> Todo:
    todo = found(repository.create(db, body.model_dump()))
    response.headers["Location"] = f"/todos/{todo.id}"
    return todo


@router.get("/{todo_id}")
def read_todo(todo_id: TodoId, db: Session) -> Todo:
    return found(repository.read(db, todo_id))


@router.put("/{todo_id}", dependencies=takes_json)
def replace_todo(todo_id: TodoId, body: TodoReplace, db: Session) -> Todo:
    return found(repository.update(db, todo_id, body.model_dump()))


@router.patch("/{todo_id}", dependencies=takes_json)
def patch_todo(todo_id: TodoId, body: TodoPatch, db: Session) -> Todo:
    return found(repository.update(db, todo_id, body.model_dump(exclude_unset=True)))


@router.delete("/{todo_id}", status_code=204)
def delete_todo(todo_id: TodoId, db: Session) -> None:
    if not repository.delete(db, todo_id):
        raise not_found()


def other_methods(*allowed: str) -> None:
    raise HTTPException(405, "this method is not available here", headers={"Allow": ", ".join(allowed)})


# Starlette would name only the first matching route's methods in Allow.
@router.api_route("", methods=["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"], include_in_schema=False)
def not_on_list() -> None:
    other_methods("GET", "POST")


@router.api_route("/{todo_id}", methods=["POST", "HEAD", "OPTIONS", "TRACE"], include_in_schema=False)
def not_on_todo(todo_id: str) -> None:
    other_methods("GET", "PUT", "PATCH", "DELETE")


def found(row: repository.Row) -> Todo:
    if row is None:
        raise not_found()
    return Todo(**row)


def not_found() -> HTTPException:
    return HTTPException(404, "there is no todo with this id")
