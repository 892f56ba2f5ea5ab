"""The contract of a pack and its patches, proven readable when the pack is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.collectors.fuzz.contract import read_contract
from grader.collectors.fuzz.settings import STATEFUL
from grader.errors import OurFault, UsageError
from grader.model import Options, Vocabulary
from grader.toml import did_you_mean

CODE = "E101"


def inspect(root: Path, options: Options) -> Vocabulary:
    """The names of the runs; raises `UsageError` E101 for a contract or patch that is wrong."""
    published = _paths(root, options["contract"])
    names: list[str] = []
    for plan in options["runs"]:
        if plan.name in names:
            raise UsageError(CODE, f"two runs of `schemathesis` are called `{plan.name}`", where=str(root))
        names.append(plan.name)
        paths = _paths(root, options["contract"], plan.overlay)
        for path in paths:
            _published(path, published, f"`{plan.overlay}` is about `{path}`")
        if plan.mode == STATEFUL and not _linked(paths):
            what = f"the run `{plan.name}` follows links, and the contract has none"
            raise UsageError(CODE, what, where=str(root), help="`links` of a response say which operation comes next")
    item = options.get("item")
    if item is not None:
        _published(item.path, published, f"items are made at `{item.path}`")
    return Vocabulary(options=frozenset({"runs"}), types=(tuple[str, ...],), names=tuple(names))


def _linked(paths: Mapping[str, Any]) -> bool:
    operations = (part for item in paths.values() for part in item.values() if isinstance(part, dict))
    return any(answer.get("links") for part in operations for answer in part.get("responses", {}).values())


def _published(path: str, published: Mapping[str, Any], said: str) -> None:
    """The contract has this path, or one with a parameter (`/things/{id}`) that it fits (`/things/1`)."""
    if not any(
        re.fullmatch(re.sub(r"\\{[^{}]*\\}", "[^/]+", re.escape(known)), path) or known == path for known in published
    ):
        raise UsageError(CODE, f"{said}, which the contract has not", help=did_you_mean(path, published))


def _paths(root: Path, contract: str, overlay: str = "") -> dict[str, Any]:
    try:
        paths = read_contract(root, contract, overlay).get("paths")
    except OurFault as fault:
        raise UsageError(CODE, fault.problem.what, where=str(root / (overlay or contract))) from None
    if not isinstance(paths, dict) or not paths:
        raise UsageError(CODE, f"the contract `{contract}` has no paths", where=str(root / contract))
    return paths
