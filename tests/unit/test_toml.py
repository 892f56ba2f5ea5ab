from __future__ import annotations

from enum import StrEnum

import msgspec
import pytest

from grader.errors import UsageError
from grader.toml import TomlText
from grader.toml_places import Place, key_at, value_at

TEXT = """\
# size = "big" is what most write
name = "size = 3"
size = "small"

[[row]]
id = "a"
size = "small"
[[row.cell]]
size = "small"
[[row]]
id = "b"
with = { size = ["small", "bgi"], deep = [{ n = 1 }, { n = "x" }] }
[[row.cell]]
size = "small"  # size = "bgi"
[[row.cell]]
size = "bgi"
[last]
size = '''
bgi'''
"""


class Size(StrEnum):
    SMALL = "small"
    BIG = "big"


class Cell(msgspec.Struct, forbid_unknown_fields=True):
    size: Size = Size.SMALL


class Row(msgspec.Struct):
    cell: tuple[Cell, ...] = ()


def line_of(offset: int) -> int:
    return TEXT[:offset].count("\n") + 1


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("size",), 3),
        (("row", 0, "size"), 7),
        (("row", 0, "cell", 0, "size"), 9),
        (("row", 1, "with", "size"), 12),
        (("row", 1, "cell", 0, "size"), 14),
        (("row", 1, "cell", 1, "size"), 16),
        (("last", "size"), 18),
        (("row", 1, "cell", 1), 15),
    ],
)
def test_a_key_is_found_where_it_stands_whatever_comments_and_texts_say(place: Place, line: int) -> None:
    assert line_of(key_at(TEXT, place)) == line


@pytest.mark.parametrize(
    ("place", "wrong", "shown"),
    [
        (("row", 1, "with", "size"), "bgi", "bgi"),
        (("row", 1, "cell", 1, "size"), "bgi", "bgi"),
        (("size",), "", '"small"'),
        (("row", 1, "with", "deep", 1, "n"), "", '"x"'),
        (("row", 1, "with", "deep", 0, "n"), "", "1"),
    ],
)
def test_a_value_is_found_with_its_length(place: Place, wrong: str, shown: str) -> None:
    offset, length = value_at(TEXT, place, wrong)
    assert TEXT[offset : offset + length] == shown


def test_what_is_not_there_is_not_found() -> None:
    assert key_at(TEXT, ("row", 7, "none")) == -1
    assert value_at(TEXT, ("row", 0, "none"), "x")[0] == -1


def told(data: object, kind: type[object], place: Place = ()) -> str:
    text = TomlText("f.toml", TEXT, UsageError, "E101")
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(data, type=kind)
    problem = text.invalid(caught.value, kind, "row `b`", at=place).problem
    return f"{problem.where}\n{problem.what}\n{problem.snippet}\n{problem.help}"


def test_a_value_that_is_none_of_the_choices_is_shown_at_its_own_line_with_the_choices() -> None:
    said = told({"cell": [{}, {"size": "bgi"}]}, Row, ("row", 1))
    assert said.startswith("f.toml:16:9")
    assert "^^^ did you mean `big`?" in said
    assert said.endswith("one of: small, big")


def test_an_unknown_key_inside_is_told_with_the_nearest_name() -> None:
    assert "unknown key `sizes` in row `b`" in told({"cell": [{"sizes": 1}]}, Row)
    assert "did you mean `size`?" in told({"cell": [{"sizes": 1}]}, Row)
