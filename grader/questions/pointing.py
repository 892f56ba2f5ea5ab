"""A question at lines of the candidate's own: which lines, and the words that lead there."""

from __future__ import annotations

import re

import msgspec

from grader.evidence.files import FunctionFacts
from grader.exhibits import CodeExhibit, HttpExhibit
from grader.model import Finding, Judgement, Level, Outcome, Question
from grader.questions.handlers import Route, handler
from grader.questions.sources import (
    Sources,
    beginning,
    function_lines,
    lines_around,
    most_branches,
    short_name,
)
from grader.visible import one_line

MOST_NAME = 60
MOST_REQUEST = 120
KNOWS_THEIR_CODE = {
    Level.JUNIOR: "Reads it aloud line by line and finds where it goes wrong",
    Level.MID: "Says what it will answer before looking, names the line to change and the test to add",
    Level.SENIOR: "Says what else reaches it, what a change breaks for clients, and how that shows in operation",
}
_PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+)(?::\d+)?$")
_REQUEST = re.compile(r"^(?P<method>[A-Z]{3,7}) (?P<path>/[^\s?#]*)\S*(?: HTTP/\S+)?$")


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of the candidate's own and the question about them. `own_code`: it asks what a function does."""

    ask: str
    code: CodeExhibit
    own_code: bool = False


def pointed(judgement: Judgement, question: Question, known: Sources) -> Pointed | None:
    """The question at the lines it is about, None when nothing leads to any.

    A finding that names its line leads there; otherwise the request that it is about leads to the function that looks
    like its handler; a question may name a file. What waits for people is asked about the function with the most
    branches.
    """
    finding = judgement.finding
    if question.file:
        return _at_file(question, known)
    if finding.outcome is Outcome.FOR_REVIEW:
        return _at_most_branches(question, known)
    return _at_line(finding, question, known) or _at_handler(finding, question, known)


def beside(judgement: Judgement, question: Question, known: Sources) -> Pointed | None:
    """The question at the line that the finding of a failed check shows itself; None when it shows none."""
    finding = judgement.finding
    shown = any(isinstance(item, CodeExhibit) for item in finding.exhibits)
    return _at_line(finding, question, known) if finding.outcome is Outcome.FAIL and shown else None


def _at_file(question: Question, known: Sources) -> Pointed | None:
    if question.file not in known.texts:
        return None
    return Pointed(ask=f"Walk me through `{question.file}`. {question.ask}", code=beginning(known, question.file))


def _at_most_branches(question: Question, known: Sources) -> Pointed | None:
    facts = most_branches(known)
    if facts is None:
        return None
    branches = "1 branch" if facts.complexity == 1 else f"{facts.complexity} branches"
    reason = "the function with the most branches" if facts.complexity > 1 else "the longest function"
    code = function_lines(known, facts, branches)
    return Pointed(ask=f"Walk me through {_called(facts)}, {reason}. {question.ask}", code=code)


def _at_line(finding: Finding, question: Question, known: Sources) -> Pointed | None:
    """The line that a finding names; its own exhibit first, which hides what must not be shown again."""
    found = _PLACE.match(finding.where)
    if found is None or found["file"] not in known.texts:
        return None
    line = int(found["line"])
    shown = [item for item in finding.exhibits if isinstance(item, CodeExhibit) and item.file == found["file"]]
    code = next((item for item in shown if item.line == line), None) or lines_around(known, found["file"], line)
    code = msgspec.structs.replace(code, title="")
    return Pointed(ask=f"Look at {_place(found['file'], line)}. {question.ask}", code=code)


def _at_handler(finding: Finding, question: Question, known: Sources) -> Pointed | None:
    route = _route(finding, question)
    facts = handler(route, known) if route else None
    if route is None or facts is None:
        return None
    when = question.when or _sent(finding, route)
    lead = f"Walk me through {_called(facts)}, which looks like the function behind `{route}`"
    code = function_lines(known, facts, f"looks like {route}")
    return Pointed(ask=f"{lead}: what happens when {when}?", code=code, own_code=True)


def _route(finding: Finding, question: Question) -> Route | None:
    """The route a question names, else that of the last request of the finding that changes something."""
    if question.route:
        method, _, path = question.route.partition(" ")
        return Route(method, path)
    asked = [_REQUEST.match(_first_line(item.request)) for item in finding.exhibits if isinstance(item, HttpExhibit)]
    sent = [found for found in asked if found]
    changing = [found for found in sent if found["method"] != "GET"]
    if not sent:
        return None
    last = (changing or sent)[-1]
    path = re.sub(r"(?<=/)[^/]*\d[^/]*(?=/|$)", "{id}", last["path"])
    return Route(last["method"], one_line(path, MOST_REQUEST))


def _sent(finding: Finding, route: Route) -> str:
    """The request of a finding in words."""
    requests = [item.request for item in finding.exhibits if isinstance(item, HttpExhibit)]
    first = next((text for text in reversed(requests) if text.startswith(f"{route.method} ")), "")
    line = _first_line(first).removesuffix(" HTTP/1.1")
    return f"`{_quoted(line, MOST_REQUEST)}` arrives" if line else "a request arrives that should be refused"


def _first_line(request: str) -> str:
    return request.partition("\n")[0].strip()


def _called(facts: FunctionFacts) -> str:
    """`name` (file:line), or the place alone for a function without a name."""
    name = short_name(facts)
    place = _place(facts.file, facts.line)
    return f"`{_quoted(name, MOST_NAME)}` ({place})" if name else f"the function at {place}"


def _place(file: str, line: int) -> str:
    return f"`{_quoted(file, MOST_NAME)}:{line}`"


def _quoted(text: str, limit: int) -> str:
    """Text that cannot end the code it stands in."""
    return one_line(text.replace("`", "'"), limit=limit)
