"""What runs a candidate's tests, told by their files alone: the tool they chose, started so that it comes to an end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.sandbox.development import test_script, wants
from grader.sandbox.plan import Plan
from grader.sandbox.sources import Sources

MOST_READ = 20
_PYTHON = re.compile(r"^(?:test_.*|.*_test|tests?)\.py$")
_NODE = re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?$")
_NODE_FOLDER = re.compile(r"(?:^|/)(?:test|tests|__tests__)/(?:.*/)?[^/]+\.[cm]?[jt]s$")
_GO = re.compile(r"_test\.go$")
_PLACEHOLDER = re.compile(r"no test specified|^\s*(?:echo|exit)\b")
_PYTEST = re.compile(r"(?m)^\s*(?:import|from)\s+pytest\b|^(?:async\s+)?def\s+test_|^class\s+Test\w*\s*:")
_DJANGO = re.compile(r"(?m)^\s*from\s+(?:django|rest_framework)\.test\b")
_UNITTEST = re.compile(r"(?m)^\s*(?:import|from)\s+unittest\b")
_NODE_TOOLS = (("jest", "jest --ci"), ("vitest", "vitest run"), ("mocha", "mocha"))


class Runner(NamedTuple):
    """A command that runs the tests in `files`, and what it was told by."""

    command: str
    origin: str
    files: tuple[str, ...]


def runner(sources: Sources, plan: Plan) -> Runner | None:
    """The runner of a submission's tests, or nothing when there are no tests that this stack runs."""
    found = _RUNNERS.get(plan.stack)
    return found(sources) if found else None


def _python(sources: Sources) -> Runner | None:
    files = _named(sources, _PYTHON, ".py")
    if not files:
        return None
    text = "\n".join(sources.read(name) for name in files[:MOST_READ])
    if sources.has("manage.py") and _DJANGO.search(text) and not wants(sources, "pytest"):
        return Runner("python manage.py test --noinput", sources.path("manage.py"), files)
    if _PYTEST.search(text) or wants(sources, "pytest") or not (_DJANGO.search(text) or _UNITTEST.search(text)):
        return Runner("python -m pytest", sources.path(files[0]), files)
    folder = PurePosixPath(files[0]).parts[0] if all("/" in name for name in files) else ""
    package = not folder or sources.has(f"{folder}/__init__.py")
    patterns = {"test*.py" if PurePosixPath(name).name.startswith("test") else "*_test.py" for name in files}
    where = f"-s {folder} {'-t .' if package else ''}".strip() if folder else ""
    found = " && ".join(f"python -m unittest discover {where} -p '{pattern}'" for pattern in sorted(patterns))
    return Runner(" ".join(found.split()), sources.path(files[0]), files)


def _node(sources: Sources) -> Runner | None:
    files = tuple(
        dict.fromkeys(
            (
                *_named(sources, _NODE, ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx"),
                *(name for name in sources.files if _NODE_FOLDER.search(name)),
            )
        )
    )
    script = test_script(sources)
    if script and not _PLACEHOLDER.search(script):
        return Runner("npm test --silent", f"{sources.path('package.json')} (scripts.test)", files)
    if not files:
        return None
    tool = next((command for name, command in _NODE_TOOLS if wants(sources, name)), "node --test")
    return Runner(tool, sources.path(files[0]), files)


def _go(sources: Sources) -> Runner | None:
    files = _named(sources, _GO, ".go")
    return Runner("go test ./...", sources.path(files[0]), files) if files else None


def _named(sources: Sources, pattern: re.Pattern[str], *suffixes: str) -> tuple[str, ...]:
    named: Sequence[str] = sources.suffixes(*suffixes)
    return tuple(name for name in named if pattern.search(PurePosixPath(name).name))


_RUNNERS: dict[str, Callable[[Sources], Runner | None]] = {"python": _python, "node": _node, "go": _go}
