from __future__ import annotations

import subprocess

import pytest
from exams import JSON, exam, got, run

from grader.checks.exchanges import MAX_BODY, Preparation, command, curl, http_exhibit
from grader.checks.http.showing import show, show_together, told
from grader.checks.masking import stable
from grader.evidence.exam import StepRun
from grader.evidence.http import Exchange, Sent


def bash(script: str, token: str = "s3cret") -> list[list[str]]:
    """What a shell makes of a script: the words of every `curl`, by a function in its place."""
    fake = 'curl() { { printf "%s\\0" "$@"; printf "\\n"; } >&3; }; jq() { echo 42; };'
    done = subprocess.run(
        ["bash", "-c", f"exec 3>&1; {fake} {script}"],
        capture_output=True,
        check=True,
        env={"API_TOKEN": token, "PATH": "/usr/bin:/bin"},
    )
    calls = done.stdout.decode("utf-8", "replace").split("\0\n")
    return [call.split("\0") for call in calls if call.startswith("-sS")]


def test_a_command_sends_exactly_what_was_sent() -> None:
    body = '{"title": "it\'s $HOME `id` \\"x\\" \\\\ !"}'
    sent = Sent(
        method="POST",
        target="/todos?q=a&b=[1]",
        headers={"Content-Type": "application/json", "Authorization": "Bearer $API_TOKEN", "X-Other": "1"},
        body=body,
    )
    words = bash(curl(sent))[0]
    assert words[words.index("-X") + 1] == "POST"
    assert "http://127.0.0.1:8000/todos?q=a&b=[1]" in words
    assert "Authorization: Bearer s3cret" in words
    assert words[words.index("--data-binary") + 1] == body
    assert "X-Other: 1" in words


def test_a_chain_repeats_what_the_request_depends_on() -> None:
    create = Exchange(sent=Sent(method="POST", target="/todos", body="{}"))
    change = Exchange(sent=Sent(method="PATCH", target="/todos/7", template="/todos/$ID", body="{}"))
    read = Exchange(sent=Sent(method="GET", target="/todos/7", template="/todos/$ID"))
    calls = bash(command(read, [Preparation(create, "ID", "id"), Preparation(change)]))
    assert [call[-1] for call in calls][-1] == "http://127.0.0.1:8000/todos/42"
    assert "http://127.0.0.1:8000/todos/42" in calls[1]


@pytest.mark.parametrize(
    ("body", "sent"),
    [("a\x00b\u202ec", b"a\x00b\xe2\x80\xaec"), ("plain\nlines", b"plain\nlines")],
)
def test_odd_bodies_are_written_so_that_a_terminal_cannot_be_fooled(body: str, sent: bytes) -> None:
    line = curl(Sent(method="POST", target="/todos", body=body))
    assert "\x00" not in line
    assert "\u202e" not in line
    fed = subprocess.run(["bash", "-c", f"curl() {{ cat; }}; {line}"], input=b"", capture_output=True, check=True)
    assert fed.stdout == (sent if "|" in line else b"")


def test_requests_without_a_type_and_odd_paths_reach_the_service_as_they_were() -> None:
    words = bash(curl(Sent(method="GET", target="/todos/../etc", body="x")))[0]
    assert "--path-as-is" in words
    assert "Content-Type:" in words
    assert bash(curl(Sent(method="HEAD", target="/todos")))[0][1] == "-I"


def test_an_exhibit_shows_no_clock_no_chance_and_no_more_than_a_bounded_body() -> None:
    answer = got(
        500,
        {
            "id": 9_999_999,
            "at": "2026-11-21T10:30:20.12Z",
            "due": "2031-02-03",
            "trace": "0x7f3a2b1c at /tmp/ab12/x.py",
        },
        ("date", "Sat, 21 Nov 2026 10:30:20 GMT"),
        ("x-request-id", "5f0c1a9e-1111-4222-8333-123456789abc"),
        ("content-type", "application/json"),
    )
    shown = http_exhibit(Exchange(sent=Sent(method="GET", target="/todos"), received=answer), known="2031-02-03")
    assert "<number>" in shown.response
    assert "<time>" in shown.response
    assert "<address>" in shown.response
    assert "<path>" in shown.response
    assert "2031-02-03" in shown.response
    assert "date:" not in shown.response
    assert "request-id" not in shown.response
    long = http_exhibit(Exchange(sent=Sent(method="GET", target="/"), received=got(200, text="y" * 100_000)))
    assert len(long.response) < MAX_BODY + 200


def test_an_exchange_without_an_answer_says_why() -> None:
    shown = http_exhibit(Exchange(sent=Sent(method="GET", target="/todos"), error="no answer within 10 s"))
    assert shown.response == "(no answer: no answer within 10 s)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("id 17 of 20 in 2026", "id 17 of 20 in 2026"),
        ("5f0c1a9e-1111-4222-8333-123456789abc", "<uuid>"),
        ("at 2026-11-21 10:30:20.123456+00:00.", "at <time>."),
        ("Sat Nov 21 2026 10:30:20 GMT", "<time>"),
        ("took 0.0123456 s at 1764000000", "took <number> s at <number>"),
        ("key 507f1f77bcf86cd799439011", "key <hex>"),
        ("deadline defaced", "deadline defaced"),
    ],
)
def test_what_differs_between_two_runs_is_named(text: str, shown: str) -> None:
    assert stable(text) == shown


def test_values_the_service_chose_are_named_unless_they_are_small_numbers() -> None:
    assert stable("slug V1StG and 7", drawn={"V1StG": "slug", "7": "id"}) == "slug <slug> and 7"
    assert stable("V1StG", known="V1StG", drawn={"V1StG": "slug"}) == "V1StG"


def test_the_command_of_a_run_goes_back_to_where_its_values_come_from() -> None:
    create = run("s.create", got(201, {"id": 7}), "POST /things", {"name": "anchor"}, captured={"id": 7})
    other = run("s.other", got(201, {"id": 8}), "POST /things", {"name": "other"})
    change = run("s.change", got(200, {}), "PATCH /things/7", {"name": "new"}, template="/things/$ID")
    read = run("s.read", got(200, {"id": 7}), "GET /things/7", template="/things/$ID")
    evidence = exam(create, other, change, read)
    lines = show(evidence, read).command.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("ID=$(curl")
    assert "PATCH" in lines[1]
    assert "other" not in show(evidence, read).command
    assert show(evidence, read).request == "GET /things/$ID"


def test_the_command_of_a_run_waits_where_the_exam_waited() -> None:
    create = run("s.create", got(201, {"id": 7}), "POST /things", {"name": "anchor"}, captured={"id": 7})
    read = run("s.read", got(404), "GET /things/7", template="/things/$ID")
    lines = show(exam(create, StepRun(step="s.wait", waits=4.0), read), read).command.splitlines()
    assert [line.split()[0] for line in lines] == ["ID=$(curl", "sleep", "curl"]
    assert lines[1] == "sleep 4"


def test_when_to_come_back_is_another_number_in_every_run() -> None:
    answer = got(429, {"detail": "again in 5.2 s", "status": 429}, ("retry-after", "5"), *JSON)
    shown = http_exhibit(Exchange(sent=Sent(method="POST", target="/"), received=answer)).response
    assert "retry-after: <number>" in shown
    assert "again in <number> s" in shown
    assert '"status": 429' in shown


def test_requests_at_the_same_time_are_shown_without_their_chance() -> None:
    create = run("s.create", got(201, {"id": 7}), "POST /things", {"name": "anchor"}, captured={"id": 7})
    writes = [
        run("s.w", got(200, {"x": n}), "PATCH /things/7", {"x": n}, template="/things/$ID", together=True)
        for n in (1, 2)
    ]
    shown = show_together(exam(create, *writes), writes, "one was lost", create)
    assert (shown.response, shown.command.count(" &\n"), "wait" in shown.command) == ("one was lost", 2, True)
    assert shown.command.startswith("ID=$(curl")


def test_values_in_words_are_short_json() -> None:
    read = run("s.read", got(200, {}))
    assert told(exam(read), read, {"b": None, "a": "2026-11-21T10:00:00Z"}) == '{"a": "<time>", "b": null}'
    assert len(told(exam(read), read, "x" * 500)) == 80
