"""Split a PostgreSQL script into its statements, as psql would, and say where each one stands.

Needed before anything else: a parser or a server that gets a whole file loses all of it over one bad statement, and
neither reads psql's own commands or the data lines of `COPY … FROM stdin`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

import msgspec

from grader.errors import SubmissionFault
from grader.evidence.catalog import Place

MAX_STATEMENTS = 5_000
MAX_DATA_STATEMENTS = 100_000  # of INSERT and COPY: counted by themselves, because a dump has one per row

_SPACE = re.compile(r"(?:\s+|--[^\n]*|;)+")
_STOP = re.compile(
    r"--|/\*|['\";]|\\(?=g|watch\b|crosstabview\b)|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$", re.IGNORECASE
)
_DATA = re.compile(r"(?:insert|copy|replace)\b", re.IGNORECASE)
_QUOTED = {"'": re.compile(r"[^']*(?:''[^']*)*'"), '"': re.compile(r'[^"]*(?:""[^"]*)*"')}
_ESCAPED = re.compile(r"[^'\\]*(?:(?:\\.|'')[^'\\]*)*'", re.DOTALL)
_ESCAPING = re.compile(r"(?:^|[^\w$])[eE]$")
_COPY = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_RULE = re.compile(r"create\s+(?:or\s+replace\s+)?rule\b", re.IGNORECASE)
_BODY = re.compile(r"\b(begin|atomic|case|end)\b", re.IGNORECASE)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, without its semicolon. `kind` is `meta` for psql's own commands; `data` are COPY's lines."""

    text: str
    file: str
    line: int
    column: int
    kind: Literal["sql", "meta"] = "sql"
    data: str | None = None

    @property
    def rows(self) -> bool:
        """It brings rows and changes nothing else."""
        return self.kind == "sql" and _DATA.match(self.text) is not None

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Where the character at `offset` of the text stands in the file."""
        before = self.text[:offset]
        newline = before.rfind("\n")
        column = self.column + offset if newline < 0 else offset - newline
        return Place(file=self.file, line=self.line + before.count("\n"), column=column, length=max(length, 1))


class SourceText:
    """A script's text, which knows the place of every character."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def statement(
        self, begin: int, end: int, *, kind: Literal["sql", "meta"] = "sql", data: str | None = None
    ) -> Statement:
        """What stands from `begin` to `end`, with its place."""
        line = bisect_right(self._lines, begin)
        return Statement(
            text=self.text[begin:end].rstrip(),
            file=self.file,
            line=line,
            column=begin - self._lines[line - 1] + 1,
            kind=kind,
            data=data,
        )


def split(text: str, file: str, *, most: int = MAX_STATEMENTS) -> tuple[Statement, ...]:
    """The statements of a script; raises `SubmissionFault` E331 when more than `most` bring no rows."""
    return tuple(_Splitter(text, file, most).run())


def blanked(sql: str) -> str:
    """`sql` with comments, strings and quoted bodies replaced by spaces: same length, only code left."""
    out: list[str] = []
    at = 0
    while stop := _STOP.search(sql, at):
        mark = stop.group() in (";", "\\")
        end = stop.end() if mark else _skip(sql, stop)
        keep = mark or stop.group() == '"'
        out += [sql[at : stop.start()], sql[stop.start() : end] if keep else _spaces(sql[stop.start() : end])]
        at = end
    return "".join([*out, sql[at:]])


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _skip(text: str, stop: re.Match[str]) -> int:
    """Where the comment, string or quoted body that begins at `stop` ends."""
    found, begin = stop.group(), stop.start()
    if found == "--":
        end = text.find("\n", begin)
        return len(text) if end < 0 else end
    if found == "/*":
        return _comment_end(text, begin)
    if found in ("'", '"'):
        return _quote_end(text, begin)
    if begin and (text[begin - 1].isalnum() or text[begin - 1] in "_$"):  # part of a name such as a$b$c
        return stop.end()
    end = text.find(found, stop.end())
    return len(text) if end < 0 else end + len(found)


def _comment_end(text: str, begin: int) -> int:
    """PostgreSQL's block comments nest."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, begin):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def _quote_end(text: str, begin: int) -> int:
    quote = text[begin]
    escapes = quote == "'" and _ESCAPING.search(text, max(0, begin - 2), begin) is not None
    pattern = _ESCAPED if escapes else _QUOTED[quote]
    found = pattern.match(text, begin + 1)
    return found.end() if found else len(text)


class _Splitter:
    """Walks the text from stop to stop; everything between is code of the current statement."""

    def __init__(self, text: str, file: str, most: int) -> None:
        self.text, self.file, self.most = text, file, most
        self.found: list[Statement] = []
        self.rows = 0
        self.source = SourceText(text, file)

    def run(self) -> list[Statement]:
        at = self._code(0)
        while at < len(self.text):
            if self.text[at] == "\\":
                end = self._line_end(at)
                self._add(at, end, kind="meta")
            else:
                end = self._statement(at)
            at = self._code(end)
        return self.found

    def _code(self, at: int) -> int:
        """The next character that is no space, comment or empty statement."""
        while at < len(self.text):
            if match := _SPACE.match(self.text, at):
                at = match.end()
            elif self.text.startswith("/*", at):
                at = _comment_end(self.text, at)
            else:
                break
        return at

    def _statement(self, begin: int) -> int:
        """Add the statement that begins here; answers where the next one may begin."""
        at, body = begin, _Body(rule=_RULE.match(self.text, begin) is not None)
        while stop := _STOP.search(self.text, at):
            body.read(self.text[at : stop.start()])
            if stop.group() == "\\":  # psql runs what it has, as for a semicolon
                self._add(begin, stop.start())
                return stop.start()
            if stop.group() != ";":
                at = _skip(self.text, stop)
            elif body.open:
                at = stop.end()
            else:
                return self._close(begin, stop.start())
        self._add(begin, len(self.text))
        return len(self.text)

    def _close(self, begin: int, end: int) -> int:
        if not _COPY.match(self.text[begin:end]):
            self._add(begin, end)
            return end + 1
        first = self._line_end(end) + 1
        last = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE).search(self.text, first)
        data_end = last.start() if last else len(self.text)
        self._add(begin, end, data=self.text[first:data_end])
        return self._line_end(last.start()) if last else len(self.text)

    def _add(self, begin: int, end: int, *, kind: Literal["sql", "meta"] = "sql", data: str | None = None) -> None:
        self.rows += kind == "sql" and _DATA.match(self.text, begin, end) is not None
        if len(self.found) - self.rows >= self.most or self.rows > MAX_DATA_STATEMENTS:
            raise too_large(f"{self.file} holds more than {self.most} statements that bring no rows")
        self.found.append(self.source.statement(begin, end, kind=kind, data=data))

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end


class _Body:
    """Whether a semicolon belongs to a rule's list or to a function body in standard SQL.

    Told piece by piece of a statement's code: judging all of it again at every semicolon takes hours for a hostile one.
    """

    def __init__(self, *, rule: bool) -> None:
        self.rule = rule
        self.depth = 0
        self.last = ""
        self.atomic = False

    def read(self, code: str) -> None:
        """The next piece of code, without comments, strings and quoted bodies."""
        if self.rule:
            self.depth += code.count("(") - code.count(")")
            return
        for found in _BODY.finditer(code):
            word = found.group().lower()
            if word == "atomic":
                began = self.last == "begin"
                self.atomic |= began
                self.depth += began
            elif word != "begin":
                self.depth += 1 if word == "case" else -1
            self.last = word

    @property
    def open(self) -> bool:
        """The body has not come to its end."""
        return self.depth > 0 and (self.rule or self.atomic)


def too_large(why: str) -> SubmissionFault:
    """E331: more SQL than a schema can be."""
    return SubmissionFault(
        "E331",
        f"the SQL is too large to be read: {why}",
        note="a schema with generous seed data stays far below the limits",
        help="hand in the schema without the data, such as `pg_dump --schema-only` writes it",
    )
