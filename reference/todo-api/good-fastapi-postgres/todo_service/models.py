from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def storable(text: str) -> str:
    """PostgreSQL's text can hold every character but this one."""
    if "\0" in text:
        raise ValueError("NUL characters cannot be stored")
    return text


def only_text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    raise ValueError("should be a date as text, such as 2030-01-15")


Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
Description = Annotated[str, Field(max_length=2000), AfterValidator(storable)]
DueDate = Annotated[date | None, Field(strict=False), BeforeValidator(only_text)]


class TodoCreate(BaseModel):
    model_config = ConfigDict(strict=True)

    title: Title
    description: Description | None = None
    completed: bool = False
    due_date: DueDate = None


class TodoReplace(TodoCreate):
    completed: bool


class TodoPatch(TodoCreate):
    title: Title | None = None
    completed: bool | None = None

    @model_validator(mode="after")
    def title_and_completed_are_never_null(self) -> "TodoPatch":
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
