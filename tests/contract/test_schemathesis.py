"""The real schemathesis against small services in this process: what it sends, what it finds, how a run ends."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from grader.checks.fuzz import (
    accepts_valid,
    conforms,
    forgets_deleted,
    keeps_answering,
    keeps_created,
    no_5xx,
    refuses_invalid,
)
from grader.cli import main
from grader.collectors.fuzz import process as schemathesis_process
from grader.collectors.fuzz.collector import Plan, TokenPlan, collect
from grader.collectors.fuzz.items import Item
from grader.collectors.fuzz.rehearsal import rehearse
from grader.errors import OurFault
from grader.evidence.fuzz import FuzzRuns
from grader.exam.requests import HOST
from grader.job import Job
from grader.model import Challenge, Level, Outcome, Submission
from grader.sandbox import Service, ServiceState
from grader.sandbox.forwarder import Forwarder
from grader.sandbox.upstream import tcp_upstream
from grader.stages import Stages

HALF = "half"  # in an answer: its end is never sent
CONTRACT = """
openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{bearer: []}]
paths:
  /notes:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Text'}}}
      responses:
        '201': {description: Made, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '401': {description: No token}
        '422': {description: Invalid}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    get:
      responses:
        '200': {description: One, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '401': {description: No token}
        '404': {description: None}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    Text: {type: object, required: [text], properties: {text: {type: string, minLength: 1, maxLength: 20}}}
    Note:
      type: object
      required: [id, text]
      properties: {id: {type: [integer, string]}, text: {type: string}}
"""
ACCEPT = """
components: {schemas: {Text: {additionalProperties: false, properties: {text: {pattern: "^[a-z]+$"}}}}}
paths:
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 3}}]
"""
REJECT = """
paths:
  /notes:
    post:
      requestBody: {content: {application/json: {example: {text: milk}}}}
      responses: {4XX: {description: No}}
  /notes/{id}: null
"""
LINKED = """
paths:
  /notes:
    post: {responses: {'201': {links: {
      Read: {operationId: readNote, parameters: {id: $response.body#/id}},
      Remove: {operationId: removeNote, parameters: {id: $response.body#/id}}}}}}
  /notes/{id}:
    get: {operationId: readNote}
    delete: {operationId: removeNote, responses: {'204': {description: Gone}, '404': {description: None}}}
"""
RUNS = (
    Plan(name="accept", overlay="accept.yaml", mode="positive", examples=5, items=3),
    Plan(name="reject", overlay="reject.yaml", mode="negative", examples=3),
)
ACCEPTED = RUNS[:1]
SEQUENCES = (Plan(name="stateful", overlay="linked.yaml", mode="stateful", examples=6, steps=6),)


class Notes:
    """A right service. Each method is a place where a fault can be seeded."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.notes: dict[str, str] = {}
        self.seen: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []

    def name(self) -> int | str:
        return len(self.notes) + 1

    def refuses(self, text: object) -> bool:
        return not isinstance(text, str) or not 0 < len(text) <= 20

    def note(self, name: int | str) -> dict[str, Any]:
        return {"id": name, "text": self.notes[str(name)]}

    def make(self, body: bytes) -> tuple[int, object]:
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if not isinstance(sent, dict) or self.refuses(sent.get("text")):
            return 422, {}
        name = self.name()
        self.notes[str(name)] = str(sent.get("text"))
        return 201, self.note(name)

    def read(self, name: str) -> tuple[int, object]:
        return (200, self.note(int(name) if name.isdigit() else name)) if name in self.notes else (404, {})

    def remove(self, name: str) -> tuple[int, object]:
        return (204, None) if self.notes.pop(name, None) is not None else (404, {})


class Handler(BaseHTTPRequestHandler):
    notes: Notes

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(body, lambda: self.notes.make(body))

    def do_GET(self) -> None:
        self.answer(b"", lambda: self.notes.read(self.path.removeprefix("/notes/")))

    def do_DELETE(self) -> None:
        self.answer(b"", lambda: self.notes.remove(self.path.removeprefix("/notes/")))

    def answer(self, body: bytes, do: Any) -> None:
        self.notes.seen.append((self.command, self.path, body))
        self.notes.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.notes.token and self.headers.get("Authorization") != f"Bearer {self.notes.token}":
            status, value = 401, cast("object", {})
        else:
            status, value = do()
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the forwarder does not wait for more than it may
            self.wfile.write(content[:5] if HALF.encode() in content else content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests are quiet."""


class Running:
    notes: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self.base_url = url

    def log(self) -> str:
        return ""

    def state(self) -> ServiceState:
        return ServiceState(running=True)

    def restart(self) -> None:
        raise NotImplementedError


class InProcess:
    """A sandbox that serves `kind` behind the grader's own forwarder and keeps what each start has seen."""

    isolation = "process"

    def __init__(self, kind: type[Notes]) -> None:
        self.kind = kind
        self.started: list[Notes] = []

    def images(self) -> dict[str, str]:
        return {}

    @contextlib.contextmanager
    def serve(self, submission: Submission, *, environment: Mapping[str, str]) -> Iterator[Service]:
        assert submission.name == "answer"
        notes = self.kind(environment.get("API_TOKEN", ""))
        self.started.append(notes)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"notes": notes}))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with Forwarder(tcp_upstream("127.0.0.1", server.server_port), deadline=1.0) as forwarder:
                yield Running(forwarder.url)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    for name, text in (
        ("openapi.yaml", CONTRACT),
        ("accept.yaml", ACCEPT),
        ("reject.yaml", REJECT),
        ("linked.yaml", LINKED),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(scope="module")
def right(pack: Path) -> tuple[FuzzRuns, list[Notes]]:
    """What a right service got and answered."""
    return fuzz(pack, Notes)


def fuzz(
    pack: Path, kind: type[Notes], *, level: Level = Level.MID, runs: tuple[Plan, ...] = RUNS, seconds: float = 60.0
) -> tuple[FuzzRuns, list[Notes]]:
    sandbox = InProcess(kind)
    nothing = cast("Any", None)
    job = Job(
        challenge=Challenge(id="notes", title="", version="1", root=pack, digest="", collect=(), criteria=(), gates=()),
        submission=Submission(name="answer", root=pack, digest="d", files=()),
        level=level,
        seed=1,
        public_only=False,
        sandbox=cast("Any", sandbox),
        databases=nothing,
        stages=Stages(),
    )
    fuzzed = collect(
        job,
        contract="openapi.yaml",
        runs=runs,
        item=Item(path="/notes", json={"text": "milk"}),
        token=TokenPlan(level=Level.MID),
        seconds=seconds,
    )
    return fuzzed, sandbox.started


def outcomes(fuzzed: FuzzRuns) -> str:
    """Outcome of each check that the recorded runs can answer."""
    accept = [no_5xx, conforms, accepts_valid, keeps_answering]
    asked = [*accept, refuses_invalid] if fuzzed.runs[-1].name == "reject" else accept
    names = {refuses_invalid: ("reject",), no_5xx: (), keeps_answering: ()}
    return " ".join(str(ask(fuzzed, runs=names.get(ask, ("accept",))).outcome) for ask in asked)


class OtherNames(Notes):
    """As right as the other, and as unlike as it can be."""

    def name(self) -> int | str:
        return f"n-{len(self.notes) * 7919 % 1000}"

    def refuses(self, text: object) -> bool:
        return super().refuses(text.strip() if isinstance(text, str) else text)


def test_two_unlike_right_services_get_the_same_requests_and_lose_nothing(
    pack: Path, right: tuple[FuzzRuns, list[Notes]]
) -> None:
    fuzzed, started = right
    others, _ = fuzz(pack, OtherNames)
    assert outcomes(fuzzed) == outcomes(others) == "pass pass pass pass pass"
    assert [run.requests for run in fuzzed.runs] == [run.requests for run in others.runs]
    assert all(run.requests for run in fuzzed.runs)
    assert len(started) == len(RUNS)


class NoReading(Notes):
    """Says so to everybody: the tool would ask it no more after ten times."""

    def read(self, _name: str) -> tuple[int, object]:
        return 405, {}


def test_the_requests_do_not_follow_the_answers(pack: Path, right: tuple[FuzzRuns, list[Notes]]) -> None:
    refused, _ = fuzz(pack, NoReading, runs=ACCEPTED)
    assert refused.runs[0].requests == right[0].runs[0].requests
    assert outcomes(refused) == "fail fail fail pass", "an operation that accepts nothing has shown nothing"


def test_the_requests_can_be_told_without_a_submission(pack: Path, right: tuple[FuzzRuns, list[Notes]]) -> None:
    item = Item(path="/notes", json={"text": "milk"})
    for plan, run, notes in zip(RUNS, right[0].runs, right[1], strict=True):
        told = rehearse(pack, "openapi.yaml", plan, item, seed=1, token=True)
        assert told.digest == run.requests  # the items, and a look at how their paths end, came before
        asked = notes.seen[plan.items + bool(plan.items) :]
        heard = [(method, body.decode("utf-8", "replace")) for method, _, body in asked]
        assert [(sent.method, sent.body or "") for sent in told.requests if not sent.body_note] == heard


def test_nothing_in_a_request_names_the_tool(right: tuple[FuzzRuns, list[Notes]]) -> None:
    for notes in right[1]:
        assert notes.headers
        assert not [headers for headers in notes.headers if "schemathesis" in json.dumps(headers).lower()]
        assert {headers["accept-encoding"] for headers in notes.headers} == {"identity"}
        assert {headers["host"] for headers in notes.headers} == {HOST}, "links in answers are the same in every run"
        assert {path.split("/")[1] for _, path, _ in notes.seen} == {"notes"}


def test_below_its_level_no_token_is_set_and_none_is_sent(pack: Path) -> None:
    fuzzed, started = fuzz(pack, Notes, level=Level.JUNIOR, runs=ACCEPTED)
    assert outcomes(fuzzed) == "pass pass pass pass"
    assert not [headers for notes in started for headers in notes.headers if "authorization" in headers]


class RandomNames(Notes):
    def name(self) -> int | str:
        return str(uuid.uuid4())


class Undead(RandomNames):
    def remove(self, name: str) -> tuple[int, object]:
        return (204, None) if name in self.notes else (404, {})


class Forgetful(RandomNames):
    def read(self, _name: str) -> tuple[int, object]:
        return 404, {}


def followed(fuzzed: FuzzRuns) -> str:
    return " ".join(str(ask(fuzzed).outcome) for ask in (forgets_deleted, keeps_created, no_5xx, keeps_answering))


def test_sequences_of_right_services_are_told_alike_and_cost_nothing(pack: Path) -> None:
    numbered, _ = fuzz(pack, Notes, runs=SEQUENCES)
    random, _ = fuzz(pack, RandomNames, runs=SEQUENCES)
    assert followed(numbered) == followed(random) == "pass pass pass pass"
    assert numbered.runs[0].requests == random.runs[0].requests
    assert {tally.operation for tally in random.runs[0].operations} == {
        "POST /notes",
        "GET /notes/{id}",
        "DELETE /notes/{id}",
    }


@pytest.mark.parametrize(
    ("kind", "expected"), [(Undead, "fail pass pass pass"), (Forgetful, "pass fail fail pass")], ids=["ST301", "ST302"]
)
def test_sequences_show_what_single_requests_cannot(pack: Path, kind: type[Notes], expected: str) -> None:
    fuzzed, _ = fuzz(pack, kind, runs=SEQUENCES)
    again, _ = fuzz(pack, kind, runs=SEQUENCES)
    assert followed(fuzzed) == expected
    for ask in (forgets_deleted, keeps_created):
        assert ask(fuzzed) == ask(again), "random names of items are nowhere in a finding"


class Crashes(Notes):
    def read(self, name: str) -> tuple[int, object]:
        return (500, {}) if name not in self.notes or self.notes[name] == "milk" else super().read(name)


class Numbers(Notes):
    def note(self, name: int | str) -> dict[str, Any]:
        return {"id": name, "text": 5}


class Narrow(Notes):
    def refuses(self, text: object) -> bool:
        return super().refuses(text) or len(str(text)) > 10


class Wide(Notes):
    def refuses(self, _text: object) -> bool:
        return False


class Teapot(Notes):
    def make(self, body: bytes) -> tuple[int, object]:
        status, value = super().make(body)
        return (200 if status == 201 else status), value


class NoToken(Notes):
    def __init__(self, token: str) -> None:
        super().__init__(token + "x")


class SameForAll(Notes):
    """Answers with what a right answer looks like, whatever is asked."""

    def make(self, _body: bytes) -> tuple[int, object]:
        return 201, {"id": 1, "text": "milk"}

    def read(self, _name: str) -> tuple[int, object]:
        return 200, {"id": 1, "text": "milk"}


@pytest.mark.parametrize(
    ("kind", "runs", "expected"),
    [
        (Crashes, ACCEPTED, "fail fail fail pass"),
        (Numbers, ACCEPTED, "pass fail pass pass"),
        (Narrow, ACCEPTED, "pass pass fail pass"),
        (Teapot, ACCEPTED, "pass fail pass pass"),
        (NoToken, ACCEPTED, "blocked blocked blocked blocked"),
        (SameForAll, ACCEPTED, "blocked blocked blocked blocked"),
        (Wide, RUNS, "pass pass pass pass fail"),
    ],
)
def test_each_seeded_fault_is_found_where_it_belongs(
    pack: Path, kind: type[Notes], runs: tuple[Plan, ...], expected: str
) -> None:
    assert outcomes(fuzz(pack, kind, runs=runs)[0]) == expected


class Hangs(Notes):
    def make(self, body: bytes) -> tuple[int, object]:
        if len(body) > 30:
            time.sleep(3)
        return super().make(body)


def test_a_service_that_hangs_is_asked_once_per_start_and_gets_a_second_start(pack: Path) -> None:
    fuzzed, started = fuzz(pack, Hangs, runs=ACCEPTED)
    assert (len(started), fuzzed.runs[0].ended) == (2, "service")
    left = fuzzed.runs[0].unanswered
    assert left is not None
    assert left.sent.method == "POST"
    for notes in started:
        assert len([body for _, _, body in notes.seen if len(body) > 30]) == 1
    assert outcomes(fuzzed) == "blocked blocked blocked fail"


class Lingers(Notes):
    """Keeps a connection open and closes it, without a word, when it is used again."""


def test_no_connection_is_used_twice_even_when_the_server_seems_to_keep_it(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[object] = []

    def parse(handler: Handler) -> bool:
        if handler.connection in answered:
            handler.close_connection = True
            return False
        answered.append(handler.connection)
        parsed = BaseHTTPRequestHandler.parse_request(handler)
        handler.close_connection = False
        return parsed

    monkeypatch.setattr(Handler, "protocol_version", "HTTP/1.1")
    monkeypatch.setattr(Handler, "parse_request", parse, raising=False)
    monkeypatch.setattr(Handler, "timeout", 0.2)
    fuzzed, _ = fuzz(pack, Lingers, runs=ACCEPTED)
    assert outcomes(fuzzed) == "pass pass pass pass"


class BreaksOff(Notes):
    """Longer texts are answered by the beginning of an answer: its head is fine."""

    def note(self, name: int | str) -> dict[str, Any]:
        text = self.notes[str(name)]
        return {"id": name, "text": text, HALF: True} if len(text) > 10 else {"id": name, "text": text}


def test_an_answer_that_breaks_off_in_its_body_ends_the_run_and_is_shown(pack: Path) -> None:
    fuzzed, started = fuzz(pack, BreaksOff, runs=ACCEPTED)
    assert (len(started), fuzzed.runs[0].ended) == (2, "service")
    assert fuzzed.runs[0].reason == "the connection ended before a whole answer came"
    assert fuzzed.runs[0].unanswered is not None
    for notes in started:
        assert len([text for text in notes.notes.values() if len(text) > 10]) == 1


def test_a_deadline_of_ours_keeps_what_was_recorded_and_decides_nothing(pack: Path) -> None:
    fuzzed, _ = fuzz(pack, Notes, runs=ACCEPTED, seconds=0.01)
    assert fuzzed.runs[0].ended == "grader"
    assert conforms(fuzzed).outcome is Outcome.UNDECIDED


def test_a_tool_that_does_not_start_is_our_fault(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemathesis_process, "HOOKS", pack / "missing.py")
    with pytest.raises(OurFault, match="E240"):
        fuzz(pack, Notes)


def test_the_exam_of_a_challenge_is_printed_whole_and_twice_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for _ in range(2):
        assert main(["challenge", "exam", "todo-api", "--level", "mid", "--seed", "7"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    for heading in ("todo-api ", "crud.create", "== accept: ", "== reject: ", "== stateful: "):
        assert heading in printed[0]
