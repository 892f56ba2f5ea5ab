"""What Poetry and Pipenv write about versions and platforms, in the words of the standard (PEP 440 and PEP 508)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MARKER_KEYS = ("sys_platform", "os_name", "platform_system", "platform_machine", "python_version")
SPECIFIER = re.compile(r"(<=|>=|==|!=|~=|<|>)\s*([\w.*+!-]+)")
MINOR = 2


def poetry_lines(table: dict[str, Any]) -> Iterator[str]:
    """A table of needs by name, as Poetry and Pipenv write it, as requirement lines; optional ones are left out."""
    for name, value in table.items():
        if name.lower() == "python":
            continue
        for choice in value if isinstance(value, list) else [value]:
            settings: dict[str, Any] = choice if isinstance(choice, dict) else {"version": choice}
            if settings.get("optional") is not True:
                yield _line(name, settings)


def poetry_versions(version: str) -> str:
    """`^1.2`, `~1.2`, `1.2` and `*` as a specifier of PEP 440; empty (any version) for what that cannot say."""
    if "|" in version:
        return ""
    parts = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", version.strip()):
        if part in ("", "*"):
            continue
        if part[0] in "^~" and not part.startswith("~="):
            lowest = part[1:].strip()
            parts.append(f">={lowest},<{_above(lowest, caret=part[0] == '^')}")
        else:
            parts.append(part if part[0] in "<>=!~" else f"=={part}")
    return ",".join(parts)


def _line(name: str, settings: dict[str, Any]) -> str:
    address = settings.get("git") or settings.get("url") or settings.get("path") or settings.get("file")
    extras = f"[{','.join(map(str, settings['extras']))}]" if isinstance(settings.get("extras"), list) else ""
    if address:
        return f"{name} @ {address if '://' in str(address) else f'file:{address}'}"
    marker = " and ".join(f"({part})" for part in _markers(settings))
    return f"{name}{extras}{poetry_versions(str(settings.get('version', '*')))}" + (f" ; {marker}" if marker else "")


def _markers(settings: dict[str, Any]) -> Iterator[str]:
    if settings.get("markers"):
        yield str(settings["markers"])
    if settings.get("platform"):
        yield f"sys_platform == '{settings['platform']}'"
    for key in MARKER_KEYS:
        if settings.get(key):
            yield f"{key} {settings[key]}"
    for operator, version in SPECIFIER.findall(poetry_versions(str(settings.get("python", "*")))):
        whole = version.count(".") >= MINOR and not version.endswith("*")
        yield f"{'python_full_version' if whole else 'python_version'} {operator} '{version}'"


def _above(version: str, *, caret: bool) -> str:
    numbers = [int(n) for n in re.findall(r"\d+", version)][:3] or [0]
    last = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1) if caret else min(1, len(numbers) - 1)
    return ".".join(map(str, [*numbers[:last], numbers[last] + 1]))
