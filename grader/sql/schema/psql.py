r"""The part of psql's language that changes which statements a script holds: variables, `\if` and `\quit`.

Candidates try their files with psql, so what psql does with them is what they expect.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from grader.sql.schema.splitter import Statement, blanked

MOST_VARIABLES = 200
MOST_VALUE = 1_000
MOST_USES = 1_000  # in one statement
_COMMAND = re.compile(r"\\(\w+)\s*(.*)", re.DOTALL)
_SET = re.compile(r"(\w+)\s*(.*)", re.DOTALL)
_USED = re.compile(r"(?<![:\w]):(?:(?P<plain>\w+)|'(?P<text>\w+)'|\"(?P<name>\w+)\")")
_DEFINED = re.compile(r":\{\?(\w+)\}")
_WORD = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|(\S+)")
_TRUE = ("true", "yes", "on", "1")


class Psql:
    """Reads a script statement by statement, as psql does."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.over = False
        self._branches: list[tuple[bool, bool]] = []  # this branch is taken; one of the block was or may not be

    def take(self, statement: Statement) -> Statement | None:
        """The statement with its variables filled in; None when psql would pass over it."""
        if statement.kind == "sql":
            return self._filled(statement) if self._taken and not self.over else None
        found = _COMMAND.match(statement.text)
        command, rest = (found[1].lower(), found[2].strip()) if found else ("", "")
        if command in ("if", "elif", "else", "endif"):
            self._branch(command, rest)
        elif not self._taken or self.over:
            return None
        elif command in ("q", "quit"):
            self.over = True
        elif command in ("set", "unset"):
            self._set(command, rest)
        return statement

    @property
    def _taken(self) -> bool:
        return all(taken for taken, _ in self._branches)

    def _branch(self, command: str, rest: str) -> None:
        if command == "if":
            holds = self._taken and self._holds(rest)
            self._branches.append((holds, holds))
        elif self._branches and command == "endif":
            self._branches.pop()
        elif self._branches:
            _, done = self._branches.pop()
            holds = not done and self._taken and (command == "else" or self._holds(rest))
            self._branches.append((holds, done or holds))

    def _holds(self, condition: str) -> bool:
        told = _DEFINED.sub(lambda found: str(found[1] in self.variables).lower(), condition)
        told = _USED.sub(lambda found: self.variables.get(found[found.lastgroup or 0], found[0]), told)
        word = told.strip(" '").lower()
        return bool(word) and any(known.startswith(word) for known in _TRUE)

    def _set(self, command: str, rest: str) -> None:
        found = _SET.match(rest)
        if found is None:
            return
        if command == "unset":
            self.variables.pop(found[1], None)
        elif len(self.variables) < MOST_VARIABLES:
            words = [(a.replace("''", "'") or b or c) for a, b, c in _WORD.findall(found[2][:MOST_VALUE])]
            self.variables[found[1]] = "".join(self._value(word) for word in words)

    def _value(self, word: str) -> str:
        return self.variables.get(word[1:], word) if word.startswith(":") else word

    def _filled(self, statement: Statement) -> Statement:
        """Variables that are not set stay as they are, as in psql."""
        if not self.variables or ":" not in statement.text:
            return statement
        code, at = blanked(statement.text), 0
        pieces: list[str] = []
        for found in _USED.finditer(statement.text):
            kind = found.lastgroup or ""
            value = self.variables.get(found[kind])
            if value is None or code[found.start()] != ":":
                continue
            if len(pieces) > 2 * MOST_USES:
                return statement
            pieces += [statement.text[at : found.start()], _written(value, kind)]
            at = found.end()
        return replace(statement, text="".join([*pieces, statement.text[at:]])) if pieces else statement


def _written(value: str, kind: str) -> str:
    if kind == "text":
        return "'" + value.replace("'", "''") + "'"
    return '"' + value.replace('"', '""') + '"' if kind == "name" else value
