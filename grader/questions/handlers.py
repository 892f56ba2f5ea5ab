"""Which of the candidate's functions looks like the one that answers a request: told by how routes are written.

A guess that says it is one: the question is only where to look. Registrations are believed first (`@app.patch("/…")`,
`router.patch('/:id', …)`, `.route('/:id').patch(…)`, `mux.HandleFunc("PATCH /…", …)`, `@PatchMapping`), then names
(`update_todo`, `do_PATCH`), then a function that compares the method.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, zip_longest

import msgspec

from grader.evidence.files import FunctionFacts
from grader.questions.sources import Sources, decorators, is_own, last_line, short_name

LATEST_BODY = 15  # lines between a decorator and its function
LONGEST_CALL = 4000  # characters of a call that registers a route
MOST_MATCHES = 300  # of one way to write a route in one file
WHOLE, RELATIVE = 2, 1
_VERBS = {
    "POST": ("post", "create", "add", "new", "insert", "store", "save"),
    "PUT": ("put", "replace", "update"),
    "PATCH": ("patch", "partial", "update", "edit", "modify", "change"),
    "DELETE": ("delete", "remove", "destroy"),
}
_READ_ONE = ("get", "read", "show", "retrieve", "detail", "fetch", "find")
_READ_ALL = ("list", "index", "all", "page", "search", "get", "read", "fetch", "find")
_FILLERS = frozenset(
    {
        *("handle", "handler", "on", "do", "api", "http", "view", "route", "endpoint", "controller", "action"),
        *("async", "by", "id", "item", "one"),
    }
)
_SPEAKS_HTTP = re.compile(r"\b(?:req|request|response|res|reply|ctx|https?|flask|fastapi|express)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PARAMETER = re.compile(r"[{<:(*]")
_PATH = re.compile(r"[\"'`]/")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


class Route(msgspec.Struct, frozen=True):
    """A method and a path with its parameters in braces: `PATCH /todos/{id}`."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parts(self) -> list[str]:
        """The path between its slashes."""
        return [part for part in self.path.split("/") if part]

    @property
    def one(self) -> bool:
        """True when it is about one thing of many."""
        return bool(self.parts) and _is_parameter(self.parts[-1])


def handler(route: Route, known: Sources) -> FunctionFacts | None:
    """The function that looks like the one behind a route, None when none does."""
    for look in (_registered, _named, _compares):
        found = look(route, known)
        if found is not None:
            return found
    return None


def _registered(route: Route, known: Sources) -> FunctionFacts | None:
    """The function that a route is registered with: whole paths before paths that hang on a prefix."""
    found: list[tuple[int, FunctionFacts]] = []
    for file, text in known.texts.items():
        if not is_own(file):
            continue
        here = [facts for facts in known.functions if facts.file == file]
        called = {short_name(facts): facts for facts in reversed((*here, *known.functions))}  # the first of a name
        for pattern in _patterns(route.method):
            for match in islice(pattern.finditer(text), MOST_MATCHES):
                fits = _fits(match.groupdict().get("path") or "", route)
                facts = _behind(match, text, here, called) if fits else None
                if facts is not None:
                    found.append((fits, facts))
    return min(found, key=lambda item: (-item[0], item[1].file, item[1].line), default=(0, None))[1]


@cache
def _patterns(method: str) -> tuple[re.Pattern[str], ...]:
    """How frameworks write that a function answers a method."""
    word, quoted = method.lower(), r"[\"'`](?P<path>[^\"'`\n]*)[\"'`]"
    another = r"\n\s*(?:@|def\s|async\s|func\s|[\w.]*(?:route|HandleFunc|add_url_rule)\()"
    asks = (
        rf"(?i:[.@](?:http)?{word}(?:mapping)?)(?:<[^>\n]*>)?\(\s*(?:(?:value|path)\s*=\s*)?{quoted}",
        rf"[\"'`]{method} (?P<path>/[^\"'`\s]*)[\"'`]",
        rf"\b(?:route|HandleFunc|add_url_rule)\(\s*{quoted}(?:(?!{another})[\s\S]){{0,300}}?[\"']{method}[\"']",
        rf"\.route\(\s*{quoted}\s*\)(?:(?!\.route\()[\s\S]){{0,{LONGEST_CALL}}}?\.{word}\(",
        rf"(?im)^[ \t]*@{word}(?:mapping)?[ \t]*(?:\([ \t]*\))?[ \t]*$",
    )
    bare = (rf"@\w+\.route\(\s*{quoted}\s*\)",) if method == "GET" else ()
    return tuple(re.compile(pattern) for pattern in (*asks, *bare))


def _fits(written: str, route: Route) -> int:
    """Whether a registered path is the route's: `WHOLE`, `RELATIVE` to a prefix written elsewhere, or 0."""
    parts = [part for part in written.split("/") if part]
    if len(parts) > len(route.parts) or (not parts and route.one):
        return 0
    for here, wanted in zip_longest(reversed(parts), reversed(route.parts[len(route.parts) - len(parts) :])):
        if not (_is_parameter(here) and _is_parameter(wanted)) and here.lower() != wanted.lower():
            return 0
    return WHOLE if len(parts) == len(route.parts) else RELATIVE


def _is_parameter(part: str) -> bool:
    return bool(_PARAMETER.search(part))


def _behind(
    match: re.Match[str], text: str, here: Sequence[FunctionFacts], called: Mapping[str, FunctionFacts]
) -> FunctionFacts | None:
    """The function that a registration names, holds or stands over: `here` are those of its file."""
    after_path = match.end("path") + 1 if match.re.groups else match.end()
    opened = match.end() if text[match.end() - 1] == "(" else after_path
    line = text.count("\n", 0, opened) + 1
    row = text[text.rfind("\n", 0, match.start() + 1) + 1 : match.end()]
    if row.lstrip().startswith("@"):
        under = [facts for facts in here if line <= facts.line <= line + LATEST_BODY]
        return min(under, key=lambda facts: (facts.line, -last_line(facts)), default=None)
    call = _arguments(text, opened)
    inside = [facts for facts in here if line <= facts.line <= line + call.count("\n")]
    if inside:  # it is shown with the route that it stands in
        whole = max(inside, key=lambda facts: (last_line(facts) - facts.line, facts.complexity))
        return msgspec.structs.replace(whole, line=line)
    names = reversed(_IDENTIFIER.findall(call))
    return next((called[name] for name in names if name in called), None)


def _arguments(text: str, start: int) -> str:
    """What stands from here to the bracket that closes the call."""
    depth = 1
    for end in range(start, min(len(text), start + LONGEST_CALL)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            return text[start:end]
    return text[start : start + LONGEST_CALL]


def _named(route: Route, known: Sources) -> FunctionFacts | None:
    """The one function called like the request, in a file that speaks HTTP: `patch`, `do_PATCH`, `updateTodo`."""
    speaking = {file for file, text in known.texts.items() if _SPEAKS_HTTP.search(text)}
    ranked = [
        (rank, facts)
        for facts in known.functions
        if facts.file in speaking
        and (rank := _rank(short_name(facts), route)) is not None
        and not _PATH.search(decorators(known, facts))  # it says itself what it answers, and that is another route
    ]
    best = min((rank for rank, _ in ranked), default=None)
    return _only([facts for rank, facts in ranked if rank == best])


def _rank(name: str, route: Route) -> tuple[int, int] | None:
    """How well a name says a route, the smaller the better; None when it says something else."""
    words = [word.lower() for word in _WORD.findall(name)]
    verbs = _VERBS.get(route.method) or (_READ_ONE if route.one else _READ_ALL)
    nouns = frozenset(_nouns(route))
    said = [verbs.index(word) for word in words if word in verbs]
    if not said or any(word not in verbs and word not in nouns and word not in _FILLERS for word in words):
        return None
    noun = next((word for word in words if word in nouns), "")
    return (0 if noun == _noun(route) else 1, min(said))


def _nouns(route: Route) -> Iterator[str]:
    """What a route is about, in the plural as written and in the singular."""
    for part in route.parts:
        if not _is_parameter(part):
            yield from (part.lower(), part.lower().removesuffix("s"))


def _noun(route: Route) -> str:
    words: Sequence[str] = [part.lower() for part in route.parts if not _is_parameter(part)]
    return (words[-1] if not route.one and route.method == "GET" else words[-1].removesuffix("s")) if words else ""


def _compares(route: Route, known: Sources) -> FunctionFacts | None:
    """The one function that asks whether the method is this one, the innermost where they are nested."""
    word = rf"[\"']{route.method}[\"']"
    asked = rf"(?:={{2,3}}|\bcase|\bwhen|equals\()\s*{word}|{word}\s*(?:={{2,3}}|=>|:)|Method{route.method.title()}\b"
    pattern = re.compile(asked)
    rows = {file: text.splitlines() for file, text in known.texts.items()}
    found = [
        facts
        for facts in known.functions
        if pattern.search("\n".join(rows.get(facts.file, [])[facts.line - 1 : last_line(facts)]))
    ]
    return _only([facts for facts in found if not any(_holds(facts, other) for other in found)])


def _holds(outer: FunctionFacts, inner: FunctionFacts) -> bool:
    """True when one function stands inside the other."""
    inside = outer.line <= inner.line and last_line(inner) <= last_line(outer)
    return outer is not inner and outer.file == inner.file and inside


def _only(found: Sequence[FunctionFacts]) -> FunctionFacts | None:
    """What was found when it is one: of several none is more likely than the others."""
    return found[0] if len(found) == 1 else None
