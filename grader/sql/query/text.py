"""SQL text as PostgreSQL's own lexer cuts it: comments blanked, statements apart, places kept.

A reader that sees a comment where PostgreSQL sees a statement can be talked into anything. So comments are
blanked by PostgreSQL's rules first, and the blanked text is what is read *and* what is run.
"""

from __future__ import annotations

import re

import msgspec

from grader.excerpt import position

_SKIP = re.compile(r"[^'\"$\-/;\\A-Za-z_\u0080-\U0010ffff]+")
_WORD = re.compile(r"[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*")
_PLAIN = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r'"(?:[^"]|"")*"')
_DOLLAR = re.compile(r"\$(?:[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*)?\$")
_LINE = re.compile(r"--[^\n\r]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]")
_PREFIXES = {"e", "b", "x", "n", "u"}
_UNDECODABLE = "\ufffd"  # what a byte that is not UTF-8 was read as


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A form that is not allowed at `offset` of the text."""

    what: str
    offset: int
    length: int = 1


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement without its semicolon; `offset` is where it starts in the file."""

    text: str
    offset: int


class SqlText(msgspec.Struct, frozen=True, kw_only=True):
    """A file cut into statements. `blanked` has spaces for comments, so every place is where it was."""

    blanked: str
    statements: tuple[Statement, ...]
    marks: tuple[Mark, ...]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of an offset."""
        return position(self.blanked, offset)


def read(text: str) -> SqlText:
    """Cut `text`; forms that two readers could see differently are marked instead of guessed at."""
    return _Scanner(text.removeprefix("\ufeff")).read()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.out: list[str] = []
        self.marks: list[Mark] = []
        self.ends: list[int] = []

    def read(self) -> SqlText:
        while self.at < len(self.text):
            self._step()
        blanked = "".join(self.out)
        for found in _CONTROL.finditer(blanked):
            self.marks.append(Mark(what=f"the control character U+{ord(found.group()):04X}", offset=found.start()))
        return SqlText(blanked=blanked, statements=tuple(self._statements(blanked)), marks=tuple(self.marks))

    def _statements(self, blanked: str) -> list[Statement]:
        found, start = [], 0
        for end in [*self.ends, len(blanked)]:
            body = blanked[start:end]
            offset = start + len(body) - len(body.lstrip())
            if body.strip():
                found.append(Statement(text=body.strip(), offset=offset))
            start = end + 1
        return found

    def _step(self) -> None:
        char, rest = self.text[self.at], self.text[self.at : self.at + 2]
        if rest == "--":
            self._blank(_LINE.match(self.text, self.at).end())  # type: ignore[union-attr] # it starts with --
        elif rest == "/*":
            self._comment()
        elif char == "'":
            self._quoted(_PLAIN, "a string that never ends")
        elif char == '"':
            self._quoted(_NAME, "a quoted name that never ends")
        elif char == "$":
            self._dollar()
        elif char == ";":
            self.ends.append(self.at)
            self._keep(self.at + 1)
        elif char == "\\":
            self._mark("a backslash command is for psql, not for PostgreSQL: leave it out", 1)
            self._keep(self.at + 1)
        else:
            self._plain()

    def _plain(self) -> None:
        word = _WORD.match(self.text, self.at)
        if word is None:
            found = _SKIP.match(self.text, self.at)
            self._keep(found.end() if found else self.at + 1)
            return
        strange = next((c for c in word.group() if not (c.isalnum() or c in "_$")), None)
        if strange is not None:
            self._mark(_strange(strange), 1)
        after = self.text[word.end() : word.end() + 2]
        if word.group().lower() in _PREFIXES and (after[:1] == "'" or (word.group().lower() == "u" and after == "&'")):
            self._mark("a string with a prefix (E'…', U&'…', …): write it as a plain '…'", len(word.group()) + 1)
        elif word.group().lower() == "u" and after == '&"':
            self._mark('a name with a prefix (U&"…"): write it as a plain name', len(word.group()) + 2)
        self._keep(word.end())

    def _comment(self) -> None:
        depth, at = 0, self.at
        for found in re.finditer(r"/\*|\*/", self.text[self.at :]):
            depth += 1 if found.group() == "/*" else -1
            at = self.at + found.end()
            if depth == 0:
                self._blank(at)
                return
        self._mark("a comment that never ends", 2)
        self._blank(len(self.text))

    def _quoted(self, pattern: re.Pattern[str], unended: str) -> None:
        found = pattern.match(self.text, self.at)
        if found is None:
            self._mark(unended, 1)
        self._keep(found.end() if found else len(self.text))

    def _dollar(self) -> None:
        found = _DOLLAR.match(self.text, self.at)
        if found is None:
            self._keep(self.at + 1)
            return
        self._mark("a dollar-quoted string: write it as a plain '…'", len(found.group()))
        end = self.text.find(found.group(), found.end())
        self._keep(end + len(found.group()) if end >= 0 else len(self.text))

    def _mark(self, what: str, length: int) -> None:
        self.marks.append(Mark(what=what, offset=self.at, length=length))

    def _keep(self, end: int) -> None:
        self.out.append(self.text[self.at : end])
        self.at = end

    def _blank(self, end: int) -> None:
        self.out.append(re.sub(r"[^\n\r]", " ", self.text[self.at : end]))
        self.at = end


def _strange(character: str) -> str:
    if character == _UNDECODABLE:
        return "bytes that are not text in UTF-8: save the file as UTF-8"
    return f"the invisible or unusual character U+{ord(character):04X} outside a string"
