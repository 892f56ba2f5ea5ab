from datetime import date, datetime
from enum import Enum

from pydantic import BaseModel, Field


class TodoBase(BaseModel):
    title: str = Field(min_length=1, max_length=200, examples=["Buy milk"])
    description: str | None = Field(default=None, max_length=2000)
    due_date: date | None = None


class TodoCreate(TodoBase):
    completed: bool = False


class TodoUpdate(TodoBase):
    completed: bool


class TodoPatch(BaseModel):
    # Nothing is required, but null is only allowed where a todo may have it.
    title: str = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool = None
    due_date: date | None = None


class Todo(TodoBase):
    id: int
    completed: bool
    created_at: datetime
    updated_at: datetime


class TodoPage(BaseModel):
    items: list[Todo]
    total: int
    limit: int
    offset: int


class Sort(str, Enum):
    id_asc = "id"
    id_desc = "-id"
    title_asc = "title"
    title_desc = "-title"
