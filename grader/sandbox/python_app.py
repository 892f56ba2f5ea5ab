"""Find what to start in Python code by reading its syntax tree: nothing is imported, nothing runs."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal

import msgspec

from grader.sandbox.sources import Sources

MOST_FILES = 400
ASGI = {
    *("fastapi.FastAPI", "starlette.applications.Starlette", "litestar.Litestar", "litestar.app.Litestar"),
    *("quart.Quart", "blacksheep.Application", "blacksheep.server.Application", "falcon.asgi.App"),
    *("django.core.asgi.get_asgi_application", "connexion.AsyncApp", "socketio.ASGIApp"),
}
WSGI = {
    *("flask.Flask", "apiflask.APIFlask", "flask_openapi3.OpenAPI", "bottle.Bottle", "falcon.App", "falcon.API"),
    *("django.core.wsgi.get_wsgi_application", "connexion.FlaskApp", "connexion.App"),
}
ASIDE = {"tests", "test", "docs", "examples", "example", "migrations", "alembic", "scripts", "bench", "benchmarks"}
FILES = ("main", "app", "server", "api", "asgi", "wsgi", "index", "run", "__main__", "__init__")
VARIABLES = ("app", "application", "api", "server")
SERVING = {"run", "serve", "run_app", "serve_forever", "run_simple"}
IMPORTS_OVER_LINES = re.compile(r"(?m)^from\s+([\w.]+)\s+import\s*\(([^)]*)\)")
MAIN_GUARD = re.compile(r"if\s+__name__\s*==\s*['\"]__main__['\"]\s*:\s*$")
HARMLESS = {"print", "basicConfig", "info", "debug", "getenv", "get", "int", "str", "bool", "getLogger", "environ"}


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An application object, or with `factory` a function that makes one."""

    file: str
    name: str
    kind: Literal["asgi", "wsgi"]
    framework: str
    line: int
    factory: bool = False


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A file that starts something when it is run. `prepares` says that it does more than serve."""

    file: str
    line: int
    prepares: bool = False
    serves: bool = False
    relative: bool = False


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One parsed file: the absolute names its imports bind, and what could be started in it."""

    file: str
    imports: dict[str, str]
    relative: bool
    apps: tuple[App, ...]
    script: Script | None


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """All parsed files, the likeliest first."""

    modules: tuple[Module, ...]

    @property
    def apps(self) -> tuple[App, ...]:
        """Application objects before factories, the likeliest first."""
        found = [app for module in self.modules for app in module.apps]
        return tuple(sorted(found, key=lambda app: (app.factory, *_likely(app.file), _place(app.name, VARIABLES))))

    @property
    def scripts(self) -> tuple[Script, ...]:
        """Files to run, the likeliest first."""
        found = [module.script for module in self.modules if module.script]
        return tuple(sorted(found, key=lambda script: (not script.serves, *_likely(script.file))))

    def module(self, file: str) -> Module:
        """The parsed file of that name."""
        return next(module for module in self.modules if module.file == file)


def scan(sources: Sources) -> Code:
    """Read every Python file that may matter. Code newer than our own Python is read without what is indented."""
    trees: dict[str, ast.Module] = {}
    for file in [name for name in sources.suffixes(".py") if not set(PurePosixPath(name).parts) & ASIDE][:MOST_FILES]:
        text = sources.read(file)
        trees[file] = _parsed(text) or _parsed(_outline(text)) or ast.Module(body=[], type_ignores=[])
    bound = {file: _imports(tree) for file, tree in trees.items()}
    factories = {name: kind for file, tree in trees.items() for name, kind in _factories(tree, bound[file]).items()}
    return Code(modules=tuple(_module(file, tree, bound[file], factories) for file, tree in trees.items()))


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _outline(text: str) -> str:
    """What matters here of code that does not parse: imports, applications and the `__main__` guard, line by line."""
    folded = IMPORTS_OVER_LINES.sub(_folded, text)
    return "\n".join(line if _parsed(line) else _guard(line) for line in map(_opened, folded.splitlines()))


def _folded(match: re.Match[str]) -> str:
    """An import in brackets on one line, with as many lines as before."""
    names = ", ".join(name.partition("#")[0].strip(" ,") for name in match[2].splitlines() if name.strip(" ,"))
    return f"from {match[1]} import ({names})" + "\n" * match[0].count("\n")


def _opened(line: str) -> str:
    """An application whose arguments go on for lines is still one."""
    return f"{line.rstrip()})" if re.match(r"\w+(?:\s*:\s*[\w.]+)?\s*=\s*[\w.]+\($", line.rstrip()) else line


def _guard(line: str) -> str:
    return f"{line} run()" if MAIN_GUARD.match(line) else ""


def root_of(sources: Sources, code: Code, file: str) -> str:
    """The folder that must be on the import path for `file`: where most of its own imports are found."""
    module = code.module(file)
    parents = [str(parent) for parent in PurePosixPath(file).parents][::-1]
    roots = ["" if parent == "." else parent for parent in parents]
    if module.relative:
        roots = roots[:-1] or roots
    wanted = {name.partition(".")[0] for name in module.imports.values()}

    def found(root: str) -> int:
        prefix = f"{root}/" if root else ""
        return sum(sources.has(f"{prefix}{name}.py") or sources.holds(f"{prefix}{name}") for name in wanted)

    return max(roots, key=lambda root: (found(root), -root.count("/"), root == ""))


def dotted(file: str, root: str) -> str:
    """The module name of a file below an import root."""
    path = PurePosixPath(file).relative_to(root or ".").with_suffix("")
    parts = path.parts[:-1] if path.name == "__init__" else path.parts
    return ".".join(parts)


def _likely(file: str) -> tuple[int, int, str]:
    return _place(PurePosixPath(file).stem, FILES), file.count("/"), file


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)


def _imports(tree: ast.Module) -> dict[str, str]:
    """Local names and the absolute names behind them; relative imports are not among them."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _called(call: ast.expr, imports: dict[str, str]) -> str:
    """The absolute name of what is called, as far as imports tell."""
    parts: list[str] = []
    node = call.func if isinstance(call, ast.Call) else call
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([imports.get(node.id, node.id), *reversed(parts)])


def _kind(name: str) -> Literal["asgi", "wsgi"] | None:
    return "asgi" if name in ASGI else "wsgi" if name in WSGI else None


def _factories(tree: ast.Module, imports: dict[str, str]) -> dict[str, tuple[str, int, bool]]:
    """Functions that make an application: name to framework call, line, and whether they need no arguments."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        made = next((name for call in _calls(node) if _kind(name := _called(call, imports))), "")
        returns = any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
        if made and returns:
            needed = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            keyword = sum(default is None for default in node.args.kw_defaults)
            found[node.name] = (made, node.lineno, needed + keyword == 0)
    return found


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def _module(
    file: str, tree: ast.Module, imports: dict[str, str], factories: dict[str, tuple[str, int, bool]]
) -> Module:
    relative = any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))
    return Module(
        file=file,
        imports=imports,
        relative=relative,
        apps=tuple(_apps(file, tree, imports, factories)),
        script=_script(file, tree, relative=relative),
    )


def _apps(
    file: str, tree: ast.Module, imports: dict[str, str], factories: dict[str, tuple[str, int, bool]]
) -> Iterator[App]:
    for name, value in _assigned(tree.body):
        called = _called(value, imports)
        made = called if _kind(called) else factories.get(called.rpartition(".")[2], ("", 0, False))[0]
        if kind := _kind(made):
            yield App(file=file, name=name, kind=kind, framework=made.partition(".")[0], line=value.lineno)
    for function, (made, line, free) in _factories(tree, imports).items():
        if free and (kind := _kind(made)):
            framework = made.partition(".")[0]
            yield App(file=file, name=function, kind=kind, framework=framework, line=line, factory=True)


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.Call]]:
    """Module-level names that get the result of a call, also inside `if`, `try` and `with`."""
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.If | ast.Try | ast.With) and not _is_main_guard(node):
            yield from _assigned(node.body)


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test) and "__main__" in ast.dump(node.test)


def _script(file: str, tree: ast.Module, *, relative: bool) -> Script | None:
    guard = next((node for node in tree.body if _is_main_guard(node)), None)
    named = PurePosixPath(file).stem in FILES and not file.endswith("__init__.py")
    bare = next((node for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)), None)
    start = guard or (bare if named else None)
    if start is None:
        return None
    calls = _reached(start, {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)})
    return Script(
        file=file,
        line=start.lineno,
        prepares=bool(calls - SERVING - HARMLESS),
        serves=bool(calls & SERVING) or any(word in ast.dump(tree) for word in ("HTTPServer", "run_app", "asyncio")),
        relative=relative,
    )


def _reached(start: ast.stmt, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Last names of what is called from `start`, looking into a `main()` of the same file once."""
    names = {_called(call, {}).rpartition(".")[2] for call in _calls(start)}
    main = functions.get("main") if "main" in names else None
    if main is None:
        return names
    return (names - {"main"}) | {_called(call, {}).rpartition(".")[2] for call in _calls(main)}
