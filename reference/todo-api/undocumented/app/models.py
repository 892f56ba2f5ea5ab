from datetime import date, datetime
from typing import Annotated, Optional

from pydantic import BaseModel, Field

Title = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[Optional[str], Field(max_length=2000)]


class NewTodo(BaseModel):
    title: Title
    description: Description = None
    completed: bool = False
    due_date: Optional[date] = None


class WholeTodo(NewTodo):
    completed: bool


class Changes(BaseModel):
    title: Title = ""
    description: Description = None
    completed: bool = False
    due_date: Optional[date] = None


class Todo(NewTodo):
    id: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[Todo]
    total: int
    limit: int
    offset: int
