"""Is a file the picture or document that its first bytes promise, and how large is it?

Nothing is rendered: headers, chunks and ends are read (PNG: W3C PNG 3rd edition 5; JPEG: ITU T.81 B; GIF89a;
WebP: RFC 9649; PDF: ISO 32000-2 7.5), so that no picture can harm the grader. What it shows is for a person.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import msgspec

from grader.sql.schema.diagrams.markup import Refused, walk

MOST_CHUNKS = 20_000
INFLATED = 1 << 16  # so much of a PNG is unpacked to see that it holds pixels
_SHAPES = frozenset(
    {"path", "rect", "line", "polyline", "polygon", "circle", "ellipse", "text", "image", "use", "foreignObject"}
)
_NUMBER = re.compile(r"^\s{0,9}(\d{1,7}(?:\.\d{0,9})?)\s{0,9}(?:px|pt)?\s{0,9}$")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is: its type for a browser, its size, and why it is none when it is broken."""

    media: str
    width: int = 0
    height: int = 0
    fault: str = ""


def looked_at(data: bytes, *, svg: bool = False) -> Picture | None:
    """The picture or PDF that the bytes are; None when they do not even begin like one."""
    for begins, media, read in _KINDS:
        if data.startswith(begins) and _is(media, data):
            return _read(media, data, read)
    return _read("image/svg+xml", data, _svg) if svg else None


def _is(media: str, data: bytes) -> bool:
    """Two letters alone prove nothing: a text may begin with them, too."""
    return (media != "image/webp" or data[8:12] == b"WEBP") and (media != "image/bmp" or b"\0" in data[:20])


def _read(media: str, data: bytes, read: Callable[[bytes], tuple[int, int]]) -> Picture:
    try:
        width, height = read(data)
    except Refused as refused:
        return Picture(media=media, fault=str(refused))
    except (struct.error, IndexError, zlib.error):
        return Picture(media=media, fault="it is cut off or damaged")
    return Picture(media=media, width=width, height=height)


def _png(data: bytes) -> tuple[int, int]:
    at, size, pixels, ended = 8, (0, 0), b"", False
    for _ in range(MOST_CHUNKS):
        if ended or at + 12 > len(data):
            break
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[at + 8 + length : at + 12 + length], "big"):
            raise Refused("the checksum of one of its parts is wrong")
        if kind == b"IHDR" and at == 8:  # noqa: PLR2004 - behind the signature
            size = struct.unpack(">II", body[:8])
        pixels += body if kind == b"IDAT" and len(pixels) < INFLATED else b""
        ended = kind == b"IEND"
        at += 12 + length
    if not ended or not all(size):
        raise Refused("it is cut off or damaged")
    if not zlib.decompressobj().decompress(pixels, INFLATED):
        raise Refused("it holds no pixels")
    return size


def _jpeg(data: bytes) -> tuple[int, int]:
    at, size = 2, (0, 0)
    for _ in range(MOST_CHUNKS):
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise Refused("it is cut off or damaged")
        marker = data[at + 1]
        if marker == 0xDA:  # noqa: PLR2004 - start of scan: what follows are pixels
            break
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            size = (width, height)
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]  # noqa: PLR2004 - a fill byte
    if not all(size) or data.rfind(b"\xff\xd9") < at:
        raise Refused("it is cut off or damaged")
    return size


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", data[6:10])
    if b"\x2c" not in data[13:] or not data.rstrip(b"\0").endswith(b"\x3b") or not width or not height:
        raise Refused("it is cut off or damaged")
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    if struct.unpack("<I", data[4:8])[0] + 8 > len(data):
        raise Refused("it is cut off or damaged")
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise Refused("it is cut off or damaged")


def _bmp(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<ii", data[18:26])
    if struct.unpack("<I", data[10:14])[0] >= len(data) or width <= 0 or not height:
        raise Refused("it is cut off or damaged")
    return width, abs(height)


def _pdf(data: bytes) -> tuple[int, int]:
    tail = data[-2_048:]
    if b"%%EOF" not in tail or b"startxref" not in tail or b"obj" not in data:
        raise Refused("it is cut off or damaged")
    return 0, 0


def _svg(data: bytes) -> tuple[int, int]:
    root: dict[str, str] = {}
    names: list[str] = []

    def begun(name: str, given: dict[str, str]) -> None:
        if not names:
            root.update(given)
        names.append(name.rpartition(":")[2])

    walk(data.decode("utf-8", errors="replace"), begun)
    if not names or names[0] != "svg":
        raise Refused("it is no SVG picture")
    if _SHAPES.isdisjoint(names):
        raise Refused("it draws nothing")
    return _measured(root)


def _measured(root: dict[str, str]) -> tuple[int, int]:
    """Width and height as an SVG says them, else those of its `viewBox`; 0 when neither tells."""
    told = [_NUMBER.match(root.get(name, "")[:40]) for name in ("width", "height")]
    box = [_NUMBER.match(part) for part in root.get("viewBox", "")[:100].replace(",", " ").split()[2:4]]
    sizes = told if all(told) else box
    numbers = [round(float(found[1])) for found in sizes if found]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)  # noqa: PLR2004 - width and height


_KINDS: tuple[tuple[bytes, str, Callable[[bytes], tuple[int, int]]], ...] = (
    (b"\x89PNG", "image/png", _png),
    (b"\xff\xd8\xff", "image/jpeg", _jpeg),
    (b"GIF8", "image/gif", _gif),
    (b"RIFF", "image/webp", _webp),
    (b"BM", "image/bmp", _bmp),
    (b"%PDF", "application/pdf", _pdf),
)
