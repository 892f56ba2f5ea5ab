from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain NUL characters")
    return value


def not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def iso_date(value: object) -> object:
    """Pydantic's own date would take numbers and times as well."""
    if not isinstance(value, str) or len(value) != len("2030-01-15"):
        raise ValueError("must be a date in the form YYYY-MM-DD")
    return date.fromisoformat(value)


Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(no_nul), AfterValidator(not_blank)]
Description = Annotated[str, Field(max_length=2000), AfterValidator(no_nul)]
DueDate = Annotated[date, BeforeValidator(iso_date)]


class Body(BaseModel):
    """What clients send: exact types, and no field that we would have to ignore."""

    model_config = ConfigDict(strict=True, extra="forbid")


class TodoCreate(Body):
    title: Title
    description: Description | None = None
    completed: bool = False
    due_date: DueDate | None = None


class TodoReplace(TodoCreate):
    completed: bool


class TodoPatch(Body):
    title: Title | None = None
    description: Description | None = None
    completed: bool | None = None
    due_date: DueDate | None = None

    @model_validator(mode="after")
    def not_null(self) -> Self:
        if any(getattr(self, name) is None for name in {"title", "completed"} & self.model_fields_set):
            raise ValueError("title and completed cannot be null")
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
