"""DBML cut into words: names, strings, signs and ends of lines; comments left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

MOST_WORDS = 100_000
LONGEST_QUOTE = 1_000  # on one line
_COMMENT = re.compile(r"//[^\n]*")
_WORD = re.compile(r"[^\s\"'`\[\]{}():,.<>/-]+")
_BLANK = re.compile(r"[ \t\r\f\v]+")
_SIGNS = "[]{}():,.<>-"


class Word(msgspec.Struct, frozen=True):
    """A piece of DBML. `kind`: `name` (bare or in double quotes), `text` (a string or expression), `sign`, `end`."""

    kind: str
    text: str
    line: int


def cut(text: str) -> list[Word]:
    """The words of a text, at most so many; a quote that nothing closes is left out."""
    found = []
    for word in _words(text):
        found.append(word)
        if len(found) >= MOST_WORDS:
            break
    last = found[-1].line if found else 1
    return [*found, Word("end", "", last)]


def _words(text: str) -> Iterator[Word]:
    at, line = 0, 1
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank:
            at = blank.end()
            continue
        if (end := _comment_end(text, at)) > at:
            line += text.count("\n", at, end)
            at = end
            continue
        word, end = _word(text, at, line)
        if word is not None:
            yield word
        line += text.count("\n", at, end)
        at = end


def _comment_end(text: str, at: int) -> int:
    """Where the comment that begins here ends; `at` when none begins."""
    if text.startswith("//", at):
        found = _COMMENT.match(text, at)
        return found.end() if found else at
    if text.startswith("/*", at):
        end = text.find("*/", at + 2)
        return len(text) if end < 0 else end + 2
    return at


def _word(text: str, at: int, line: int) -> tuple[Word | None, int]:
    letter = text[at]
    if letter == "\n":
        return Word("end", "", line), at + 1
    if letter in "\"'`":
        return _quoted(text, at, line)
    if letter == "<" and text.startswith("<>", at):
        return Word("sign", "<>", line), at + 2
    if letter in _SIGNS:
        return Word("sign", letter, line), at + 1
    found = _WORD.match(text, at)
    return (Word("name", found.group(), line), found.end()) if found else (None, at + 1)


def _quoted(text: str, at: int, line: int) -> tuple[Word | None, int]:
    """The quotation that begins here; when nothing ends it, what is left of its line is passed over."""
    mark = "'''" if text.startswith("'''", at) else text[at]
    begin = at + len(mark)
    newline = text.find("\n", begin, begin + LONGEST_QUOTE)
    limit = len(text) if len(mark) > 1 else min(begin + LONGEST_QUOTE, newline if newline >= 0 else len(text))
    end = _closing(text, mark, begin, limit)
    if end < 0:
        return None, begin if len(mark) > 1 else limit
    return Word("name" if mark == '"' else "text", text[begin:end], line), end + len(mark)


def _closing(text: str, mark: str, at: int, limit: int) -> int:
    """Where a quotation ends; a backslash takes the meaning from the mark after it."""
    end = text.find(mark, at, limit)
    while end > at and text[end - 1] == "\\":
        end = text.find(mark, end + 1, limit)
    return end
