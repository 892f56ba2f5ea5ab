from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.collectors.exam import runner
from grader.collectors.exam.collector import _settings, _token, prove
from grader.collectors.exam.runner import ExamRunner
from grader.errors import UsageError
from grader.evidence.http import Received
from grader.exam.chosen import chosen
from grader.exam.plan import Exam, Scenario, Step, Token, TokenMode
from grader.model import Level, Visibility
from grader.sandbox import Service, ServiceState

OPEN = Scenario(id="open", title="Open", step=(Step(id="a", send="GET /"),), visibility=Visibility.PUBLIC)
SENIOR = Scenario(id="senior", title="Senior", step=(Step(id="a", send="GET /"),), level=Level.SENIOR)
TOKENS = Scenario(
    id="tokens", title="Tokens", step=(Step(id="a", send="GET /", token=TokenMode.NONE),), visibility=Visibility.PUBLIC
)
EXAM = Exam(scenario=(OPEN, SENIOR, TOKENS), token=Token(variable="API_TOKEN", level=Level.MID))


def job(level: Level = Level.MID, *, seed: int = 1, public: bool = False, isolation: str = "docker") -> Any:
    return SimpleNamespace(
        level=level,
        seed=seed,
        public_only=public,
        submission=SimpleNamespace(digest="d1", root=Path()),
        sandbox=SimpleNamespace(isolation=isolation),
        notes=[],
    )


def test_the_token_follows_from_seed_and_submission_and_is_set_from_its_level_upwards() -> None:
    one, environment = _token(job(), EXAM)
    assert environment == {"API_TOKEN": one}
    assert _token(job(), EXAM)[0] == one
    assert _token(job(seed=2), EXAM)[0] != one
    assert _token(job(Level.JUNIOR), EXAM) == ("", {})
    assert _token(job(), Exam(scenario=(OPEN,))) == ("", {})


def test_a_service_somebody_else_started_has_the_token_of_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_TOKEN", raising=False)
    theirs = job(isolation="none")
    assert _token(theirs, EXAM) == ("", {})
    assert theirs.notes == ["API_TOKEN is not set, so nothing was asked about tokens"]
    monkeypatch.setenv("API_TOKEN", "own")
    assert _token(theirs, EXAM) == ("own", {})


def test_settings_go_to_the_service_and_are_told_to_the_owner_of_another_one() -> None:
    exam = Exam(scenario=(OPEN,), environment={"SIZE": "5"})
    assert _settings(job(), exam) == {"SIZE": "5"}
    theirs = job(isolation="none")
    assert _settings(theirs, exam) == {}
    assert theirs.notes == ["the exam counts on these settings of the service: SIZE=5"]


def test_a_setting_must_stand_in_the_brief(tmp_path: Path) -> None:
    (tmp_path / "exam.toml").write_text(
        '[environment]\nSIZE = "5"\n[[scenario]]\nid = "a"\ntitle = "A"\n[[scenario.step]]\nid = "b"\nsend = "GET /"\n'
    )
    (tmp_path / "brief.md").write_text("`MAX_SIZE` says how many.")
    with pytest.raises(UsageError, match="sets `SIZE` for the service"):
        prove(tmp_path, {})
    (tmp_path / "brief.md").write_text("`SIZE` says how many.")
    assert "a.b" in prove(tmp_path, {}).names


def test_scenarios_are_left_out_by_level_self_check_and_missing_token_with_their_reason() -> None:
    put, left_out = chosen(EXAM, Level.MID, token=True)
    assert [scenario.id for scenario in put] == ["open", "tokens"]
    assert left_out == {"senior": "asked from senior level upwards"}
    assert chosen(EXAM, Level.SENIOR, token=True, public_only=True)[1] == {"senior": "not part of the self-check"}
    assert chosen(EXAM, Level.JUNIOR, token=False)[1]["tokens"] == "no token is set in this run"


@pytest.mark.parametrize(("value", "taken"), [("a/b", "a/b"), (7, 7), ("\\ud800", None), (True, None), ([], None)])
def test_only_what_a_request_can_carry_is_taken_from_an_answer(value: object, taken: object) -> None:
    text = '{"id": "\\ud800"}' if value == "\\ud800" else json.dumps({"id": value})
    received = Received(status=201, body=text)
    assert runner._taken(received, json.loads(text), "id", "/things") == taken


def test_a_service_that_goes_on_breaking_off_connections_does_not_cost_the_time_of_the_exam(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []

    def state() -> ServiceState:
        looked.append(1)
        return ServiceState(running=True)

    monkeypatch.setattr(runner, "_PAUSE", 0)
    exam = ExamRunner(cast("Service", SimpleNamespace(state=state)), values={}, token="", seconds=60)
    for _ in range(200):
        exam.note("s.a", "the connection was closed without a complete HTTP answer")
    assert len(looked) < 300
    assert exam.may_send()
