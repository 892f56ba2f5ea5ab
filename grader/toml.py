"""TOML from people: a mistake is shown with its line, a caret and the nearest right spelling."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import msgspec

from grader.errors import GraderError
from grader.excerpt import excerpt, position


class TomlText(msgspec.Struct, frozen=True):
    """A TOML file as text with the error its mistakes are raised as."""

    path: str
    text: str
    fault: type[GraderError]
    code: str

    def parse(self) -> dict[str, Any]:
        """The document; raises `fault` with line and caret when it is not TOML."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line, column = self._place(str(error))
            raise self.error("this TOML cannot be read", line, column, label=_reason(str(error))) from None

    def unknown_key(self, key: str, known: Iterable[str], *, inside: str) -> GraderError:
        """The error for a key that means nothing here, pointing at its first use."""
        near = did_you_mean(key, known)
        found = re.search(rf"(?m)(?:^|[\s{{,\[.]){re.escape(key)}(?=\s*[=.\]])", self.text)
        line, column = position(self.text, found.end() - len(key)) if found else (1, 1)
        return self.error(f"unknown key `{key}` in {inside}", line, column, length=len(key), label=near)

    def value(self, wrong: str, what: str, *, label: str = "", help: str = "") -> GraderError:
        """The error for a value that cannot be used, pointing at its first use."""
        offset = self.text.find(wrong)
        line, column = position(self.text, offset) if offset >= 0 else (1, 1)
        return self.error(what, line, column, length=len(wrong) if offset >= 0 else 1, label=label, help=help)

    def error(
        self, what: str, line: int, column: int, *, length: int = 1, label: str = "", help: str = ""
    ) -> GraderError:
        """The fault at one place of the file."""
        return self.fault(
            self.code,
            what,
            where=f"{self.path}:{line}:{column}",
            snippet=excerpt(self.text, line, column, length=length, label=label),
            help=help,
        )

    def _place(self, message: str) -> tuple[int, int]:
        found = re.search(r"at line (\d+), column (\d+)", message)
        if found:
            return int(found[1]), int(found[2])
        return len(self.text.splitlines()), 1


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a near miss, else the names there are."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    return f"did you mean `{near[0]}`?" if near else f"known: {', '.join(names)}"


def _reason(message: str) -> str:
    return re.sub(r"\s*\(at .*\)$", "", message)
