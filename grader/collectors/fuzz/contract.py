"""The contract of a pack and what a pack derives from it by data: merge patches over an OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from grader.errors import OurFault


def read_contract(root: Path, contract: str, overlay: str = "", *, secured: bool = True) -> dict[str, Any]:
    """The contract of a pack with the overlay applied; `secured` False takes its security away.

    Raises `OurFault` E241 when a file cannot be read or is no mapping: a pack is ours, never the candidate's.
    """
    document = _mapping(root, contract)
    if overlay:
        document = merged(document, _mapping(root, overlay))
    if secured:
        return document
    return _without_security(document)


def merged(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """`target` with a merge patch applied (RFC 7386): mappings merge, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _without_security(document: dict[str, Any]) -> dict[str, Any]:
    """An API that asks for no token: neither as a whole nor per operation."""
    open_paths = {
        path: {
            name: {key: value for key, value in part.items() if key != "security"} if isinstance(part, dict) else part
            for name, part in item.items()
        }
        for path, item in document.get("paths", {}).items()
    }
    return {**{key: value for key, value in document.items() if key != "security"}, "paths": open_paths}


def _mapping(root: Path, name: str) -> dict[str, Any]:
    path = root / name
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _unreadable(name, str(error)) from error
    if not isinstance(document, dict):
        raise _unreadable(name, "it is no mapping")
    return {str(key): value for key, value in document.items()}


def _unreadable(name: str, why: str) -> OurFault:
    return OurFault(
        "E241",
        f"the challenge's `{name}` cannot be read: {why}",
        help="`grader challenge validate` checks a pack",
    )
