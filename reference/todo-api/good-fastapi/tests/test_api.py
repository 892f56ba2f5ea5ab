from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from todo_api.api import create_app
from todo_api.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(data_dir=tmp_path, api_token="t")), headers={"Authorization": "Bearer t"})


def test_patch_changes_only_what_is_sent(client: TestClient) -> None:
    todo = client.post("/todos", json={"title": "a", "description": "b"}).json()
    changed = client.patch(f"/todos/{todo['id']}", json={"completed": True}).json()
    assert (changed["title"], changed["description"], changed["completed"]) == ("a", "b", True)


def test_put_resets_what_is_not_sent(client: TestClient) -> None:
    todo = client.post("/todos", json={"title": "a", "description": "b"}).json()
    assert client.put(f"/todos/{todo['id']}", json={"title": "c", "completed": False}).json()["description"] is None


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": 5}, {"title": "a", "due_date": "2031-02-30"}])
def test_invalid_todos_are_refused(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/todos", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_nothing_works_without_the_token(client: TestClient) -> None:
    assert client.get("/todos", headers={"Authorization": "Bearer wrong"}).status_code == 401
