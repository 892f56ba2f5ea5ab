"""The holder of a submission's empty network: a container of ours with the relay in it.

It starts first and outlives restarts of the submission, so the network, the folders in memory and the way in stay.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from docker.types import Mount

from grader.errors import OurFault
from grader.sandbox.engine import Engine, engine_errors, remove
from grader.sandbox.hardening import MEGABYTE, Limits, folder_mount, hardened, mortal

RELAY_UID = 10002
IPV6 = Path("/proc/sys/net/ipv6")
SOCKET_NAME = "relay.sock"
READY_SECONDS = 20.0
ANSWER_SECONDS = 5.0
POLL_SECONDS = 0.01
LIMITS = Limits(memory=96 * MEGABYTE, processes=16, cpus=1.0, scratch=1 * MEGABYTE, open_files=4096)


class Holder:
    """A running relay.

    `network` is what the submission's container joins, `hidden` are ports of ours in it, and `folders` what both
    mount, so that it stays while the submission restarts.
    """

    def __init__(self, container_id: str, path: Path, folders: list[Mount]) -> None:
        self.network = f"container:{container_id}"
        self.path = path
        self.folders = folders
        self.hidden: frozenset[str] = frozenset()

    def listening(self) -> tuple[str, ...]:
        """`address:port` of the TCP ports open inside; raises `OurFault` E205 when the relay does not answer."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(ANSWER_SECONDS)
                connection.connect(str(self.path))
                connection.sendall(b"L")
                with connection.makefile("rb") as answer:
                    ports = map(str, json.loads(answer.read(1 << 16)))
                    return tuple(port for port in ports if port not in self.hidden)
        except (OSError, ValueError) as error:
            raise OurFault("E205", f"the relay of the sandbox does not answer: {error}", help="try again") from error

    def asked(self, port: int) -> bytes:
        """The first bytes that answer a plain request on a port inside; nothing when there are none in time."""
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\nConnection: close\r\n\r\n".encode()
        answer = b""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(self.path))
            connection.sendall(b"P%05d" % port)
            if connection.recv(1) != b"+":
                return b""
            connection.sendall(request)
            while len(answer) < len(b"HTTP/") and (data := connection.recv(64)):
                answer += data
        return answer


@contextlib.contextmanager
def held(engine: Engine, image: str, port: int, folders: list[Mount]) -> Iterator[Holder]:
    """A holder for a service on `port`. `folders` are the submission's volumes.

    Raises `OurFault` E205 when the relay does not come up, which also tells an engine on another machine.
    """
    folder = engine.scratch("relay")
    user = _own(folder)
    options = hardened(LIMITS, user=user)
    if IPV6.exists():  # engines switch it off; a service may listen on `localhost`, which can mean ::1
        options["sysctls"] = {"net.ipv6.conf.all.disable_ipv6": "0"}
    options["mounts"] = [folder_mount(folder, "/relay", writable=True), *folders]
    source = (files("grader.sandbox") / "relay.py").read_text(encoding="utf-8")
    command = mortal(["python3", "-I", "-S", "-c", source, str(port)])
    container = engine.create("relay", image, command, options)
    try:
        with engine_errors("starting the relay"):
            container.start()
        _await(folder / SOCKET_NAME)
        yield Holder(str(container.id), folder / SOCKET_NAME, folders)
    finally:
        remove(container)


def _own(folder: Path) -> str:
    """Give the folder to the user the relay runs as: one of its own under root, else ours."""
    if os.geteuid() != 0:
        return f"{os.geteuid()}:{os.getegid()}"
    os.chown(folder, RELAY_UID, RELAY_UID)
    return f"{RELAY_UID}:{RELAY_UID}"


def _await(path: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise OurFault(
                "E205",
                "the relay of the sandbox did not come up",
                note="the engine must see this machine's folders: it cannot be a remote one, and the grader cannot "
                "itself run in a container that only borrows the engine's socket",
                help="`grader doctor` tries it out",
            )
        time.sleep(POLL_SECONDS)
