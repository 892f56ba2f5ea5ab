"""What lock files of Node.js's tools have in common: what is taken from them, and what is never passed on."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

import msgspec
import yaml

from grader.errors import OurFault
from grader.sandbox.node_tools import Tool
from grader.sandbox.plan import Installer

PACKAGE = "package.json"
# A tarball of a registry, whichever: `https://host/path/name/-/name-1.0.0.tgz`.
FROM_REGISTRY = re.compile(r"^https?://[^?#]+?/((?:@[\w.~-]+(?:/|%2[fF]))?[\w.~-]+/-/[^/?#]+\.tgz)(#[\w+/=-]*)?$")
# Versions, ranges and tags hold neither `:` nor `/`; `npm:` names another package of the registry.
VERSION = re.compile(r"(?:npm:(?:@[\w.~-]+/)?[\w.~-]+(?:@[^:/]*)?|[^:/]*)")
ANCHOR = re.compile(r"(?m)(?:^|[\s\[{,])&[\w-]+(?:\s|$)")
TABLES = ("dependencies", "devDependencies", "optionalDependencies")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unfit(ValueError):
    """A lock file that cannot be followed; the text says why."""


class NodeLock(msgspec.Struct, frozen=True, kw_only=True):
    """A lock file to follow: files for its tool, what to add to package.json, and what a service gets by it."""

    name: str
    installer: Installer
    files: dict[str, str]
    settings: dict[str, Any] = {}
    versions: dict[str, str] = {}


def elsewhere(what: str, where: str) -> OurFault:
    """E219: a dependency that no registry has."""
    return OurFault(
        "E219",
        f"the sandbox installs packages from the registry only, and {what}"[:200],
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand, or ask for a version that the registry has",
    )


def check_versions(versions: dict[str, Any], where: str) -> None:
    """Raise `OurFault` E219 for what is no version, range or tag, nor another package of the registry."""
    for name, version in versions.items():
        if isinstance(version, dict):  # npm nests overrides
            check_versions(version, where)
        elif not isinstance(version, str) or not VERSION.fullmatch(version.strip()):
            raise elsewhere(f"`{name}` comes from `{version}`", where)


def same_wishes(recorded: dict[str, str], needs: dict[str, dict[str, Any]], beside: Container[str] = ()) -> None:
    """Raise `Unfit` for a need that the lock file was not written for; others are meant for those `beside` it."""
    wanted = {name: str(version) for table in needs.values() for name, version in table.items()}
    for name, version in wanted.items():
        if recorded.get(name) != version and name not in beside:
            raise Unfit(f"it was written for another {PACKAGE}, without `{name}` {version}")


def tool_for(tools: dict[str, Tool], version: str) -> Tool:
    """The tool whose key a format begins with; raises `Unfit` for another format."""
    for begins, tool in tools.items():
        if version.startswith(begins):
            return tool
    raise Unfit(f"its format {version[:10] or 'without a version'} is not known here")


def read_yaml(text: str) -> dict[str, Any]:
    """A document without anchors: text that refers to itself grows without bounds when it is written again."""
    if ANCHOR.search(text):
        raise Unfit("it is not written as its tool does")
    data = yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe loaders
    if not isinstance(data, dict):
        raise Unfit("it is not written as its tool does")
    return data
