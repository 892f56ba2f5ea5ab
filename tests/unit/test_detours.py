"""A redirect that only changes the slash at the end is followed; every other one is an answer."""

from __future__ import annotations

import pytest
from exams import got

from grader.collectors.exam.detours import slashed
from grader.evidence.http import Sent


def sent(method: str = "POST", target: str = "/things", template: str = "") -> Sent:
    return Sent(method=method, target=target, template=template)


@pytest.mark.parametrize(
    ("method", "status", "target", "location", "led"),
    [
        ("POST", 307, "/things", "http://127.0.0.1:8000/things/", "/things/"),
        ("PUT", 308, "/things/7", "/things/7/", "/things/7/"),
        ("GET", 301, "/things?limit=3", "/things/?limit=3", "/things/?limit=3"),
        ("GET", 307, "/things?limit=3", "/things/", "/things/?limit=3"),
        ("GET", 308, "/things/", "/things", "/things"),
        ("GET", 307, "/things/7%20OR%201%3D1", "/things/7%20OR%201=1/", "/things/7%20OR%201%3D1/"),
    ],
)
def test_a_redirect_to_the_same_path_with_another_end_is_followed(
    method: str, status: int, target: str, location: str, led: str
) -> None:
    moved = slashed(sent(method, target), got(status, None, ("location", location)))
    assert moved is not None
    assert (moved.method, moved.target) == (method, led)


def test_the_shown_command_follows_too() -> None:
    moved = slashed(sent("PUT", "/things/7", "/things/$ID"), got(307, None, ("location", "/things/7/")))
    assert moved is not None
    assert moved.template == "/things/$ID/"


@pytest.mark.parametrize(
    ("method", "status", "target", "location"),
    [
        ("POST", 301, "/things", "/things/"),  # clients send GET there, and the body is lost
        ("POST", 303, "/things", "/things/"),
        ("GET", 200, "/things", "/things/"),
        ("GET", 307, "/things", "/other/"),
        ("GET", 307, "/things", "/things"),
        ("GET", 307, "/", ""),
        ("GET", 307, "/things", ""),
        ("GET", 307, "/things", "http://elsewhere.example/things/"),
        ("GET", 307, "/things", "http://127.0.0.1:9000/things/"),
        ("GET", 307, "/things", "//things/"),
        ("GET", 307, "/things", "https://127.0.0.1:8000/things/"),
        ("GET", 307, "/things?limit=3", "/things/?limit=4"),
        ("GET", 307, "/things", "http://[/things/"),
    ],
)
def test_any_other_redirect_is_an_answer(method: str, status: int, target: str, location: str) -> None:
    assert slashed(sent(method, target), got(status, None, ("location", location))) is None
