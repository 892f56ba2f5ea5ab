"""The relay: a program of ours inside the submission's empty network. Run as `python3 -I -S -c SOURCE PORT`.

It listens on a UNIX socket only it and we can see. The first byte of a connection says what is wanted:
`T` a tunnel to the submission's port (answered `+`, or `-` when nobody listens there), `P` one to the port of which
five digits follow, `L` the ports that are open in this network as JSON. It imports nothing but the standard library,
and nothing of ours.
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
DIGITS = 5  # of a port
WORD = 8  # hexadecimal digits of one 32-bit word of an address


async def _requests(reader: asyncio.StreamReader, service: socket.socket) -> None:
    """What is asked, until the asker hangs up. What the service does not take any more is read all the same."""
    loop, taken = asyncio.get_running_loop(), True
    while data := await reader.read(CHUNK):
        try:
            if taken:
                await loop.sock_sendall(service, data)
        except OSError:  # it answered and closed early: its answer is still there to be read
            taken = False
    with contextlib.suppress(OSError):
        service.shutdown(socket.SHUT_WR)


async def _answers(service: socket.socket, writer: asyncio.StreamWriter) -> None:
    """What is answered, until the service hangs up. A stream would forget it when a write fails: so a plain socket."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await loop.sock_recv(service, CHUNK):
            # a server that writes head and body apart would wait 40 ms for our acknowledgement every time
            service.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            writer.write(data)
            await writer.drain()
    writer.write_eof()


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    try:
        service = await _connect(port)
    except OSError:
        writer.write(b"-")
        return
    writer.write(b"+")
    there = asyncio.create_task(_requests(reader, service))
    back = asyncio.create_task(_answers(service, writer))
    try:
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({there, back}, timeout=LAST_WORDS_SECONDS)
    finally:
        there.cancel()
        back.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        service.close()


async def _connect(port: int) -> socket.socket:
    try:
        return await _connected(socket.AF_INET, "127.0.0.1", port)
    except OSError:
        return await _connected(socket.AF_INET6, "::1", port)


async def _connected(family: int, host: str, port: int) -> socket.socket:
    service = socket.socket(family, socket.SOCK_STREAM)
    try:
        service.setblocking(False)
        await asyncio.get_running_loop().sock_connect(service, (host, port))
        service.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        service.close()
        raise
    return service


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
        elif wanted == b"P":
            await _tunnel(reader, writer, int(await reader.readexactly(DIGITS)))
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
