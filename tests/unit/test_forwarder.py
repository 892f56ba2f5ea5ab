"""The forwarder against servers written for the purpose: what passes, what is cut, and what is told about it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from grader.sandbox import relay
from grader.sandbox.forwarder import Forwarder
from grader.sandbox.upstream import relay_upstream, tcp_upstream

Handle = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def server(handle: Handle) -> Iterator[int]:
    """The port of a server that treats each connection with `handle`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        open_ones: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                open_ones.append(connection)
                threading.Thread(target=treat, args=(connection,), daemon=True).start()

        def treat(connection: socket.socket) -> None:
            try:
                handle(connection)
            except OSError:
                return
            finally:
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in open_ones:
            connection.close()


@contextmanager
def forwarded(handle: Handle, *, deadline: float = 0.5, cap: int = 1 << 16) -> Iterator[Forwarder]:
    """A forwarder in front of a server that treats each connection with `handle`."""
    with server(handle) as port, Forwarder(tcp_upstream("127.0.0.1", port), deadline=deadline, cap=cap) as forwarder:
        yield forwarder


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(4096)):
            raise ConnectionResetError
        data += more
    return data


def polite(connection: socket.socket) -> None:
    while True:
        read_request(connection)
        connection.sendall(OK)


def test_requests_on_one_connection_each_get_their_own_clock() -> None:
    with forwarded(polite, deadline=1.0) as forwarder, httpx.Client(trust_env=False) as client:
        pause = threading.Event()
        for _ in range(4):
            assert client.get(forwarder.url).text == "ok"
            pause.wait(0.4)
        assert forwarder.events() == ()


def test_a_connection_that_rests_after_a_whole_answer_is_left_alone() -> None:
    with forwarded(polite, deadline=0.2) as forwarder:
        connection = socket.create_connection(("127.0.0.1", forwarder.port))
        with connection:
            for _ in range(2):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert connection.recv(1000) == OK
                connection.settimeout(0.5)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
        assert forwarder.events() == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nuntil closed",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"no http at all",
    ],
)
def test_an_answer_that_stops_in_the_middle_is_cut_at_the_deadline(answer: bytes) -> None:
    held = threading.Event()

    def stop(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)
        held.wait(20)

    with forwarded(stop) as forwarder:
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{forwarder.url}/x", timeout=20, trust_env=False)
        held.set()
        assert [(event.kind, event.request) for event in forwarder.events()] == [("deadline", "GET /x")]


def test_an_answer_ended_by_closing_is_whole() -> None:
    def close(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    with forwarded(close) as forwarder:
        assert httpx.get(forwarder.url, trust_env=False).text == "all of it"
        assert forwarder.events() == ()


def test_an_answer_cut_for_its_size_does_not_look_whole() -> None:
    def flood(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(1 << 16))

    with forwarded(flood, deadline=20) as forwarder:
        with pytest.raises(httpx.HTTPError):
            httpx.get(forwarder.url, timeout=20, trust_env=False)
        assert [event.kind for event in forwarder.events()] == ["too large"]


def test_an_upload_and_its_answer_pass_whole() -> None:
    def echo(connection: socket.socket) -> None:
        head, _, body = read_request(connection).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body)

    sent = bytes(range(256)) * 100
    with forwarded(echo, deadline=10) as forwarder:
        assert httpx.post(forwarder.url, content=sent, timeout=20, trust_env=False).content == sent


def test_a_client_that_stops_sending_still_gets_its_answer() -> None:
    def last(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass
        connection.sendall(OK)

    with forwarded(last) as forwarder:
        connection = socket.create_connection(("127.0.0.1", forwarder.port), timeout=10)
        with connection, connection.makefile("rb") as answer:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            assert answer.read() == OK


def test_many_at_once_do_not_get_in_each_others_way() -> None:
    with forwarded(polite, deadline=20) as forwarder:
        answers: list[str] = []

        def ask() -> None:
            answers.extend(httpx.get(forwarder.url, timeout=20, trust_env=False).text for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["ok"] * 100


def test_a_service_that_is_gone_refuses_and_it_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Forwarder(tcp_upstream("127.0.0.1", port)) as forwarder:
        with pytest.raises(httpx.HTTPError):
            httpx.get(forwarder.url, timeout=20, trust_env=False)
        assert [event.kind for event in forwarder.events()] == ["refused"]


def test_nothing_listens_any_more_after_it_is_left() -> None:
    with forwarded(polite) as forwarder:
        port = forwarder.port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def refuses_early(connection: socket.socket) -> None:
    """As many do: the head is enough to refuse, the body is never read, and closing resets the connection."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(64)
    connection.sendall(b"HTTP/1.0 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")


def ask_with_bodies(url: str, times: int = 200) -> set[int | str]:
    """The outcomes of requests whose bodies are still on their way when the answer comes."""
    found: set[int | str] = set()
    with httpx.Client(timeout=20, trust_env=False, headers={"Connection": "close"}) as client:
        for number in range(times):
            try:
                found.add(client.put(url, content=b"x" * (50 + 40 * (number % 50))).status_code)
            except httpx.HTTPError as error:
                found.add(type(error).__name__)
    return found


def test_an_answer_to_a_request_that_was_not_read_whole_is_not_lost() -> None:
    with forwarded(refuses_early, deadline=20) as forwarder:
        assert ask_with_bodies(forwarder.url) == {401}


def test_nor_is_it_lost_in_the_relay(tmp_path: Path) -> None:
    path = tmp_path / "relay.sock"
    source = (files("grader.sandbox") / "relay.py").read_text(encoding="utf-8").replace(relay.SOCKET, str(path))
    with server(refuses_early) as port:
        program = subprocess.Popen([sys.executable, "-I", "-S", "-c", source, str(port)])
        try:
            while not path.exists():
                assert program.poll() is None
                threading.Event().wait(0.01)
            with Forwarder(relay_upstream(str(path)), deadline=20) as forwarder:
                assert ask_with_bodies(forwarder.url) == {401}
        finally:
            program.kill()
            program.wait()
