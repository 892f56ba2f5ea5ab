"""Find out which routes a text speaks of: tables, headings, curl lines, code, lists under a path, any language.

Generous on purpose: how people write documentation is not graded, only whether a route can be found in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader.checks.files.documents import Document, Operation

MAX_LINE = 2_000
AHEAD = 3  # how far above its path a line with a method may stand
BELOW = 15  # how far below its path a list of methods may go
_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_SHOUTED = re.compile(rf"(?<![A-Za-z0-9])(?:{_METHODS})(?![A-Za-z0-9])")
_CALLED = re.compile(
    rf"(?i)\b({_METHODS})\s{{0,3}}\(|(?:-X|--request|-Method)[= ]{{0,3}}['\"]?({_METHODS})\b"
    rf"|\bmethods?['\"*` ]{{0,4}}[:=][\s\['\"*`]{{0,6}}({_METHODS})\b"
)
_CURL = re.compile(r"(?i)\bcurl\b")
_SENDS = re.compile(r"(?i)\s(?:-d|--data(?:-\w{1,12})?|--json|-F|--form)\b")
_HTTPIE = re.compile(r"(?:^|[\s`$])(?:http|https|xh)\s{1,3}\S{0,200}")
_VALUE = (
    r"(?:\{\{?[^{}/\s]{1,60}\}\}?|:[A-Za-z_]\w{0,60}\??|\\?<[^<>/\s]{1,60}>|&lt;[^&/\s]{1,60}&gt;"
    r"|\[[^\[\]/\s]{1,60}\]|\(\??\w{1,60}\)|\$\{?\w{1,60}\}?|\*{1,2}|\.\.\.|…|\d{1,20}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"
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


def _same(operation: Operation, route: Route) -> bool:
    """The same path whatever its placeholders are called, below any prefix."""
    pattern = re.compile(rf".{{0,200}}{_pattern(route.path)}")
    return operation.method == route.method and bool(pattern.fullmatch(operation.path.rstrip("/") or "/"))


def _pattern(path: str) -> str:
    return "/".join(_VALUE if part.startswith("{") else re.escape(part) for part in path.rstrip("/").split("/"))


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
            paths = {path for path, pattern in self._paths.items() if pattern.search(line)}
            methods = _methods(line, bool(paths)) | self._adjacent(line, paths)
            if paths and methods:
                self._note(methods, paths)
            if paths:
                if not methods and number - waiting[0] <= AHEAD:
                    self._note(waiting[1], paths)
                about = (number, paths)
            elif methods:
                if number - about[0] <= BELOW:
                    self._note(methods, about[1])
                waiting = (number, methods)
        return self._found

    def _adjacent(self, line: str, paths: set[str]) -> set[str]:
        """Methods in any case right before a path: `Get /todos`, `post: "/todos"`."""
        found = set()
        for path in paths:
            for match in re.finditer(
                rf"(?i)\b({_METHODS})\b[^\w\n]{{1,12}}(?:https?://[^/\s]{{1,60}})?{_pattern(path)}", line
            ):
                found.add(match[1].upper())
        return found

    def _note(self, methods: set[str], paths: set[str]) -> None:
        self._found |= {route for route in self._routes if route.method in methods and route.path in paths}


def _joined(text: str) -> list[str]:
    """Lines, with commands that go on after a backslash or a backtick as one; far too long ones are cut."""
    return [line[:MAX_LINE] for line in re.sub(r"[ \t][\\`^]\r?\n[ \t]*", " ", text).splitlines()]


def _methods(line: str, has_path: bool) -> set[str]:  # noqa: FBT001 - what the line is about
    """Methods a line names; a curl or HTTPie line without one means GET, or POST when it sends something."""
    found = {match[0] for match in _SHOUTED.finditer(line)}
    found |= {group.upper() for match in _CALLED.finditer(line) for group in match.groups() if group}
    if not found and has_path and _CURL.search(line):
        return {"POST" if _SENDS.search(line) else "GET"}
    if not found and has_path and _HTTPIE.search(line):
        return {"POST" if re.search(r"\s\w{1,40}:?=", line) else "GET"}
    return found
