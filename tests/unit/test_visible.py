from __future__ import annotations

import pytest

from grader.visible import one_line, visible


@pytest.mark.parametrize("code", [*range(9), 0x0B, 0x0D, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
def test_control_characters_are_written_out(code: int) -> None:
    assert visible(chr(code)) == f"⟦U+{code:04X}⟧"


@pytest.mark.parametrize(
    "character",
    ["\u200b", "\u200e", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u2028", "\u2029", "\ufeff", "\u00ad"],
)
def test_zero_width_and_reordering_characters_are_written_out(character: str) -> None:
    assert visible(f"a{character}b") == f"a⟦U+{ord(character):04X}⟧b"


@pytest.mark.parametrize("character", ["\ud800", "\ue000", "\ufffe", "\uffff", "\ufdd0", "\U0001fffe"])
def test_what_is_no_character_is_written_out(character: str) -> None:
    assert visible(character).startswith("⟦U+")


@pytest.mark.parametrize("character", ["\u3164", "\u115f", "\u2800", "\u180e", "\U000e0101", "\U000e0041"])
def test_letters_that_show_as_nothing_are_written_out(character: str) -> None:
    assert visible(character).startswith("⟦U+")


def test_text_of_people_stays_as_it_is() -> None:
    text = "Grüße, 日本語, עברית, 👍 and a\ttab\non two lines"
    assert visible(text) == text


def test_an_emoji_keeps_its_style_but_a_lone_selector_is_written_out() -> None:
    assert visible("⚠️") == "⚠️"
    assert visible("a\ufe0f") == "a⟦U+FE0F⟧"
    assert visible("⚠\ufe0f\ufe0f") == "⚠\ufe0f⟦U+FE0F⟧"


def test_line_ends_are_written_out_where_they_would_break_a_line() -> None:
    assert visible("a\nb\tc", keep="") == "a⟦U+000A⟧b⟦U+0009⟧c"


def test_making_visible_twice_is_the_same_as_once() -> None:
    once = visible("\x1b[2J\u202e")
    assert visible(once) == once


def test_one_line_is_one_line_and_bounded() -> None:
    assert one_line("a\n\n  b\tc") == "a b c"
    assert one_line("x" * 50, limit=10) == "x" * 9 + "…"
