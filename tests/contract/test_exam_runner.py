"""The exam against real services: small ones made for one question, and reference answers as processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader import pipeline
from grader.checks import CHECKS
from grader.collectors import COLLECTORS
from grader.collectors.exam.client import MAX_BODY, MAX_ERROR, ExamClient
from grader.collectors.exam.runner import ExamRunner
from grader.errors import SubmissionFault
from grader.evidence.exam import HttpExam
from grader.evidence.http import Received
from grader.exam.plan import Scenario, Step, TokenMode, Variant, Wait, Walk
from grader.model import Challenge, Level, Outcome
from grader.pipeline import Request, World
from grader.public import part_about
from grader.result import Result
from grader.sandbox import ServiceState
from grader.sandbox.process import ProcessSandbox
from grader.stages import Stages

ROOT = Path(__file__).parents[2]
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


class LocalService:
    """A server of this test as the service of an exam."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.running = True
        self.comes_back = True
        self.restarts = 0

    def log(self) -> str:
        return ""

    def state(self) -> ServiceState:
        return ServiceState(running=self.running)

    def restart(self) -> None:
        self.restarts += 1
        if not self.comes_back:
            raise SubmissionFault("E320", "the service exited with code 1")


@contextmanager
def serving(answer: Answer) -> Iterator[LocalService]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LocalService(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, value: Any, **headers: str) -> None:
    data = json.dumps(value).encode()
    handler.send_response(status)
    for name, text in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.end_headers()
    handler.wfile.write(data)


def examined(
    service: LocalService, *steps: Step, seconds: float = 30, deadline: float = 5, token: str = "", rounds: int = 1
) -> HttpExam:
    runner = ExamRunner(service, values={"word:a": "amber"}, token=token, seconds=seconds)
    scenario = Scenario(id="s", title="S", step=steps, rounds=rounds)
    return asyncio.run(runner.run([scenario], {}, request_seconds=deadline))


def statuses(exam: HttpExam) -> list[int | str]:
    told: list[int | str] = []
    for run in exam.runs:
        received = run.exchange.received if run.exchange else None
        told.append(received.status if received else run.skipped or (run.exchange.error if run.exchange else ""))
    return told


def test_values_are_captured_from_bodies_and_headers_and_sent_again() -> None:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if handler.command == "POST":
            reply(handler, 201, {"data": {"id": 7}}, Location="http://elsewhere.example/things/7?x=1")
        else:
            reply(handler, 200, {"path": handler.path, "body": body.decode()})

    with serving(answer) as service:
        exam = examined(
            service,
            Step(
                id="make",
                send="POST /things",
                json={"n": "{word:a}"},
                capture={"id": "data.id", "at": "header:location"},
            ),
            Step(id="read", send="GET /things/{id}"),
            Step(id="follow", send="GET {at}"),
            Step(id="change", send="PUT /things/{id}", json={"id": "{id}", "n": "{word:a}"}),
        )
    bodies = [json.loads(run.exchange.received.body) for run in exam.runs[1:] if run.exchange and run.exchange.received]
    assert [one["path"] for one in bodies] == ["/things/7", "/things/7?x=1", "/things/7"]
    assert json.loads(bodies[2]["body"]) == {"id": 7, "n": "amber"}


def test_what_no_answer_gave_is_not_sent_and_says_so() -> None:
    with serving(lambda handler, _: reply(handler, 500, {"id": 7})) as service:
        exam = examined(
            service, Step(id="make", send="POST /x", capture={"id": "id"}), Step(id="read", send="GET /x/{id}")
        )
    assert statuses(exam) == [500, "no earlier answer gave `id`"]


def test_the_token_goes_out_and_never_comes_into_the_evidence() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        reply(handler, 200, {"got": handler.headers.get("Authorization"), "agent": handler.headers["User-Agent"]})

    modes = (TokenMode.VALID, TokenMode.NONE, TokenMode.WRONG, TokenMode.BASIC)
    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="GET /", token=modes), token="s3cret-token")
    got = [json.loads(run.exchange.received.body)["got"] for run in exam.runs if run.exchange and run.exchange.received]
    assert got == ["Bearer $API_TOKEN", None, "Bearer not-the-token", "Basic dXNlcjpwYXNzd29yZA=="]
    assert b"s3cret-token" not in msgspec.json.encode(exam)


@pytest.mark.parametrize("ends", ["empty page", "error", "same page again"])
def test_a_walk_follows_pages_to_their_end(ends: str) -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        offset = int(handler.path.rpartition("offset=")[2])
        if ends == "error" and offset >= 5:
            return reply(handler, 404, {"detail": "no such page"})
        items = [1, 2, 3, 4, 5][offset : offset + 2] if ends != "same page again" else [1, 2]
        return reply(handler, 200, {"items": items})

    with serving(answer) as service:
        exam = examined(service, Step(id="w", send="GET /x?sort=a", walk=Walk(size=2)))
    targets = [run.exchange.sent.target for run in exam.runs if run.exchange]
    assert targets[0] == "/x?sort=a&limit=2&offset=0"
    assert len(targets) == (2 if ends == "same page again" else 4)


def test_requests_at_the_same_time_overlap_and_are_kept_in_the_order_of_the_exam() -> None:
    barrier = threading.Barrier(4, timeout=5)

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        barrier.wait()
        time.sleep(random.random() / 50)
        reply(handler, 200, json.loads(body))

    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="POST /", json={"n": "{n}"}, repeat=4, concurrent=True))
    assert [run.number for run in exam.runs] == [1, 2, 3, 4]
    assert all(run.together and run.exchange and run.exchange.received for run in exam.runs)


def test_a_crash_is_recorded_once_and_nothing_is_sent_after_it() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        if handler.path == "/crash":
            service.running = False
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            reply(handler, 200, {})

    with serving(answer) as service:
        exam = examined(
            service,
            Step(id="a", send="GET /"),
            Step(id="b", send="GET /", each=(Variant(name="crash", send="GET /crash"), Variant(name="after"))),
            Step(id="c", send="GET /"),
        )
    assert exam.died_at == "s.b"
    assert statuses(exam)[0] == 200
    assert statuses(exam)[2:] == ["the service was gone after `s.b`"] * 2


def test_a_closed_connection_alone_is_no_crash() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        if handler.path == "/close":
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            reply(handler, 200, {})

    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="GET /close"), Step(id="b", send="GET /"))
    assert (exam.died_at, statuses(exam)[1]) == ("", 200)


def test_a_service_that_hangs_is_given_up_after_three_requests() -> None:
    with serving(lambda _handler, _body: time.sleep(2)) as service:
        exam = examined(service, Step(id="a", send="GET /", repeat=6), deadline=0.1)
    assert statuses(exam)[:3] == ["no answer within 0.1 s"] * 3
    assert statuses(exam)[3:] == ["the service stopped answering at `s.a`"] * 3


def test_a_slow_operation_is_not_taken_for_a_service_that_hangs() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        if handler.path == "/slow":
            time.sleep(1)
        with contextlib.suppress(OSError):
            reply(handler, 200, {})

    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="GET /slow", repeat=4), Step(id="b", send="GET /b"), deadline=0.3)
    assert statuses(exam) == [*["no answer within 0.3 s"] * 4, 200]
    assert (exam.died_at, exam.stopped) == ("", "")


def test_an_answer_without_an_end_is_none() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200 if handler.path == "/ok" else 500)
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(b'{"id": 1}' + b" " * (MAX_BODY + 1))

    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="GET /ok"), Step(id="b", send="GET /error"))
    assert statuses(exam) == ["the answer had no end within 1 MB", 500]


def test_the_host_is_the_same_in_every_run_whatever_our_port_is() -> None:
    with serving(lambda handler, _: reply(handler, 200, {"self": f"http://{handler.headers['Host']}/"})) as service:
        exam = examined(service, Step(id="a", send="GET /"))
    received = exam.runs[0].exchange and exam.runs[0].exchange.received
    assert received
    assert json.loads(received.body) == {"self": "http://127.0.0.1:8000/"}


def test_dripping_bytes_does_not_extend_the_deadline() -> None:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                handler.wfile.write(b"x")
                time.sleep(0.02)

    with serving(answer) as service:
        exam = examined(service, Step(id="a", send="GET /"), deadline=0.3)
    assert statuses(exam) == ["no answer within 0.3 s"]


def test_time_that_is_used_up_loses_only_what_was_not_sent() -> None:
    with serving(lambda handler, _: (time.sleep(0.1), reply(handler, 200, {}))[1]) as service:
        exam = examined(service, Step(id="a", send="GET /", repeat=5), seconds=0.15)
    assert statuses(exam)[0] == 200
    assert statuses(exam)[-1] == "the time for the exam was used up by slow answers"
    assert exam.died_at == ""


def test_odd_answers_are_facts_and_never_exceptions() -> None:
    async def sent(target: str) -> Received | str:
        async with ExamClient(seconds=2, token="") as client:
            return await client.send(service.base_url, "GET", target, {}, None)

    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        if handler.path == "/no-http":
            handler.wfile.write(b"hello\r\n\r\n")
        elif handler.path == "/huge":
            reply(handler, 500, "x" * (4 * MAX_ERROR))
        elif handler.path == "/bytes":
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(b"\xff\xfe")
        else:
            reply(handler, 302, {}, Location="http://127.0.0.1:1/")

    with serving(answer) as service:
        no_http, huge, odd, moved = (asyncio.run(sent(path)) for path in ("/no-http", "/huge", "/bytes", "/a/../b"))
    assert no_http == "the connection was closed without a complete HTTP answer"
    assert isinstance(huge, Received)
    assert (huge.cut, len(huge.body)) == (True, MAX_ERROR)
    assert isinstance(odd, Received)
    assert odd.body == "\ufffd\ufffd"
    assert isinstance(moved, Received)
    assert moved.status == 302
    assert asyncio.run(sent_to_nobody()) == "the connection was refused"


def test_a_service_behind_a_path_is_asked_there() -> None:
    with serving(lambda handler, _: reply(handler, 200, {"path": handler.path})) as service:
        service.base_url += "/api/v1/"
        exam = examined(service, Step(id="a", send="GET /todos?limit=1"))
    received = exam.runs[0].exchange.received if exam.runs[0].exchange else None
    assert json.loads(received.body if received else "{}") == {"path": "/api/v1/todos?limit=1"}


async def sent_to_nobody() -> Received | str:
    async with ExamClient(seconds=2, token="") as client:
        return await client.send("http://127.0.0.1:1", "GET", "/", {}, None)


def test_a_restart_is_a_step_and_one_that_fails_ends_the_exam() -> None:
    steps = (Step(id="off", restart=True), Step(id="a", send="GET /"))
    with serving(lambda handler, _: reply(handler, 200, {})) as service:
        good = examined(service, *steps)
        service.comes_back = False
        bad = examined(service, *steps)
    assert (service.restarts, statuses(good)) == (2, ["", 200])
    assert (bad.died_at, statuses(bad)) == (
        "s.off",
        ["the service exited with code 1", "the service was gone after `s.off`"],
    )


def test_a_wait_counts_from_the_step_it_names_and_uses_up_no_time_of_the_exam() -> None:
    asked: list[float] = []

    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        asked.append(time.monotonic())
        reply(handler, 200, {})

    with serving(answer) as service:
        exam = examined(
            service,
            Step(id="a", send="GET /"),
            Step(id="w", wait=Wait(seconds=0.4, since="s.a")),
            Step(id="over", wait=Wait(seconds=0.3, since="s.a")),
            Step(id="b", send="GET /"),
            seconds=0.2,
        )
    assert asked[1] - asked[0] >= 0.4
    assert statuses(exam) == [200, "", "", 200]
    assert [run.waits for run in exam.runs] == [0.0, 0.4, 0.3, 0.0]


# ------------------------------------------------------------------------- whole answers


@pytest.fixture(scope="module")
def pack() -> Challenge:
    whole = pipeline.load(ROOT / "challenges" / "todo-api")
    return part_about(whole, [HttpExam], collectors=COLLECTORS, checks=CHECKS)


class NoDatabases:
    isolation = "process"

    def images(self) -> dict[str, str]:
        return {}


def graded(
    pack: Challenge,
    answer: Path | str,
    level: Level = Level.MID,
    seed: int = 1,
    *,
    public: bool = False,
    confirm: bool = False,
) -> Result:
    stages = Stages()
    world = World(sandbox=ProcessSandbox(stages), databases=NoDatabases(), stages=stages)  # type: ignore[arg-type] # none is used
    root = ROOT / "reference" / "todo-api" / answer if isinstance(answer, str) else answer
    challenge = pipeline.public(pack) if public else pack
    saved = pipeline.grade(
        challenge, str(root), Request(level=level, seed=seed, public_only=public, confirm=confirm), world
    )
    return pipeline.judge_saved(challenge, pipeline.decode(pipeline.encode(saved), "memory"))


def failing(result: Result) -> set[str]:
    return {check.id for check in result.checks() if check.scored and check.outcome is Outcome.FAIL}


def without_run(result: Result) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(result)
    del plain["run"]
    return plain


@pytest.mark.parametrize("level", list(Level))
def test_a_correct_answer_loses_nothing_and_gets_the_same_grade_twice(pack: Challenge, level: Level) -> None:
    first, second = graded(pack, "good-stdlib", level, seed=7), graded(pack, "good-stdlib", level, seed=7)
    assert (first.status, first.score.percent, failing(first)) == ("graded", 100.0, set())
    assert without_run(first) == without_run(second)


def test_a_self_check_runs_the_public_part_and_sends_nothing_private(pack: Challenge) -> None:
    result = graded(pack, "good-stdlib", public=True)
    assert {check.outcome for check in result.checks() if check.scored} == {Outcome.PASS}
    assert 15 <= len(result.checks()) <= 40


def test_a_flawed_answer_fails_what_is_wrong_with_it_and_shows_it(pack: Challenge) -> None:
    result = graded(pack, "everything-is-200")
    assert {"create-201", "location", "unknown-404", "no-body", "json", "method-405"} <= failing(result)
    assert not {"create", "read", "patch", "pages", "filter", "quotes"} & failing(result)
    for check in result.checks():
        if check.outcome is Outcome.FAIL:
            assert check.message
            assert check.expected
            assert check.fix
            assert check.evidence


def test_a_forging_answer_earns_nothing(pack: Challenge) -> None:
    result = graded(pack, "forging")
    assert (result.status, result.score.points, result.score.band) == ("graded", 0.0, "below")


def test_a_service_with_random_ids_gets_the_same_document_twice(pack: Challenge, tmp_path: Path) -> None:
    source = (ROOT / "reference" / "todo-api" / "everything-is-200" / "main.py").read_text()
    assert "last += 1" in source
    (tmp_path / "main.py").write_text(
        source.replace("last += 1", "last = int.from_bytes(os.urandom(5), 'big') + 10**9")
    )
    first, second = graded(pack, tmp_path), graded(pack, tmp_path)
    assert without_run(first) == without_run(second)
    assert failing(first)


def test_a_crash_costs_the_check_that_caused_it_and_blocks_what_comes_after(pack: Challenge, tmp_path: Path) -> None:
    source = (ROOT / "reference" / "todo-api" / "good-stdlib" / "service.py").read_text()
    crashing = source.replace('raise Problem(400, "the body is no JSON") from None', "os._exit(1)")
    assert crashing != source
    (tmp_path / "service.py").write_text(crashing)
    todos = ROOT / "reference" / "todo-api" / "good-stdlib" / "todos.py"
    (tmp_path / "todos.py").write_text(todos.read_text())
    (tmp_path / "submission.toml").write_text('[run]\nstart = "python service.py"\n')
    result = graded(pack, tmp_path)
    assert failing(result) == {"malformed"}
    blocked = {check.id for check in result.checks() if check.scored and check.outcome is Outcome.BLOCKED}
    assert {"lengths", "odd-ids", "intact"} <= blocked
    assert not {"patch", "pages", "token-read"} & blocked


def test_what_goes_wrong_in_the_first_run_only_is_unstable_and_costs_nothing(pack: Challenge, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    shutil.copytree(ROOT / "reference" / "todo-api" / "good-stdlib", answer)
    service, mark = answer / "service.py", tmp_path / "started-before"
    text = service.read_text()
    assert '"DELETE": lambda: (204,' in text
    service.write_text(text.replace('"DELETE": lambda: (204,', '"DELETE": lambda: (LUCK,'))
    head = f"import pathlib\nMARK = pathlib.Path({str(mark)!r})\nLUCK = 204 if MARK.exists() else 200\nMARK.touch()\n"
    service.write_text(head + service.read_text())
    result = graded(pack, answer, confirm=True)
    ends = {check.id: check.outcome for check in result.checks()}
    assert ends["delete-204"] is Outcome.UNSTABLE
    assert (failing(result), result.score.percent) == (set(), 100.0)
