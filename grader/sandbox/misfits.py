"""What is told when the files of a submission do not say how to run it, or say it in a way that is not used."""

from __future__ import annotations

import json
import re
import shlex

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.plan import Plan
from grader.sandbox.sources import Sources

DOCKERFILES = ("Dockerfile", "Containerfile")
CONTAINER_FILES = (
    *DOCKERFILES,
    *("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
)
LOOKED_FOR = (
    "[run] start in submission.toml, a Procfile, an ASGI or WSGI app, manage.py, a Python script with `__main__`, "
    "package.json, server.js and the like, a Go program"
)
LANGUAGES = {"python": "Python", "node": "Node.js", "go": "Go"}
HELP = "write submission.toml like this; its command serves HTTP on $PORT"
MOST_NAMED = 8
MOST_COMMAND = 160


def unused(sources: Sources, plan: Plan) -> tuple[str, ...]:
    """A note on container files that were handed in, and what was done instead of using them."""
    found = _container_files(sources)
    if not found:
        return ()
    packages = f"packages of {plan.declared}, " if plan.manifest and plan.declared else ""
    instead = f"{LANGUAGES[plan.stack]}, {packages}started with `{plan.start[:MOST_COMMAND]}` as {plan.origin} says"
    return (f"{' and '.join(found)} not used: the sandbox does not build containers of candidates yet; {instead}",)


def nothing_fits(sources: Sources) -> SubmissionFault | OurFault:
    """What is told when there is no plan.

    E218 when only a Dockerfile says how to start, which is our limit, and when the language of a named command is not
    known; E310 when nothing says it.
    """
    found = [name for name in sources.files if "/" not in name] or list(sources.files)
    named = ", ".join(found[:MOST_NAMED]) + (f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else "")
    note = f"found {named or 'no files'}; looked for {LOOKED_FOR}"
    if sources.run.start.strip():
        return SubmissionFault(
            "E310",
            "[run] start says how to start this service, but nothing says in which language",
            where="submission.toml",
            snippet=_lines(sources.run.start.strip(), "python"),
            note=f"found {named}; looked for files of Python, Node.js or Go",
            help='write `stack = "python"`, "node" or "go" below [run], as in the lines above',
        )
    files = _container_files(sources)
    if files:
        command, stack = _of_dockerfile(sources)
        return OurFault(
            "E218",
            f"only {' and '.join(files)} may say how to start it, and none is built here yet",
            where=files[0],
            snippet=_lines(command or "python app.py", stack),
            note=f"nothing was taken from the submission for it; {note}",
            help=HELP,
        )
    return SubmissionFault(
        "E310",
        "nothing says how to start this service",
        snippet=_lines("python app.py", "python"),
        note=note,
        help=HELP,
    )


def _container_files(sources: Sources) -> list[str]:
    """By their path from the submission's root; they often lie there when the project lies in a folder."""
    found = [sources.path(name) for name in CONTAINER_FILES if sources.has(name)]
    return found or [name for name in CONTAINER_FILES if sources.lies_at_root(name)]


def _lines(start: str, stack: str) -> str:
    """The lines of submission.toml, as TOML."""
    known = json.dumps(stack) if stack else '"…"  # python, node or go'
    return f"[run]\nstart = {json.dumps(start[:MOST_COMMAND])}\nstack = {known}"


def _of_dockerfile(sources: Sources) -> tuple[str, str]:
    """The command and the language of a Dockerfile, as far as a glance tells: only to propose lines to write."""
    text = next((sources.read(name) for name in DOCKERFILES if sources.has(name)), "").replace("\\\n", " ")
    commands = re.findall(r"(?mi)^\s*CMD\s+(\S.*?)\s*$", text)
    images = " ".join(re.findall(r"(?mi)^\s*FROM\s+(?:--\S+\s+)*(\S+)", text)).lower()
    stack = next((stack for stack in ("python", "node", "go") if stack in images), "")
    if not commands:
        return "", stack
    try:
        words = json.loads(commands[-1])
        return (shlex.join(map(str, words)) if isinstance(words, list) else commands[-1]), stack
    except ValueError:
        return commands[-1], stack
