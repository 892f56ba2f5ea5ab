"""A connection whose answers are bounded: what a stranger's statement returns must not fill our own memory.

libpq reads every message whole, and one row, notice or error may be a gigabyte. So the bytes pass through threads of
ours that count them, and cut the line when it is enough.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import socket
import tempfile
import threading
from pathlib import Path

CHUNK = 1 << 16
WAIT_SECONDS = 10.0
# A driver that wants to cancel a statement whose line was cut finds the door closed, and would say so on the terminal.
logging.getLogger("psycopg").setLevel(logging.ERROR)
NAME = ".s.PGSQL.5432"  # what libpq looks for in a folder


class Meter:
    """Passes a connection on to the server behind the socket folder `server`, until an answer exceeds `most` bytes.

    `folder` is where libpq connects to, once for the connection and again when it wants to cancel something; it goes
    with the first connection. `over` tells whether the line was cut.
    """

    def __init__(self, server: Path, most: int) -> None:
        self.over = False
        self._said = 0
        self._server, self._most, self._count = server / NAME, most, 0
        self.folder = Path(tempfile.mkdtemp(prefix="meter-", dir=server.parent))
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.folder / NAME))
        self._door.listen(2)
        self._door.settimeout(WAIT_SECONDS)
        threading.Thread(target=self._serve, name="postgres-meter", daemon=True).start()

    def rewind(self) -> None:
        """Begin to count anew: the next statement."""
        self._count = 0

    def _serve(self) -> None:
        with self._door, contextlib.suppress(OSError):  # nobody came, or the first connection closed the door
            while True:
                client, _ = self._door.accept()
                self._door.settimeout(None)
                threading.Thread(target=self._join, args=(client,), name="postgres-line", daemon=True).start()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _join(self, client: socket.socket) -> None:
        """One connection from its begin to its end; the door closes with the first that was answered."""
        server = socket.socket(socket.AF_UNIX)
        asking = threading.Thread(target=_pass, args=(client, server), name="postgres-asking", daemon=True)
        before = self._said
        with client, server:
            with contextlib.suppress(OSError):
                server.connect(str(self._server))
                asking.start()
                self._answers(server, client)
            _hang_up(client, server)  # before they are closed, which would wake nobody who reads them
            if asking.ident is not None:
                asking.join()
        if self._said > before:  # a request to cancel gets no answer
            _hang_up(self._door)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        while data := server.recv(CHUNK):
            self._said += 1
            self._count += len(data)
            if self._count > self._most:
                self.over = True
                return
            client.sendall(data)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    _hang_up(source, target)


def _hang_up(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
