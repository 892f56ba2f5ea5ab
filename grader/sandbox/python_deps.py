"""What a Python submission depends on, rewritten so that installing it runs none of its code.

pip builds whatever a line points at: the folder itself, a repository, an archive somewhere. Only names from the
package index are passed on; `--only-binary` then makes sure that nothing is built.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.sources import Sources

REQUIREMENTS = "requirements.txt"
DEEPEST = 10
INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "--no-index", "-f", "--find-links", "--trusted-host")
KEPT_OPTIONS = ("--pre", "--require-hashes")
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")
NAME = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")
ELSEWHERE = re.compile(
    r"^(?:(?:git|hg|svn|bzr)\+|https?://|file:|ssh://|git@)|@\s*(?:\w+\+)?(?:https?|file|ssh|git)[:@]", re.IGNORECASE
)
OWN = re.compile(r"^(?:\.{1,2}(?:/|\[|$)|/|[^\s@=<>~!;]+/\s*$)")


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """Lines for pip and constraints, the normalized names (with `name[extra]`) in them, and where they come from.

    `python` is the oldest version the project says it works with, such as `3.14`; empty when it says none.
    """

    lines: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    origin: str = ""
    python: str = ""
    notes: tuple[str, ...] = ()


def requirements(sources: Sources) -> Requirements:
    """Dependencies of requirements.txt, else of pyproject.toml, else none.

    Raises `OurFault` E219 for a line that cannot be installed without running somebody's code.
    """
    if sources.has(REQUIREMENTS):
        found = _Reader(sources).read()
    elif sources.has("pyproject.toml"):
        found = _project(sources)
    else:
        unread = "Pipfile not read: dependencies come from requirements.txt or pyproject.toml"
        found = Requirements(notes=(unread,) if sources.has("Pipfile") else ())
    return msgspec.structs.replace(found, python=_oldest(sources))


def _oldest(sources: Sources) -> str:
    """The oldest Python that pyproject.toml or .python-version asks for."""
    declared = re.search(
        r"""(?m)^(?:requires-python|python)\s*=\s*["'][^"']*?(?:>=|\^|~=?|==)\s*(3\.\d+)""",
        sources.read("pyproject.toml"),
    )
    pinned = re.match(r"\s*(?:python-|cpython-)?(3\.\d+)", sources.read(".python-version"))
    found = declared or pinned
    return found[1] if found else ""


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class _Reader:
    """Reads a requirements file with everything it includes."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lines: dict[str, list[str]] = {"-r": [], "-c": []}
        self._notes: list[str] = []
        self._seen: set[str] = set()
        self._own = False

    def read(self) -> Requirements:
        self._file(REQUIREMENTS, "-r", DEEPEST)
        own = _project(self._sources) if self._own and self._sources.has("pyproject.toml") else Requirements()
        lines = (*self._lines["-r"], *own.lines)
        return Requirements(
            lines=lines,
            constraints=tuple(self._lines["-c"]),
            names=_names(lines),
            origin=self._sources.path(REQUIREMENTS),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _file(self, name: str, target: str, depth: int) -> None:
        if name in self._seen or depth == 0:
            return
        self._seen.add(name)
        for number, line in _logical(self._sources.read(name)):
            where = f"{self._sources.path(name)}:{number}"
            word, value = _option(line)
            if word in ("-r", "--requirement", "-c", "--constraint"):
                included = posixpath.normpath(posixpath.join(posixpath.dirname(name), value))
                if not self._sources.has(included):
                    raise SubmissionFault("E312", f"{name} includes {value}, which is not there", where=where)
                self._file(included, "-c" if word in ("-c", "--constraint") else target, depth - 1)
            elif word.startswith("-") and word not in ("-e", "--editable"):
                self._switch(word, line, target)
            else:
                self._requirement(value if word.startswith("-") else line, where, target)

    def _switch(self, word: str, line: str, target: str) -> None:
        if word in KEPT_OPTIONS:
            self._lines[target].append(line)
        elif word in INDEX_OPTIONS:
            self._notes.append(f"{word} of {REQUIREMENTS} not used: packages come from the grader's index")

    def _requirement(self, line: str, where: str, target: str) -> None:
        target_file = re.split(r"[\s;@=<>!~]", line)[0]
        if target_file.lower().endswith(ARCHIVES) or ("/" in target_file and not OWN.match(line)):
            raise _elsewhere(f"`{line[:80]}` is a file", where)
        if OWN.match(line):
            self._own = True
            self._notes.append("the project itself is not installed: its code runs from its own folder")
            return
        if ELSEWHERE.search(line):
            raise _elsewhere(f"`{line[:80]}` comes from an address", where)
        self._lines[target].append(line)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, continued ones joined, with the number of the first."""
    begun, first = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        first = first or number
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        if whole := (begun + line).strip():
            yield first, whole
        begun, first = "", 0
    if begun.strip():
        yield first, begun.strip()


def _option(line: str) -> tuple[str, str]:
    """`(-r, file)` of `-r file`, `-rfile`, `--requirement=file`; the first word and the rest otherwise."""
    if match := re.match(r"(-[recif])\s*=?\s*(\S.*)$", line):
        return match[1], match[2].strip()
    word, _, rest = line.partition(" ")
    name, equals, value = word.partition("=")
    return (name, value) if equals and name.startswith("--") else (word, rest.strip())


def _names(lines: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for line in lines:
        if match := NAME.match(line):
            name = normalized(match[1])
            extras = [extra.strip().lower() for extra in (match[2] or "").split(",")]
            found |= {name, *(f"{name}[{extra}]" for extra in extras if extra)}
    return frozenset(found)


def _project(sources: Sources) -> Requirements:
    """`[project] dependencies`, or Poetry's own table."""
    where = sources.path("pyproject.toml")
    try:
        data = tomllib.loads(sources.read("pyproject.toml"))
    except tomllib.TOMLDecodeError as error:
        raise SubmissionFault("E310", f"pyproject.toml cannot be read: {error}", where=where) from None
    listed = _table(data, "project").get("dependencies")
    poetry = _table(_table(_table(data, "tool"), "poetry"), "dependencies")
    lines = tuple(str(line) for line in listed) if isinstance(listed, list) else tuple(_poetry(poetry))
    for line in lines:
        if ELSEWHERE.search(line):
            raise _elsewhere(f"`{line[:80]}` comes from an address", where)
    locks = [name for name in LOCKS if sources.has(name)]
    notes = (f"{locks[0]} not used: versions are chosen from pyproject.toml",) if locks else ()
    return Requirements(lines=lines, names=_names(lines), origin=where, notes=notes)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _poetry(table: dict[str, Any]) -> Iterator[str]:
    """Poetry's table as requirement lines."""
    for name, value in table.items():
        if name.lower() == "python":
            continue
        settings: dict[str, Any] = value if isinstance(value, dict) else {"version": value}
        if settings.get("optional") is True:
            continue
        address = settings.get("git") or settings.get("url") or settings.get("path")
        extras = f"[{','.join(map(str, settings['extras']))}]" if isinstance(settings.get("extras"), list) else ""
        if address:
            yield f"{name} @ {address if '://' in str(address) else f'file:{address}'}"
        else:
            yield f"{name}{extras}{_caret(str(settings.get('version', '*')))}"


def _caret(version: str) -> str:
    """Poetry's `^1.2` and `~1.2` in the words of pip."""
    parts = []
    for part in (piece.strip() for piece in version.split(",")):
        if part in ("", "*"):
            continue
        if part[0] in "^~" and not part.startswith("~="):
            parts.append(f">={part[1:]},<{_above(part[1:], caret=part[0] == '^')}")
        else:
            parts.append(part if part[0] in "<>=!~" else f"=={part}")
    return ",".join(parts)


def _above(version: str, *, caret: bool) -> str:
    numbers = [int(n) for n in re.findall(r"\d+", version)][:3] or [0]
    last = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1) if caret else min(1, len(numbers) - 1)
    return ".".join(map(str, [*numbers[:last], numbers[last] + 1]))


def _elsewhere(what: str, where: str) -> OurFault:
    return OurFault(
        "E219",
        f"the sandbox installs packages from the index only, and {what}",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand, or ask for a version that the index has",
    )
