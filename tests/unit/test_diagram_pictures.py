"""Pictures and PDFs are looked at from outside: whole, and large enough to be read by a person."""

from __future__ import annotations

import base64
import struct
import zlib

import msgspec
import pytest
from schema_answers import ask, facts

from grader.exhibits import PictureExhibit
from grader.model import Finding, Outcome
from grader.report.figures import address
from grader.sql.schema.diagrams.pictures import looked_at
from grader.sql.schema.diagrams.sniffing import MAX_PICTURE, diagram


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, padding: int = 3_000) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"tEXt", b"x" * padding) + pixels + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
        + frame
        + b"\xff\xda\0\x08\1\1\0\0?\0"
        + b"\5" * 3_000
        + b"\xff\xd9"
    )


def webp(width: int, height: int) -> bytes:
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + b"\0\0\0\0"
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    body += b"\0" * 3_000
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


GIF = b"GIF89a" + struct.pack("<HH", 800, 600) + b"\0\0\0" + b"\x2c" + b"\1" * 3_000 + b"\x3b"
SVG = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-" "x.dtd"><svg viewBox="0 0 900 600"><rect/></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n" + b"x" * 3_000 + b"\nstartxref\n12\n%%EOF\n"


def present(name: str, data: bytes) -> Finding:
    evidence = msgspec.structs.replace(facts(), diagrams=(diagram(name, data, len(data)),))
    return ask("schema.erd_present", evidence)


@pytest.mark.parametrize(
    ("name", "data", "size"),
    [
        ("erd.png", png(800, 600), (800, 600)),
        ("erd.jpg", jpeg(1024, 768), (1024, 768)),
        ("erd.webp", webp(640, 480), (640, 480)),
        ("erd.gif", GIF, (800, 600)),
        ("erd.svg", SVG, (900, 600)),
        ("erd.pdf", PDF, (0, 0)),
    ],
)
def test_whole_pictures_pass_and_wait_for_a_person(name: str, data: bytes, size: tuple[int, int]) -> None:
    found = diagram(name, data, len(data))
    assert ((found.width, found.height), found.fault) == (size, "")
    assert present(name, data).outcome is Outcome.PASS
    evidence = msgspec.structs.replace(facts(), diagrams=(found,))
    for check in ("entities", "relationships", "cardinality", "keys"):
        assert ask(f"schema.erd_{check}", evidence).outcome is Outcome.FOR_REVIEW


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("erd.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000),
        ("erd.png", png(800, 600)[:-20]),
        ("erd.png", png(800, 600).replace(b"xxx", b"xyx", 1)),
        (
            "erd.png",
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"tEXt", b"x" * 4_000) + chunk(b"IEND", b""),
        ),
        ("erd.png", b"users, orders, products " * 200),
        ("erd.png", b""),
        ("erd.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"),
        ("erd.jpg", b"\xff\xd8\xff" + b"\0" * 5_000),
        ("erd.jpg", jpeg(800, 600)[:-2]),
        ("erd.gif", GIF[:-1]),
        ("erd.webp", webp(800, 600)[:-5]),
        ("erd.pdf", b"%PDF-1.7" + b" " * 5_000),
        ("erd.svg", b"<svg viewBox='0 0 900 600'></svg>"),
        ("erd.svg", b"<svg viewBox='0 0 900 600'><rect>"),
        ("erd.svg", b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg><rect/>&a;</svg>'),
    ],
)
def test_what_only_begins_like_a_picture_is_none(name: str, data: bytes) -> None:
    found = present(name, data)
    assert found.outcome is Outcome.FAIL
    assert f"`{name}` cannot be looked at: " in found.message


@pytest.mark.parametrize("data", [png(200, 100), png(390, 800), png(800, 90)])
def test_a_picture_too_small_to_be_read_is_none(data: bytes) -> None:
    found = present("erd.png", data)
    assert found.outcome is Outcome.FAIL
    assert "too small to be read" in found.message


def test_a_picture_larger_than_what_is_read_of_it_is_not_called_damaged() -> None:
    data = png(800, 600)
    assert diagram("erd.png", data[:-100], len(data)).fault == ""


def test_a_text_is_no_picture() -> None:
    assert looked_at(b"BMW cars") is None
    assert looked_at(b"RIFF raff") is None


def test_a_whole_picture_is_kept_for_the_report_and_a_large_or_broken_one_is_not() -> None:
    whole = png(800, 600)
    assert base64.b64decode(diagram("erd.png", whole, len(whole)).data) == whole
    large = png(800, 600, padding=MAX_PICTURE)
    assert diagram("erd.png", large, len(large)).data == ""
    assert diagram("erd.png", whole[:-20], len(whole) - 20).data == ""
    assert diagram("erd.pdf", b"%PDF-1.7\n%%EOF", 14).data == ""


@pytest.mark.parametrize(
    ("media", "data"),
    [("image/png", 'AAAA" onerror="alert(1)'), ("text/html", "AAAA"), ("image/png", ""), ("image/png", "A A")],
)
def test_only_a_picture_gets_an_address_on_the_page(media: str, data: str) -> None:
    assert address(PictureExhibit(file="erd.png", media=media, data=data)) == ""
    assert address(PictureExhibit(file="erd.png", media="image/png", data="AAA=")) == "data:image/png;base64,AAA="
