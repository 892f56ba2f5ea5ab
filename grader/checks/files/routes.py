"""Find out which routes a text speaks of: tables, headings, curl lines, code, lists under a path, any language.

Generous on purpose: how people write documentation is not graded, only whether a route can be found in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader.documents.found import Document
from grader.evidence.own_contract import DocumentedOperation

MAX_LINE = 2_000
AHEAD = 3  # how far above its path a line with a method may stand
BELOW = 15  # how far below its path a list of methods may go
_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_SHOUTED = re.compile(rf"(?<![A-Za-z0-9])(?:{_METHODS})(?![A-Za-z0-9])")
_CALLED = re.compile(
    rf"(?i)\b({_METHODS})\s{{0,3}}\(|(?:-X|--request|-Method)[= ]{{0,3}}['\"]?({_METHODS})\b"
    rf"|\bmethods?['\"*` ]{{0,4}}[:=][\s\['\"*`]{{0,6}}({_METHODS})\b"
)
_KEY = re.compile(r"\s*(get|post|put|patch|delete|head|options):\s*$")  # of a description in YAML
_HTML_LINE = re.compile(r"(?i)<(?:tr|li|p|h[1-6]|dt|dd|div)\b")
_CURL = re.compile(r"(?i)\bcurl\b")
_SENDS = re.compile(r"(?i)\s(?:-d|--data(?:-\w{1,12})?|--json|-F|--form)\b")
_HTTPIE = re.compile(r"(?:^|[\s`$])(?:http|https|xh)\s{1,3}\S{0,200}")
_VALUE = (
    r"(?:\{\{?[^{}/\s]{1,60}\}\}?|:[A-Za-z_]\w{0,60}\??|\\?<[^<>/\s]{1,60}>|&lt;[^&/\s]{1,60}&gt;"
    r"|\[[^\[\]/\s]{1,60}\]|\(\??(?:\w{1,20}:)?\w{1,60}\)|\$\{?\w{1,60}\}?|\*{1,2}|\.\.\.|…|\d{1,20}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"
    r"|[A-Za-z_-]{0,30}(?:[Ii][Dd]|[Uu][Uu][Ii][Dd])|[A-Z_]{2,30})"
)
_END = (
    r"(?:/(?![A-Za-z0-9_{$%~@+:*\[(]|\\?<[^/]|&lt;))?(?![A-Za-z0-9_{$%~@+-]|/(?:[A-Za-z0-9_{$%~@+:*\[(]|\\?<[^/]|&lt;))"
)


class Route(NamedTuple):
    """A method on a path with placeholders: `PUT /todos/{id}`."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def places(document: Document, routes: Sequence[Route]) -> set[Route]:
    """The routes this document speaks of."""
    if document.operations:
        return {route for route in routes if any(_same(operation, route) for operation in document.operations)}
    return _Reader(routes).read(document.text)


def _same(operation: DocumentedOperation, route: Route) -> bool:
    """The same path whatever its placeholders are called, below any prefix."""
    pattern = re.compile(rf".{{0,200}}{_pattern(route.path)}")
    return operation.method == route.method and bool(pattern.fullmatch(operation.path.rstrip("/") or "/"))


def _pattern(path: str) -> str:
    return "/".join(_VALUE if part.startswith("{") else re.escape(part) for part in path.rstrip("/").split("/"))


class _Hit(NamedTuple):
    """Where a line names something: a method or a path."""

    at: int
    what: str


class _Reader:
    """Goes through a text line by line and remembers the path it is about."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes
        self._paths = {
            path: re.compile(_pattern(path) + _END) for path in dict.fromkeys(route.path for route in routes)
        }
        self._found: set[Route] = set()

    def read(self, text: str) -> set[Route]:
        """Every route that is spoken of."""
        waiting: tuple[int, set[str]] = (-AHEAD - 1, set())  # methods that were named before their path
        about: tuple[int, set[str]] = (-BELOW - 1, set())  # paths that were named before their methods
        for number, line in enumerate(_joined(text)):
            paths = [_Hit(hit.start(), path) for path, pattern in self._paths.items() for hit in pattern.finditer(line)]
            methods = _methods(line, bool(paths)) + self._adjacent(line, paths)
            if paths and methods:
                self._pair(methods, paths)
            if paths:
                if not methods and number - waiting[0] <= AHEAD:
                    self._together(waiting[1], _named(paths))
                about = (number, _named(paths))
            elif methods:
                if number - about[0] <= BELOW:
                    self._together(_named(methods), about[1])
                waiting = (number, _named(methods))
        return self._found

    def _adjacent(self, line: str, paths: Sequence[_Hit]) -> list[_Hit]:
        """Methods in any case right before a path: `Get /todos`, `post: "/todos"`."""
        return [
            _Hit(match.start(), match[1].upper())
            for path in _named(paths)
            for match in re.finditer(
                rf"(?i)\b({_METHODS})\b[^\w\n]{{1,12}}(?:https?://[^/\s]{{1,60}})?{_pattern(path)}", line
            )
        ]

    def _pair(self, methods: Sequence[_Hit], paths: Sequence[_Hit]) -> None:
        """What belongs together in one line: each method and the path behind it, or before it if a path comes first."""
        if len(_named(paths)) == 1 or len(_named(methods)) == 1:
            self._note(_named(methods), _named(paths))
            return
        ordered = sorted(paths)
        path_first = ordered[0].at < min(methods).at
        for method in methods:
            before = [path for path in ordered if path.at < method.at]
            behind = [path for path in ordered if path.at > method.at]
            near = before[-1:] if path_first else behind[:1]
            self._note({method.what}, _named(near))

    def _together(self, methods: set[str], paths: set[str]) -> None:
        """Methods and paths of different lines: with several of both nobody knows which belong together."""
        if len(methods) == 1 or len(paths) == 1:
            self._note(methods, paths)

    def _note(self, methods: set[str], paths: set[str]) -> None:
        self._found |= {route for route in self._routes if route.method in methods and route.path in paths}


def _named(hits: Sequence[_Hit]) -> set[str]:
    return {hit.what for hit in hits}


def _joined(text: str) -> list[str]:
    """Lines, with commands that go on after a backslash or a backtick as one; far too long ones are cut.

    Rows and items of HTML are lines, too.
    """
    whole = re.sub(r"[ \t][\\`^]\r?\n[ \t]*", " ", text)
    return [line[:MAX_LINE] for line in _HTML_LINE.sub(r"\n\g<0>", whole).splitlines()]


def _methods(line: str, has_path: bool) -> list[_Hit]:  # noqa: FBT001 - what the line is about
    """Methods a line names; a curl or HTTPie line without one means GET, or POST when it sends something."""
    found = [_Hit(match.start(), match[0]) for match in _SHOUTED.finditer(line)]
    found += [
        _Hit(match.start(), group.upper()) for match in _CALLED.finditer(line) for group in match.groups() if group
    ]
    key = _KEY.match(line)
    if key:
        found.append(_Hit(0, key[1].upper()))
    if not found and has_path and _CURL.search(line):
        return [_Hit(0, "POST" if _SENDS.search(line) else "GET")]
    if not found and has_path and _HTTPIE.search(line):
        return [_Hit(0, "POST" if re.search(r"\s\w{1,40}:?=", line) else "GET")]
    return found
