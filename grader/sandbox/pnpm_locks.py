"""pnpm-lock.yaml in the formats 5 (pnpm 7), 6 (pnpm 8) and 9 (pnpm 9 and later).

pnpm makes addresses of the registry it is set up for, and checks the digests in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from grader.sandbox.lock_checks import (
    FROM_REGISTRY,
    TABLES,
    NodeLock,
    check_versions,
    elsewhere,
    read_yaml,
    same_wishes,
    tool_for,
)
from grader.sandbox.node_tools import PNPM
from grader.sandbox.sources import Sources

PNPM_LOCK = "pnpm-lock.yaml"
PNPM_KEY = re.compile(r"/?((?:@[^@/]+/)?[^@/]+)[@/]([^(_]+)")
SETTINGS = {"autoInstallPeers": "auto-install-peers", "excludeLinksFromLockfile": "exclude-links-from-lockfile"}


def pnpm_lock(sources: Sources, text: str, needs: dict[str, dict[str, Any]]) -> NodeLock:
    """The lock file for its tool. Raises `Unfit` when it does not fit, `OurFault` E219 for what is of no registry."""
    lock = read_yaml(text)
    tool = tool_for(PNPM, str(lock.get("lockfileVersion", "")))
    importers = lock.get("importers") or {".": {key: lock[key] for key in (*TABLES, "specifiers") if key in lock}}
    own = importers["."]
    overrides = lock.get("overrides") or {}
    same_wishes(_wishes(own), needs, beside=overrides)
    if "importers" in lock:
        lock["importers"] = {".": own}
    for key, entry in (lock.get("packages") or {}).items():
        _check_resolution(key, entry["resolution"], sources.path(PNPM_LOCK))
    if lock.get("patchedDependencies"):
        raise elsewhere(f"`{next(iter(lock['patchedDependencies']))}` is patched", sources.path(PNPM_LOCK))
    check_versions(overrides, sources.path(PNPM_LOCK))
    for checksum in ("packageExtensionsChecksum", "pnpmfileChecksum"):  # of files that stay behind
        lock.pop(checksum, None)
    kept = {key: lock[key] for key in ("overrides", "ignoredOptionalDependencies") if lock.get(key)}
    switches = {SETTINGS[key]: value for key, value in (lock.get("settings") or {}).items() if key in SETTINGS}
    rc = "".join(f"{key}={'true' if value is True else 'false'}\n" for key, value in sorted(switches.items()))
    return NodeLock(
        name=PNPM_LOCK,
        installer="pnpm",
        files={PNPM_LOCK: json.dumps(lock), ".npmrc": rc, **tool.files()},  # JSON is YAML, too
        settings={"pnpm": kept} if kept else {},
        versions=_versions(lock, own),
    )


def _wishes(own: dict[str, Any]) -> dict[str, str]:
    """What package.json asked for when the lock file was written."""
    if "specifiers" in own:
        return dict(own["specifiers"])
    return {name: str(entry["specifier"]) for table in TABLES for name, entry in (own.get(table) or {}).items()}


def _check_resolution(key: str, resolution: dict[str, Any], where: str) -> None:
    """Only packages with a digest; an address is dropped, pnpm makes it of the registry's.

    A digest alone does not say that: beside a `type` pnpm fetches from wherever the rest leads.
    """
    tarball = resolution.pop("tarball", "")
    resolution.pop("registry", None)  # a host; formats before 6 wrote it beside an address
    if set(resolution) != {"integrity"} or (tarball and not FROM_REGISTRY.match(str(tarball))):
        origin = tarball or next(
            (resolution[key] for key in ("repo", "directory", "url") if key in resolution), "nowhere"
        )
        raise elsewhere(f"`{key.strip('/')}` comes from `{origin}`", where)


def _versions(lock: dict[str, Any], own: dict[str, Any]) -> dict[str, str]:
    """Packages that the service needs at run time; the formats before 9 say so of each."""
    graph = lock.get("snapshots")
    packages = lock.get("packages") or {}
    if graph is None:
        return _split(key for key, entry in packages.items() if not entry.get("dev"))
    tables = ("dependencies", "optionalDependencies")
    waiting = [_key(name, str(e["version"])) for table in tables for name, e in (own.get(table) or {}).items()]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            needs = graph.get(key) or {}
            waiting += [_key(n, str(v)) for table in tables for n, v in (needs.get(table) or {}).items()]
    return _split(seen)


def _key(name: str, version: str) -> str:
    """A version alone, or the key of another package that stands for `name`."""
    return version if re.match(r"(?:@[^@/]+/)?[^@/(]+@\d", version) else f"{name}@{version}"


def _split(keys: Iterable[str]) -> dict[str, str]:
    return {found[1]: found[2] for key in sorted(keys) if (found := PNPM_KEY.match(key))}
