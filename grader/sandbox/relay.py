"""The relay: a program of ours inside the submission's empty network. Run as `python3 -I -S -c SOURCE PORT`.

It listens on a UNIX socket only it and we can see. The first byte of a connection says what is wanted:
`T` a tunnel to the submission's port (answered `+`, or `-` when nobody listens there), `L` the ports that are
open in this network as JSON. It imports nothing but the standard library, and nothing of ours.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys

SOCKET = "/relay/relay.sock"
CHUNK = 65536
LAST_WORDS_SECONDS = 60  # for an answer after the asker has stopped sending
LISTENING = "0A"
WORD = 8  # hexadecimal digits of one 32-bit word of an address


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tcp: socket.socket | None = None) -> None:
    while data := await reader.read(CHUNK):
        if tcp:  # a server that writes head and body apart would wait 40 ms for our acknowledgement every time
            tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    try:
        inner_reader, inner_writer = await _connect(port)
    except OSError:
        writer.write(b"-")
        return
    writer.write(b"+")
    there = asyncio.create_task(_pump(reader, inner_writer))
    back = asyncio.create_task(_pump(inner_reader, writer, inner_writer.get_extra_info("socket")))
    try:
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({back}, timeout=LAST_WORDS_SECONDS)
    finally:
        there.cancel()
        back.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        inner_writer.transport.abort()


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return await asyncio.open_connection("::1", port)


def listening() -> dict[str, str]:
    """Every open TCP port here: `address:port` to the number of its socket."""
    found = {}
    for path in ("/proc/self/net/tcp", "/proc/self/net/tcp6"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as table:  # noqa: PTH123 - starts faster
            for line in list(table)[1:]:
                fields = line.split()
                if fields[3] == LISTENING:
                    found[_readable(fields[1])] = fields[9]
    return found


def _readable(local: str) -> str:
    """The kernel writes addresses as 32-bit words in the machine's own byte order."""
    address, _, port = local.partition(":")
    words = [bytes.fromhex(address[i : i + WORD])[::-1] for i in range(0, len(address), WORD)]
    raw = b"".join(words)
    if len(raw) > len(words[0]):
        known = {bytes(16): "::", bytes(15) + b"\x01": "::1"}
        return f"[{known.get(raw, raw.hex())}]:{int(port, 16)}"
    return f"{'.'.join(map(str, raw))}:{int(port, 16)}"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        wanted = await reader.readexactly(1)
        if wanted == b"T":
            await _tunnel(reader, writer, port)
        elif wanted == b"L":
            writer.write(json.dumps(sorted(listening())).encode())
        await writer.drain()
    writer.close()


async def main(port: int) -> None:
    """Serve until killed. The socket appears under its name when it is ready, so nobody sees it too early."""
    early = SOCKET + ".new"
    server = await asyncio.start_unix_server(lambda r, w: _serve(r, w, port), early, backlog=256)
    os.chmod(early, 0o600)  # noqa: PTH101 - starts faster without pathlib
    os.rename(early, SOCKET)  # noqa: PTH104
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
