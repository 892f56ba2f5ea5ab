"""Submissions written inline, and an engine with its base images, for the tests of the sandbox."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.errors import OurFault
from grader.model import Submission
from grader.sandbox.container import DockerSandbox
from grader.sandbox.container_service import ContainerService
from grader.sandbox.engine import Engine
from grader.sandbox.hardening import Limits
from grader.stages import Stages
from grader.submission import open_submission

SERVER = """
import http.server, json, os, socket, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(globals()[self.path.strip("/") or "home"]())
    def log_message(self, *_): pass

def home():
    return "here"
"""
SERVE = """
http.server.ThreadingHTTPServer((ADDRESS, PORT), Handler).serve_forever()
"""


def server(functions: str = "", *, address: str = "0.0.0.0", port: str = "int(os.environ['PORT'])") -> str:
    """A server of the standard library whose paths are the functions in `functions`, answered as JSON."""
    return f"{SERVER}\nADDRESS, PORT = {address!r}, {port}\n{functions}\n{SERVE}"


@contextlib.contextmanager
def submitted(folder: Path, files: Mapping[str, str]) -> Iterator[Submission]:
    """A submission with these files."""
    root = folder / "answer"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with open_submission(str(root)) as submission:
        yield submission


@contextlib.contextmanager
def served(
    engine: Engine,
    folder: Path,
    files: Mapping[str, str],
    *,
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    boot_seconds: float = 20.0,
    response_seconds: float = 2.0,
    response_bytes: int = 1 << 20,
) -> Iterator[ContainerService]:
    """A submission with these files running in a container."""
    sandbox = DockerSandbox(
        engine,
        Stages(),
        limits=limits,
        boot_seconds=boot_seconds,
        response_seconds=response_seconds,
        response_bytes=response_bytes,
    )
    with submitted(folder, files) as submission, sandbox.serve(submission, environment=environment or {}) as service:
        assert isinstance(service, ContainerService)
        yield service


def started_by(engine: Engine) -> tuple[list[str], list[str]]:
    """Names of the containers and volumes of a session."""
    label = f"io.grader.session={engine.session}"
    containers = engine.client.containers.list(all=True, filters={"label": label})
    volumes = engine.client.volumes.list(filters={"label": label})
    return [str(c.name) for c in containers], [str(v.name) for v in volumes]


@contextlib.contextmanager
def index_reached() -> Iterator[None]:
    """Skip the test when no package index can be reached from here, unless GRADER_TEST_NEEDS_INDEX is set."""
    try:
        yield
    except OurFault as fault:
        if fault.code == "E212" and not os.environ.get("GRADER_TEST_NEEDS_INDEX"):
            pytest.skip(f"no package index: {fault}")
        raise
