"""How to build and start a Go submission."""

from __future__ import annotations

import posixpath
import re
import shlex
from pathlib import PurePosixPath

from grader.errors import SubmissionFault
from grader.sandbox.go_deps import MOD, Modules, local_folders, modules
from grader.sandbox.go_source import Package, packages
from grader.sandbox.golang import PROGRAMS, started
from grader.sandbox.plan import Plan
from grader.sandbox.procfile import declared
from grader.sandbox.sources import Sources

NETWORK = frozenset({"net", "net/http"})
VERSION_PART = re.compile(r"v\d+")
OWN_FILE = re.compile(r"(?:\w+=\S*[ \t]+)*(?:exec[ \t]+)?((?:\./|[\w.-]+/)[\w./-]+)")
MOST_NAMED = 6


def plan(sources: Sources) -> Plan | None:
    """The plan, or nothing when there is no Go program here.

    Raises `SubmissionFault` E310 when there are several and nothing says which is the service, `OurFault` E219 for
    modules from elsewhere.
    """
    local = local_folders(sources)
    found = {name: one for name, one in packages(sources).items() if not _of_another(name, sources, local)}
    programs = [one for one in found.values() if one.main]
    named = declared(sources)
    if not programs and not (named and sources.has(MOD)):
        return None
    built = programs if named else [_service(programs, found, local, sources)]
    needed: dict[str, Package] = {}
    for one in built:
        needed |= _reached(one, found, local)
    needs = modules(sources, needed or found)
    start, origin = named or (started(_program(built[0].folder, needs)), sources.path(built[0].main))
    return Plan(
        stack="go",
        start=start,
        origin=origin,
        port=sources.run.port,
        folder=sources.folder,
        prepare=_put_there(sources, start, built, needs),
        installer="go" if needs.fetched else "",
        declared=sources.path(MOD),
        manifest=needs.manifest,
        compiled=needs.compiled,
        version=needs.version,
        programs={_program(one.folder, needs): _pattern(one.folder) for one in built},
        notes=needs.notes,
    )


def _of_another(folder: str, sources: Sources, local: dict[str, str]) -> bool:
    """True for what lies in a module of its own that this one does not use by its folder."""
    above = [str(path) for path in (PurePosixPath(folder), *PurePosixPath(folder).parents)]
    nearest = next((path for path in above if path != "." and sources.has(f"{path}/{MOD}")), ".")
    return nearest not in {".", *local.values()}


def _service(programs: list[Package], found: dict[str, Package], local: dict[str, str], sources: Sources) -> Package:
    """The one at the root, else the only one, else the only one that uses the network."""
    for wanted in (
        [one for one in programs if one.folder == "."],
        programs,
        [one for one in programs if any(NETWORK & part.imports for part in _reached(one, found, local).values())],
    ):
        if len(wanted) == 1:
            return wanted[0]
    named = ", ".join(sources.path(one.main) for one in programs[:MOST_NAMED])
    raise SubmissionFault(
        "E310",
        f"there are {len(programs)} Go programs, and nothing says which is the service",
        note=f"found {named}{' and more' if len(programs) > MOST_NAMED else ''}",
        help='name it in submission.toml: [run] start = "go run ./cmd/…"',
    )


def _reached(program: Package, found: dict[str, Package], local: dict[str, str]) -> dict[str, Package]:
    """The program's package with those of the submission that it imports, and what they import."""
    reached: dict[str, Package] = {}
    waiting = [program.folder]
    while waiting:
        folder = waiting.pop()
        if folder in reached or folder not in found:
            continue
        reached[folder] = found[folder]
        for path in found[folder].imports:
            waiting += [
                posixpath.normpath(f"{place}/{path[len(name) :].strip('/')}")
                for name, place in local.items()
                if path == name or path.startswith(f"{name}/")
            ]
    return reached


def _program(folder: str, needs: Modules) -> str:
    """The name the go command gives a program: that of its folder, of the module for the root."""
    parts = needs.name.split("/") if folder == "." else folder.split("/")
    last = parts.pop()
    return parts.pop() if parts and VERSION_PART.fullmatch(last) else last


def _pattern(folder: str) -> str:
    return "." if folder == "." else f"./{folder}"


def _put_there(sources: Sources, start: str, built: list[Package], needs: Modules) -> str:
    """A declared command that starts a file which was not handed in means the program: it is put there."""
    wanted = OWN_FILE.match(start)
    file = posixpath.normpath(wanted[1]) if wanted else ""
    if not built or not file or file.startswith("..") or sources.has(file) or sources.holds(file):
        return ""
    names = [_program(one.folder, needs) for one in built]
    name = posixpath.basename(file)
    program = name if name in names else names[0] if len(names) == 1 else ""
    if not program:
        return ""
    return f'mkdir -p {posixpath.dirname(file) or "."} && cp "${PROGRAMS}"/{shlex.quote(program)} {file}'
