"""JSON values compared as JSON: `true` is not 1, 1 is 1.0, and places that differ are named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from grader.exam.paths import MISSING

_RFC3339_TAIL = re.compile(r"(\.\d{1,6})\d*")


def equal(left: Any, right: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Equality of JSON values."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right) and type(left) in (type(right), int, float) and type(right) in (type(left), int, float)


def mark(value: Any) -> Hashable:  # noqa: ANN401 - any JSON value
    """The same for equal values, another for others: lists may hold too many of them to compare in pairs."""
    if isinstance(value, dict | list):
        return ("nested", json.dumps(value, sort_keys=True))
    return (isinstance(value, bool), value)


def different(left: Mapping[str, Any], right: Mapping[str, Any], ignore: Iterable[str] = ()) -> list[str]:
    """Names of the fields in which two objects differ, in order of their names."""
    skipped = set(ignore)
    names = sorted((set(left) | set(right)) - skipped)
    return [name for name in names if not equal(left.get(name, MISSING), right.get(name, MISSING))]


def is_a(value: Any, kind: str) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value is of a named kind (`KINDS`); `kind?` also allows null. Raises `KeyError` for another name."""
    if kind.endswith("?"):
        return value is None or is_a(value, kind[:-1])
    return KINDS[kind](value)


def _integer(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


def _date(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, str) and len(value) == len("2030-01-15") and _parses(date.fromisoformat, value)


def time_of(value: str) -> datetime:
    """The time a text says, with or without an offset, of any precision; raises `ValueError` for none."""
    return datetime.fromisoformat(_RFC3339_TAIL.sub(r"\1", value.strip()))


def _time(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """A day and a time of day that can be read."""
    return isinstance(value, str) and len(value) > len("2030-01-15") and _parses(time_of, value)


def moment(value: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
    """The time a value says, None for what is none. Without an offset it counts as UTC."""
    if not _time(value):
        return None
    read = time_of(value)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


KINDS: dict[str, Callable[[Any], bool]] = {
    "integer": _integer,
    "number": _number,
    "string": _of(str),
    "boolean": _of(bool),
    "array": _of(list),
    "object": _of(dict),
    "date": _date,
    "time": _time,
    "id": lambda value: _integer(value) or (isinstance(value, str) and bool(value)),
}
