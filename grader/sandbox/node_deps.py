"""What a Node.js submission depends on, rewritten so that installing it runs none of its code.

`--ignore-scripts` keeps packages from running anything while they are installed. What is left to refuse are
dependencies that come from somewhere else than the registry.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from grader.errors import SubmissionFault
from grader.sandbox.lock_checks import PACKAGE, TABLES, NodeLock, Unfit, check_versions, elsewhere
from grader.sandbox.node_locks import COMPILED, chosen, node_lock
from grader.sandbox.plan import Installer
from grader.sandbox.sources import Sources

UNREAD_LOCKS = ("bun.lock", "bun.lockb")
KEPT = (*TABLES, "name", "version", "overrides", "resolutions", "peerDependencies", "peerDependenciesMeta", "type")
CHECKED = (*TABLES, "overrides", "resolutions", "peerDependencies")
NEED_MORE = frozenset({"canvas", "libpq", "node-sass", "pg-native", "zeromq"})
BCRYPT_READY_MADE = 6


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """Files for an installer and what was found out about them."""

    manifest: dict[str, str] = {}
    installer: Installer = ""
    compiled: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def package(sources: Sources) -> dict[str, Any]:
    """package.json, empty when there is none; raises `SubmissionFault` E310 when it cannot be read."""
    if not sources.has(PACKAGE):
        return {}
    try:
        data = json.loads(sources.read(PACKAGE))
    except (ValueError, RecursionError) as error:
        raise SubmissionFault("E310", f"{PACKAGE} cannot be read: {error}", where=sources.path(PACKAGE)) from None
    if not isinstance(data, dict):
        raise SubmissionFault("E310", f"{PACKAGE} holds no object", where=sources.path(PACKAGE))
    return data


def modules(sources: Sources, data: dict[str, Any], *, development: bool) -> Modules:
    """What to install. Raises `OurFault` E219 for a dependency that is not from the registry."""
    needs = {table: _table(data, table) for table in TABLES}
    wanted = {table: names for table, names in needs.items() if development or table != "devDependencies"}
    if not any(wanted.values()):
        return Modules()
    _check(sources, data, development=development)
    lock, notes = _lock(sources, data, needs)
    kept = {key: data[key] for key in KEPT if key in data}
    if not (lock or development):  # npm would look them up, wherever they are
        kept.pop("devDependencies", None)
    asked = {name: str(version) for table in wanted.values() for name, version in table.items()}
    versions = {**asked, **(lock.versions if lock else {})}
    return Modules(
        manifest={
            **(lock.files if lock else {}),
            PACKAGE: json.dumps({**kept, **(lock.settings if lock else {})}, sort_keys=True),
        },
        installer=lock.installer if lock else "npm install",
        compiled=tuple(sorted(name for name in COMPILED if name in versions and _compiles(name, versions[name]))),
        unusable=tuple(sorted(NEED_MORE & set(versions))),
        notes=notes,
    )


def _check(sources: Sources, data: dict[str, Any], *, development: bool) -> None:
    """Everything installers might look at; tools for developers only when they are installed."""
    where = sources.path(PACKAGE)
    for table in CHECKED:
        if development or table != "devDependencies":
            check_versions(_table(data, table), where)
    for name in COMPILED:
        for table in TABLES:
            if str(_table(data, table).get(name, "")).startswith("npm:"):
                raise elsewhere(f"`{name}` is another package by that name", where)


def _lock(
    sources: Sources, data: dict[str, Any], needs: dict[str, dict[str, Any]]
) -> tuple[NodeLock | None, tuple[str, ...]]:
    """The lock file to follow and what to say about it and the others."""
    name, others = chosen(sources, data)
    unread = next((one for one in UNREAD_LOCKS if sources.has(one)), "")
    if not name:
        return None, (f"{unread} not used: npm chose the versions from {PACKAGE}",) if unread else ()
    try:
        lock = node_lock(sources, name, needs)
    except Unfit as why:
        return None, (f"{name} not used: {why}; npm chose the versions from {PACKAGE}",)
    return lock, (f"{others[0]} not used: versions come from {name}",) if others else ()


def _compiles(name: str, version: str) -> bool:
    first = re.search(r"\d+", version)
    return name != "bcrypt" or bool(first and int(first[0]) < BCRYPT_READY_MADE)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
