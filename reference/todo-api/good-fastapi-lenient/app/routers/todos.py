from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response, status

from app.repository import TodoRepository, get_repository
from app.schemas import Sort, Todo, TodoCreate, TodoPage, TodoPatch, TodoUpdate

router = APIRouter()
Repository = Annotated[TodoRepository, Depends(get_repository)]


async def get_todo_or_404(todo_id: int, repository: Repository) -> Todo:
    todo = repository.get(todo_id)
    if todo is None:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail="Todo not found")
    return todo


Existing = Annotated[Todo, Depends(get_todo_or_404)]


@router.get("", response_model=TodoPage)
async def list_todos(
    repository: Repository,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
    completed: bool | None = None,
    sort: Sort = Sort.id_asc,
):
    items, total = repository.list(limit=limit, offset=offset, completed=completed, sort=sort)
    return TodoPage(items=items, total=total, limit=limit, offset=offset)


@router.post("", response_model=Todo, status_code=status.HTTP_201_CREATED)
async def create_todo(body: TodoCreate, repository: Repository, request: Request, response: Response):
    todo = repository.create(body)
    response.headers["Location"] = str(request.url_for("read_todo", todo_id=todo.id))
    return todo


@router.get("/{todo_id}", response_model=Todo)
async def read_todo(todo: Existing):
    return todo


@router.put("/{todo_id}", response_model=Todo)
async def replace_todo(todo: Existing, body: TodoUpdate, repository: Repository):
    return repository.update(todo, body.model_dump())


@router.patch("/{todo_id}", response_model=Todo)
async def patch_todo(todo: Existing, body: TodoPatch, repository: Repository):
    return repository.update(todo, body.model_dump(exclude_unset=True))


@router.delete("/{todo_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_todo(todo: Existing, repository: Repository):
    repository.delete(todo)
