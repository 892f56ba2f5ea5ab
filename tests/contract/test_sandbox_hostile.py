"""Hostile submissions against the real engine: each is stopped by a limit, and the grader is not held up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sandboxes import served, server, started_by

from grader.errors import SubmissionFault
from grader.sandbox.container_service import ContainerService
from grader.sandbox.engine import Engine
from grader.sandbox.hardening import MEGABYTE, Limits

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        yield engine
        assert started_by(engine) == ([], [])


def ask(service: ContainerService, path: str = "/", seconds: float = 30.0) -> httpx.Response:
    return httpx.get(service.base_url + path, timeout=seconds, trust_env=False)


def raw(body: str) -> str:
    """A server that answers `/` politely and every other request with what `body` writes to `out`."""
    return f"""
import os, socketserver, time, zlib
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.readline()
        while self.rfile.readline().strip(): pass
        out = self.wfile
        if first.startswith(b"GET / "):
            out.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
            return
        try:
{body}
        except OSError:
            pass
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


HEAD = 'out.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000000000\\r\\n\\r\\n")'
FLOODS = {
    "a body that drips": f"""
            {HEAD}
            while True: out.write(b"x"); time.sleep(0.1)
""",
    "a body without end": """
            out.write(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n")
            while True: out.write(b"x" * 65536)
""",
    "headers without end": """
            out.write(b"HTTP/1.1 200 OK\\r\\n")
            while True: out.write(b"X-A: " + b"a" * 1000 + b"\\r\\n")
""",
    "headers that drip": """
            out.write(b"HTTP/1.1 200 OK\\r\\n")
            while True: out.write(b"X-A: b\\r\\n"); time.sleep(0.1)
""",
    "interim answers without end": """
            while True: out.write(b"HTTP/1.1 100 Continue\\r\\n\\r\\n" * 100)
""",
    "silence": """
            time.sleep(600)
""",
    "silence in the middle of a body": f"""
            {HEAD}
            time.sleep(600)
""",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_no_answer_holds_the_client_longer_than_the_deadline(engine: Engine, tmp_path: Path, flood: str) -> None:
    with served(engine, tmp_path, {"server.py": raw(FLOODS[flood])}) as service:
        with pytest.raises(httpx.HTTPError):
            ask(service, "/flood", seconds=60)
        assert [event.kind for event in service.events()] in (["deadline"], ["too large"], [])  # or the client gave up
        assert ask(service).text == "ok"


def test_what_was_cut_is_told_with_its_request(engine: Engine, tmp_path: Path) -> None:
    with served(engine, tmp_path, {"server.py": raw(FLOODS["a body that drips"])}) as service:
        with pytest.raises(httpx.HTTPError):
            ask(service, "/slow?x=1")
        assert [(event.kind, event.request) for event in service.events()] == [("deadline", "GET /slow?x=1")]


def test_a_compressed_bomb_is_cut_by_its_size_on_the_wire(engine: Engine, tmp_path: Path) -> None:
    body = """
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
            out.write(b"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(packed))
            out.write(packed)
"""
    with (
        served(engine, tmp_path, {"server.py": raw(body)}, response_bytes=16 << 10) as service,
        httpx.Client(trust_env=False) as client,
        pytest.raises(httpx.HTTPError),
        client.stream("GET", service.base_url + "/bomb") as response,
    ):
        for _ in response.iter_raw():
            pass


def test_a_fork_bomb_stops_at_the_process_limit(engine: Engine, tmp_path: Path) -> None:
    functions = """
def fork():
    count = 0
    try:
        while True:
            if os.fork() == 0:
                import time; time.sleep(60); os._exit(0)
            count += 1
    except OSError as error:
        return [count, error.errno]
"""
    with served(engine, tmp_path, {"server.py": server(functions)}, response_seconds=20) as service:
        count, errno = ask(service, "/fork").json()
    assert count < 256
    assert errno == 11


def test_a_memory_hog_is_killed_and_it_shows(engine: Engine, tmp_path: Path) -> None:
    functions = """
def hog():
    return len([bytearray(1 << 20) for _ in range(4096)])
"""
    limits = Limits(memory=96 * MEGABYTE)
    with served(engine, tmp_path, {"server.py": server(functions)}, limits=limits, response_seconds=20) as service:
        with pytest.raises(httpx.HTTPError):
            ask(service, "/hog")
        state = service.state()
    assert not state.running
    assert state.out_of_memory
    assert state.exit_code == 137


def test_folders_are_bounded_and_the_system_is_read_only(engine: Engine, tmp_path: Path) -> None:
    functions = """
def fill():
    seen = {}
    for place in ("/tmp", "/app", os.environ["DATA_DIR"], "/dev/shm", "/", "/etc", "/usr", "/src", "/deps"):
        written = 0
        try:
            for number in range(1000):
                with open(f"{place}/fill{number}", "wb") as out:
                    out.write(bytes(1 << 20))
                written += 1
        except OSError as error:
            seen[place] = [written, error.errno]
        for number in range(written + 1):
            if os.path.exists(f"{place}/fill{number}"):
                os.unlink(f"{place}/fill{number}")
    return seen
"""
    with served(engine, tmp_path, {"server.py": server(functions)}, response_seconds=60) as service:
        seen = ask(service, "/fill", 60).json()
    full, refused = {28}, {13, 30, 2}
    bounds = {"/tmp": 64, "/app": 192, "/data": 128, "/dev/shm": 16}
    for place, most in bounds.items():
        assert 0 < seen[place][0] <= most, place
        assert seen[place][1] in full, place
    for place in ("/", "/etc", "/usr", "/src", "/deps"):
        assert seen[place][0] == 0, place
        assert seen[place][1] in refused, place


def test_there_is_no_way_out(engine: Engine, tmp_path: Path) -> None:
    bridge = engine.client.networks.get("bridge").attrs["IPAM"]["Config"][0]
    gateway = bridge.get("Gateway", "172.17.0.1")
    functions = f"""
def out():
    seen = {{}}
    for address in ("{gateway}", "192.0.2.1", "169.254.169.254", "8.8.8.8"):
        for port in (22, 53, 80, 2375):
            attempt = socket.socket()
            attempt.settimeout(1)
            seen[f"{{address}}:{{port}}"] = attempt.connect_ex((address, port))
            attempt.close()
    for address in ("2001:db8::1", "fe80::1", "ff02::1"):
        attempt = socket.socket(socket.AF_INET6)
        attempt.settimeout(1)
        seen[address] = attempt.connect_ex((address, 80))
        attempt.close()
    try:
        seen["name"] = socket.gethostbyname("example.org")
    except OSError as error:
        seen["name"] = "refused"
    families = []
    for family in (socket.AF_PACKET, 40, 38):
        try:
            socket.socket(family, socket.SOCK_RAW if family == 17 else socket.SOCK_STREAM).close()
            families.append(family)
        except OSError:
            pass
    seen["families"] = families
    seen["interfaces"] = [name for _, name in socket.if_nameindex()]
    return seen
"""
    with served(engine, tmp_path, {"server.py": server(functions)}, response_seconds=60) as service:
        seen = ask(service, "/out", 60).json()
    assert seen.pop("name") == "refused"
    assert seen.pop("families") == []
    assert "eth0" not in seen.pop("interfaces")
    assert set(seen.values()) <= {101, 22}  # network is unreachable, or an address without an interface


def test_the_environment_holds_nothing_of_ours(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TEST_SECRET", "of ours")
    functions = """
def env():
    return dict(os.environ)
"""
    with served(engine, tmp_path, {"server.py": server(functions)}, environment={"API_TOKEN": "t"}) as service:
        seen = ask(service, "/env").json()
    allowed = {"PATH", "HOME", "PORT", "DATA_DIR", "LANG", "PYTHONUNBUFFERED", "API_TOKEN", "HOSTNAME", "PWD", "OLDPWD"}
    assert set(seen) <= allowed
    assert seen["API_TOKEN"] == "t"


def test_no_rights_no_sockets_of_the_engine_and_no_other_user(engine: Engine, tmp_path: Path) -> None:
    functions = """
def rights():
    status = dict(line.rstrip().split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
    found = [path for path in ("/var/run/docker.sock", "/run/docker.sock", "/relay/relay.sock") if os.path.exists(path)]
    return [status["CapEff"], status["CapBnd"], status["NoNewPrivs"], status["Seccomp"], os.getuid(), found]
"""
    with served(engine, tmp_path, {"server.py": server(functions)}) as service:
        seen = ask(service, "/rights").json()
    assert seen == ["0" * 16, "0" * 16, "1", "2", 10001, []]


def test_a_flood_of_output_stays_small(engine: Engine, tmp_path: Path) -> None:
    functions = """
def flood():
    for _ in range(200000):
        print("x" * 200)
    return "done"
"""
    with served(engine, tmp_path, {"server.py": server(functions)}, response_seconds=60) as service:
        assert ask(service, "/flood", 60).json() == "done"
        assert len(service.log()) <= 8192


def test_redirects_lead_nowhere_by_themselves(engine: Engine, tmp_path: Path) -> None:
    body = """
            out.write(b"HTTP/1.1 302 Found\\r\\nLocation: http://169.254.169.254/\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""
    with served(engine, tmp_path, {"server.py": raw(body)}) as service:
        response = ask(service, "/away")
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("code", "number", "told"),
    [
        ("raise SystemExit(3)", "E320", "exit code 3"),
        ("import does_not_exist", "E320", "exit code 1"),
        ("x = [bytearray(1 << 20) for _ in range(4096)]", "E320", "out of memory"),
        ("import time; time.sleep(600)", "E321", "within"),
        (server(port="5000"), "E321", "0.0.0.0:5000"),
        (server(port="5000", address="127.0.0.1"), "E321", "127.0.0.1:5000"),
    ],
    ids=["exits", "crashes", "out of memory", "never listens", "other port", "other port on loopback"],
)
def test_a_service_that_does_not_come_up_is_told_why(
    engine: Engine, tmp_path: Path, code: str, number: str, told: str
) -> None:
    files = {"server.py": code, "submission.toml": '[run]\nstart = "python server.py"\n'}
    with pytest.raises(SubmissionFault) as fault, served(engine, tmp_path, files, boot_seconds=4):
        pass
    assert fault.value.code == number
    assert told in fault.value.problem.what
    assert fault.value.problem.help
    assert started_by(engine) == ([], [])


def test_a_service_that_speaks_no_http_is_told_so(engine: Engine, tmp_path: Path) -> None:
    code = """
import os, socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall(b"220 mail ready\\r\\n")
socketserver.ThreadingTCPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""
    with (
        pytest.raises(SubmissionFault) as fault,
        served(engine, tmp_path, {"server.py": code, "submission.toml": '[run]\nstart = "python server.py"\n'}),
    ):
        pass
    assert fault.value.code == "E322"
    assert "220 mail" in fault.value.problem.what


def test_a_traceback_is_shown_without_what_changes_from_run_to_run(engine: Engine, tmp_path: Path) -> None:
    code = """
import os, time
print(time.strftime("%Y-%m-%d %H:%M:%S"), object(), "process", os.getpid())
raise SystemExit(1)
"""
    told = []
    for number in range(2):
        with (
            pytest.raises(SubmissionFault) as fault,
            served(engine, tmp_path / str(number), {"main.py": code + "\nif __name__ == '__main__': pass"}),
        ):
            pass
        told.append(fault.value.problem)
    assert told[0] == told[1]
    assert "<time>" in told[0].snippet
