"""Fenced blocks of Markdown."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t>]{0,40}(`{3,}|~{3,})[ \t]{0,20}([\w.+-]{0,40})")
_MARKDOWN = re.compile(r"^[ \t>]{0,40}(?:```|~~~)", re.MULTILINE)


def inside(text: str, mark: re.Pattern[str]) -> str:
    """The text with everything outside of the fenced blocks that hold `mark` left empty: lines keep their numbers.

    A text without such a block comes back as it is.
    """
    if not _MARKDOWN.search(text):
        return text
    kept, found = [], False
    for fenced, lines in _blocks(text):
        holds = fenced and mark.search("\n".join(lines)) is not None
        found = found or holds
        kept += lines if holds else [""] * len(lines)
    return "\n".join(kept) if found else text


def _blocks(text: str) -> list[tuple[bool, list[str]]]:
    """The text in pieces, each with whether it stands in a fence; the fences are lines of what is outside."""
    pieces: list[tuple[bool, list[str]]] = [(False, [])]
    open_ = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence and not open_:
            open_ = fence[1]
            pieces[-1][1].append(line)
            pieces.append((True, []))
        elif fence and fence[1].startswith(open_) and not fence[2]:
            open_ = ""
            pieces.append((False, [line]))
        else:
            pieces[-1][1].append(line)
    return pieces
