"""Questions about the documentation: how to run the service, its endpoints, their parameters and errors.

Documentation may be in any language, format and notation; what counts is whether somebody new finds it. Words are
found, not understood: that a sentence is true or helpful nobody can see from here. What can be seen is whether a route
stands beside its method, and a status beside words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from grader.checks.files.routes import Route, places
from grader.documents.commands import start_command
from grader.documents.found import documents, tells
from grader.evidence.files import SourceFiles
from grader.exhibits import RowsExhibit
from grader.model import Check, Finding, failed, passed
from grader.visible import one_line


def readme_documents(files: SourceFiles, *, routes: tuple[dict[str, str], ...]) -> Finding:
    """Every route (`method`, `path`) is named in a document. The share that is counts."""
    wanted = [Route(route["method"].upper(), route["path"]) for route in routes]
    known = documents(files)
    if not known:
        return _nothing()
    by_route: dict[Route, str] = {}
    for document in known:
        for route in places(document, wanted):
            by_route.setdefault(route, document.name)
    missing = [route for route in wanted if route not in by_route]
    if not missing:
        return passed(f"all {len(wanted)} routes are named in {_names(by_route.values())}")
    rows = tuple((str(route), by_route.get(route, "not found")) for route in wanted)
    return failed(
        f"{len(missing)} of {len(wanted)} routes are not named: {', '.join(map(str, missing))}",
        expected="each method and path in the README, or in an OpenAPI file",
        score=1 - len(missing) / len(wanted),
        where=known[0].name,
        exhibits=(RowsExhibit(title="Routes and where they are named", head=("route", "named in"), rows=rows),),
    )


def documents_errors(files: SourceFiles, *, codes: tuple[tuple[str, ...], ...]) -> Finding:
    """Error answers are described; each entry of `codes` is a group of statuses of which one must be named."""
    known = documents(files)
    if not known:
        return _nothing()
    missing = [group for group in codes if not any(tells(document, code) for document in known for code in group)]
    if not missing:
        return passed("the documentation says what errors are answered")
    told = "; ".join(" or ".join(group) for group in missing)
    return failed(
        f"nothing is said about {told}",
        expected="for each kind of error its status and when it comes",
        score=1 - len(missing) / len(codes),
        where=known[0].name,
    )


def documents_words(files: SourceFiles, *, words: tuple[str, ...], what: str = "parameters") -> Finding:
    """Each word (a parameter, a setting) is named somewhere in the documentation. The share that is counts."""
    known = documents(files)
    if not known:
        return _nothing()
    described = {path for document in known if document.operations for path in (document.name,)}
    text = "\n".join(document.text or files.texts.get(document.name, "") for document in known)
    missing = [word for word in words if not re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text)]
    if not missing:
        return passed(f"all {len(words)} {what} are named in {_names([*described, known[0].name])}")
    return failed(
        f"{len(missing)} of {len(words)} {what} are not named: {', '.join(missing)}",
        expected=f"every one of the {what} in the documentation",
        score=1 - len(missing) / len(words),
        where=known[0].name,
    )


def run_instructions(files: SourceFiles) -> Finding:
    """A document shows a command that starts the service."""
    known = [document for document in documents(files) if document.text]
    if not known:
        return failed(
            "no README says how to run it", expected="a README with the commands that install and start the service"
        )
    for document in known:
        command = start_command(document.text)
        if command:
            return passed(f"{document.name} says how to start it: `{one_line(command, 80)}`", where=document.name)
    return failed(
        f"{known[0].name} shows no command that starts the service",
        expected="a command somebody new can copy, such as `python main.py` or `npm start`",
        where=known[0].name,
    )


def _nothing() -> Finding:
    return failed("there is no README and no OpenAPI file", expected="a README that somebody new can work with")


def _names(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = ", ".join(one_line(name, 60) for name in unique[:3])
    return shown + (f" and {len(unique) - 3} more" if len(unique) > 3 else "")  # noqa: PLR2004 - three are shown


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="files.readme_documents",
        needs=SourceFiles,
        ask=readme_documents,
        title="Every endpoint is named in the documentation",
        why="Somebody who has to call the service should not have to read its code",
        fix="List each method and path with what it does, its parameters and its answers",
    ),
    Check(
        name="files.documents_errors",
        needs=SourceFiles,
        ask=documents_errors,
        title="Error answers are named in the documentation",
        why="Callers write code for errors too; what is not written down they find out in production",
        fix="Say for each kind of error which status comes, when, and what the body looks like",
    ),
    Check(
        name="files.documents_words",
        needs=SourceFiles,
        ask=documents_words,
        title="Parameters are named in the documentation",
        why="A parameter nobody knows of is not used, or used wrongly",
        fix="Name each parameter with its meaning, default and limits",
    ),
    Check(
        name="files.run_instructions",
        needs=SourceFiles,
        ask=run_instructions,
        title="The README says how to run it",
        why="The first thing a colleague does is to start it",
        fix="Write the commands that install and start the service into the README, as you type them",
    ),
)
