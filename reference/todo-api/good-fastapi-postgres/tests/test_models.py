"""What needs no database."""

import pytest
from pydantic import ValidationError

from todo_service.models import TodoCreate, TodoPatch


@pytest.mark.parametrize(
    "body",
    [
        '{"title": ""}',
        '{"title": 5}',
        '{"title": "a\\u0000b"}',
        '{"title": "a", "completed": "true"}',
        '{"title": "a", "due_date": 0}',
        '{"title": "a", "due_date": "2031-02-30"}',
    ],
)
def test_wrong_todos_are_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        TodoCreate.model_validate_json(body)


def test_a_patch_knows_what_was_sent() -> None:
    assert TodoPatch(description=None).model_dump(exclude_unset=True) == {"description": None}
    with pytest.raises(ValidationError):
        TodoPatch(title=None)
