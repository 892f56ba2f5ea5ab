"""Untrusted text made harmless for a terminal, a log or a page: nothing in it can move the cursor, hide or reorder.

Terminal libraries do not do this: rich passes escape sequences in `Text` and C1 controls through `escape()`.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_KEPT = "\n\t"
_MAYBE_HIDDEN = re.compile(r"[^\x20-\x7e\n\t]")


def visible(text: str, *, keep: str = _KEPT) -> str:
    """`text` with control, zero-width, bidirectional and surrogate characters written as `⟦U+202E⟧`."""
    return _MAYBE_HIDDEN.sub(lambda match: _shown(match.group(), keep), text)


def one_line(text: str, limit: int = 200) -> str:
    """`text` visible, on one line, cut at `limit` characters with an ellipsis."""
    flat = visible(" ".join(text.split()), keep="")
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _shown(character: str, keep: str) -> str:
    if character in keep:
        return character
    if unicodedata.category(character) in _HIDDEN:
        return f"⟦U+{ord(character):04X}⟧"
    return character
