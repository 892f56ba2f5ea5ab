"""What a Node.js submission depends on, rewritten so that installing it runs none of its code.

`--ignore-scripts` keeps packages from running anything while they are installed. What is left to refuse are
dependencies that come from somewhere else than the registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.sources import Sources

PACKAGE, LOCK = "package.json", "package-lock.json"
OTHER_LOCKS = ("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "npm-shrinkwrap.json")
TABLES = ("dependencies", "devDependencies", "optionalDependencies")
KEPT = (*TABLES, "name", "version", "overrides", "engines", "peerDependencies", "peerDependenciesMeta", "type")
ELSEWHERE = re.compile(
    r"^(?:git|github:|gitlab:|bitbucket:|https?:|file:|link:|portal:|workspace:|\.{0,2}/|[\w.-]+/[\w.-]+(?:#|$))"
)
FROM_REGISTRY = re.compile(r"^https?://[^?#]+/-/[^/?#]+\.tgz(?:#[\w+/=-]*)?$")
# Packages that are of no use until they have been compiled, with what to tell the compiler, and those that need more.
COMPILED = {"better-sqlite3": "", "sqlite3": "", "bcrypt": "--module_name=bcrypt_lib --module_path=lib/binding/napi-v3"}
NEED_MORE = frozenset({"canvas", "libpq", "node-sass", "pg-native", "zeromq"})
BCRYPT_READY_MADE = 6


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """Files for npm and what was found out about them."""

    manifest: dict[str, str] = {}
    locked: bool = False
    compiled: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def package(sources: Sources) -> dict[str, Any]:
    """package.json, empty when there is none; raises `SubmissionFault` E310 when it cannot be read."""
    if not sources.has(PACKAGE):
        return {}
    return _json(sources, PACKAGE)


def modules(sources: Sources, data: dict[str, Any], *, development: bool) -> Modules:
    """What to install. Raises `OurFault` E219 for a dependency that is not from the registry."""
    wanted = {table: _table(data, table) for table in TABLES if development or table != "devDependencies"}
    if not any(wanted.values()):
        return Modules()
    for name, version in ((n, v) for table in wanted.values() for n, v in table.items()):
        alias = isinstance(version, str) and version.startswith("npm:") and name in COMPILED
        if not isinstance(version, str) or ELSEWHERE.match(version) or alias:
            raise _elsewhere(f"`{name}` comes from `{version}`"[:120], sources.path(PACKAGE))
    manifest = {PACKAGE: json.dumps({key: data[key] for key in KEPT if key in data}, sort_keys=True)}
    lock = _lock(sources) if sources.has(LOCK) else None
    if lock is not None:
        manifest[LOCK] = json.dumps(lock, sort_keys=True)
    others = [name for name in OTHER_LOCKS if sources.has(name)]
    notes = (f"{others[0]} not used: npm chose the versions from {PACKAGE}",) if others and lock is None else ()
    versions = _versions(wanted, lock or {})
    return Modules(
        manifest=manifest,
        locked=lock is not None,
        compiled=tuple(sorted(name for name in COMPILED if name in versions and _compiles(name, versions[name]))),
        unusable=tuple(sorted(NEED_MORE & set(versions))),
        notes=notes,
    )


def _versions(wanted: dict[str, dict[str, Any]], lock: dict[str, Any]) -> dict[str, str]:
    """All packages as far as known, with their versions: without a lock file only those asked for."""
    asked = {name: str(version) for table in wanted.values() for name, version in table.items()}
    locked = {
        name.rpartition("node_modules/")[2]: str(entry.get("version", ""))
        for name, entry in _entries(lock)
        if not entry.get("dev")
    }
    return {**asked, **locked}


def _compiles(name: str, version: str) -> bool:
    first = re.search(r"\d+", version)
    return name != "bcrypt" or bool(first and int(first[0]) < BCRYPT_READY_MADE)


def _lock(sources: Sources) -> dict[str, Any]:
    """The lock file without addresses: npm then asks the registry it is set up for, and checks the same digests."""
    lock = _json(sources, LOCK)
    for name, entry in _entries(lock):
        resolved = entry.get("resolved")
        if isinstance(resolved, str) and not entry.get("link"):
            if not FROM_REGISTRY.match(resolved):
                raise _elsewhere(f"`{name}` comes from `{resolved}`"[:120], sources.path(LOCK))
            del entry["resolved"]
        if entry.get("name", "") and name.rpartition("node_modules/")[2] in COMPILED:
            raise _elsewhere(f"`{name}` is another package by that name"[:120], sources.path(LOCK))
    return lock


def _entries(lock: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every package of a lock file of version 1, 2 or 3."""
    for name, entry in _table(lock, "packages").items():
        if isinstance(entry, dict):
            yield name, entry
    for name, entry in _table(lock, "dependencies").items():
        if isinstance(entry, dict):
            yield name, entry
            yield from _entries({"dependencies": entry.get("dependencies")})


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _json(sources: Sources, name: str) -> dict[str, Any]:
    try:
        data = json.loads(sources.read(name))
    except (ValueError, RecursionError) as error:
        raise SubmissionFault("E310", f"{name} cannot be read: {error}", where=sources.path(name)) from None
    if not isinstance(data, dict):
        raise SubmissionFault("E310", f"{name} holds no object", where=sources.path(name))
    return data


def _elsewhere(what: str, where: str) -> OurFault:
    return OurFault(
        "E219",
        f"the sandbox installs packages from the registry only, and {what}",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand, or ask for a version that the registry has",
    )
