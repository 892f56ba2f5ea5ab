from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import database, security
from app.main import app


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(database, "PATH", tmp_path / "todos.db")
    monkeypatch.setattr(security, "TOKEN", "secret")
    with TestClient(app, headers={"Authorization": "Bearer secret"}) as client:
        yield client


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "a\0"},
        {"title": 5},
        {"titel": "a"},
        {"completed": 1},
        {"due_date": 0},
        {"due_date": "2031-02-30"},
    ],
)
def test_wrong_input_is_refused_and_stores_nothing(client: TestClient, wrong: dict[str, object]) -> None:
    answer = client.post("/todos", json={"title": "a"} | wrong)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert client.get("/todos").json()["total"] == 0


def test_put_replaces_and_patch_changes(client: TestClient) -> None:
    url = client.post("/todos", json={"title": "a", "description": "b"}).headers["location"]
    assert client.patch(url, json={"completed": True}).json()["description"] == "b"
    assert client.put(url, json={"title": "c", "completed": True}).json()["description"] is None


def test_limit_is_brought_into_range(client: TestClient) -> None:
    assert [client.get("/todos", params={"limit": n}).json()["limit"] for n in (0, 7, 1000)] == [1, 7, 100]


def test_other_methods_are_told_which_ones_there_are(client: TestClient) -> None:
    answer = client.post("/todos/1", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT, PATCH, DELETE")


def test_a_token_is_needed(client: TestClient) -> None:
    answer = client.get("/todos", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)
