"""Untrusted text made harmless for a terminal, a log or a page: nothing in it can move the cursor, hide or reorder.

Terminal libraries do not do this: rich passes escape sequences in `Text` and C1 controls through `escape()`.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_KEPT = "\n\t"
_MAYBE_HIDDEN = re.compile(r"[^\x20-\x7e]")
_NONCHARACTERS = range(0xFDD0, 0xFDF0)
_LAST_TWO = 0xFFFE  # of every plane
# Letters, marks and symbols that show as nothing: fillers, joiners, variation selectors, the empty Braille cell.
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def visible(text: str, *, keep: str = _KEPT) -> str:
    """`text` with control, zero-width, bidirectional and surrogate characters written as `⟦U+202E⟧`."""
    return _MAYBE_HIDDEN.sub(lambda match: _shown(match, keep), text)


def one_line(text: str, limit: int = 200) -> str:
    """`text` visible, on one line, cut at `limit` characters with an ellipsis."""
    flat = visible(" ".join(text.split()), keep="")
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _shown(match: re.Match[str], keep: str) -> str:
    character = match.group()
    if character in keep or _is_emoji_style(match):
        return character
    if unicodedata.category(character) in _HIDDEN or _BLANK.match(character) or _is_noncharacter(ord(character)):
        return f"⟦U+{ord(character):04X}⟧"
    return character


def _is_noncharacter(code: int) -> bool:
    """Code points that never are text; XML refuses two of them."""
    return code & _LAST_TWO == _LAST_TWO or code in _NONCHARACTERS


def _is_emoji_style(match: re.Match[str]) -> bool:
    """True for the selector right behind a symbol that asks for its coloured or its plain form: honest text has it."""
    before = match.string[match.start() - 1 : match.start()]
    return match.group() in "\ufe0e\ufe0f" and before != "" and unicodedata.category(before) == "So"
