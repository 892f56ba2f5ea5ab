"""What a Python lock file says, in one form for every tool, and the exact packages to install from it.

Lock files of uv, Poetry and PDM hold the packages of all groups, extras, platforms and Python versions. Which of them
a service needs is found by walking from what the project asks for. The markers met on the way are kept on the line, so
that pip decides them for the Python of its image; only what is so on every image of ours (Linux, CPython) is decided
here. Rules: PEP 508 for requirements and markers, PEP 440 for versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

LINUX = {
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "extra": "",
}
# Markers are tried with these; one that is true for some of them only is left to pip.
PYTHONS = tuple((f"3.{minor}", f"3.{minor}.{patch}") for minor in range(9, 20) for patch in (0, 99))
MACHINES = ("x86_64", "aarch64")
EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]*)['"]|['"]([^'"]*)['"]\s*==\s*extra""")
ALWAYS, NEVER = "python_version >= '3'", "python_version < '3'"
MOST_CONDITIONS = 24

# A disjunction of conjunctions of markers; `ANYWAY` holds without any condition.
Condition = frozenset[frozenset[str]]
ANYWAY: Condition = frozenset({frozenset()})


class Unfit(ValueError):
    """A lock file that does not say what its project needs; the text says why, and the project's file decides."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A need of a package or of the project: `fits` is what versions will do, as in PEP 440, or empty."""

    name: str
    extras: tuple[str, ...] = ()
    marker: str = ""
    fits: str = ""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One locked version. `edges` are its needs by extra (the empty name: always), `marker` says where it is meant for.

    `elsewhere` tells where it comes from when that is not a package index; `own` is the project itself.
    """

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    edges: dict[str, tuple[Edge, ...]] = {}
    marker: str = ""
    elsewhere: str = ""
    own: bool = False


class Pinned(msgspec.Struct, frozen=True, kw_only=True):
    """A package that is needed, and the marker under which it is."""

    package: Package
    marker: str = ""


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def edge(requirement: str) -> Edge:
    """A requirement line as a need; raises `Unfit` when it is none."""
    try:
        read = Requirement(requirement)
    except InvalidRequirement:
        raise Unfit(f"`{requirement[:60]}` is no requirement") from None
    marker = str(read.marker) if read.marker else ""
    extras = tuple(sorted(normalized(extra) for extra in read.extras))
    return Edge(name=normalized(read.name), extras=extras, marker=marker, fits=str(read.specifier))


def with_extra(marker: str, chosen: str) -> str:
    """A marker in which `extra == "…"` is answered: true for the chosen one, false for others."""
    return EXTRA.sub(
        lambda found: ALWAYS if chosen and normalized(found[1] or found[2] or "") == chosen else NEVER, marker
    )


def either(markers: Iterable[str]) -> str:
    """Markers as one that holds where any of them does."""
    found = [marker for marker in markers if marker]
    return found[0] if len(found) == 1 else " or ".join(f"({marker})" for marker in found)


@cache
def decided(marker: str) -> bool | None:
    """What a marker says on every image of ours; nothing when that depends on the image."""
    if not marker:
        return True
    try:
        read = Marker(marker)
    except InvalidMarker:
        raise Unfit(f"`{marker[:60]}` is no marker") from None
    said = {read.evaluate(environment) for environment in _environments()}
    return said.pop() if len(said) == 1 else None


def needed(packages: Iterable[Package], roots: Iterable[Edge]) -> tuple[Pinned, ...]:
    """The packages that `roots` need, by name and version.

    Raises `Unfit` when there is none for something that is needed, or none that a root would accept.
    """
    walk = _Walk(packages)
    for root in roots:
        walk.root(root)
    return walk.result()


def fits(version: str, wanted: str) -> bool:
    """True when a version will do; also when it is not written as the standard says."""
    try:
        return SpecifierSet(wanted).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


class _Walk:
    """The way from the project's needs through the locked packages; a node is a package with one of its extras."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages = tuple(packages)
        self._named: dict[str, list[int]] = {}
        for number, package in enumerate(self._packages):
            self._named.setdefault(package.name, []).append(number)
        self._conditions: dict[tuple[int, str], Condition] = {}
        self._waiting: list[tuple[int, str]] = []

    def root(self, root: Edge) -> None:
        if decided(root.marker) is False:
            return
        there = [self._packages[number] for number in self._named.get(root.name, ())]
        if not there:
            raise Unfit(f"it does not name `{root.name}`")
        if not any(package.elsewhere or package.own or fits(package.version, root.fits) for package in there):
            raise Unfit(f"it has `{root.name}` {there[0].version}, and {root.fits} is asked for")
        self._follow(root, ANYWAY)
        while self._waiting:
            number, extra = self._waiting.pop()
            for need in self._packages[number].edges.get(extra, ()):
                self._follow(need, self._conditions[number, extra])

    def result(self) -> tuple[Pinned, ...]:
        found: dict[int, Condition] = {}
        for (number, _), condition in self._conditions.items():
            found[number] = _simpler(found.get(number, frozenset()) | condition)
        pinned = [
            Pinned(package=self._packages[number], marker=_text(condition)) for number, condition in found.items()
        ]
        return tuple(sorted(pinned, key=lambda one: (one.package.name, one.package.version)))

    def _follow(self, need: Edge, condition: Condition) -> None:
        narrowed = _and(condition, need.marker)
        if not narrowed:
            return
        numbers = self._named.get(need.name, [])
        fitting = [number for number in numbers if fits(self._packages[number].version, need.fits)] or numbers
        if not fitting and narrowed == ANYWAY:  # else it may be for a Python that the project does not support
            raise Unfit(f"it does not name `{need.name}`, which other packages need")
        for number in fitting:
            if meant := _and(narrowed, self._packages[number].marker):
                for extra in ("", *need.extras):
                    self._reach(number, extra, meant)

    def _reach(self, number: int, extra: str, condition: Condition) -> None:
        before = self._conditions.get((number, extra), frozenset())
        after = _simpler(before | condition)
        if after != before:
            self._conditions[number, extra] = after
            self._waiting.append((number, extra))


def _and(condition: Condition, marker: str) -> Condition:
    """Nothing when the marker never holds here."""
    said = decided(marker)
    if said is None:
        return _simpler(frozenset(part | {marker} for part in condition))
    return condition if said else frozenset()


def _simpler(condition: Condition) -> Condition:
    """Without parts that a weaker one covers, and without those that hold nowhere; too many make it unconditional."""
    parts = [part for part in condition if not any(other < part for other in condition)]
    if len(parts) > 1 or (parts and len(parts[0]) > 1):
        parts = [part for part in parts if decided(_conjunction(part)) is not False]
    return frozenset(parts) if len(parts) <= MOST_CONDITIONS else ANYWAY


def _conjunction(part: frozenset[str]) -> str:
    return " and ".join(f"({marker})" for marker in sorted(part))


def _text(condition: Condition) -> str:
    if frozenset() in condition:
        return ""
    whole = either(sorted(_conjunction(part) for part in condition))
    return "" if decided(whole) else whole


def _environments() -> Iterator[Mapping[str, str]]:
    for version, full in PYTHONS:
        for machine in MACHINES:
            yield {
                **LINUX,
                "python_version": version,
                "python_full_version": full,
                "implementation_version": full,
                "platform_machine": machine,
            }
