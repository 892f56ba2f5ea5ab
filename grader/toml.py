"""TOML from people: a mistake is shown with its line, a caret and the nearest right spelling."""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from typing import Any

import msgspec

from grader.errors import GraderError
from grader.excerpt import excerpt, position
from grader.toml_places import Place, key_at, value_at

_WHERE = re.compile(r" - at `\$([^`]*)`$")
_PART = re.compile(r"\.([\w-]+)|\[(\d+)\]")
_QUOTED = re.compile(r"'([^']*)'$")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


class TomlText(msgspec.Struct, frozen=True):
    """A TOML file as text with the error its mistakes are raised as.

    `at` says where in the document a mistake is (`("criterion", 0, "points")`); without it the first use of the
    wrong word is shown.
    """

    path: str
    text: str
    fault: type[GraderError]
    code: str

    def parse(self) -> dict[str, Any]:
        """The document; raises `fault` with line and caret when it is not TOML."""
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:  # also for a number of thousands of digits, and for deep nesting
            line, column = self._place(str(error))
            raise self.error("this TOML cannot be read", line, column, label=_reason(str(error))) from None

    def unknown_key(self, key: str, known: Iterable[str], *, inside: str, at: Place = ()) -> GraderError:
        """The error for a key that means nothing here, pointing at it."""
        near = did_you_mean(key, known)
        offset = key_at(self.text, (*at, key))
        if offset < 0:
            found = re.search(rf"(?m)(?:^|[\s{{,\[.]){re.escape(key)}(?=\s*[=.\]])", self.text)
            offset = found.end() - len(key) if found else -1
        line, column = position(self.text, offset) if offset >= 0 else (1, 1)
        return self.error(f"unknown key `{key}` in {inside}", line, column, length=len(key), label=near)

    def value(self, wrong: str, what: str, *, label: str = "", help: str = "", at: Place = ()) -> GraderError:
        """The error for a value that cannot be used, pointing at it."""
        offset, length = value_at(self.text, at, wrong) if at else (-1, 1)
        if offset < 0:
            offset, length = self.text.find(wrong), len(wrong)
        line, column = position(self.text, offset) if offset >= 0 else (1, 1)
        return self.error(what, line, column, length=length if offset >= 0 else 1, label=label, help=help)

    def invalid(self, error: msgspec.ValidationError, kind: Any, where: str, *, at: Place = ()) -> GraderError:  # noqa: ANN401 - any type that msgspec converts to
        """The error for a document that does not fit `kind`, pointing at the value; `at` is where `kind` begins."""
        reason, inner = _WHERE.sub("", str(error)), _inner(str(error))
        unknown = _UNKNOWN.search(reason)
        if unknown:
            known = getattr(_kind_at(kind, inner), "__struct_fields__", ())
            return self.unknown_key(unknown[1], known, inside=where, at=(*at, *inner))
        quoted = _QUOTED.search(reason)
        wrong = quoted[1] if quoted else ""
        allowed = _choices(_kind_at(kind, inner))
        name = next((part for part in reversed((*at, *inner)) if isinstance(part, str)), "")
        return self.value(
            wrong or name,
            f"{where}: {reason}" + (f" (`{name}`)" if name and inner else ""),
            label=near_miss(wrong, allowed),
            help=f"one of: {', '.join(allowed)}" if allowed else "",
            at=(*at, *inner),
        )

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
    return near_miss(name, names) or f"known: {', '.join(names)}"


def near_miss(name: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a near miss, else nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def _reason(message: str) -> str:
    return re.sub(r"\s*\(at .*\)$", "", message)


def _inner(message: str) -> Place:
    """Where in the converted value msgspec saw the mistake; keys of free tables are not named by it."""
    found = _WHERE.search(message)
    return tuple(int(part[2]) if part[2] else part[1] for part in _PART.finditer(found[1])) if found else ()


def _kind_at(kind: Any, inner: Place) -> Any:  # noqa: ANN401 - any type
    """The type that stands at a place inside `kind`, None where types do not say."""
    for part in inner:
        if isinstance(part, int):
            kind = next(iter(typing.get_args(kind)), None)
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = typing.get_type_hints(kind).get(part)
        else:
            return None
        if isinstance(kind, types.UnionType):
            kind = typing.get_args(kind)[0]
    return kind


def _choices(kind: Any) -> list[str]:  # noqa: ANN401 - any type
    """The values of an enumeration, none for any other type."""
    if typing.get_origin(kind) is typing.Literal:
        return [str(value) for value in typing.get_args(kind)]
    return [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
