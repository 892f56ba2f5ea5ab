"""Which lock file of a Node.js submission counts, made safe to follow: no address of theirs is asked.

npm asks the registry it is set up for when a lock file holds no address, and checks the digests in it. What is not
from a registry, or is patched, is left to people. A lock file of pnpm or Yarn that does not fit package.json, or that
cannot be read, is left aside with a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from grader.errors import SubmissionFault
from grader.sandbox.lock_checks import FROM_REGISTRY, VERSION, NodeLock, Unfit, elsewhere
from grader.sandbox.pnpm_locks import PNPM_LOCK, pnpm_lock
from grader.sandbox.sources import LARGEST_LOCK, Sources
from grader.sandbox.yarn_locks import YARN_LOCK, yarn_lock

NPM_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")  # npm prefers them in this order
LOCKS = (*NPM_LOCKS, PNPM_LOCK, YARN_LOCK)
MANAGERS = {"npm": NPM_LOCKS, "pnpm": (PNPM_LOCK,), "yarn": (YARN_LOCK,)}
# Packages that are of no use until they have been compiled, with what to tell the compiler. That runs code of theirs.
COMPILED = {"better-sqlite3": "", "sqlite3": "", "bcrypt": "--module_name=bcrypt_lib --module_path=lib/binding/napi-v3"}


def chosen(sources: Sources, data: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The lock file that counts and the others: the one of `packageManager`, else npm's, pnpm's and Yarn's."""
    present = [name for name in LOCKS if sources.has(name)]
    manager = str(data.get("packageManager") or "").partition("@")[0]
    present.sort(key=lambda name: name not in MANAGERS.get(manager, ()))
    return (present[0], tuple(present[1:])) if present else ("", ())


def node_lock(sources: Sources, name: str, needs: dict[str, dict[str, Any]]) -> NodeLock:
    """A lock file for `needs`, the tables of package.json.

    Raises `Unfit` when it cannot be followed, `SubmissionFault` E310 when npm's own cannot be read, `OurFault` E219
    for a package from elsewhere.
    """
    if name in NPM_LOCKS:
        return _npm(sources, name)
    text = sources.read(name, LARGEST_LOCK).replace("\r\n", "\n")
    try:
        if name == PNPM_LOCK:
            return pnpm_lock(sources, text, needs)
        return yarn_lock(sources, text, needs)
    except Unfit:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise Unfit("it is not written as its tool does") from error


def _npm(sources: Sources, name: str) -> NodeLock:
    """The lock file without addresses: npm then asks the registry it is set up for, and checks the same digests."""
    where = sources.path(name)
    try:
        lock = json.loads(sources.read(name, LARGEST_LOCK))
    except (ValueError, RecursionError) as error:
        raise SubmissionFault("E310", f"{name} cannot be read: {error}", where=where) from None
    if not isinstance(lock, dict):
        raise SubmissionFault("E310", f"{name} holds no object", where=where)
    for package, entry in _entries(lock):
        resolved = entry.get("resolved")
        if isinstance(resolved, str) and not entry.get("link"):
            if not FROM_REGISTRY.match(resolved):
                raise elsewhere(f"`{package}` comes from `{resolved}`", where)
            del entry["resolved"]
        if package:
            _check_ranges(package, entry, where)
        placed = package.rpartition("node_modules/")[2]
        if placed in COMPILED and entry.get("name", placed) != placed:
            raise elsewhere(f"`{package}` is another package by that name", where)
    found = ((path.rpartition("node_modules/")[2], entry) for path, entry in _entries(lock) if not entry.get("dev"))
    return NodeLock(
        name=name,
        installer="npm ci",
        files={"package-lock.json": json.dumps(lock, sort_keys=True)},
        versions={package: str(entry.get("version", "")) for package, entry in found},
    )


def _check_ranges(package: str, entry: dict[str, Any], where: str) -> None:
    """Raise `OurFault` E219 for an address in the place of a version: npm would ask it, with a lock file as without."""
    needs = [_table(entry, table) for table in ("requires", "dependencies", "optionalDependencies", "peerDependencies")]
    wishes = [(name, wish) for table in needs for name, wish in table.items() if isinstance(wish, str)]
    for name, wish in [(package, str(entry.get("version") or "")), *wishes]:
        if not (VERSION.fullmatch(wish.strip()) or wish.startswith("file:")):
            raise elsewhere(f"`{name}` comes from `{wish}`", where)


def _entries(lock: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every package of a lock file of npm, of version 1, 2 or 3."""
    for table in ("packages", "dependencies"):
        for name, entry in _table(lock, table).items():
            if isinstance(entry, dict):
                yield name, entry
                if table == "dependencies":
                    yield from _entries({"dependencies": entry.get("dependencies")})


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
