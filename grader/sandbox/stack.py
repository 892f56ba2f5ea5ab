"""Find out how to build and start a submission, from its files alone: nothing of it runs for this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec

from grader.errors import OurFault, SubmissionFault
from grader.model import Submission
from grader.sandbox.go_stack import plan as plan_go
from grader.sandbox.misfits import nothing_fits, unused
from grader.sandbox.node_stack import plan as plan_node
from grader.sandbox.plan import Plan
from grader.sandbox.python_stack import plan as plan_python
from grader.sandbox.sources import Sources
from grader.toml import did_you_mean

STACKS = ("python", "node", "go")
OTHER_NAMES = {
    "py": "python",
    "python3": "python",
    "golang": "go",
    "nodejs": "node",
    "javascript": "node",
    "typescript": "node",
}
NOT_SUPPORTED = {
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
LANGUAGES = ("rust", "java", "kotlin", "ruby", "php", "elixir", "deno", "bun", "dotnet")
MARKS = {
    "python": ("requirements.txt", "pyproject.toml", "Pipfile", "Pipfile.lock", "setup.py", "setup.cfg", "manage.py"),
    "node": ("package.json",),
    "go": ("go.mod",),
}
NODE_FILES = (".js", ".mjs", ".cjs", ".ts")
# Which of several projects is the service: the name of its folder.
SERVICES = ("backend", "server", "api", "service", "app")
PLANS: dict[str, Callable[[Sources], Plan | None]] = {"python": plan_python, "node": plan_node, "go": plan_go}


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
    return msgspec.structs.replace(plan, notes=(*plan.notes, *unused(sources, plan)))


def _planned(sources: Sources, asked: str) -> Plan | None:
    """Go where there is a module with a program; Python before Node.js, unless only Node.js says how to start."""
    if asked:
        return PLANS[asked](sources)
    if _marked(sources, "go") and (found := plan_go(sources)):
        return found
    only_node = sources.has("package.json") and not _marked(sources, "python")
    if sources.suffixes(".py") and not only_node and (found := plan_python(sources)):
        return found
    if sources.has("package.json") or sources.suffixes(*NODE_FILES):
        return plan_node(sources)
    return plan_go(sources) if sources.suffixes(".go") else None


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
    """Where the project lies: the root, or the folder below it with a manifest when the root has none."""
    marks = {name for names in MARKS.values() for name in names} | {"Procfile"}
    paths = [PurePosixPath(name) for name in submission.files]
    if any(len(path.parts) == 1 and (path.name in marks or path.suffix in {".py", ".js", ".go"}) for path in paths):
        return ""
    found = {path.parts[0] for path in paths if len(path.parts) == 2 and path.name in marks}  # noqa: PLR2004 - folder/file
    likely = [name for name in SERVICES if name in found]
    return min(found) if len(found) == 1 else next(iter(likely), "")


def _nothing_fits(sources: Sources, asked: str) -> SubmissionFault | OurFault:
    for name, language in NOT_SUPPORTED.items():
        if sources.has(name) and not asked:
            return _not_yet(language, sources.path(name))
    return nothing_fits(sources)


def _not_yet(language: str, where: str) -> OurFault:
    return OurFault(
        "E218",
        f"the sandbox cannot run {language} yet: it runs Python, Node.js and Go",
        where=where,
        note="nothing was taken from the submission for it",
        help="grade it by hand",
    )
