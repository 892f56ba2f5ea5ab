"""What a Go submission depends on: its go.mod and go.sum, read so that fetching modules runs none of its code.

Fetching needs the names of the packages only, so that is all the container with a network gets. Modules come from the
module index, never from a version control system, and what go.mod replaces by a folder must lie in the submission.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from grader.errors import OurFault
from grader.sandbox.go_source import Package
from grader.sandbox.sources import Sources

MOD, SUM, WORK, VENDORED = "go.mod", "go.sum", "go.work", "vendor/modules.txt"
IMPORTS = "imported.go"  # made here: names the packages to fetch
OWN_NAME = "submission"
MODULE = re.compile(r'(?m)^module[ \t]+"?([^\s"/][^\s"]*)"?')
LANGUAGE = re.compile(r"(?m)^go[ \t]+(\d+\.\d+)(\S*)[ \t]*(?://.*)?$")
TOOLCHAIN = re.compile(r"(?m)^toolchain[ \t].*$\n?")
OPENED = re.compile(r"(\w+)[ \t]*\(")
COMMENT = re.compile(r"[ \t]*//.*$")
# Modules that are of no use without a C compiler.
NEED_C = ("github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go", "github.com/godror/godror")
C = "C"


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """Files for the go command and what was found out about them.

    `name` is the module's own, `fetched` says that packages come from elsewhere, `version` is the Go it asks for.
    """

    name: str
    manifest: dict[str, str]
    fetched: bool = False
    compiled: tuple[str, ...] = ()
    version: str = ""
    notes: tuple[str, ...] = ()


def modules(sources: Sources, needed: dict[str, Package]) -> Modules:
    """What the packages in `needed` need. Raises `OurFault` E219 for what is replaced from outside, and workspaces."""
    text = sources.read(MOD)
    name = found[1] if (found := MODULE.search(text)) else OWN_NAME
    _no_workspace(sources)
    local = dict(_replaced(sources, text))
    manifest = {
        MOD: _settled(text, name),
        **{f"{folder}/{MOD}": sources.read(f"{folder}/{MOD}") for folder in local.values()},
    }
    if sources.has(SUM):
        manifest[SUM] = sources.read(SUM)
    outside = sorted(_outside({path for one in needed.values() for path in one.imports}, (name, *local)))
    vendored = sources.has(VENDORED)
    if outside and not vendored:
        manifest[IMPORTS] = _importing(outside)
    language = LANGUAGE.search(text)
    return Modules(
        name=name,
        manifest=manifest,
        fetched=bool(outside) and not vendored,
        compiled=_compiled(sources, needed, text),
        version=language[1] if language else "",
        notes=("packages are taken from vendor/",) if vendored and outside else (),
    )


def local_folders(sources: Sources) -> dict[str, str]:
    """Modules of the submission itself: their names, and the folders they lie in."""
    text = sources.read(MOD)
    found = MODULE.search(text)
    return {found[1] if found else OWN_NAME: ".", **dict(_replaced(sources, text))}


def _compiled(sources: Sources, needed: dict[str, Package], text: str) -> tuple[str, ...]:
    """What needs a C compiler: known modules, and C in the submission's own code."""
    asked = text + sources.read(VENDORED)
    known = tuple(name for name in NEED_C if re.search(rf"(?m)^[^/\n]*\b{re.escape(name)}(?:/v\d+)?[ \t]", asked))
    own = tuple(f"C code in {one.folder}" for one in needed.values() if C in one.imports)
    return known + own


def _settled(text: str, name: str) -> str:
    """go.mod for whatever patch release of that Go is here: no release of one changes the language.

    A toolchain it would rather have is not fetched.
    """
    if not text.strip():
        return f"module {name}\n"
    return TOOLCHAIN.sub("", LANGUAGE.sub(lambda match: f"go {match[1]}", text))


def _replaced(sources: Sources, text: str) -> Iterator[tuple[str, str]]:
    """What is replaced by folders of the submission. Raises `OurFault` E219 for folders outside."""
    for line in _directives(text, "replace"):
        before, arrow, after = line.partition("=>")
        target = after.split()
        if not arrow or not target or not target[0].startswith((".", "/")):
            continue
        folder = posixpath.normpath(target[0].strip('"'))
        if folder.startswith(("..", "/")) or not sources.has(f"{folder}/{MOD}"):
            raise elsewhere(f"`{before.split()[0]}` is replaced by the folder `{folder}`"[:160], sources.path(MOD))
        yield before.split()[0].strip('"'), folder


def _directives(text: str, verb: str) -> Iterator[str]:
    """The lines of one kind of directive, single ones and those in brackets, without comments."""
    inside = ""
    for line in (COMMENT.sub("", line).strip() for line in text.splitlines()):
        opened = OPENED.fullmatch(line)
        if line.startswith(")"):
            inside = ""
        elif inside == verb:
            yield line
        elif opened and not inside:
            inside = opened[1]
        elif not inside and re.match(rf"{verb}[ \t]", line):
            yield line[len(verb) :].strip()


def _no_workspace(sources: Sources) -> None:
    """A workspace of other modules is not built; one that only names this one changes nothing."""
    if sources.has(WORK):
        used = [posixpath.normpath(line.strip('"')) for line in _directives(sources.read(WORK), "use") if line]
        if set(used) - {"."}:
            raise elsewhere("go.work joins several modules", sources.path(WORK))


def _outside(imports: set[str], own: tuple[str, ...]) -> Iterator[str]:
    """Packages that neither the standard library nor the submission has: the first part of theirs has a dot."""
    for path in imports:
        ours = any(path == name or path.startswith(f"{name}/") for name in own)
        if not ours and "." in path.partition("/")[0] and re.fullmatch(r"[\w.~/-]+", path):
            yield path


def _importing(paths: list[str]) -> str:
    lines = "".join(f'\t_ "{path}"\n' for path in paths)
    return f"package imported\n\nimport (\n{lines})\n"


def elsewhere(what: str, where: str) -> OurFault:
    """E219: something that does not come from the module index."""
    return OurFault(
        "E219",
        f"the sandbox takes modules from the index only, and {what}",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand, or hand in everything as one module",
    )
