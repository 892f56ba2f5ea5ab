"""What a todo is and what a client may send."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _date_from_text(value: Any) -> Any:
    """JSON has no dates: take them as text only, never as a number of seconds."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("must be a date such as 2030-01-15")
    return date.fromisoformat(value)


Title = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=2000)]
DueDate = Annotated[date | None, BeforeValidator(_date_from_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class TodoCreate(_Strict):
    title: Title
    description: Description | None = None
    completed: bool = False
    due_date: DueDate = None


class TodoReplace(TodoCreate):
    completed: bool


class TodoPatch(_Strict):
    """Fields that are not sent stay as they are, so defaults here mean nothing; see `model_fields_set`."""

    title: Title | None = None
    description: Description | None = None
    completed: bool | None = None
    due_date: DueDate = None

    @model_validator(mode="after")
    def _required_fields_stay(self) -> "TodoPatch":
        for name in ("title", "completed"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self


class Todo(BaseModel):
    id: int
    title: str
    description: str | None
    completed: bool
    due_date: date | None
    created_at: datetime
    updated_at: datetime


class TodoPage(BaseModel):
    items: list[Todo]
    total: int
    limit: int
    offset: int
