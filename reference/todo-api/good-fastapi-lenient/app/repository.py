from datetime import UTC, datetime
from functools import cache
from itertools import count

from app.schemas import Sort, Todo, TodoCreate


class TodoRepository:
    """In memory. Handlers are coroutines that never wait, so one change is over before the next begins."""

    def __init__(self) -> None:
        self._todos: dict[int, Todo] = {}
        self._ids = count(1)

    def get(self, todo_id: int) -> Todo | None:
        return self._todos.get(todo_id)

    def list(self, *, limit: int, offset: int, completed: bool | None, sort: Sort) -> tuple[list[Todo], int]:
        todos = [todo for todo in self._todos.values() if completed is None or todo.completed == completed]
        field = sort.value.removeprefix("-")
        todos.sort(key=lambda todo: (getattr(todo, field), todo.id), reverse=sort.value.startswith("-"))
        return todos[offset : offset + limit], len(todos)

    def create(self, body: TodoCreate) -> Todo:
        now = datetime.now(UTC)
        todo = Todo(id=next(self._ids), created_at=now, updated_at=now, **body.model_dump())
        self._todos[todo.id] = todo
        return todo

    def update(self, todo: Todo, values: dict) -> Todo:
        changed = todo.model_copy(update={**values, "updated_at": datetime.now(UTC)})
        self._todos[todo.id] = changed
        return changed

    def delete(self, todo: Todo) -> None:
        del self._todos[todo.id]


@cache
def get_repository() -> TodoRepository:
    return TodoRepository()
