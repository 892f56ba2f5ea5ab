"""The requests of a run without a submission: a service of ours gets them and answers as the contract lets expect.

They follow from contract, overlay, settings and seed alone, so every submission gets the same; a contract test holds
that the digest is that of a real grade. A stateful run follows the answers and cannot be foretold.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from grader.collectors.fuzz.collector import REQUEST_SECONDS, Plan, settings_of
from grader.collectors.fuzz.contract import read_contract
from grader.collectors.fuzz.items import Item, make_items
from grader.collectors.fuzz.lines import RequestLine, read_lines
from grader.collectors.fuzz.process import loaded
from grader.collectors.fuzz.report import run_of, sent_of
from grader.errors import OurFault
from grader.evidence.http import Sent

TOKEN = "the-token-of-this-rehearsal"  # noqa: S105 - of a service that ends with it
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NOT_FOUND = 404
MADE = 201
EMPTY = 204


class Rehearsed(NamedTuple):
    """What a run sends: `requests` in order, after `items` were made by `making`; `digest` as in a grade's evidence."""

    plan: Plan
    requests: tuple[Sent, ...]
    making: Sent | None
    digest: str


def rehearse(
    root: Path, contract: str, plan: Plan, item: Item | None, *, seed: int, token: bool, seconds: float = 120.0
) -> Rehearsed:
    """Run `plan` against a service of ours; raises `OurFault` E240 when schemathesis does not come to its end."""
    published = read_contract(root, contract)
    secret = TOKEN if token else ""
    derived = read_contract(root, contract, plan.overlay, secured=token)
    stand_in = _StandIn(published.get("paths", {}), item)
    with (
        loaded(contract=derived, settings=settings_of(plan, seed=seed, token=secret), mode=plan.mode) as program,
        _serving(stand_in) as base_url,
    ):
        made = make_items(base_url, item, plan.items, token=secret, seconds=REQUEST_SECONDS)
        stand_in.heard.clear()
        output = program.run(base_url, made.paths, seconds)
    run = run_of(plan.name, read_lines(output.events), paths=stand_in.paths, token=secret, over=output.over)
    if run.ended != "completed":
        raise OurFault("E240", f"the requests of `{plan.name}` cannot be told: {run.reason}")
    requests = tuple(sent_of(line, secret) for line in stand_in.heard)
    return Rehearsed(plan, requests, made.first.sent if made.first else None, run.requests)


class _StandIn:
    """Hears requests; every operation of the contract succeeds, and items are called 1, 2, 3."""

    def __init__(self, paths: Mapping[str, Any], item: Item | None) -> None:
        self.paths, self._item = paths, item
        self.heard: list[RequestLine] = []
        self._items = 0

    def answer(self, line: RequestLine) -> tuple[int, object]:
        """Status and body."""
        self.heard.append(line)
        path = line.target.partition("?")[0]
        if self._item is not None and (line.method, path) == ("POST", self._item.path):
            self._items += 1
            return MADE, {**self._item.json, self._item.id: self._items}
        return self._success(line.method.lower(), path), {}

    def _success(self, method: str, path: str) -> int:
        for known, operations in self.paths.items():
            pattern = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(known))
            if method in operations and re.fullmatch(pattern, path):
                statuses = [str(status) for status in operations[method].get("responses", {})]
                return next((int(status) for status in statuses if re.fullmatch("2[0-9][0-9]", status)), EMPTY)
        return NOT_FOUND


@contextlib.contextmanager
def _serving(stand_in: _StandIn) -> Iterator[str]:
    methods = {f"do_{method}": _Handler.heard for method in METHODS}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stand_in": stand_in, **methods}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    stand_in: _StandIn

    def heard(self) -> None:
        """Any request: note it, then answer."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, value = self.stand_in.answer(_line(self.command, self.path, dict(self.headers.items()), content))
        body = b"" if status == EMPTY else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was heard is the result."""


def _line(method: str, target: str, headers: dict[str, str], content: bytes) -> RequestLine:
    try:
        return RequestLine(method=method, target=target, headers=headers, size=len(content), text=content.decode())
    except UnicodeDecodeError:
        encoded = base64.b64encode(content).decode("ascii")
        return RequestLine(method=method, target=target, headers=headers, size=len(content), base64=encoded)
