"""Questions about what the submitted files say by themselves: documentation, secrets, what a reviewer looks at first.

Style is never asked about. Documentation may be in any language, format and notation; what counts is whether somebody
new finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from grader.checks.files.commands import start_command
from grader.checks.files.documents import Document, documents
from grader.checks.files.routes import Route, places
from grader.checks.files.secrets import Secret, secrets
from grader.checks.files.sources import is_example, is_foreign, is_program, is_test
from grader.evidence.files import FunctionFacts, SourceFiles
from grader.exhibits import AnyExhibit, CodeExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.visible import one_line

MOST_SHOWN = 5
HEAD_LINES = 14
MAX_SHOWN_LINE = 200
CONTEXT = 2
_MEANINGS = {
    "400": r"bad request",
    "401": r"unauthori[sz]ed|unauthenticated",
    "403": r"forbidden",
    "404": r"not found",
    "405": r"method not allowed",
    "409": r"conflict",
    "413": r"(?:payload|content|entity) too large",
    "415": r"unsupported media type",
    "422": r"unprocessable",
    "429": r"too many requests",
}


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
    missing = [group for group in codes if not any(_tells(document, code) for document in known for code in group)]
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


def no_hardcoded_secrets(files: SourceFiles, *, variables: tuple[str, ...] = ()) -> Finding:
    """No private key, no token in a known format and no literal password outside of tests and examples.

    With `variables`, code or settings must also name each of these settings: a program without secrets shows nothing.
    """
    found = list(secrets(files.texts))
    own = "\n".join(text for name, text in files.texts.items() if not is_test(name) and not is_example(name)).lower()
    unread = [name for name in variables if not re.search(_spelt(name), own)]
    if not found and (unread or not own):
        return blocked(f"nothing reads {', '.join(unread)}" if unread else "no program could be read")
    if not found:
        return passed(f"no secret is written down in {len(files.texts)} files")
    first = found[0]
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return failed(
        f"{first.file}:{first.line} holds {first.kind}{more}",
        expected="secrets come from the environment",
        where=f"{first.file}:{first.line}",
        exhibits=tuple(_secret_place(files, secret) for secret in found[:MOST_SHOWN]),
    )


def tests_present(files: SourceFiles) -> Finding:
    """How many files hold tests of the candidate's own: information for the talk."""
    tests = [name for name in files.names if is_test(name) and is_program(name)]
    if tests:
        return passed(f"{len(tests)} test files: {_names(tests)}")
    return failed("no tests were handed in", expected="tests of your own, as you would leave them to a colleague")


def clarity(files: SourceFiles) -> Finding:
    """What a reviewer looks at first: size of the code, its longest and its most complex functions. No number."""
    own = [facts for facts in files.functions if not is_test(facts.file) and not is_foreign(facts.file)]
    sources = {facts.file for facts in own}
    if not any(is_program(name) for name in files.names) and not own:
        return blocked("there is no program among the files")
    if not own:
        return for_review(files.unmeasured or "no function was found in the code: read it as a whole")
    longest = sorted(own, key=lambda facts: (-facts.lines, facts.file, facts.line))
    complex_ = sorted(own, key=lambda facts: (-facts.complexity, facts.file, facts.line))
    shown = list(dict.fromkeys([*longest[:MOST_SHOWN], *complex_[:MOST_SHOWN]]))
    heads = [_function_head(files, facts) for facts in dict.fromkeys([longest[0], complex_[0]])]
    where = f"{len(sources)} files" if len(sources) > 1 else sources.pop()
    return for_review(
        f"{len(own)} functions in {one_line(where, 80)}; the longest has {longest[0].lines} lines, "
        f"the most branches are {complex_[0].complexity}",
        exhibits=(_sizes(shown), *heads),
    )


def _spelt(variable: str) -> str:
    """The name of a setting as languages write it: `API_TOKEN`, `api_token`, `apiToken`, `api-token`."""
    return "[_.-]?".join(re.escape(part) for part in variable.lower().split("_"))


def _nothing() -> Finding:
    return failed("there is no README and no OpenAPI file", expected="a README that somebody new can work with")


def _names(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = ", ".join(one_line(name, 60) for name in unique[:3])
    return shown + (f" and {len(unique) - 3} more" if len(unique) > 3 else "")  # noqa: PLR2004 - three are shown


def _tells(document: Document, code: str) -> bool:
    """True when a status is named: in an OpenAPI document as a response, in prose as a number or by its name."""
    if document.operations:
        return any(
            code in operation.statuses or f"{code[0]}XX" in operation.statuses for operation in document.operations
        )
    words = _MEANINGS.get(code)
    return bool(
        re.search(rf"(?<![\w.:/-]){code}(?![\w%]|\.\d|\s?(?:ms|px|MB|kB)\b)", document.text)
        or (words and re.search(words, document.text, re.IGNORECASE))
    )


def _sizes(functions: Sequence[FunctionFacts]) -> RowsExhibit:
    rows = tuple(
        (f"{f.file}:{f.line}", one_line(f.name, 60), str(f.lines), str(f.complexity), str(f.parameters))
        for f in functions
    )
    return RowsExhibit(
        title="The longest and the most complex functions",
        head=("where", "function", "lines", "branches", "parameters"),
        rows=rows,
        note="Sizes are where to look, not a verdict",
    )


def _function_head(files: SourceFiles, facts: FunctionFacts) -> CodeExhibit:
    return _excerpt(
        files, facts.file, facts.line, 0, HEAD_LINES, label=f"{facts.lines} lines, {facts.complexity} branches"
    )


def _secret_place(files: SourceFiles, secret: Secret) -> AnyExhibit:
    """The line with the secret itself left out."""
    shown = _excerpt(files, secret.file, secret.line, CONTEXT, CONTEXT + 1, label=secret.kind)
    hidden = secret.value[:4] + "…"
    lines = tuple(line.replace(secret.value, hidden) for line in shown.lines)
    return msgspec.structs.replace(shown, lines=lines, column=secret.column, length=len(hidden))


def _excerpt(files: SourceFiles, file: str, line: int, before: int, after: int, *, label: str) -> CodeExhibit:
    rows = files.texts.get(file, "").splitlines()
    first = max(1, line - before)
    lines = tuple(row[:MAX_SHOWN_LINE] for row in rows[first - 1 : line + after - 1])
    return CodeExhibit(
        file=file,
        line=line,
        lines=lines,
        first_line=first,
        length=len(lines[line - first].strip()) if lines else 1,
        label=label,
    )


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
    Check(
        name="files.no_hardcoded_secrets",
        needs=SourceFiles,
        ask=no_hardcoded_secrets,
        title="No secret is written down",
        why="What is once in a repository is known to everybody who ever gets a copy of it",
        fix="Read it from the environment, take it out of the files and the history, and replace it",
    ),
    Check(
        name="files.tests_present",
        needs=SourceFiles,
        ask=tests_present,
        title="Tests of your own",
        why="Tests show what the author thought of",
        fix="Add tests for what must not break",
    ),
    Check(
        name="files.clarity",
        needs=SourceFiles,
        ask=clarity,
        title="Where to look first in the code",
        why="People judge code; numbers only say where to begin",
        fix="Split what does several things; name what is not obvious",
    ),
)
