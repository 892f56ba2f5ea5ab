"""Split a script of MySQL or SQLite into statements, as their command line clients would."""

from __future__ import annotations

import re

from grader.evidence.schema import Dialect
from grader.sql.schema.splitter import MAX_STATEMENTS, SourceText, Statement, too_large

_SPACE = re.compile(r"\s+")
_VERSIONED = re.compile(r"/\*!(?P<since>\d{0,6})")
_AFTER_EIGHT = 90_000  # `/*!90000 … */` is a comment for MySQL 8
_DELIMITER = re.compile(r"delimiter[ \t]+(?P<mark>\S+)[^\n]*", re.IGNORECASE)
_BODIED = re.compile(
    r"create\b(?:(?!\btable\b)[^;'\"(])*?\b(?:trigger|procedure|function|event)\b", re.IGNORECASE | re.DOTALL
)
_BLOCK = re.compile(r"\b(?:end\s+(?:if|loop|while|repeat|case)|begin|case|end)\b", re.IGNORECASE)
_META = {"mysql": re.compile(r"\\[.!]|(?:source|system)\s", re.IGNORECASE), "sqlite": re.compile(r"\.[a-z]")}
_STOPS = {
    "mysql": re.compile(r"--(?=\s|\Z)|#|/\*|['\"`]"),
    "sqlite": re.compile(r"--|/\*|['\"`\[]"),
}
_CLOSING = {"'": "'", '"': '"', "`": "`", "[": "]"}


def split(text: str, file: str, dialect: Dialect, *, most: int = MAX_STATEMENTS) -> tuple[Statement, ...]:
    """The statements of a script; raises `SubmissionFault` E331 when there are more than `most`.

    What MySQL's dumps hide from others in `/*!40101 … */` is read as MySQL reads it.
    """
    if dialect == "mysql":
        text = _unwrapped(text)
    return tuple(_Splitter(text, file, dialect, most).run())


def _unwrapped(text: str) -> str:
    """The text without the marks of versioned comments; every offset stays."""
    out, end = list(text), 0
    for found in _VERSIONED.finditer(text):
        if int(found["since"] or 0) >= _AFTER_EIGHT:
            continue
        end = text.find("*/", found.end()) if end >= 0 else end  # looking for what is not there would take hours
        for at in (*range(found.start(), found.end()), *((end, end + 1) if end >= 0 else ())):
            out[at] = " "
    return "".join(out)


class _Splitter:
    def __init__(self, text: str, file: str, dialect: Dialect, most: int) -> None:
        self.text, self.file, self.dialect, self.most = text, file, dialect, most
        self.source = SourceText(text, file)
        self.mark = ";"
        self.found: list[Statement] = []

    def run(self) -> list[Statement]:
        """Walk from statement to statement."""
        at = self._code(0)
        while at < len(self.text):
            command = _DELIMITER.match(self.text, at) if self.dialect == "mysql" else None
            if command:
                self.mark = command["mark"]
                at = self._code(command.end())
            elif _META[self.dialect].match(self.text, at):
                end = self.text.find("\n", at)
                end = len(self.text) if end < 0 else end
                self._add(at, end, meta=True)
                at = self._code(end)
            else:
                at = self._code(self._statement(at))
        return self.found

    def _code(self, at: int) -> int:
        """The next character that is no space, comment or empty statement."""
        while at < len(self.text):
            if space := _SPACE.match(self.text, at):
                at = space.end()
            elif self.text.startswith(self.mark, at):
                at += len(self.mark)
            elif comment := self._comment_end(at):
                at = comment
            else:
                break
        return at

    def _comment_end(self, at: int) -> int:
        """Where the comment that begins here ends; 0 when none does."""
        found = _STOPS[self.dialect].match(self.text, at)
        if not found or found.group() in _CLOSING:
            return 0
        ending = "*/" if found.group() == "/*" else "\n"
        end = self.text.find(ending, found.end())
        return len(self.text) if end < 0 else end + len(ending)

    def _statement(self, begin: int) -> int:
        """Add the statement that begins here; answers where the next one may begin."""
        stops = re.compile(f"{_STOPS[self.dialect].pattern}|{re.escape(self.mark)}")
        at, depth = begin, 0
        bodied = self.mark == ";" and _BODIED.match(self.text, begin) is not None
        while stop := stops.search(self.text, at):
            if bodied:
                depth += _opened(self.text[at : stop.start()])
            if stop.group() == self.mark and depth <= 0:
                self._add(begin, stop.start())
                return stop.end()
            at = stop.end() if stop.group() == self.mark else self._skipped(stop)
        self._add(begin, len(self.text))
        return len(self.text)

    def _skipped(self, stop: re.Match[str]) -> int:
        """Where the comment, text or name that begins at `stop` ends."""
        mark = stop.group()
        if mark not in _CLOSING:
            return self._comment_end(stop.start())
        slashes = r"\\.|" if self.dialect == "mysql" and mark != "`" else ""
        inside = r"[^\\']" if slashes else "[^']"
        closing = re.escape(_CLOSING[mark])
        pattern = rf"(?:{slashes}{inside.replace(chr(39), closing)})*{closing}"
        found = re.compile(pattern, re.DOTALL).match(self.text, stop.end())
        return found.end() if found else len(self.text)

    def _add(self, begin: int, end: int, *, meta: bool = False) -> None:
        if len(self.found) >= self.most:
            raise too_large(f"{self.file} holds more than {self.most} statements")
        self.found.append(self.source.statement(begin, end, kind="meta" if meta else "sql"))


def _opened(code: str) -> int:
    """How many blocks of a body a piece of code opens, less those that it closes; IF and loops end inside of those."""
    words = (" ".join(found.group().lower().split()) for found in _BLOCK.finditer(code))
    return sum({"begin": 1, "case": 1, "end": -1, "end case": -1}.get(word, 0) for word in words)
