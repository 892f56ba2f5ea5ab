"""yarn.lock in the format of Yarn 1, and as YAML of Yarn 2 and later.

Yarn 1 needs the address of every package, so its host is replaced; later ones write none for packages of the registry.
All of them check the digests in the file.
"""

from __future__ import annotations

import re
from typing import Any

from grader.sandbox.lock_checks import (
    FROM_REGISTRY,
    PACKAGE,
    VERSION,
    NodeLock,
    Unfit,
    elsewhere,
    read_yaml,
    same_wishes,
)
from grader.sandbox.node_tools import BERRY, REGISTRY, YARN
from grader.sandbox.sources import Sources

YARN_LOCK = "yarn.lock"
BERRY_PACKAGE = re.compile(r"(@?[\w.~/-]+)@npm:([\w.+-]+)")
BERRY_PATCH = re.compile(r"@patch:(@?[\w.~/-]+)@npm%3A[^#]+#(?:optional!|~)*builtin<compat/\w+>(?:::[\w=&.%-]*)?$")
COMPAT = re.compile(r"patch:[^#:/]+#(?:optional!|~)*builtin<compat/\w+>")
ALIAS = re.compile(r"(?:npm:)?((?:@[^@/]+/)?[A-Za-z][^@\s]*)@")


def yarn_lock(sources: Sources, text: str, needs: dict[str, dict[str, Any]]) -> NodeLock:
    """The lock file for its tool. Raises `Unfit` when it does not fit, `OurFault` E219 for what is of no registry."""
    return _berry(sources, text, needs) if re.search(r"(?m)^__metadata:", text) else _yarn(sources, text, needs)


def _yarn(sources: Sources, text: str, needs: dict[str, dict[str, Any]]) -> NodeLock:
    """Yarn 1: blocks of `name@range, name@range:` with `version`, `resolved`, `integrity` and needs."""
    where = sources.path(YARN_LOCK)
    blocks = _yarn_blocks(text)
    wanted = {name: str(version) for table in needs.values() for name, version in table.items()}
    for name, version in wanted.items():
        if f"{name}@{version}" not in blocks:
            raise Unfit(f"it has no `{name}@{version}`, which {PACKAGE} asks for")
    for key, block in blocks.items():
        if not (found := FROM_REGISTRY.match(block.get("resolved", ""))):
            raise elsewhere(f"`{key}` comes from `{block.get('resolved', 'no registry')}`", where)
        if not (found[2] or "integrity" in block):
            raise Unfit(f"it has no digest of `{key}`")
    _check_needs(blocks, where)
    lines = [f'  resolved "{_at_registry(line)}"' if _resolved(line) else line for line in text.splitlines()]
    return NodeLock(
        name=YARN_LOCK,
        installer="yarn",
        files={YARN_LOCK: "\n".join((*lines, "")), **YARN.files()},
        versions=_yarn_versions(blocks, needs),
    )


def _check_needs(blocks: dict[str, dict[str, str]], where: str) -> None:
    """Raise `OurFault` E219 for a need from elsewhere: without a block of its own its address would be asked."""
    for block in blocks.values():
        for key, wish in block.items():
            if " " in key and not (VERSION.fullmatch(wish) or COMPAT.fullmatch(wish)):
                raise elsewhere(f"`{key.split(' ')[1]}` comes from `{wish}`", where)


def _resolved(line: str) -> str:
    """The address in a line that gives one, however its words are quoted."""
    words = _words(line)
    of_block = line.startswith(" ") and not line.startswith("    ")  # further in stand needs, one may be called so
    return words[1] if of_block and words[0] == "resolved" and len(words) > 1 else ""


def _words(line: str) -> list[str]:
    return [a or b for a, b in re.findall(r'"([^"]*)"|([^\s,":]+(?::[^\s,":]+)*)', line)] or [""]


def _at_registry(line: str) -> str:
    found = FROM_REGISTRY.match(_resolved(line))
    return f"{REGISTRY}/{found[1]}{found[2] or ''}" if found else ""


def _yarn_blocks(text: str) -> dict[str, dict[str, str]]:
    """Blocks by each of their `name@range`; needs of the block are keyed with a space before the name."""
    blocks: dict[str, dict[str, str]] = {}
    block: dict[str, str] = {}
    inside = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = _words(line)
        if not line.startswith(" "):
            block = {}
            blocks.update(dict.fromkeys(words, block))
        elif line.startswith("    "):
            block[f"{inside} {words[0]}"] = words[1]
        elif line.endswith(":"):
            inside = words[0]
        else:
            block[words[0]] = words[1] if len(words) > 1 else ""
    return blocks


def _yarn_versions(blocks: dict[str, dict[str, str]], needs: dict[str, dict[str, Any]]) -> dict[str, str]:
    tables = (needs.get(table, {}) for table in ("dependencies", "optionalDependencies"))
    waiting = [(name, str(version)) for table in tables for name, version in table.items()]
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        need = waiting.pop()
        block = blocks.get("@".join(need)) or blocks.get("@npm:".join(need))
        if block is None or need in seen:
            continue
        seen.add(need)
        alias = ALIAS.match(need[1])
        found[alias[1] if alias else need[0]] = block.get("version", "")
        waiting += [(key.split(" ")[1], value) for key, value in block.items() if " " in key]
    return found


def _berry(sources: Sources, text: str, needs: dict[str, dict[str, Any]]) -> NodeLock:
    """Yarn 2 and later: YAML, with the package each entry stands for in `resolution` and a digest in `checksum`."""
    where = sources.path(YARN_LOCK)
    lock = read_yaml(text)
    meta = lock.pop("__metadata")
    tool = BERRY.get(str(meta["version"]))
    if tool is None:
        raise Unfit(f"its format {meta['version']} is not known here")
    own: dict[str, Any] = next(
        (entry for entry in lock.values() if str(entry["resolution"]).endswith("@workspace:.")), {}
    )
    recorded = {name: str(wish).removeprefix("npm:") for name, wish in (own.get("dependencies") or {}).items()}
    same_wishes(recorded, {"all": {n: str(v).removeprefix("npm:") for t in needs.values() for n, v in t.items()}})
    for key, entry in lock.items():
        resolution = str(entry["resolution"])
        if entry is own or BERRY_PACKAGE.fullmatch(resolution) or BERRY_PATCH.search(resolution):
            continue
        raise elsewhere(f"`{key}` comes from `{resolution}`", where)
    blocks = _berry_blocks(lock)
    _check_needs({key: block for key, block in blocks.items() if "@workspace:" not in key}, where)
    # A comment at its top would make Yarn read it by the rules of Yarn 1, and so as something else than we did
    bare = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    return NodeLock(
        name=YARN_LOCK,
        installer="yarn berry",
        files={YARN_LOCK: bare, "compression": _compression(str(meta.get("cacheKey", ""))), **tool.files()},
        versions=_yarn_versions(blocks, needs),
    )


def _berry_blocks(lock: dict[str, Any]) -> dict[str, dict[str, str]]:
    blocks: dict[str, dict[str, str]] = {}
    for keys, entry in lock.items():
        block = {"version": str(entry.get("version", ""))}
        for name, version in (entry.get("dependencies") or {}).items():
            block[f"dependencies {name}"] = str(version).removeprefix("npm:")
        blocks.update(dict.fromkeys(re.split(r",\s*", keys), block))
    return blocks


def _compression(key: str) -> str:
    """How archives are packed whose digests the file holds: `10c0` is not at all, `8` what Yarn 3 does by itself."""
    found = re.fullmatch(r"\d+(?:c(\d))?", key)
    return (found[1] or "mixed") if found else "mixed"
