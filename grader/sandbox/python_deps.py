"""What a Python submission depends on, rewritten so that installing it runs none of its code.

pip builds whatever a line points at: the folder itself, a repository, an archive somewhere. Only names from the
package index are passed on; `--only-binary` then makes sure that nothing is built. A requirements file is what its
author hands to pip, so it comes first; else the project's file says what is needed and its lock file which version.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from grader.errors import SubmissionFault
from grader.sandbox.lock_graph import Unfit, edge, normalized
from grader.sandbox.python_locks import FLAT, GRAPHS, Locked, elsewhere, locked
from grader.sandbox.python_project import PIPFILE, PROJECT, Needs, project_needs
from grader.sandbox.sources import Sources

REQUIREMENTS = "requirements.txt"
EXACT = "exact.txt"  # for pip: these packages and nothing else
DEEPEST = 10
INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "--no-index", "-f", "--find-links", "--trusted-host")
KEPT_OPTIONS = ("--pre", "--require-hashes")
LOCKS = (*GRAPHS, *FLAT)
# Where requirements are when they are not in requirements.txt: what is for production first, nothing for developers.
OTHER_FILE = re.compile(r"requirements(?:[-_./][\w.-]+)?\.(?:txt|in)|reqs\.txt", re.IGNORECASE)
FOR_DEVELOPERS = re.compile(r"(?:^|[-_./])(?:dev|devel|development|tests?|testing|lint|docs?|ci|local|tools)(?=[-_./])")
PREFERRED = ("prod", "production", "main", "base", "common", "app", "requirements", "in")
ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")
NAME = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")
ELSEWHERE = re.compile(
    r"^(?:(?:git|hg|svn|bzr)\+|https?://|file:|ssh://|git@)|@\s*(?:\w+\+)?(?:https?|file|ssh|git)[:@]", re.IGNORECASE
)
OWN = re.compile(r"^(?:\.{1,2}(?:/|\[|$)|/|[^\s@=<>~!;]+/\s*$)")


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """Lines for pip and constraints, the normalized names (with `name[extra]`) in them, and where they come from.

    `python` is the oldest version the project says it works with, such as `3.14`; empty when it says none. `exact`
    says that the lines are all there is to install: what packages need themselves is among them.
    """

    lines: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    origin: str = ""
    python: str = ""
    exact: bool = False
    notes: tuple[str, ...] = ()


def requirements(sources: Sources, also: frozenset[str] = frozenset()) -> Requirements:
    """Dependencies of requirements.txt or a file like it, else of the project's file with its lock file, else none.

    Packages of `also` are taken from the project's groups for developers and extras, too.

    Raises `OurFault` E219 for a line that cannot be installed without running somebody's code, `SubmissionFault`
    E310 or E312 for files that cannot be read.
    """
    found = _listed(sources) or _project(sources, also)
    return msgspec.structs.replace(found, python=_oldest(sources))


def _listed(sources: Sources) -> Requirements | None:
    """Of a requirements file; nothing when there is none, or when the project's file says more."""
    name = REQUIREMENTS if sources.has(REQUIREMENTS) else _other_file(sources)
    if not name:
        return None
    found = _Reader(sources, name).read()
    unused = [lock for lock in LOCKS if sources.has(lock)]
    notes = [f"{unused[0]} not used: packages come from {name}"] if unused else []
    notes += [f"packages come from {name}: there is no {REQUIREMENTS}"] if name != REQUIREMENTS else []
    return msgspec.structs.replace(found, notes=(*found.notes, *notes))


def _other_file(sources: Sources) -> str:
    """The likeliest of the files with other names, where no project file names dependencies; empty when none is."""
    names = [name for name in sources.files if OTHER_FILE.fullmatch(name) and not FOR_DEVELOPERS.search(name)]
    if not names or any(sources.has(lock) for lock in LOCKS):
        return ""
    needs = project_needs(sources)
    if needs and needs.declared and needs.lines:
        return ""

    def place(name: str) -> tuple[int, bool, str]:
        kind = re.split(r"[-_./]", name.lower())[-2]
        return (PREFERRED.index(kind) if kind in PREFERRED else len(PREFERRED)), name.endswith(".in"), name

    return min(names, key=place)


def _oldest(sources: Sources) -> str:
    """The oldest Python that pyproject.toml or .python-version asks for."""
    declared = re.search(
        r"""(?m)^(?:requires-python|python)\s*=\s*["'][^"']*?(?:>=|\^|~=?|==)\s*(3\.\d+)""",
        sources.read("pyproject.toml"),
    )
    pinned = re.match(r"\s*(?:python-|cpython-)?(3\.\d+)", sources.read(".python-version"))
    found = declared or pinned
    return found[1] if found else ""


class _Reader:
    """Reads a requirements file with everything it includes."""

    def __init__(self, sources: Sources, name: str) -> None:
        self._sources, self._name = sources, name
        self._lines: dict[str, list[str]] = {"-r": [], "-c": []}
        self._notes: list[str] = []
        self._seen: set[str] = set()
        self._own = False

    def read(self) -> Requirements:
        self._file(self._name, "-r", DEEPEST)
        own = (
            _unlocked(self._sources, needs) if self._own and (needs := project_needs(self._sources)) else Requirements()
        )
        lines = (*self._lines["-r"], *own.lines)
        return Requirements(
            lines=lines,
            constraints=tuple(self._lines["-c"]),
            names=_names(lines),
            origin=self._sources.path(self._name),
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
            self._notes.append(f"{word} of {self._name} not used: packages come from the grader's index")

    def _requirement(self, line: str, where: str, target: str) -> None:
        target_file = re.split(r"[\s;@=<>!~]", line)[0]
        if target_file.lower().endswith(ARCHIVES) or ("/" in target_file and not OWN.match(line)):
            raise elsewhere(f"`{line[:80]}` is a file", where)
        if OWN.match(line):
            self._own = True
            self._notes.append("the project itself is not installed: its code runs from its own folder")
            return
        if ELSEWHERE.search(line):
            raise elsewhere(f"`{line[:80]}` comes from an address", where)
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


def _project(sources: Sources, also: frozenset[str]) -> Requirements:
    """What the project's file needs, in the versions of its lock file where that fits."""
    needs = project_needs(sources)
    if needs is None:
        return _lock_alone(sources)
    more = tuple(line for line in needs.others if _names((line,)) & also)
    needs = msgspec.structs.replace(needs, lines=(*needs.lines, *more))
    present = [lock for lock in _locks_of(needs) if sources.has(lock)]
    notes = list(needs.notes)
    for lock in present:
        try:
            pinned = locked(sources, lock, [edge(line) for line in needs.lines])
        except Unfit as why:
            notes.append(f"{lock} not used: {why}; versions are chosen from {needs.file}")
            continue
        return _exactly(pinned, sources.path(needs.file), [*notes, *_others(sources, lock)])
    found = _unlocked(sources, needs)
    return msgspec.structs.replace(found, notes=(*notes, *([] if present else _others(sources, ""))))


def _locks_of(needs: Needs) -> tuple[str, ...]:
    """The lock files that belong to a project's file; one of another tool tells of another list."""
    if needs.file == PIPFILE:
        return ("Pipfile.lock",)
    return tuple(lock for lock in LOCKS if lock != "Pipfile.lock") if needs.file == PROJECT else ()


def _lock_alone(sources: Sources) -> Requirements:
    """A lock file that needs no other file to be understood."""
    notes = []
    for lock in FLAT:
        if sources.has(lock):
            try:
                return _exactly(locked(sources, lock, ()), sources.path(lock), [])
            except Unfit as why:
                notes.append(f"{lock} not used: {why}")
    return Requirements(notes=(*notes, *_others(sources, "")) if not notes else tuple(notes))


def _exactly(found: Locked, origin: str, notes: list[str]) -> Requirements:
    unchecked = [] if found.checked or not found.lines else [f"{found.file} has no digests of its packages to check"]
    return Requirements(
        lines=found.lines,
        names=found.names,
        origin=origin,
        exact=True,
        notes=tuple(dict.fromkeys([*notes, *unchecked])),
    )


def _others(sources: Sources, used: str) -> list[str]:
    """Lock files that nothing was read from."""
    unused = [lock for lock in LOCKS if lock != used and sources.has(lock)]
    if not unused:
        return []
    return [
        f"{unused[0]} not used: packages come from {used}"
        if used
        else f"{unused[0]} not used: its project file is missing"
    ]


def _unlocked(sources: Sources, needs: Needs) -> Requirements:
    """What a project's file says, with versions left to pip."""
    where = sources.path(needs.file)
    named = {normalized(name): address for name, address in needs.elsewhere.items()}
    for line in needs.lines:
        name = NAME.match(line)
        address = named.get(normalized(name[1])) if name else None
        if address or ELSEWHERE.search(line):
            raise elsewhere(f"`{line[:80]}` comes from {address or 'an address'}"[:160], where)
    return Requirements(lines=needs.lines, names=_names(needs.lines), origin=where)
