"""How to start a Python submission."""

from __future__ import annotations

from pathlib import PurePosixPath

from grader.errors import SubmissionFault
from grader.sandbox.plan import Plan
from grader.sandbox.procfile import declared, release
from grader.sandbox.python_app import App, Code, Script, dotted, root_of, scan
from grader.sandbox.python_deps import EXACT, REQUIREMENTS, Requirements, requirements
from grader.sandbox.sources import Sources

# Distribution that brings the server, and the command with it. {app} is `module:name`, {call} the same for factories.
ASGI_SERVERS = (
    (
        ("uvicorn", "fastapi[standard]", "fastapi[all]", "litestar[standard]"),
        'python -m uvicorn {flag}{app} --host 0.0.0.0 --port "$PORT"',
    ),
    (("hypercorn", "quart"), 'python -m hypercorn "{call}" --bind "0.0.0.0:$PORT"'),
    (("granian",), 'granian --interface asgi {flag}{app} --host 0.0.0.0 --port "$PORT"'),
    (("daphne",), 'python -m daphne -b 0.0.0.0 -p "$PORT" {app}'),
)
WSGI_SERVERS = (
    (("gunicorn",), 'python -m gunicorn --bind "0.0.0.0:$PORT" "{call}"'),
    (("waitress",), 'waitress-serve --listen "0.0.0.0:$PORT" {wflag}{app}'),
    (("flask", "apiflask", "flask-openapi3"), 'python -m flask --app {app} run --host 0.0.0.0 --port "$PORT"'),
)
MANAGE = 'python manage.py runserver --noreload "0.0.0.0:$PORT"'
MIGRATE = "python manage.py migrate --noinput"


def plan(sources: Sources) -> Plan | None:
    """The plan, or nothing when nothing here says how to start. Raises `SubmissionFault` E311 or E312."""
    needs = requirements(sources)
    code = scan(sources)
    named = declared(sources)
    if named:
        return _plan(sources, needs, *named, root=_source_root(sources), prepare=_prepare(sources, named[0]))
    if sources.has("manage.py"):
        return _plan(sources, needs, MANAGE, sources.path("manage.py"), prepare=MIGRATE)
    script = next(iter(code.scripts), None)
    app = next(iter(code.apps), None)
    if app and not (script and script.prepares and script.serves and _same_place(script, app)):
        return _with_app(sources, needs, code, app)
    return _with_script(sources, needs, code, script) if script else None


def _prepare(sources: Sources, start: str) -> str:
    """What comes before a start command of their own: the release step they name, else Django's tables."""
    if named := release(sources):
        return named
    django = sources.has("manage.py") and any("/migrations/" in name for name in sources.files)
    return f"({MIGRATE} || true)" if django and "migrate" not in start else ""


def _same_place(script: Script, app: App) -> bool:
    """A script that prepares something and then serves is how its author starts it: tables are made there."""
    return script.file == app.file or script.file.count("/") <= app.file.count("/")


def _with_app(sources: Sources, needs: Requirements, code: Code, app: App) -> Plan:
    servers = ASGI_SERVERS if app.kind == "asgi" else WSGI_SERVERS
    where = f"{sources.path(app.file)}:{app.line}"
    if not needs.origin:
        raise _undeclared(app.framework, where)
    for brings, command in servers:
        if needs.names & set(brings):
            root = root_of(sources, code, app.file)
            target = f"{dotted(app.file, root)}:{app.name}"
            start = command.format(
                app=target,
                call=f"{target}()" if app.factory else target,
                flag="--factory " if app.factory else "",
                wflag="--call " if app.factory else "",
            )
            return _plan(sources, needs, start, where, root=root or None)
    known = frozenset(name for brings, _ in servers for name in brings)
    wider = requirements(sources, known)  # `uv sync` and `poetry install` install what is for developers, too
    if wider.names & known:
        return _with_app(sources, wider, code, app)
    wanted = "uvicorn" if app.kind == "asgi" else "gunicorn"
    raise SubmissionFault(
        "E311",
        f"{app.file} makes a {app.framework} application, but {needs.origin} names no server to run it",
        where=where,
        note="looked for " + ", ".join(brings[0] for brings, _ in servers),
        help=f"add `{wanted}` to {needs.origin}, or give [run] start in submission.toml",
    )


def _with_script(sources: Sources, needs: Requirements, code: Code, script: Script) -> Plan:
    where = f"{sources.path(script.file)}:{script.line}"
    root = root_of(sources, code, script.file)
    package = script.relative or script.file.endswith("__main__.py")
    module = dotted(script.file, root).removesuffix(".__main__")
    if package and module:
        return _plan(sources, needs, f"python -m {module}", where, root=root or None)
    beside = str(PurePosixPath(script.file).parent)
    return _plan(sources, needs, f"python {script.file}", where, root=None if beside == (root or ".") else root)


def _plan(
    sources: Sources, needs: Requirements, start: str, origin: str, *, root: str | None = None, prepare: str = ""
) -> Plan:
    name = EXACT if needs.exact else REQUIREMENTS
    manifest = {name: "\n".join((*needs.lines, ""))} if needs.lines else {}
    if needs.constraints and manifest:
        manifest["constraints.txt"] = "\n".join((*needs.constraints, ""))
    return Plan(
        stack="python",
        start=start,
        origin=origin,
        port=sources.run.port,
        folder=sources.folder,
        prepare=prepare,
        installer="pip" if manifest else "",
        declared=needs.origin,
        manifest=manifest,
        import_root=root,
        version=needs.python,
        notes=needs.notes,
    )


def _source_root(sources: Sources) -> str | None:
    """`src` when it is the usual layout of an installable project: what an installation would make importable."""
    packages = any(name.startswith("src/") and name.endswith("/__init__.py") for name in sources.files)
    return "src" if packages and sources.has("pyproject.toml") else None


def _undeclared(framework: str, where: str) -> SubmissionFault:
    return SubmissionFault(
        "E311",
        f"the code uses {framework}, but nothing says so: there is no requirements.txt and no pyproject.toml",
        where=where,
        help=f"hand in a requirements.txt that names {framework} and the server that runs it",
    )
