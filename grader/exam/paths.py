"""Places inside a JSON value, written as `items.0.id`."""

from __future__ import annotations

from typing import Any, Final


class _Missing:
    """Stands for a value that is not there; JSON's null is one that is."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


def dig(value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """What stands at `path`, `MISSING` when nothing does. The empty path is the value itself."""
    for part in path.split(".") if path else ():
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value
