"""What a submission's tests need beside the service: the tools its author named for developing.

Only names from the package index are passed on, as for the service itself: no code of theirs runs for it.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.sandbox.node_deps import modules, package
from grader.sandbox.plan import Installer, Plan
from grader.sandbox.sources import Sources

REQUIREMENTS = "requirements.txt"
DEEPEST = 3
_WORDS = r"(?:dev|develop|development|test|tests|testing)"
_FILES = re.compile(
    rf"^(?:requirements[-_.]{_WORDS}|{_WORDS}[-_.]requirements|requirements/{_WORDS}|{_WORDS}/requirements)\.txt$"
)
_GROUP = re.compile(rf"^{_WORDS}$")
_NAMED = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w, .-]*\])?\s*(?:[<>=!~^(;]|$)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_PIP = re.compile(r"\bpip3?\s+install\s+([^\n`&|;]{1,300})")
_TEST_TOOLS = ("pytest", "jest", "vitest", "mocha")


def with_development(sources: Sources, plan: Plan, *, tool: str = "") -> Plan:
    """The plan with what its author named for developing and testing, and with `tool` when they forgot it.

    Raises `OurFault` E219 for a dependency of Node.js that is not from the registry.
    """
    if plan.stack == "python":
        return _python(sources, plan, tool)
    if sources.has("package.json"):
        return _node(sources, plan)
    return plan


def wants(sources: Sources, name: str) -> bool:
    """True when a test tool is named among what is needed for developing, or has settings of its own."""
    if any(sources.has(file) for file in (f"{name}.ini", f"{name}.config.js", f"{name}.config.ts", f".{name}rc.json")):
        return True
    if name in {_distribution(line) for line in (*_lines(sources), *_words(sources.read(REQUIREMENTS)))}:
        return True
    data = _object(sources.read("package.json"))
    tables = (data.get(table) for table in ("dependencies", "devDependencies"))
    return any(isinstance(table, dict) and name in table for table in tables)


def test_script(sources: Sources) -> str:
    """`scripts.test` of package.json, empty when there is none."""
    scripts = _object(sources.read("package.json")).get("scripts")
    script = scripts.get("test") if isinstance(scripts, dict) else None
    return script if isinstance(script, str) else ""


def _python(sources: Sources, plan: Plan, tool: str) -> Plan:
    given = plan.manifest.get(REQUIREMENTS, "")
    known = {_distribution(line) for line in _words(given)}
    more = [line for line in _lines(sources) if _distribution(line) not in known]
    if tool and tool not in {_distribution(line) for line in more} | known:
        more.append(tool)
    if not more:
        return plan
    if "--require-hashes" in given or "--hash=" in given:  # pip takes none without a hash then
        given = re.sub(r"\s--hash=\S+|^--require-hashes$", "", given, flags=re.MULTILINE)
    lines = "\n".join((*given.splitlines(), *dict.fromkeys(more), ""))
    installer: Installer = "pip"
    return msgspec.structs.replace(plan, manifest={**plan.manifest, REQUIREMENTS: lines}, installer=installer)


def _node(sources: Sources, plan: Plan) -> Plan:
    data = package(sources)
    if plan.development or not data.get("devDependencies"):
        return plan
    needs = modules(sources, data, development=True)
    return msgspec.structs.replace(
        plan,
        manifest=needs.manifest,
        installer=needs.installer,
        development=True,
        compiled=needs.compiled,
        unusable=needs.unusable,
    )


def _lines(sources: Sources) -> list[str]:
    """Requirements for developing: files, tables of pyproject.toml, and what the README installs by name."""
    found = [line for name in sources.files if _FILES.match(name) for line in _file(sources, name, DEEPEST)]
    found += _tables(sources.read("pyproject.toml"))
    readmes = [name for name in sources.files if name.lower().startswith("readme")]
    for name in readmes[:DEEPEST]:
        for words in _PIP.findall(sources.read(name)):
            found += _typed(words)
    return [line for line in dict.fromkeys(found) if _NAMED.match(line)]


def _file(sources: Sources, name: str, depth: int) -> Iterator[str]:
    for line in _words(sources.read(name)):
        included = re.match(r"(?:-r|--requirement)[\s=]*(\S+)", line)
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), included[1])) if included else ""
        if not included:
            yield line
        elif depth and other != REQUIREMENTS:
            yield from _file(sources, other, depth - 1)


def _typed(words: str) -> list[str]:
    """What `pip install` is told by name; nothing when it is told anything else too, such as a file or an address."""
    parts = [part.strip("\"'") for part in words.split()]
    return [] if any(part.startswith("-") or not _NAMED.match(part) for part in parts) else parts


def _tables(text: str) -> Iterator[str]:
    """Extras, dependency groups (PEP 735) and the tables of Poetry and uv that are for developing."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    tool = _table(data, "tool")
    groups = {**_table(_table(data, "project"), "optional-dependencies"), **_table(data, "dependency-groups")}
    for name, lines in groups.items():
        if _GROUP.match(str(name)) and isinstance(lines, list):
            yield from (line for line in lines if isinstance(line, str))
    listed = _table(tool, "uv").get("dev-dependencies")
    yield from (line for line in listed if isinstance(line, str)) if isinstance(listed, list) else ()
    poetry = _table(tool, "poetry")
    yield from _table(poetry, "dev-dependencies")
    for name, group in _table(poetry, "group").items():
        if _GROUP.match(str(name)) and isinstance(group, dict):
            yield from _table(group, "dependencies")


def _words(text: str) -> list[str]:
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip().removesuffix("\\").strip() for line in text.splitlines())
    return [line for line in lines if line]


def _distribution(line: str) -> str:
    found = _NAME.match(line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
