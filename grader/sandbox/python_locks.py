"""Lock files of Python's tools, read into lines for pip: the same versions, checked against the same digests.

None of the tools has to run: uv.lock, poetry.lock, pdm.lock and pylock.toml are TOML, Pipfile.lock is JSON. Only
what the service itself needs is taken: no groups for developers, no extras nobody asks for. A lock file that does not
fit its project, or that cannot be read, is told and left aside. Formats: uv's and Poetry's have no specification but
their own output; pylock.toml is PEP 751.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from packaging.markers import Marker
from packaging.version import InvalidVersion, Version

from grader.errors import OurFault
from grader.sandbox.lock_graph import (
    Edge,
    Package,
    Pinned,
    Unfit,
    decided,
    edge,
    either,
    fits,
    needed,
    normalized,
    with_extra,
)
from grader.sandbox.python_words import poetry_versions
from grader.sandbox.sources import LARGEST_LOCK, Sources

FROM_ELSEWHERE = ("git", "url", "path", "directory", "file", "hg", "svn", "archive", "vcs", "link")
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
DIGEST = re.compile(r"[a-z0-9_]{3,10}:[0-9a-f]{16,200}")
NEVER_IN_A_SERVICE = re.compile(r"\b(?:dependency_groups|extras)\b")


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """Lines for pip, all of them with digests or none, and the names in them."""

    file: str
    lines: tuple[str, ...]
    names: frozenset[str]
    checked: bool


def locked(sources: Sources, file: str, roots: Iterable[Edge]) -> Locked:
    """What a lock file pins for what a project needs.

    Raises `Unfit` when it cannot be read or does not fit, `OurFault` E219 for a package that is on no index.
    """
    roots = tuple(roots)
    try:
        data = _data(sources, file)
        pinned = _flat(file, data, roots) if file in FLAT else needed(GRAPHS[file](data), roots)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise Unfit("it is not written as this tool does") from error
    for one in pinned:
        if one.package.elsewhere and not one.package.own:
            raise elsewhere(f"`{one.package.name}` comes from {one.package.elsewhere}"[:120], sources.path(file))
    wanted = [one for one in pinned if not one.package.own]
    checked = bool(wanted) and all(one.package.hashes for one in wanted)
    names = {one.package.name for one in wanted}
    asked = {f"{root.name}[{extra}]" for root in roots for extra in root.extras}
    lines = tuple(_line(one, checked=checked) for one in wanted)
    return Locked(file=file, lines=lines, names=frozenset(names | asked), checked=checked)


def elsewhere(what: str, where: str) -> OurFault:
    """E219: a dependency that no package index has."""
    return OurFault(
        "E219",
        f"the sandbox installs packages from the index only, and {what}",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand, or ask for a version that the index has",
    )


def _line(one: Pinned, *, checked: bool) -> str:
    """Written from what was understood: text of the file itself could hold options for pip."""
    package = one.package
    if not NAME.fullmatch(package.name) or not all(DIGEST.fullmatch(digest) for digest in package.hashes):
        raise Unfit(f"it has a package `{package.name[:40]}` that pip would not understand")
    try:
        version = str(Version(package.version))
    except InvalidVersion:
        raise Unfit(f"it has no version of `{package.name}`") from None
    digests = [f"--hash={digest}" for digest in sorted(set(one.package.hashes))] if checked else []
    marker = f" ; {Marker(one.marker)}" if one.marker else ""
    return " ".join((f"{package.name}=={version}{marker}", *digests))


def _data(sources: Sources, file: str) -> dict[str, Any]:
    text = sources.read(file, LARGEST_LOCK)
    try:
        data = json.loads(text) if file.endswith("file.lock") else tomllib.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("it cannot be read") from None
    if not isinstance(data, dict):
        raise Unfit("it cannot be read")
    return data


def _flat(file: str, data: dict[str, Any], roots: tuple[Edge, ...]) -> tuple[Pinned, ...]:
    """Lock files that say of every package whether it is needed; they only have to fit the project."""
    packages = tuple(package for package in FLAT[file](data) if decided(package.marker) is not False)
    there: dict[str, list[Package]] = {}
    for package in packages:
        there.setdefault(package.name, []).append(package)
    for root in roots:
        found = there.get(root.name, [])
        if not found and decided(root.marker) is not False:
            raise Unfit(f"it does not name `{root.name}`")
        if found and not any(one.elsewhere or fits(one.version, root.fits) for one in found):
            raise Unfit(f"it has `{root.name}` {found[0].version}, and {root.fits} is asked for")
    return tuple(Pinned(package=one, marker="" if decided(one.marker) else one.marker) for one in packages)


def _from_elsewhere(source: dict[str, Any]) -> str:
    for kind in FROM_ELSEWHERE:
        if value := source.get(kind):
            address = value.get("url") or value.get("path") if isinstance(value, dict) else value
            return str(address)[:80]
    return ""


def _uv(data: dict[str, Any]) -> Iterator[Package]:
    for entry in data["package"]:
        source = entry.get("source", {})
        folder = source.get("virtual") or source.get("editable") or source.get("directory") or ""
        archives = [*entry.get("wheels", ()), *([entry["sdist"]] if "sdist" in entry else [])]
        optional = {normalized(extra): needs for extra, needs in entry.get("optional-dependencies", {}).items()}
        yield Package(
            name=normalized(entry["name"]),
            version=str(entry.get("version", "0")),
            hashes=tuple(str(one["hash"]) for one in archives if "hash" in one),
            edges={
                extra: tuple(map(_uv_edge, needs))
                for extra, needs in {"": entry.get("dependencies", ()), **optional}.items()
            },
            marker=either(map(str, entry.get("resolution-markers", ()))),
            elsewhere="" if folder == "." else str(folder) or _from_elsewhere(source),
            own=folder == ".",
        )


def _uv_edge(entry: dict[str, Any]) -> Edge:
    return Edge(
        name=normalized(entry["name"]),
        extras=tuple(normalized(extra) for extra in entry.get("extra", ())),
        marker=with_extra(entry.get("marker", ""), ""),
        fits=f"=={entry['version']}" if "version" in entry else "",
    )


def _poetry(data: dict[str, Any]) -> Iterator[Package]:
    digests = data.get("metadata", {}).get("files", {})  # where Poetry before 1.3 kept them
    for entry in data["package"]:
        name = normalized(entry["name"])
        source = entry.get("source", {})
        extras = ("", *(normalized(extra) for extra in entry.get("extras", {})))
        marker = entry.get("markers", "")
        yield Package(
            name=name,
            version=str(entry["version"]),
            hashes=tuple(str(one["hash"]) for one in entry.get("files") or digests.get(entry["name"], ())),
            edges={extra: tuple(_poetry_edges(entry, extra)) for extra in extras},
            # Which extras of the project bring it does not matter here: the walk has asked for it.
            marker=_without_extras(marker.get("main", "") if isinstance(marker, dict) else marker),
            elsewhere="" if source.get("type", "legacy") == "legacy" else str(source.get("url", "a file"))[:80],
        )


def _without_extras(marker: str) -> str:
    return "" if "extra" in marker else marker


def _poetry_edges(entry: dict[str, Any], extra: str) -> Iterator[Edge]:
    listed = next((needs for name, needs in entry.get("extras", {}).items() if normalized(name) == extra), ())
    chosen = {normalized(found[0]) for need in listed if (found := re.match(r"[\w.-]+", need))}
    for name, values in entry.get("dependencies", {}).items():
        for value in values if isinstance(values, list) else [values]:
            settings = value if isinstance(value, dict) else {"version": value}
            if settings.get("optional") and normalized(name) not in chosen:
                continue
            yield Edge(
                name=normalized(name),
                extras=tuple(normalized(one) for one in settings.get("extras", ())),
                marker=with_extra(settings.get("markers", ""), extra),
                fits=poetry_versions(str(settings.get("version", "*"))),
            )


def _pdm(data: dict[str, Any]) -> Iterator[Package]:
    """PDM lists a package once for itself and once for each set of extras that is asked for."""
    merged: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in data["package"]:
        merged.setdefault((normalized(entry["name"]), str(entry["version"])), []).append(entry)
    for (name, version), entries in merged.items():
        edges: dict[str, tuple[Edge, ...]] = {}
        for entry in entries:
            needs = tuple(need for need in map(edge, entry.get("dependencies", ())) if need.name != name)
            for extra in entry.get("extras") or ("",):
                key = normalized(extra)
                edges[key] = (*edges.get(key, ()), *needs)
        first = entries[0]
        yield Package(
            name=name,
            version=version,
            hashes=tuple(str(one["hash"]) for one in first.get("files", ()) if "hash" in one),
            edges=edges,
            marker=first.get("marker", ""),
            elsewhere=_from_elsewhere(first),
        )


def _pipfile(data: dict[str, Any]) -> Iterator[Package]:
    for name, entry in data["default"].items():
        version = str(entry.get("version", ""))
        away = _from_elsewhere(entry)
        if not version.startswith("==") and not away:
            raise Unfit(f"it has no version of `{name}`")
        yield Package(
            name=normalized(name),
            version=version.removeprefix("=="),
            hashes=tuple(map(str, entry.get("hashes", ()))),
            marker=entry.get("markers", ""),
            elsewhere=away,
        )


def _pylock(data: dict[str, Any]) -> Iterator[Package]:
    for entry in data["packages"]:
        marker = entry.get("marker", "")
        if NEVER_IN_A_SERVICE.search(marker):
            raise Unfit("it holds groups for developers")
        archives = [*entry.get("wheels", ()), *([entry["sdist"]] if "sdist" in entry else [])]
        yield Package(
            name=normalized(entry["name"]),
            version=str(entry.get("version", "0")),
            hashes=tuple(f"sha256:{one['hashes']['sha256']}" for one in archives if "sha256" in one.get("hashes", {})),
            marker=marker,
            elsewhere=_from_elsewhere(entry),
            own=entry.get("directory", {}).get("path") == ".",
        )


Reader = Callable[[dict[str, Any]], Iterator[Package]]
GRAPHS: dict[str, Reader] = {"uv.lock": _uv, "poetry.lock": _poetry, "pdm.lock": _pdm}
FLAT: dict[str, Reader] = {"Pipfile.lock": _pipfile, "pylock.toml": _pylock}
