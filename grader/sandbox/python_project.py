"""What a Python project's own files say it needs, read as data: setup.py is parsed, never run."""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.errors import SubmissionFault
from grader.sandbox.python_words import poetry_lines
from grader.sandbox.sources import Sources

PROJECT, PIPFILE, SETUP_CFG, SETUP_PY = "pyproject.toml", "Pipfile", "setup.cfg", "setup.py"
FROM_ELSEWHERE = ("git", "url", "path", "workspace")


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """Requirement lines and the file they are in; `declared` is false when it names no dependencies at all.

    `others` are the lines of its groups for developers and of its extras, which are not installed by themselves;
    `elsewhere` names those that are to come from somewhere else than an index, with their address.
    """

    file: str
    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    declared: bool = True
    elsewhere: dict[str, str] = {}
    notes: tuple[str, ...] = ()


def project_needs(sources: Sources) -> Needs | None:
    """What the first file that names dependencies says; nothing when there is no such file.

    Raises `SubmissionFault` E310 for a file that cannot be read.
    """
    read = {PROJECT: _pyproject, PIPFILE: _pipfile, SETUP_CFG: _setup_cfg, SETUP_PY: _setup_py}
    found = [reader(sources) for name, reader in read.items() if sources.has(name)]
    return next((needs for needs in found if needs.declared), found[0] if found else None)


def _pyproject(sources: Sources) -> Needs:
    """`[project] dependencies`, or Poetry's own table."""
    data = _toml(sources, PROJECT)
    project, tool = _table(data, "project"), _table(data, "tool")
    listed = project.get("dependencies")
    poetry = _table(_table(tool, "poetry"), "dependencies")
    named = {
        str(name): next(
            "a workspace" if kind == "workspace" else str(source[kind]) for kind in FROM_ELSEWHERE if kind in source
        )
        for name, source in _table(_table(tool, "uv"), "sources").items()
        if isinstance(source, dict) and any(kind in source for kind in FROM_ELSEWHERE)
    }
    others = tuple(map(_one_line, _groups(data)))
    if isinstance(listed, list):
        return Needs(file=PROJECT, lines=tuple(map(_one_line, listed)), others=others, elsewhere=named)
    if poetry:
        return Needs(file=PROJECT, lines=tuple(map(_one_line, poetry_lines(poetry))), others=others)
    if "dependencies" in (project.get("dynamic") or ()):
        return _dynamic(sources, _table(_table(_table(tool, "setuptools"), "dynamic"), "dependencies"))
    return Needs(file=PROJECT, declared=bool(project))


def _groups(data: dict[str, Any]) -> Iterator[str]:
    """Extras, dependency groups (PEP 735) and those of uv and Poetry."""
    tool = _table(data, "tool")
    listed = {**_table(_table(data, "project"), "optional-dependencies"), **_table(data, "dependency-groups")}
    for lines in (*listed.values(), _table(tool, "uv").get("dev-dependencies")):
        yield from (line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()
    for group in _table(_table(tool, "poetry"), "group").values():
        yield from poetry_lines(_table(group, "dependencies")) if isinstance(group, dict) else ()


def _dynamic(sources: Sources, settings: dict[str, Any]) -> Needs:
    """Dependencies that setuptools reads from files."""
    names = settings.get("file") or ()
    files = [names] if isinstance(names, str) else list(names)
    lines = [line.partition("#")[0].strip() for name in files for line in sources.read(str(name)).splitlines()]
    return Needs(file=PROJECT, lines=tuple(line for line in lines if line), declared=bool(files))


def _pipfile(sources: Sources) -> Needs:
    return Needs(file=PIPFILE, lines=tuple(map(_one_line, poetry_lines(_table(_toml(sources, PIPFILE), "packages")))))


def _setup_cfg(sources: Sources) -> Needs:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(sources.read(SETUP_CFG))
    except configparser.Error:
        return Needs(file=SETUP_CFG, declared=False)
    text = parser.get("options", "install_requires", fallback="")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return Needs(file=SETUP_CFG, lines=tuple(line for line in lines if line), declared=bool(text))


def _setup_py(sources: Sources) -> Needs:
    """`install_requires` where it is written out; what a program makes of it is not known without running it."""
    try:
        tree = ast.parse(sources.read(SETUP_PY))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Needs(file=SETUP_PY, declared=False)
    values = dict(_assigned(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for keyword in (one for one in call.keywords if one.arg == "install_requires"):
            value = values.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            if isinstance(value, ast.List | ast.Tuple) and all(_is_text(item) for item in value.elts):
                return Needs(file=SETUP_PY, lines=tuple(_one_line(ast.literal_eval(item)) for item in value.elts))
            unread = f"install_requires of {SETUP_PY} not read: it is computed, and {SETUP_PY} is never run"
            return Needs(file=SETUP_PY, declared=False, notes=(unread,))
    return Needs(file=SETUP_PY, declared=False)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _one_line(line: object) -> str:
    """A line break in a requirement would begin another line for pip."""
    return " ".join(str(line).split())


def _toml(sources: Sources, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(sources.read(name))
    except (ValueError, RecursionError) as error:  # also for a number of thousands of digits, and for deep nesting
        raise SubmissionFault("E310", f"{name} cannot be read: {error}", where=sources.path(name)) from None


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
