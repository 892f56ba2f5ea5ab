import pytest

from todo_api import create_app


@pytest.fixture
def client(tmp_path):
    app = create_app({"DATABASE": tmp_path / "todos.sqlite", "API_TOKEN": "secret"})
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer secret"
    return client


def test_what_is_stored_is_read_back(client):
    created = client.post("/todos", json={"title": " Zoë \u2713 ", "due_date": "2030-01-15"})
    assert created.status_code == 201
    assert client.get(created.headers["Location"]).json == created.json


def test_put_clears_what_is_not_sent_and_patch_does_not(client):
    url = client.post("/todos", json={"title": "a", "description": "b"}).headers["Location"]
    assert client.patch(url, json={"completed": True}).json["description"] == "b"
    assert client.put(url, json={"title": "a", "completed": True}).json["description"] is None


@pytest.mark.parametrize("wrong", [[], {}, {"title": ""}, {"title": 1}, {"title": "a", "completed": 1}])
def test_wrong_bodies_are_refused(client, wrong):
    answer = client.post("/todos", json=wrong)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert client.get("/todos").json["total"] == 0


def test_an_id_is_never_given_twice(client):
    first = client.post("/todos", json={"title": "a"}).json["id"]
    client.delete(f"/todos/{first}")
    assert client.post("/todos", json={"title": "b"}).json["id"] > first


def test_nobody_gets_in_without_the_token(client):
    answer = client.get("/todos", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
