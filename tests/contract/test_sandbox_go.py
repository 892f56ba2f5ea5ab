"""Go submissions in containers, against the real engine."""

from __future__ import annotations

import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sandboxes import served, started_by

from grader.errors import SubmissionFault
from grader.sandbox import host
from grader.sandbox.engine import Engine
from grader.sandbox.selftest import gateway
from grader.sandbox.workshop import Workshop

pytestmark = pytest.mark.engine

MOD = "module example.com/todo\n\ngo 1.22.99\n"
MAIN = """package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

func main() {
	http.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) {
		text, _ := os.ReadFile("hello.txt")
		file := filepath.Join(os.Getenv("DATA_DIR"), "visits")
		visits, _ := os.ReadFile(file)
		os.WriteFile(file, append(visits, '+'), 0o600)
		fmt.Fprintf(w, "%s %s %d", greeting(), text, len(visits))
	})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
"""
GREETING = 'package main\n\nfunc greeting() string { return "hello" }\n'


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        yield engine
        assert started_by(engine) == ([], [])


def said(url: str) -> str:
    return httpx.get(url + "/hello", timeout=20, trust_env=False).text


def test_a_go_service_is_compiled_once_and_keeps_its_data(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"go.mod": MOD, "main.go": MAIN, "greeting.go": GREETING, "hello.txt": "you"}
    with served(engine, tmp_path, files) as service:
        assert said(service.base_url) == "hello you 0"
        service.restart()
        assert said(service.base_url) == "hello you 1"

    def never(*_: object, **__: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(Workshop, "working", never)
    with served(engine, tmp_path, files) as service:
        assert said(service.base_url) == "hello you 0"


def test_a_service_may_be_started_by_the_go_command_itself(engine: Engine, tmp_path: Path) -> None:
    files = {"api/main.go": MAIN, "api/greeting.go": GREETING, "Procfile": "web: cd api && go run .\n"}
    with served(engine, tmp_path, {**files, "go.mod": MOD.replace(".99", "")}) as service:
        assert said(service.base_url).startswith("hello")
        service.restart()
        assert said(service.base_url).startswith("hello")


def test_code_that_does_not_compile_is_told_with_its_place(engine: Engine, tmp_path: Path) -> None:
    files = {"go.mod": MOD, "main.go": MAIN}
    with pytest.raises(SubmissionFault) as fault, served(engine, tmp_path, files):
        pass
    assert (fault.value.code, fault.value.problem.where) == ("E315", "main.go:16")
    assert fault.value.problem.what == "the code does not compile: undefined: greeting"
    assert fault.value.problem.snippet == "./main.go:16:30: undefined: greeting"


class Index(http.server.BaseHTTPRequestHandler):
    """A module index that has one module."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        known = self.path == f"/example.test/greet/@v/{name}" and name in MODULE
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(MODULE[name] if known else b"not found")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, text in files.items():
            out.writestr(f"example.test/greet@v1.0.0/{name}", text)
    return buffer.getvalue()


OTHERS_MOD = "module example.test/greet\n\ngo 1.22\n"
MODULE = {
    "v1.0.0.info": b'{"Version": "v1.0.0"}',
    "v1.0.0.mod": OTHERS_MOD.encode(),
    "v1.0.0.zip": zipped({"go.mod": OTHERS_MOD, "greet.go": 'package greet\n\nconst Word = "greetings"\n'}),
}


@pytest.fixture
def index(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index of ours on this machine, as containers that install see it."""
    with http.server.ThreadingHTTPServer(("", 0), Index) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("GOPROXY", f"http://{gateway(engine)}:{server.server_port},direct")
        monkeypatch.setenv("GOSUMDB", "off")
        host.network.cache_clear()
        yield
        server.shutdown()
    host.network.cache_clear()


@pytest.mark.usefixtures("index")
def test_modules_come_from_the_index(engine: Engine, tmp_path: Path) -> None:
    greeting = 'package main\n\nimport "{}"\n\nfunc greeting() string {{ return greet.Word }}\n'
    files = {
        "go.mod": MOD + "\nrequire example.test/greet v1.0.0\n",
        "main.go": MAIN,
        "greeting.go": greeting.format("example.test/greet"),
    }
    with served(engine, tmp_path, files) as service:
        assert said(service.base_url).startswith("greetings")
    files["greeting.go"] = greeting.format("example.test/greet/no/such")
    with pytest.raises(SubmissionFault) as fault, served(engine, tmp_path, files):
        pass
    assert fault.value.code == "E312"
    assert "example.test/greet/no/such" in fault.value.problem.what
