"""All requests to a submission pass here: 127.0.0.1 on our side, with a deadline and a byte cap on every response.

HTTP clients count time-outs per read, so a response that drips, never ends or unpacks without end holds them for
ever. Here a wall clock runs from the first byte of a request to the last of its response, whatever comes between.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from typing import Literal, Self

import msgspec

from grader.errors import OurFault
from grader.sandbox.exchange import Exchange
from grader.sandbox.upstream import CHUNK, Link, Upstream

DEADLINE_SECONDS = 10.0
CAP_BYTES = 8 << 20
CONNECT_SECONDS = 5.0
BACKLOG = 512
MOST_EVENTS = 1000
STOP_SECONDS = 10.0
LINGER_SECONDS = 2.0  # for a client to take its answer after the service hung up

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A connection we ended or could not make. `request` is its method and target where they could be read."""

    kind: Literal["refused", "deadline", "too large"]
    request: str = ""


class Forwarder:
    """Listens on a free port of 127.0.0.1 while entered; `upstream` opens one connection to the submission."""

    def __init__(self, upstream: Upstream, *, deadline: float = DEADLINE_SECONDS, cap: int = CAP_BYTES) -> None:
        self.port = 0
        self.deadline, self.cap = deadline, cap
        self._upstream = upstream
        self._events: list[Event] = []
        self._ready = threading.Event()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="forwarder", daemon=True)

    def __enter__(self) -> Self:
        """Start listening; raises `OurFault` E206 when no port is to be had."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise OurFault("E206", f"cannot listen on 127.0.0.1: {self._failed}") from self._failed
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive() and self._failed is None:
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(STOP_SECONDS)

    @property
    def url(self) -> str:
        """Where to send requests."""
        return f"http://127.0.0.1:{self.port}"

    def events(self) -> tuple[Event, ...]:
        """What was ended or refused so far, in order."""
        return tuple(self._events)

    async def _run(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        try:
            server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=BACKLOG)
        except OSError as error:
            self._failed = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve((reader, writer)))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, client: Streams) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                server = await self._upstream()
            await _Connection(self, client, server).run()
        except (OSError, TimeoutError, EOFError):
            self.note(Event(kind="refused"))
            _reset(client[1])
        finally:
            client[1].transport.abort()  # also when we are stopped while still connecting

    def note(self, event: Event) -> None:
        """Remember an event; a flood of them is cut."""
        if len(self._events) < MOST_EVENTS:
            self._events.append(event)


class _Connection:
    """Bytes both ways, and a clock for the exchange under way."""

    def __init__(self, forwarder: Forwarder, client: Streams, server: Link) -> None:
        self._forwarder = forwarder
        self._client, self._server = client, server
        self._exchange: Exchange | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def run(self) -> None:
        """Serve until either side is done; both connections are closed at the end."""
        there, back = self._tasks = asyncio.create_task(self._requests()), asyncio.create_task(self._responses())
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            if not back.done() and self._pending():
                await asyncio.wait({back})  # the client has only stopped sending: it may still listen
        finally:
            await self._hang_up()
        await self._close()

    async def _hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._clock:
            self._clock.cancel()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:  # also when we are stopped meanwhile
            self._server.close()

    def _pending(self) -> bool:
        return self._exchange is not None and not self._exchange.whole

    async def _requests(self) -> None:
        reader = self._client[0]
        while data := await reader.read(CHUNK):
            if self._exchange is None or self._exchange.over:
                self._begin()
            if self._exchange:
                self._exchange.sent(data)
            await self._server.write(data)
        self._server.end()

    async def _responses(self) -> None:
        writer = self._client[1]
        while data := await self._server.read():
            if self._exchange:
                self._exchange.came(data)
                if self._exchange.received > self._forwarder.cap:
                    self._end("too large")
                    return
            writer.write(data)
            await writer.drain()
        if self._exchange:
            self._exchange.came(b"")

    def _begin(self) -> None:
        """A new request: a new clock. Until it is begun, what is sent belongs to the same request."""
        if self._clock:
            self._clock.cancel()
        exchange = self._exchange = Exchange()
        self._clock = self._loop.call_later(self._forwarder.deadline, self._expire, exchange)

    def _expire(self, exchange: Exchange) -> None:
        if exchange is self._exchange and not exchange.whole:
            self._end("deadline")

    def _end(self, kind: Literal["deadline", "too large"]) -> None:
        self._forwarder.note(Event(kind=kind, request=self._exchange.request if self._exchange else ""))
        _reset(self._client[1])
        for task in self._tasks:
            task.cancel()

    async def _close(self) -> None:
        """Hang up once the client has: closing with something of it unread would take its answer back."""
        reader, writer = self._client
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                if not writer.is_closing():
                    writer.write_eof()
                while await reader.read(CHUNK):
                    continue
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut a connection so that the other side sees it: a plain close can be the proper end of a body."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
