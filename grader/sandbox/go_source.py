"""What the Go files of a submission say of themselves: packages, imports, and for which systems they are meant.

Rules of the language: https://pkg.go.dev/cmd/go#hdr-Build_constraints and https://go.dev/ref/spec#Source_file_organization
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath

import msgspec

from grader.sandbox.sources import Sources

SYSTEMS = frozenset(
    {
        *("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl"),
        *("netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos"),
    }
)
PROCESSORS = frozenset(
    {
        *("386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le"),
        *("mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x"),
        *("sparc", "sparc64", "wasm"),
    }
)
TAGS = frozenset({"linux", "unix", "gc", "amd64"})  # arm64 engines: a file for one of the two is a file all the same
OWN_SYSTEM, OWN_PROCESSORS = "linux", frozenset({"amd64", "arm64"})
IGNORED_FOLDERS = ("vendor", "testdata", "node_modules")
HEADER = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
CONSTRAINT = re.compile(r"(?m)^//go:build[ \t]+(.+)$")
PACKAGE = re.compile(r"package[ \t]+(\w+)")
IMPORT = re.compile(r'import[ \t]*(?:\((?P<group>.*?)\)|(?:[\w.]+[ \t]+)?(?P<q>["`])(?P<one>[^"`]+)(?P=q))', re.DOTALL)
QUOTED = re.compile(r'(?m)^[ \t]*(?:[\w.]+[ \t]+)?["`]([^"`\n]+)["`]')
MAIN = re.compile(r"(?m)^func[ \t]+main[ \t]*\([ \t]*\)")
TOKEN = re.compile(r"\s*(&&|\|\||!|\(|\)|[\w.]+)")
GO_TAG = re.compile(r"go1(?:\.\d+)?")
MOST_TOKENS = 200


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of Go files. `main` is where `func main` stands: `file:line`, empty when it is no program."""

    folder: str
    name: str
    imports: frozenset[str]
    main: str = ""


def packages(sources: Sources) -> dict[str, Package]:
    """Every folder with Go files that are built for Linux, by its path (`.` for the project's own)."""
    found: dict[str, Package] = {}
    for file in sources.suffixes(".go"):
        path = PurePosixPath(file)
        if _ignored(path) or not _for_this_system(path.stem):
            continue
        if one := _read(file, str(path.parent), sources.read(file)):
            before = found.get(one.folder)
            found[one.folder] = one if before is None else _joined(before, one)
    return found


def _ignored(path: PurePosixPath) -> bool:
    """What the go command leaves out, and tests."""
    hidden = any(part.startswith(("_", ".")) or part in IGNORED_FOLDERS for part in path.parts)
    return hidden or path.stem.endswith("_test")


def _for_this_system(stem: str) -> bool:
    parts = stem.split("_")[1:]
    if parts and parts[-1] in PROCESSORS and parts.pop() not in OWN_PROCESSORS:
        return False
    return not (parts and parts[-1] in SYSTEMS and parts[-1] != OWN_SYSTEM)


def _read(file: str, folder: str, text: str) -> Package | None:
    """The file as a package of its own; nothing when it is not built here or is no Go."""
    end = 0
    while skipped := HEADER.match(text, end):
        end = skipped.end()
    constraint = CONSTRAINT.search(text, 0, end)
    named = PACKAGE.match(text, end)
    if named is None or (constraint and not _holds(constraint[1])):
        return None
    code = text[named.end() :]
    main = MAIN.search(code) if named[1] == "main" else None
    line = text.count("\n", 0, named.end() + main.start()) + 1 if main else 0
    return Package(
        folder=folder, name=named[1], imports=frozenset(_imports(code)), main=f"{file}:{line}" if main else ""
    )


def _imports(code: str) -> list[str]:
    """Imports stand before everything else; comments between them are no trouble."""
    found: list[str] = []
    position = 0
    while True:
        while skipped := HEADER.match(code, position) or re.compile(";").match(code, position):
            position = skipped.end()
        declared = IMPORT.match(code, position)
        if declared is None:
            return found
        group = declared["group"]
        found += [declared["one"]] if group is None else QUOTED.findall(group.replace(";", "\n"))
        position = declared.end()


def _joined(first: Package, second: Package) -> Package:
    return Package(
        folder=first.folder,
        name=first.name,
        imports=first.imports | second.imports,
        main=first.main or second.main,
    )


@cache
def _holds(expression: str) -> bool:
    """Whether a `//go:build` expression holds for Linux; one that cannot be read does."""
    tokens = TOKEN.findall(expression)[:MOST_TOKENS]
    try:
        return _either(tokens)
    except (IndexError, RecursionError):
        return True


def _either(tokens: list[str]) -> bool:
    return _chain(tokens, "||", _both, any)


def _both(tokens: list[str]) -> bool:
    return _chain(tokens, "&&", _one, all)


def _chain(
    tokens: list[str],
    operator: str,
    part: Callable[[list[str]], bool],
    joined: Callable[[list[bool]], bool],
) -> bool:
    values = [part(tokens)]
    while tokens and tokens[0] == operator:
        tokens.pop(0)
        values.append(part(tokens))
    return joined(values)


def _one(tokens: list[str]) -> bool:
    word = tokens.pop(0)
    if word == "!":
        return not _one(tokens)
    if word == "(":
        value = _either(tokens)
        tokens.pop(0)
        return value
    return word in TAGS or GO_TAG.fullmatch(word) is not None
