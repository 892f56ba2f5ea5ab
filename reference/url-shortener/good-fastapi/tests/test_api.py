from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from shortener.api import create_app
from shortener.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(data_dir=tmp_path, limit=2)), follow_redirects=False)


def test_visits_are_counted(client: TestClient) -> None:
    code = client.post("/links", json={"url": "https://example.org/a%2Fb"}).json()["code"]
    assert client.get(f"/{code}").headers["location"] == "https://example.org/a%2Fb"
    assert client.get(f"/links/{code}").json()["clicks"] == 1


@pytest.mark.parametrize("url", ["", "/a", "javascript:alert(1)", "https://", "https://a b", "https://a\n"])
def test_what_is_no_web_address_is_refused(client: TestClient, url: str) -> None:
    assert client.post("/links", json={"url": url}).status_code == 422


def test_a_code_is_given_once(client: TestClient) -> None:
    link = {"url": "https://example.org/", "code": "mine"}
    assert [client.post("/links", json=link).status_code for _ in range(2)] == [201, 409]


def test_a_client_is_limited_and_others_are_not(client: TestClient) -> None:
    def made(name: str) -> int:
        return client.post("/links", json={"url": "https://example.org/"}, headers={"X-Client": name}).status_code

    assert [made("a"), made("a"), made("a"), made("b")] == [201, 201, 429, 201]
