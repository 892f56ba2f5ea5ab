from __future__ import annotations

import base64
import json

import msgspec
import pytest

from grader.collectors.fuzz.items import Item, Made, name_of
from grader.collectors.fuzz.lines import read_lines
from grader.collectors.fuzz.report import run_of
from grader.evidence.fuzz import FuzzRun
from grader.evidence.http import Exchange, Received, Sent

PATHS = ("/todos", "/todos/{id}")


def request(target: str = "/todos", body: str | None = "{}", **more: object) -> dict[str, object]:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer hush", "User-Agent": "x"}
    return {"method": "POST", "target": target, "headers": headers, "size": len(body or ""), "text": body, **more}


def failure(
    target: str = "/todos", *, operation: str = "POST /todos", gone: bool = False, **more: object
) -> dict[str, object]:
    answer = {"status": 500, "headers": [["X-Token", "hush"]], "body": "token hush is wrong", "cut": False}
    found = {
        "code": "ST101",
        "operation": operation,
        "place": "",
        "keyword": "",
        "headers": [],
        "gone": gone,
        "count": 1,
    }
    return {**found, "request": request(target), "answer": answer, **more}


def scenario(
    operation: str = "POST /todos", *failures: dict[str, object], waited: float = 0.1, **statuses: int
) -> dict[str, object]:
    counts = {key.strip("_"): count for key, count in statuses.items()}
    return {
        "kind": "scenario",
        "operation": operation,
        "statuses": counts,
        "waited": waited,
        "failures": list(failures),
    }


def error(name: str, *, no_answer: bool, **more: object) -> dict[str, object]:
    return {
        "kind": "error",
        "operation": "POST /todos",
        "exception": name,
        "text": "words",
        "no_answer": no_answer,
        "request": None,
        **more,
    }


FINISHED: dict[str, object] = {"kind": "finished", "reason": "completed", "requests": "abc"}


def run(*lines: dict[str, object], over: str = "") -> FuzzRun:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return run_of("accept", read_lines(text), paths=PATHS, token="hush", over=over, seconds=10.0)


def test_counts_and_failures_of_all_phases_are_merged() -> None:
    found = run(
        scenario("POST /todos", failure(), _201=3),
        scenario("POST /todos", failure(count=4), _201=1, _500=2),
        scenario("GET /todos", _200=5),
        FINISHED,
    )
    assert (found.ended, found.sent, found.requests) == ("completed", 11, "abc")
    assert {tally.operation: tally.statuses for tally in found.operations} == {
        "POST /todos": {"201": 4, "500": 2},
        "GET /todos": {"200": 5},
    }
    assert [(f.code, f.status, f.count) for f in found.failures] == [("ST101", 500, 5)]


def test_the_token_is_nowhere_in_the_evidence() -> None:
    found = run(scenario("POST /todos", failure(), _500=1), FINISHED)
    assert b"hush" not in msgspec.json.encode(found)
    assert found.failures[0].example.sent.headers["Authorization"] == "Bearer $API_TOKEN"


def test_the_shortest_request_about_an_existing_item_is_shown() -> None:
    named = "PUT /todos/{id}"
    found = run(
        scenario(named, failure("/todos/2", operation=named, gone=True, request=request("/todos/2", "{}")), _500=1),
        scenario(named, failure("/todos/1", operation=named, request=request("/todos/1", '{"a": 1}')), _500=1),
        FINISHED,
    )
    assert (found.failures[0].example.sent.target, found.failures[0].example.sent.template) == (
        "/todos/1",
        "/todos/$ID",
    )


def test_an_operation_has_one_name_in_both_contracts() -> None:
    found = run(scenario("PUT /todos/1", failure("/todos/1", operation="PUT /todos/1"), _500=1), FINISHED)
    assert found.operations[0].operation == found.failures[0].operation == "PUT /todos/{id}"


def test_a_body_that_is_not_text_can_be_sent_again() -> None:
    raw = base64.b64encode(b"\xff\xfe{").decode()
    found = run(scenario("POST /todos", failure(request=request(body=None, base64=raw, size=3)), _500=1), FINISHED)
    sent = found.failures[0].example.sent
    assert sent.body is None
    assert sent.body_note.startswith("3 bytes that are not UTF-8")
    assert sent.body_command == f"printf %s {raw} | base64 -d"


def test_an_engine_error_is_ours() -> None:
    found = run(scenario("POST /todos", _201=1), error("TypeError", no_answer=False), FINISHED)
    assert (found.ended, found.reason) == ("grader", "schemathesis: TypeError at POST /todos: words")


@pytest.mark.parametrize("lines", [(), (scenario("POST /todos", _201=1),)])
def test_a_run_without_an_end_is_ours(lines: tuple[dict[str, object], ...]) -> None:
    assert run(*lines).ended == "grader"


def test_an_interrupted_run_is_ours() -> None:
    assert run({"kind": "finished", "reason": "interrupted", "requests": ""}).ended == "grader"


def test_a_deadline_of_ours_is_ours_and_keeps_what_was_recorded() -> None:
    found = run(scenario("POST /todos", failure(), _500=1), over="not all was sent")
    assert (found.ended, found.reason, len(found.failures)) == ("grader", "not all was sent", 1)


def test_a_deadline_spent_waiting_for_the_service_is_the_services() -> None:
    found = run(scenario("POST /todos", waited=6.0, _201=1), over="not all was sent")
    assert (found.ended, found.reason) == ("service", "its answers took so long that not all was sent")


def test_a_service_that_does_not_answer_ends_the_run_with_the_request_it_left() -> None:
    found = run(
        scenario("POST /todos", _201=1),
        error("ConnectionError", no_answer=True, request=request("/todos", '{"a": 1}')),
        {"kind": "finished", "reason": "interrupted", "requests": ""},
    )
    assert found.ended == "service"
    assert found.unanswered is not None
    assert (found.unanswered.sent.body, found.unanswered.received) == ('{"a": 1}', None)


def test_half_a_last_line_is_left_out() -> None:
    text = json.dumps(scenario("POST /todos", _201=1)) + "\n" + json.dumps(FINISHED)[:20]
    assert len(read_lines(text)) == 1


def test_a_line_nobody_wrote_is_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        read_lines('{"kind": "verdict", "passed": true}\n')


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"id": 7}', "7"),
        ('{"id": "8f3a-1"}', "8f3a-1"),
        ('{"id": "../admin"}', ""),
        ('{"id": ".."}', ""),
        ('{"id": "a b"}', ""),
        ('{"id": true}', ""),
        ('{"id": [1]}', ""),
        ('{"id": "' + "a" * 300 + '"}', ""),
        ("[1]", ""),
        ("<html>", ""),
        ("[" * 100_000, ""),
    ],
)
def test_only_a_harmless_name_of_an_item_is_used_in_paths(body: str, name: str) -> None:
    assert name_of(Received(status=201, body=body), "id") == name


def test_an_item_is_found_by_the_number_the_contract_speaks_of() -> None:
    made, item = Made(), Item(path="/todos", json={"title": "Milk"})
    sent = Sent(method="POST", target="/todos")
    made.add(item, 1, Exchange(sent=sent, received=Received(status=201, body='{"id": 41}')))
    made.add(item, 2, Exchange(sent=sent, received=Received(status=500, body='{"id": 42}')))
    assert (made.paths, made.ids) == ({"/todos/1": "/todos/41"}, ["41"])


@pytest.mark.parametrize(
    ("waited", "reason"),
    [
        (10.1, "no whole answer came within 10 seconds"),
        (0.2, "the connection ended before a whole answer came"),
    ],
)
def test_a_slow_answer_is_told_apart_from_a_connection_that_ended(waited: float, reason: str) -> None:
    found = run(error("ChunkedEncodingError", no_answer=True, request=request(), waited=waited), FINISHED)
    assert (found.ended, found.reason) == ("service", reason)
