"""Connections to a submission whose two directions fail apart.

A server may answer as soon as it has read a request's head, and close: what was still on its way to it is then
answered with a reset. The streams of asyncio drop what they have not read yet when a write fails, and with it the
answer. So the bytes are read and written here by hand: a failed write leaves what came in to be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

CHUNK = 1 << 16
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux only


class Link(Protocol):
    """One connection to a submission."""

    async def read(self) -> bytes:
        """What comes next; nothing when the other side is done."""

    async def write(self, data: bytes) -> None:
        """Send; raises `OSError` when the other side takes nothing more."""

    def end(self) -> None:
        """Nothing more will be sent."""

    def close(self) -> None:
        """Hang up. No read or write may be under way."""


Upstream = Callable[[], Awaitable[Link]]


class SocketLink:
    """A link over a connected socket that does not block."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._tcp = connection.family != socket.AF_UNIX
        self._loop = asyncio.get_running_loop()
        if self._tcp:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def read(self) -> bytes:
        """What comes next; nothing when the other side is done."""
        data = await self._loop.sock_recv(self._socket, CHUNK)
        if self._tcp and QUICK_ACK is not None:  # a server that writes head and body apart would wait 40 ms for it
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
        return data

    async def write(self, data: bytes) -> None:
        """Send; raises `OSError` when the other side takes nothing more."""
        await self._loop.sock_sendall(self._socket, data)

    def end(self) -> None:
        """Nothing more will be sent."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class TlsLink:
    """A link over TLS, which only the streams of asyncio speak."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        """What comes next; nothing when the other side is done."""
        return await self._reader.read(CHUNK)

    async def write(self, data: bytes) -> None:
        """Send; raises `OSError` when the other side takes nothing more."""
        self._writer.write(data)
        await self._writer.drain()

    def end(self) -> None:
        """TLS cannot end one direction only."""

    def close(self) -> None:
        """Hang up."""
        self._writer.transport.abort()


def relay_upstream(path: str) -> Upstream:
    """Connections through the relay behind a UNIX socket."""

    async def connect() -> Link:
        link = SocketLink(await _connected(socket.AF_UNIX, path))
        connected = False
        try:
            await link.write(b"T")
            connected = await asyncio.get_running_loop().sock_recv(link._socket, 1) == b"+"  # noqa: SLF001 - one byte only
        finally:
            if not connected:
                link.close()
        if not connected:
            raise ConnectionRefusedError
        return link

    return connect


def loopback_upstream(port: int) -> Upstream:
    """Connections to a port of this machine, by whichever family it listens on."""

    async def connect() -> Link:
        try:
            return SocketLink(await _connected(socket.AF_INET, ("127.0.0.1", port)))
        except OSError:
            return SocketLink(await _connected(socket.AF_INET6, ("::1", port)))

    return connect


def tcp_upstream(host: str, port: int, *, tls: bool = False) -> Upstream:
    """Connections to a service on this machine or elsewhere."""

    async def connect() -> Link:
        if tls:
            return TlsLink(*await asyncio.open_connection(host, port, ssl=True))
        failed: OSError = ConnectionRefusedError()
        for family, _, _, _, address in await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            try:
                return SocketLink(await _connected(family, address))
            except OSError as error:
                failed = error
        raise failed

    return connect


async def _connected(family: int, address: tuple[object, ...] | str) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection
