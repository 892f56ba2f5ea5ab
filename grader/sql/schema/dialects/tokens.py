"""Words, names, numbers and texts of MySQL's and SQLite's SQL, and a cursor that walks over them.

A general parser gives up on a whole table over one clause that it does not know. Here the clauses of a table are taken
one by one, so that an unknown one costs itself only.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from grader.evidence.schema import Dialect

Kind = Literal["word", "name", "text", "number", "mark"]

_SQLITE = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<text>'(?:[^']|'')*(?:'|\Z))"
    r'|(?P<name>"(?:[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|\[[^\]]*(?:\]|\Z))'
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))"
    r"|(?P<word>[^\W\d][\w$]*|\d[\w$]*)"
    r"|(?P<mark><=>|<>|!=|<=|>=|\|\||&&|->>|->|.)",
    re.DOTALL,
)
_MYSQL = re.compile(
    r"(?P<space>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z))"
    r"""|(?P<text>'(?:[^'\\]|\\.|'')*(?:'|\\?\Z)|"(?:[^"\\]|\\.|"")*(?:"|\\?\Z))"""
    r"|(?P<name>`(?:[^`]|``)*(?:`|\Z))"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))"
    r"|(?P<word>[^\W\d][\w$]*|\d[\w$]*)"
    r"|(?P<mark><=>|<>|!=|<=|>=|\|\||&&|->>|->|:=|.)",
    re.DOTALL,
)
_MOST_NEAR, _LONGEST_NEAR = 12, 40
_SLASHED = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "\b", "Z": ""}


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One word of a statement; `value` is a name or text without its quotes, anything else as it stands."""

    kind: Kind
    value: str
    begin: int
    end: int

    @property
    def upper(self) -> str:
        """A word in capitals; empty for what is quoted."""
        return self.value.upper() if self.kind in ("word", "mark") else ""


class NotUnderstood(Exception):
    """A clause that the reader does not know, with the token where it stopped."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


def tokens(text: str, dialect: Dialect) -> tuple[Token, ...]:
    """The statement's tokens, without spaces and comments."""
    found = []
    pattern = _MYSQL if dialect == "mysql" else _SQLITE
    for match in pattern.finditer(text):
        kind = match.lastgroup
        if kind != "space":
            value = _value(str(kind), match.group(), dialect)
            found.append(Token(kind=kind, value=value, begin=match.start(), end=match.end()))  # type: ignore[arg-type]  # the pattern's groups are the kinds
    return tuple(found)


def _value(kind: str, text: str, dialect: Dialect) -> str:
    if kind == "name":
        return text[1:-1].replace(text[0] * 2, text[0]) if text[0] != "[" else text[1:-1]
    if kind == "text":
        inner = text[1:-1].replace(text[0] * 2, text[0])
        if dialect == "mysql":
            inner = re.sub(r"\\(.)", lambda found: _SLASHED.get(found[1], found[1]), inner, flags=re.DOTALL)
        return inner
    return text


class Cursor:
    """Walks over the tokens of a statement. Words are compared in capitals."""

    def __init__(self, text: str, found: tuple[Token, ...]) -> None:
        self.text, self.tokens, self.at = text, found, 0

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        """The next token but `ahead`."""
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def next(self) -> Token:
        """The next token, passed over; raises `NotUnderstood` at the end."""
        token = self.peek()
        if token is None:
            raise self.lost("it ends too early")
        self.at += 1
        return token

    def sees(self, *words: str) -> bool:
        """These words come next."""
        return all((token := self.peek(n)) is not None and token.upper == word for n, word in enumerate(words))

    def sees_any(self, words: frozenset[str]) -> bool:
        """One of these words comes next."""
        token = self.peek()
        return token is not None and token.upper in words

    def take(self, *words: str) -> bool:
        """Pass over these words if they come next."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def take_any(self, *words: str) -> str:
        """Pass over one of these words if it comes next; answers which."""
        token = self.peek()
        if token is None or token.upper not in words:
            return ""
        self.at += 1
        return token.upper

    def expect(self, *words: str) -> None:
        """Pass over these words; raises `NotUnderstood` when others come."""
        if not self.take(*words):
            raise self.lost(f"`{' '.join(words)}` was expected")

    def lost(self, why: str) -> NotUnderstood:
        """The error to raise here."""
        at = min(self.at, len(self.tokens) - 1)
        if at < 0:
            return NotUnderstood(why, 0)
        near = self._near(at)
        quoted = near if "`" in near else f"`{near}`"
        return NotUnderstood(f"{why}, near {quoted}", self.tokens[at].begin)

    def _near(self, at: int) -> str:
        """A few whole words from a token on, with no parenthesis open."""
        begin, end, depth = self.tokens[at].begin, self.tokens[at].end, 0
        for token in self.tokens[at : at + _MOST_NEAR]:
            depth += {"(": 1, ")": -1}.get(token.upper, 0)
            if depth < 0 or token.end - begin > _LONGEST_NEAR:
                break
            end = token.end if depth == 0 else end
        return " ".join(self.text[begin:end][:_LONGEST_NEAR].split())

    def name(self) -> Token:
        """A name, quoted or not; SQLite takes texts as names too."""
        token = self.next()
        if token.kind in ("name", "word", "text"):
            return token
        self.at -= 1
        raise self.lost("a name was expected")

    def path(self) -> Token:
        """The last part of `database.name`."""
        token = self.name()
        while self.take("."):
            token = self.name()
        return token

    def number(self) -> str:
        """A number; raises `NotUnderstood` when something else comes."""
        token = self.next()
        if token.kind == "number":
            return token.value
        self.at -= 1
        raise self.lost("a number was expected")

    def enclosed(self) -> Cursor:
        """What stands in the parentheses that open here."""
        begin = self.at
        self.skip_enclosed()
        return Cursor(self.text, self.tokens[begin + 1 : self.at - 1])

    def skip_enclosed(self) -> None:
        """Pass over a pair of parentheses with all they hold; raises `NotUnderstood` when there is no such pair."""
        if not self.sees("("):
            raise self.lost("`(` was expected")
        depth = 0
        while not self.done:
            depth += {"(": 1, ")": -1}.get(self.next().upper, 0)
            if depth == 0:
                return
        raise self.lost("a parenthesis is not closed")

    def source(self) -> str:
        """The text of all tokens of this cursor as it was written."""
        return self.text[self.tokens[0].begin : self.tokens[-1].end] if self.tokens else ""

    def between(self, begin: int) -> str:
        """The text from token number `begin` up to here."""
        return self.text[self.tokens[begin].begin : self.tokens[self.at - 1].end] if self.at > begin else ""

    def parts(self) -> list[Cursor]:
        """The elements of a list, cut at the commas that no parenthesis holds."""
        cut: list[Cursor] = []
        depth, first = 0, self.at
        for at in range(self.at, len(self.tokens)):
            mark = self.tokens[at].upper
            depth += {"(": 1, ")": -1}.get(mark, 0)
            if mark == "," and depth == 0:
                cut.append(Cursor(self.text, self.tokens[first:at]))
                first = at + 1
        cut.append(Cursor(self.text, self.tokens[first:]))
        return cut
