"""Find out how to build and start a submission, from its files alone: nothing of it runs for this."""

from __future__ import annotations

from pathlib import PurePosixPath

from grader.errors import OurFault, SubmissionFault
from grader.model import Submission
from grader.sandbox.node_stack import plan as plan_node
from grader.sandbox.plan import Plan
from grader.sandbox.python_stack import plan as plan_python
from grader.sandbox.sources import Sources
from grader.toml import did_you_mean

STACKS = ("python", "node")
OTHER_NAMES = {"py": "python", "python3": "python", "nodejs": "node", "javascript": "node", "typescript": "node"}
NOT_SUPPORTED = {
    "go.mod": "Go",
    "Cargo.toml": "Rust",
    "pom.xml": "Java (Maven)",
    "build.gradle": "Java (Gradle)",
    "build.gradle.kts": "Kotlin (Gradle)",
    "Gemfile": "Ruby",
    "composer.json": "PHP",
    "mix.exs": "Elixir",
    "deno.json": "Deno",
    "bun.lockb": "Bun",
}
LANGUAGES = ("go", "rust", "java", "kotlin", "ruby", "php", "elixir", "deno", "bun", "dotnet")
MARKS = {"python": ("requirements.txt", "pyproject.toml", "Pipfile", "manage.py"), "node": ("package.json",)}
CONTAINER_FILES = (
    *("Dockerfile", "Containerfile"),
    *("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
)
NODE_FILES = (".js", ".mjs", ".cjs", ".ts")
LOOKED_FOR = (
    "[run] start in submission.toml, a Procfile, an ASGI or WSGI app, a Python script with `__main__`, package.json, "
    "server.js and the like"
)


def detect(submission: Submission) -> Plan:
    """The plan for a submission.

    Raises `SubmissionFault` E310 when nothing says how to start it, E311 when it needs something it does not
    declare, E312 or E314 when what it declares makes no sense; `OurFault` E218 for a language the sandbox cannot run
    yet, E219 for dependencies it does not fetch.
    """
    sources = Sources(submission, _folder(submission))
    asked = _asked(submission)
    plan = _planned(sources, asked)
    if plan is None:
        raise _nothing_fits(sources, asked)
    return plan if not (notes := _notes(sources)) else _with_notes(plan, notes)


def _planned(sources: Sources, asked: str) -> Plan | None:
    """Python first where both fit, unless only Node.js says how to start."""
    if asked == "python":
        return plan_python(sources)
    if asked == "node":
        return plan_node(sources)
    only_node = sources.has("package.json") and not _marked(sources, "python")
    if sources.suffixes(".py") and not only_node and (found := plan_python(sources)):
        return found
    return plan_node(sources) if sources.has("package.json") or sources.suffixes(*NODE_FILES) else None


def _marked(sources: Sources, stack: str) -> bool:
    return any(sources.has(name) for name in MARKS[stack])


def _asked(submission: Submission) -> str:
    named = submission.settings.run.stack.strip().lower()
    stack = OTHER_NAMES.get(named, named)
    if stack in LANGUAGES:
        raise _not_yet(stack.capitalize(), "submission.toml")
    if stack and stack not in STACKS:
        raise SubmissionFault(
            "E314",
            f"there is no stack `{named[:40]}`",
            where="submission.toml",
            help=did_you_mean(stack, (*STACKS, *LANGUAGES)),
        )
    return stack


def _folder(submission: Submission) -> str:
    """Where the project lies: the root, or the only folder below it that has a manifest when the root has none."""
    marks = {name for names in MARKS.values() for name in names} | {"Procfile"}
    paths = [PurePosixPath(name) for name in submission.files]
    if any(len(path.parts) == 1 and (path.name in marks or path.suffix in {".py", ".js"}) for path in paths):
        return ""
    found = {path.parts[0] for path in paths if len(path.parts) == 2 and path.name in marks}  # noqa: PLR2004 - folder/file
    return found.pop() if len(found) == 1 else ""


def _notes(sources: Sources) -> tuple[str, ...]:
    used = [name for name in CONTAINER_FILES if sources.has(name)]
    return (f"{' and '.join(used)} not used: the sandbox installs and starts the service by itself",) if used else ()


def _with_notes(plan: Plan, notes: tuple[str, ...]) -> Plan:
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__}
    return Plan(**{**fields, "notes": (*plan.notes, *notes)})


def _nothing_fits(sources: Sources, asked: str) -> SubmissionFault | OurFault:
    for name, language in NOT_SUPPORTED.items():
        if sources.has(name) and not asked:
            return _not_yet(language, sources.path(name))
    return SubmissionFault(
        "E310",
        "nothing says how to start this service",
        note=f"looked for {LOOKED_FOR}; found {len(sources.files)} files",
        help='write submission.toml with [run] start = "…": a command that serves HTTP on the port in $PORT',
    )


def _not_yet(language: str, where: str) -> OurFault:
    return OurFault(
        "E218",
        f"the sandbox cannot run {language} yet: it runs Python and Node.js",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand",
    )
